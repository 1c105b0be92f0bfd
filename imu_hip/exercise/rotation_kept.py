"""Tell whether internal rotation is kept on the way up from a hinge."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from imu_hip.model.event import Compensation
from imu_hip.model.exercise_spec import CompensationKind

_DOWN_RAD = math.radians(15.0)
"""Deeper than this is a hinge ..."""
_UP_RAD = math.radians(10.0)
"""... and it is over above this, or at this share of its depth."""
_UP_SHARE = 0.3
_LEAST_RAD = math.radians(6.0)
"""With less rotation there is nothing to keep."""
_PEAK_SHARE = 0.5
"""Who turns in only near the bottom is measured by this share of the most rotation."""
_MOST_LOOKS = 2400
"""Two minutes: of a longer hinge the newest part is judged."""


@dataclass(slots=True)
class HingeState:
    """Looks (time, depth, rotation) since the body went down; empty while it is up."""

    looks: list[tuple[float, float, float]] = field(default_factory=list)


def step(state: HingeState, t_s: float, depth_rad: float, rotation_rad: float, kept: float) -> tuple[Compensation, ...]:
    """Take a look in; return the fault when the body is up again and less than the share `kept` was left half-way.

    `depth_rad`, `rotation_rad`: hip flexion and internal rotation since neutral. Changes `state`.
    """
    looks = state.looks
    if not looks and depth_rad < _UP_RAD:
        return ()
    looks.append((t_s, depth_rad, rotation_rad))
    if len(looks) > _MOST_LOOKS:
        del looks[: _MOST_LOOKS // 2]
    deepest = max(depth for _, depth, _ in looks)
    if depth_rad > max(_UP_RAD, _UP_SHARE * deepest) or depth_rad > _UP_SHARE * deepest > 0.0:
        return ()
    state.looks = []
    return _judged(looks, deepest, kept) if deepest >= _DOWN_RAD else ()


def _judged(looks: list[tuple[float, float, float]], deepest: float, kept: float) -> tuple[Compensation, ...]:
    half = 0.5 * deepest
    below = [at for at, (_, depth, _) in enumerate(looks) if depth >= half]
    first, last = below[0], below[-1]
    most = max(rotation for _, _, rotation in looks[first : last + 1])
    asked = max(looks[first][2], _PEAK_SHARE * most)
    left = looks[last][2]
    if most < _LEAST_RAD or left >= kept * asked:
        return ()
    bottom_s = next(t_s for t_s, depth, _ in reversed(looks) if depth >= 0.95 * deepest)
    why = (
        f"half-way up {math.degrees(left):.0f}° of internal rotation was left, on the way down it was "
        f"{math.degrees(asked):.0f}°: at least {100.0 * kept:.0f} % of that counts as kept"
    )
    return (Compensation(bottom_s, looks[last][0], CompensationKind.ROTATION_LOST, asked - left, "external", why),)
