"""Frozen dataclasses, enums, tuples and plain values to JSON and back, driven by their type hints."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: object) -> Any:
    """Turn a value into what the json module writes. Raises TypeError for what has no JSON form here."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [to_json(element) for element in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} has no JSON form")


def from_json(kind: type[T], data: Any, where: str = "value") -> T:
    """Rebuild a `kind` from JSON. Raises ValueError that names the place of anything that does not fit.

    A missing key is only right where the field has a default; an unknown key never is.
    """
    value: T = _parse(kind, data, where)
    return value


def _parse(kind: Any, data: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        if data is None and NoneType in get_args(kind):
            return None
        (inner,) = (part for part in get_args(kind) if part is not NoneType)
        return _parse(inner, data, where)
    if origin is tuple:
        return _parse_tuple(get_args(kind), data, where)
    if is_dataclass(kind):
        return _parse_dataclass(kind, data, where)
    if issubclass(kind, Enum):
        try:
            return kind(data)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None
    # JSON knows one kind of number: 1 is as good as 1.0 where a float is wanted; True is never a number.
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if type(data) is not kind:
        raise ValueError(f"{where}: {kind.__name__} expected, not {type(data).__name__}")
    return data


def _parse_tuple(kinds: tuple[Any, ...], data: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise ValueError(f"{where}: list expected, not {type(data).__name__}")
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(data)
    if len(kinds) != len(data):
        raise ValueError(f"{where}: {len(kinds)} elements expected, not {len(data)}")
    pairs = zip(kinds, data, strict=True)
    return tuple(_parse(kind, element, f"{where}[{k}]") for k, (kind, element) in enumerate(pairs))


def _parse_dataclass(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise ValueError(f"{where}: object expected, not {type(data).__name__}")
    hints, required = _hints(kind)
    if unknown := data.keys() - hints.keys():
        raise ValueError(f"{where}: unknown key {min(unknown)!r}")
    if missing := required - data.keys():
        raise ValueError(f"{where}: key {min(missing)!r} is missing")
    return kind(**{name: _parse(hints[name], element, f"{where}.{name}") for name, element in data.items()})


@cache
def _hints(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the fields' types by name, and the names of those without a default."""
    hints = get_type_hints(kind)
    own = fields(kind)
    required = frozenset(f.name for f in own if f.default is MISSING and f.default_factory is MISSING)
    return {field.name: hints[field.name] for field in own}, required
