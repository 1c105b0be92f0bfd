"""The table of codes for FHIR: the one that comes with the program, or a clinic's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.session.input_file import opened
from imu_hip.session.user_library import default_home

_KEYS = ("system", "code", "display")
_SHIPPED = "fhir_codes.toml"


@dataclass(frozen=True, slots=True)
class Coding:
    """One code of a code system (a URL), with its name there."""

    system: str
    code: str
    display: str

    def as_json(self) -> dict[str, str]:
        """Return it as FHIR writes it."""
        return {"system": self.system, "code": self.code, "display": self.display}


def shipped_codes() -> dict[str, Coding]:
    """Return the table that comes with the program."""
    return _codes(_SHIPPED, (files(__package__) / _SHIPPED).read_bytes())


def codes_in_use() -> dict[str, Coding]:
    """Return `fhir_codes.toml` of the user's own folder, the shipped table when there is none."""
    own = default_home() / _SHIPPED
    return read_codes(own) if own.exists() else shipped_codes()


def read_codes(path: Path) -> dict[str, Coding]:
    """Read a clinic's own table: TOML as the shipped one. Raises UnusableInputError."""
    with opened(path) as stream:
        return _codes(str(path), stream.read())


def _codes(name: str, data: bytes) -> dict[str, Coding]:
    try:
        table = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnusableInputError(Reason.WRONG_FORMAT, f"{name}: not a TOML table ({error})") from error
    return {entry: _coding(name, entry, values) for entry, values in table.items()}


def _coding(name: str, entry: str, values: object) -> Coding:
    texts = [values.get(key) for key in _KEYS] if isinstance(values, Mapping) else []
    system, code, display = (text.strip() if isinstance(text, str) else "" for text in (*texts, "", "", "")[:3])
    if not (system and code and display):
        raise UnusableInputError(Reason.WRONG_VALUE, f"{name}, [{entry}]: needs {', '.join(_KEYS)}, each a text")
    return Coding(system, code, display)
