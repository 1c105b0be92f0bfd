"""The outside contract of `analyze --json`, as a check: which keys there are and what their values may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

Check = Callable[[Any], bool]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _one_of(*words: str) -> Check:
    return lambda value: value in words


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _is_sha(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _is_start(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) is not None


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


_NUMBER = _or_null(_is_number)
_DIRECTION = _one_of("internal", "external")
_SPAN: dict[str, Any] = {"start_s": _is_number, "end_s": _is_number}
_LINK: dict[str, Any] = {"samples": _is_count, "lost": _is_count, "rate_hz": _NUMBER, "clock_ppm": _NUMBER}
_KINDS = _one_of(
    "pelvis_followed", "pelvis_lifted", "knee_moved", "hip_out", "thigh_did_not_rotate", "rotation_lost",
    "wrong_direction", "wrong_posture", "other_leg_moved",
)  # fmt: skip
_PART: dict[str, Any] = {
    "range": {
        "internal_rotation_deg": _NUMBER,
        "internal_rotation_sd_deg": _NUMBER,
        "external_rotation_deg": _NUMBER,
        "external_rotation_sd_deg": _NUMBER,
    },
    "holds": [
        {
            **_SPAN,
            "duration_s": _is_number,
            "direction": _DIRECTION,
            "entry_peak_deg_per_s": _NUMBER,
            "angle_deg": _NUMBER,
            "sd_deg": _NUMBER,
            "percent_of_end_range": _NUMBER,
            "drift_deg_per_s": _NUMBER,
            "wobble_deg": _NUMBER,
            "verdict": _is_text,
            "why": _is_text,
        }
    ],
    "exits": [
        {
            **_SPAN,
            "duration_s": _is_number,
            "peak_deg_per_s": _NUMBER,
            "sparc": _NUMBER,
            "verdict": _or_null(_one_of("controlled", "fast", "flop")),
            "why": _is_text,
        }
    ],
    "blocks": [{**_SPAN, "duration_s": _is_number, "range_deg": _NUMBER}],
    "compensations": [{**_SPAN, "peak_deg": _NUMBER, "kind": _KINDS}],
    "cycles": [{**_SPAN, "complete": lambda value: isinstance(value, bool), "steps": _is_texts}],
}
_WHOLE: dict[str, Any] = {
    "schema": _one_of("imu-hip/analysis/1"),
    "recording": {
        "sha256": _is_sha,
        "start": _or_null(_is_start),
        "duration_s": _NUMBER,
        "side": _one_of("left", "right"),
        "exercise": _is_text,
        "posture": _or_null(_is_text),
    },
    "software": {"imu_hip": _is_text, "vqf": _is_text, "numpy": _is_text},
    "result_sha256": _is_sha,
    "parts": [
        {"exercise": _is_text, "posture": _or_null(_is_text), "start_s": _NUMBER, "end_s": _NUMBER, **_PART},
    ],
    "link": {"pelvis": _LINK, "thigh": _LINK},
    "warnings": [{"code": _is_text, "text": _is_text}],
}


def violations(found: Any) -> Iterator[str]:
    """Yield everything that is not as the contract has it; keys may be added, none may be missing."""
    parts = found.get("parts")
    single = isinstance(parts, list) and len(parts) == 1
    yield from _violations({**_WHOLE, **_PART} if single else _WHOLE, found, "")


def _violations(expected: Any, found: Any, where: str) -> Iterator[str]:
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            yield f"{where}: {found!r} is not an object"
            return
        for key, check in expected.items():
            if key not in found:
                yield f"{where}.{key}: is missing"
            else:
                yield from _violations(check, found[key], f"{where}.{key}")
    elif isinstance(expected, list):
        if not isinstance(found, list):
            yield f"{where}: {found!r} is not a list"
            return
        for index, entry in enumerate(found):
            yield from _violations(expected[0], entry, f"{where}[{index}]")
    elif not expected(found):
        yield f"{where}: {found!r} is not what the contract has"
