"""What really happened in a simulated session, kept apart from what the sensors read."""

from __future__ import annotations

from dataclasses import dataclass
from math import sin

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.event import ExitVerdict, Phase
from imu_hip.model.exercise_spec import CompensationKind, Direction, Step
from imu_hip.simulate.motion import BodyMotion
from imu_hip.simulate.plan import Channel, Plan, PlannedExit, PlannedFault, PlannedTurn, PlateauKind, Span
from imu_hip.simulate.sensors import SensorErrors
from imu_hip.simulate.soft_tissue import SoftTissue

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
class TrueAttempt:
    """A plateau that is not what was asked for: a touch, one short of the end range, a block that failed."""

    start_s: float
    end_s: float
    direction: Direction
    angle_rad: float
    kind: PlateauKind


@dataclass(frozen=True, slots=True)
class TrueExit:
    """The way back to neutral: how it was meant (None: at a speed of its own), and the strap's peak speed."""

    start_s: float
    end_s: float
    direction: Direction
    peak_rad_s: float
    verdict: ExitVerdict | None


@dataclass(frozen=True, slots=True)
class TrueRepetition:
    """A repetition of the exercise from its first movement until the limb is back, and the steps done as asked for."""

    start_s: float
    end_s: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class TrueCompensation:
    """A compensation, and by how much the body's part that shows it moved at most (without what skin adds).

    `toward`: which way that was, in the words of the events.
    """

    start_s: float
    end_s: float
    kind: CompensationKind
    peak_rad: float
    toward: str


@dataclass(frozen=True, slots=True)
class Truth:
    """Truth at each sample, contract signs on both sides.

    `angles_rad` (n, 3): flexion, adduction, internal rotation of the strapped thigh, what a perfect tracker of the
    strap reads from the neutral of the posture, that is without `posture_offset_rad` (n,).
    `femur_internal_rotation_rad` (n,): of the bone. `worn` (n,): the sensors are in
    place (before, the angles are the body's and no sensor can know them). `phase` (n,) of Phase, UNKNOWN
    outside the exercise. `end_range_rad`, `external_end_range_rad`: the strap's, over the maximal repetitions of that
    direction, >= 0, None when there was none. `attempts`: plateaus that are neither hold nor block. Quaternions (n, 4)
    and (4,) are free of error. `thigh_from_sensor` is as it was put on, before it slipped; the angles are those of a
    strap that did not. `*_errors`, `soft_tissue`: where errors come from.
    """

    angles_rad: Floats
    posture_offset_rad: Floats
    femur_internal_rotation_rad: Floats
    worn: NDArray[np.bool_]
    phase: NDArray[np.uint8]
    end_range_rad: float | None
    external_end_range_rad: float | None
    holds: tuple[TrueHold, ...]
    blocks: tuple[TrueBlock, ...]
    attempts: tuple[TrueAttempt, ...]
    exits: tuple[TrueExit, ...]
    repetitions: tuple[TrueRepetition, ...]
    compensations: tuple[TrueCompensation, ...]
    earth_from_pelvis_sensor: Floats
    earth_from_thigh_sensor: Floats
    pelvis_from_sensor: Floats
    thigh_from_sensor: Floats
    pelvis_errors: SensorErrors
    thigh_errors: SensorErrors
    soft_tissue: SoftTissue


_PHASES = {PlateauKind.HOLD: Phase.HOLD, PlateauKind.BLOCK: Phase.BLOCK}


def true_phase(t_s: Floats, plan: Plan) -> NDArray[np.uint8]:
    """Return what the limb is doing at each time (n,)."""
    phase = np.full(t_s.shape, Phase.UNKNOWN, dtype=np.uint8)
    for exercise in plan.exercises:
        phase[_rows(t_s, exercise)] = Phase.NEUTRAL
    for turn in plan.turns:
        phase[_rows(t_s, turn.way)] = Phase.APPROACH
        phase[_rows(t_s, turn.plateau)] = _PHASES.get(turn.kind, Phase.APPROACH)
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


def true_attempt(t_s: Floats, strap_rad: Floats, turn: PlannedTurn) -> TrueAttempt:
    """Return a plateau of another kind as the strap showed it."""
    plateau = turn.plateau
    return TrueAttempt(plateau.start_s, plateau.end_s, turn.direction, _mean(t_s, strap_rad, plateau), turn.kind)


def true_repetitions(plan: Plan) -> tuple[TrueRepetition, ...]:
    """Return the steps of each repetition in which the thigh turned; exits count as they were meant."""
    found = []
    for number in sorted({turn.repetition for turn in plan.turns}):
        turns = [turn for turn in plan.turns if turn.repetition == number]
        exits = [leaving for leaving in plan.exits if leaving.repetition == number]
        steps = [_STEPS[turn.kind, turn.direction] for turn in turns if (turn.kind, turn.direction) in _STEPS]
        steps += [Step.CONTROLLED_EXIT for leaving in exits if leaving.verdict is ExitVerdict.CONTROLLED]
        end_s = max([turns[-1].plateau.end_s, *(leaving.way.end_s for leaving in exits)])
        found.append(TrueRepetition(turns[0].way.start_s, end_s, tuple(steps)))
    return tuple(found)


_STEPS = {
    (PlateauKind.HOLD, Direction.INTERNAL): Step.INTERNAL_HOLD,
    (PlateauKind.HOLD, Direction.EXTERNAL): Step.EXTERNAL_HOLD,
    (PlateauKind.BLOCK, Direction.INTERNAL): Step.BLOCK,
    (PlateauKind.BLOCK, Direction.EXTERNAL): Step.BLOCK,
}


def true_exit(t_s: Floats, strap_rad: Floats, leaving: PlannedExit) -> TrueExit:
    """Return a planned exit as the strap showed it."""
    way = leaving.way
    rows = _rows(t_s, way)
    speed = np.abs(np.gradient(strap_rad[rows], t_s[rows]))
    return TrueExit(way.start_s, way.end_s, leaving.direction, float(np.max(speed)), leaving.verdict)


def true_compensation(t_s: Floats, motion: BodyMotion, fault: PlannedFault) -> TrueCompensation:
    """Return a planned fault as the body made it."""
    span = fault.span
    rows = _rows(t_s, span)
    moved = motion.channel(fault.channel)[rows]
    change = moved - moved[0]
    at = int(np.argmax(np.abs(change)))
    peak_rad = float(abs(change[at])) if fault.size_rad is None else fault.size_rad
    toward = _toward(fault, float(change[at]), float(motion.tilt_rad[rows][at]))
    return TrueCompensation(span.start_s, span.end_s, fault.kind, peak_rad, toward)


def _toward(fault: PlannedFault, change_rad: float, tilt_rad: float) -> str:
    if fault.kind in _NOWHERE:
        return ""
    if fault.channel is Channel.TURN and abs(sin(tilt_rad)) > 0.7:
        # Who lies on the back lifts the side that one who lies on the belly presses down.
        return "up" if change_rad * sin(tilt_rad) > 0.0 else "down"
    return _TOWARD[fault.channel][0 if change_rad > 0.0 else 1]


_NOWHERE = (
    CompensationKind.THIGH_DID_NOT_ROTATE,
    CompensationKind.OTHER_LEG_MOVED,
    CompensationKind.WRONG_POSTURE,
)
_TOWARD = {
    Channel.TURN: ("internal", "external"),
    Channel.TILT: ("posterior", "anterior"),
    Channel.LIST: ("down", "up"),
    Channel.ADDUCTION: ("adduction", "abduction"),
    Channel.FLEXION: ("flexion", "extension"),
    Channel.ROTATION: ("internal", "external"),
}


def true_end_range(t_s: Floats, strap_rad: Floats, plan: Plan, direction: Direction) -> float | None:
    """Return the strap's angle in the maximal repetitions: median over 0.5 s at the top, then over them."""
    ways = [repetition.way for repetition in plan.max_reps if repetition.direction is direction]
    tops = [Span(way.end_s, way.end_s + 0.5) for way in ways]
    if not tops:
        return None
    toward = direction.sign
    return toward * float(np.median([np.median(strap_rad[_rows(t_s, top)]) for top in tops]))


def _mean(t_s: Floats, angle_rad: Floats, span: Span) -> float:
    return float(np.mean(angle_rad[_rows(t_s, span)]))


def _rows(t_s: Floats, span: Span) -> slice:
    """Return the samples within a half-open span."""
    first, last = np.searchsorted(t_s, [span.start_s, span.end_s])
    return slice(int(first), int(last))


def posture_offset(t_s: Floats, flexion_rad: Floats, plan: Plan, cross_talk: float) -> Floats:
    """Return how far bending the hip into each exercise's posture has turned the strap (n,), rad.

    Nobody can tell it from neutral: every neutral pause takes it for zero. It counts from the arrival in the posture.
    """
    offset = np.zeros(t_s.shape)
    phase = true_phase(t_s, plan)
    for exercise in plan.exercises:
        rows = _rows(t_s, exercise)
        resting = flexion_rad[rows][phase[rows] == Phase.NEUTRAL]
        arrived_s = max((at_s for at_s in plan.arrivals_s if at_s <= exercise.start_s), default=exercise.start_s)
        if len(resting):
            offset[t_s >= arrived_s] = cross_talk * float(np.median(resting))
    return offset
