"""Tell whether internal rotation is kept on the way up from a hinge."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import compiled
from imu_hip.model.block import Floats
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
    """Looks (n, 3: time, depth, rotation) since the body went down; the first `count[0]` of them, 0 while it is up."""

    looks: Floats
    count: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))


def start(*, hinges: bool) -> HingeState:
    """Return the state before the body goes down, without place for looks where it does not."""
    return HingeState(np.zeros((_MOST_LOOKS + 1 if hinges else 0, 3)))


@compiled
def step(looks: Floats, count: NDArray[np.int64], t_s: float, depth_rad: float, rotation_rad: float) -> bool:
    """Take a look in; tell whether the body is up again with it. Changes `looks` and `count`.

    `depth_rad`, `rotation_rad`: hip flexion and internal rotation since neutral.
    """
    if count[0] == 0 and depth_rad < _UP_RAD:
        return False
    newest = looks[count[0]]
    newest[0], newest[1], newest[2] = t_s, depth_rad, rotation_rad
    count[0] += 1
    if count[0] > _MOST_LOOKS:
        count[0] -= _MOST_LOOKS // 2
        for at in range(count[0]):
            looks[at] = looks[at + _MOST_LOOKS // 2]
    deepest = looks[: count[0], 1].max()
    return not (depth_rad > max(_UP_RAD, _UP_SHARE * deepest) or depth_rad > _UP_SHARE * deepest > 0.0)


def close(state: HingeState, kept: float) -> tuple[Compensation, ...]:
    """Return the fault of a hinge that is over, when less than the share `kept` was left half-way; forget the hinge."""
    looks = [(t_s, depth, rotation) for t_s, depth, rotation in state.looks[: state.count[0]].tolist()]
    state.count[0] = 0
    deepest = max(depth for _, depth, _ in looks)
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
