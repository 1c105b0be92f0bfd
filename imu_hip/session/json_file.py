"""Small files that hold one JSON object, written whole and for their owner only."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.session.output_file import whole_file, write_text

LARGEST_BYTES = 16 << 20
"""A result of eight hours has a fraction of that; as Python's objects it takes up to thirty times as much."""


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file. Raises UnusableInputError for anything else."""
    try:
        if not path.is_file():  # nobody waits for a pipe to speak
            raise OSError("there is no such file")
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise ValueError(f"{size / 1e6:.0f} MB, at most {LARGEST_BYTES / 1e6:.0f} are read")
        found = strict_json(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UnusableInputError(
            Reason.NOT_READABLE, f"{path}: cannot be read ({error}); mend it or move it away"
        ) from error
    if not isinstance(found, dict):
        raise UnusableInputError(Reason.WRONG_FORMAT, f"{path}: holds no JSON object; mend it or move it away")
    return found


def strict_json(text: str | bytes) -> Any:
    """Return what JSON holds. Raises ValueError or RecursionError, also for what no other file could hold after it.

    That is NaN, infinity or a number that large, whole numbers of more than 64 bits and halves of signs.
    """
    found = json.loads(text, parse_int=_whole_number, parse_float=_number, parse_constant=_no_number)
    if (b"\\u" if isinstance(text, bytes) else "\\u") in text:  # type: ignore[operator]
        json.dumps(found, ensure_ascii=False).encode()
    return found


def _whole_number(digits: str) -> int:
    number = int(digits)
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"{digits[:20]}… is too large a number")
    return number


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is too large a number")
    return number


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def write_object(path: Path, values: Mapping[str, Any]) -> None:
    """Write a JSON object in the place of what was there. Raises RecordingError."""
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, indent=1)
    with whole_file(path, force=True) as part:
        write_text(part, f"{text}\n")


def make_folder(folder: Path) -> None:
    """Make a folder for its owner only, and those above it that are missing. Raises OSError."""
    for each in reversed([folder, *folder.parents]):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)
