"""What is expected of a sample recording, in a form that can be compared across machines.

Events with all their fields, the phases run by run, and every 50th row of angles. Kinds, order, counts and words must
agree exactly, numbers within `TOLERANCE`: other machines' sines differ in the last bits.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from imu_hip.model.analysis import Analysis
from imu_hip.model.event import Phase
from imu_hip.session.typed_json import to_json

EVERY = 50
TOLERANCE = 1e-9

Json = dict[str, Any]


def expected_json(analysis: Analysis) -> Json:
    """Return events, runs of phases and sampled rows; radians and seconds."""
    angles = analysis.angles
    rows = range(0, len(angles.t_s), EVERY)
    return {
        "recording_sha256": analysis.recording_sha256,
        "events": [{"event": type(event).__name__, **_fields(event)} for event in analysis.events],
        "phases": list(_runs(analysis.phases)),
        "rows": [
            {
                "row": row,
                "t_s": float(angles.t_s[row]),
                "angles_rad": [float(a) for a in angles.angles_rad[row]] if angles.valid[row] else None,
                "sd_rad": [float(a) for a in angles.sd_rad[row]] if angles.valid[row] else None,
            }
            for row in rows
        ],
        "link": {role.value: dataclasses.asdict(link) for role, link in analysis.link.items()},
    }


def differences(expected: object, found: object, where: str = "") -> Iterator[str]:
    """Yield every place where the two are not the same within the tolerance."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in expected.keys() | found.keys():
            yield from differences(expected.get(key), found.get(key), f"{where}.{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for k, (a, b) in enumerate(zip(expected, found, strict=True)):
            yield from differences(a, b, f"{where}[{k}]")
    elif isinstance(expected, float) and isinstance(found, float):
        if not math.isclose(expected, found, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            yield f"{where}: {expected!r} expected, {found!r} found"
    elif expected != found:
        yield f"{where}: {expected!r} expected, {found!r} found"


def _fields(event: Any) -> Json:
    plain = to_json(event)
    return plain if isinstance(plain, dict) else {}


def _runs(phases: np.ndarray) -> Iterator[list[Any]]:
    """Yield [first row, phase] for each run."""
    starts = np.flatnonzero(np.diff(phases, prepend=np.uint8(255)))
    for start in starts:
        yield [int(start), Phase(int(phases[start])).name.lower()]
