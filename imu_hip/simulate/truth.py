"""What really happened in a simulated session, kept apart from what the sensors read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.event import ExitVerdict, Phase
from imu_hip.model.exercise_spec import Direction
from imu_hip.simulate.plan import Plan, PlannedExit, PlannedTurn, Span

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TrueHold:
    """A plateau at end range, from the end of the way there to the next movement; the strap's mean angle."""

    start_s: float
    end_s: float
    direction: Direction
    angle_rad: float


@dataclass(frozen=True, slots=True)
class TrueBlock:
    """A plateau on which the person pushed; the strap's mean angle."""

    start_s: float
    end_s: float
    angle_rad: float


@dataclass(frozen=True, slots=True)
class TrueExit:
    """The way back to neutral: how it was meant, and the strap's peak speed."""

    start_s: float
    end_s: float
    direction: Direction
    peak_rad_s: float
    verdict: ExitVerdict


@dataclass(frozen=True, slots=True)
class Truth:
    """Truth at each sample, contract signs on both sides.

    `angles_rad` (n, 3): flexion, adduction, internal rotation of the strapped thigh, what a perfect tracker
    of the strap reads. `femur_internal_rotation_rad` (n,): of the bone. `worn` (n,): the sensors are in
    place (before, the angles are the body's and no sensor can know them). `phase` (n,) of Phase, UNKNOWN
    outside the exercise. `end_range_rad`: the strap's, over the maximal repetitions, None when there was
    none. Quaternions (n, 4) and (4,) are free of error.
    """

    angles_rad: Floats
    femur_internal_rotation_rad: Floats
    worn: NDArray[np.bool_]
    phase: NDArray[np.uint8]
    end_range_rad: float | None
    holds: tuple[TrueHold, ...]
    blocks: tuple[TrueBlock, ...]
    exits: tuple[TrueExit, ...]
    earth_from_pelvis_sensor: Floats
    earth_from_thigh_sensor: Floats
    pelvis_from_sensor: Floats
    thigh_from_sensor: Floats


def true_phase(t_s: Floats, plan: Plan) -> NDArray[np.uint8]:
    """Return what the limb is doing at each time (n,)."""
    phase = np.full(t_s.shape, Phase.UNKNOWN, dtype=np.uint8)
    for exercise in plan.exercises:
        phase[_rows(t_s, exercise)] = Phase.NEUTRAL
    for turn in plan.turns:
        phase[_rows(t_s, turn.way)] = Phase.APPROACH
        phase[_rows(t_s, turn.plateau)] = Phase.BLOCK if turn.is_block else Phase.HOLD
    for leaving in plan.exits:
        phase[_rows(t_s, leaving.way)] = Phase.EXIT
    return phase


def true_hold(t_s: Floats, strap_rad: Floats, turn: PlannedTurn) -> TrueHold:
    """Return a planned hold as the strap showed it."""
    plateau = turn.plateau
    return TrueHold(plateau.start_s, plateau.end_s, turn.direction, _mean(t_s, strap_rad, plateau))


def true_block(t_s: Floats, strap_rad: Floats, turn: PlannedTurn) -> TrueBlock:
    """Return a planned block as the strap showed it."""
    plateau = turn.plateau
    return TrueBlock(plateau.start_s, plateau.end_s, _mean(t_s, strap_rad, plateau))


def true_exit(t_s: Floats, strap_rad: Floats, leaving: PlannedExit) -> TrueExit:
    """Return a planned exit as the strap showed it."""
    way = leaving.way
    rows = _rows(t_s, way)
    speed = np.abs(np.gradient(strap_rad[rows], t_s[rows]))
    return TrueExit(way.start_s, way.end_s, leaving.direction, float(np.max(speed)), leaving.verdict)


def true_end_range(t_s: Floats, strap_rad: Floats, plan: Plan) -> float | None:
    """Return the strap's angle in the maximal repetitions: median over 0.5 s at the top, then over them."""
    tops = [Span(way.end_s, way.end_s + 0.5) for way in plan.max_reps]
    if not tops:
        return None
    return float(np.median([np.median(strap_rad[_rows(t_s, top)]) for top in tops]))


def _mean(t_s: Floats, angle_rad: Floats, span: Span) -> float:
    return float(np.mean(angle_rad[_rows(t_s, span)]))


def _rows(t_s: Floats, span: Span) -> slice:
    """Return the samples within a half-open span."""
    first, last = np.searchsorted(t_s, [span.start_s, span.end_s])
    return slice(int(first), int(last))
