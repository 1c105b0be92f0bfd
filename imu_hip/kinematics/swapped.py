"""Whether the sensor called thigh sits on the pelvis: which of the two turns where only one can.

A leg that swings from the hip turns the thigh and leaves the pelvis nearly where it is: in a straight leg raise the
pelvis makes up to about a third of the way. In walking the thigh turns through some 40° in each stride, the pelvis
through less than 10° about any horizontal axis. In a bow with straight knees it is the other way round: the thighs lean
back by a few degrees. So one sensor turns at least 2.5 times as much as the other when all is well, and at most 0.4
times when they are swapped; the limits here lie between. Bent knees make a bow a squat, in which the thigh may turn
2 to 3 times as much as the pelvis: a bow alone must be clearer than that, and never outvotes another movement.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from imu_hip.kinematics.turning import Turning


class Movement(StrEnum):
    """A movement in which one of the two segments turns far more than the other."""

    LEG_SWINGS = "leg swings"
    BOWS = "bows"
    WALKING = "walking"


_FINITE = 1e-3
"""A ratio is within this and its inverse."""


@dataclass(frozen=True, slots=True)
class SwapParams:
    """Limits, as ratios of turning; see the module for where they come from.

    `least_rad_s`: a movement in which no sensor turned by more than this tells nothing (standing sways by less than
    a tenth of it, a swing or bow of 10° every 3 s makes it).
    """

    least_rad_s: float = math.radians(5.0)
    swapped_ratio: float = 1.0 / 2.0
    swapped_ratio_bows: float = 1.0 / 3.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """One movement: turning of the segment that should turn over that of the other, by the sensors' present names."""

    movement: Movement
    ratio: float


@dataclass(frozen=True, slots=True)
class Swap:
    """The sensors seem to be swapped.

    `ratio` is the product over all `evidence`; 1 would be no evidence, and the smaller, the surer. `text` says what
    was seen and what to do.
    """

    evidence: tuple[Evidence, ...]
    ratio: float
    text: str


def evidence(params: SwapParams, movement: Movement, turned: Turning | None) -> Evidence | None:
    """Return what a movement tells, None when nobody moved."""
    if turned is None or max(turned.pelvis_rad_s, turned.thigh_rad_s) < params.least_rad_s:
        return None
    should, other = turned.thigh_rad_s, turned.pelvis_rad_s
    if movement is Movement.BOWS:
        should, other = other, should
    least = _FINITE * max(should, other)
    return Evidence(movement, max(should, least) / max(other, least))


def swap(params: SwapParams, seen: Sequence[Evidence]) -> Swap | None:
    """Return that the sensors seem to be swapped, or None; all movements must say so, and together clearly."""
    if not seen or any(each.ratio >= 1.0 for each in seen):
        return None
    ratio = math.prod(each.ratio for each in seen)
    bows_only = all(each.movement is Movement.BOWS for each in seen)
    if ratio > (params.swapped_ratio_bows if bows_only else params.swapped_ratio):
        return None
    return Swap(tuple(seen), ratio, _text(seen))


def _text(seen: Sequence[Evidence]) -> str:
    what = "; ".join(_said(each) for each in seen)
    return f"the sensors seem to be swapped: {what}. Exchange the two sensors, or their roles, and calibrate again"


def _said(each: Evidence) -> str:
    times = f"{1.0 / each.ratio:.1f} times as much as the"
    if each.movement is Movement.BOWS:
        return f"in the bows the thigh sensor turned {times} pelvis sensor"
    doing = "in the leg swings" if each.movement is Movement.LEG_SWINGS else "in walking"
    return f"{doing} the pelvis sensor turned {times} thigh sensor"
