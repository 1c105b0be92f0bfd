"""Compile the loops over rows that are too small for numpy.

Live, a notification brings two or three rows; numpy needs a microsecond for each operation on them, and a hip angle is
some two hundred operations. Numba (llvmlite) makes one machine loop of them, called in a microsecond however many rows
there are. It has wheels for Linux, macOS and Windows, keeps what it compiled on disk, and leaves the loops Python that
a debugger steps through (`NUMBA_DISABLE_JIT=1`).

A compiled function takes numbers, tuples of numbers, and C-contiguous arrays that can be written to, always of the same
types: for other types it would be compiled again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import EnumType
from types import FunctionType, ModuleType
from typing import Any, ParamSpec, TypeVar, cast

# Intel's SVML, where it is installed, rounds differently in a loop's vectorised middle and at its end: the same number
# would give other bits when the rows are cut elsewhere. Numba looks at this once, when it is imported.
os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")

import numpy as np
from numba import njit
from numba.core.caching import FunctionCache
from numba.core.dispatcher import Dispatcher

_OWN = f"{__name__.partition('.')[0]}."

P = ParamSpec("P")
R = TypeVar("R")


Records = np.ndarray[Any, np.dtype[Any]]
"""Arrays of what `records` describes."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function when it is called first, and keep that for the next time the program runs.

    Neither multiplications and additions are fused nor sums reordered, so the bits do not depend on how many rows come
    at a time. As with numpy, division by zero gives infinities and NaN.
    """
    dispatcher = njit(fastmath=False, error_model="numpy")(function)
    if isinstance(dispatcher, Dispatcher):
        with suppress(RuntimeError):  # nowhere to write: compile every time
            dispatcher._cache = _Cache(function)  # type: ignore[attr-defined, no-untyped-call]
    return cast("Callable[P, R]", dispatcher)


def records(fields: Sequence[tuple[str, type[np.generic]]]) -> np.dtype[np.void]:
    """Return the type of records with these fields; compiled or not, a field of an array's element is an attribute."""
    return np.dtype((np.record, np.dtype(list(fields), align=True)))


class _Cache(FunctionCache):
    """Numba's own looks at the function's file alone, and would keep using what has changed in other files."""

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        return (*super()._index_key(sig, codegen), stamp(self._py_func))  # type: ignore[no-untyped-call]


def stamp(function: FunctionType) -> str:
    """Return a hash of a function's code and of all that becomes part of it: compiled functions and constants."""
    digest = hashlib.sha256()
    _add(digest.update, function, set())
    return digest.hexdigest()


def _add(update: Callable[[bytes], None], function: FunctionType, seen: set[FunctionType]) -> None:
    seen.add(function)
    code = function.__code__
    update(repr((code.co_code, code.co_consts, code.co_names)).encode())
    known = [function.__globals__.get(name) for name in code.co_names]
    modules = [value for value in known if isinstance(value, ModuleType) and value.__name__.startswith(_OWN)]
    known += [getattr(module, name, None) for module in modules for name in code.co_names]
    for value in known:
        if isinstance(value, Dispatcher):
            if value.py_func not in seen:
                _add(update, value.py_func, seen)
        elif isinstance(value, EnumType):
            update(repr(list(value)).encode())
        elif isinstance(value, (int, float, tuple)):
            update(repr(value).encode())
