"""Cues between holds: go further, back to neutral, and a repetition done."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, radians

from imu_hip.guide import wording
from imu_hip.guide.moment import Moment
from imu_hip.guide.sections import HOLDS
from imu_hip.model.event import Hold, PartStarted, Phase
from imu_hip.model.item import MarkLabel
from imu_hip.model.signal import Signal, SignalKind


@dataclass(frozen=True, slots=True)
class MovementParams:
    """When to speak up.

    The way out has stalled when it has not grown by `growth_rad` for `stall_s`. `back_s` after neutral was asked for
    the limb should be there. Having been in neutral for `rested_s` begins another repetition.
    """

    stall_s: float = 1.5
    growth_rad: float = radians(1.0)
    back_s: float = 2.0
    rested_s: float = 0.5


@dataclass(frozen=True, slots=True)
class MovementCues:
    """All that evolves.

    `farthest_rad` of this way out was reached at `grew_s`; `urged` once for each. `asked_s`: the last prompt for
    neutral that was not followed in time. `neutral_s`: in neutral since (None: not). `repetition` numbers the times
    that neutral was left; `held`: a hold since then. `done`: repetitions with a hold in this part.
    """

    farthest_rad: float = -inf
    grew_s: float = 0.0
    urged: bool = False
    asked_s: float | None = None
    neutral_s: float | None = None
    rested: bool = False
    repetition: int = 0
    held: bool = False
    done: int = 0


def step(
    params: MovementParams, state: MovementCues, moment: Moment, *, counts: bool
) -> tuple[MovementCues, list[Signal]]:
    """Tell what is missing and what is done; `counts` is False where cycles are counted instead of repetitions."""
    signals: list[Signal] = []
    values = _way_out(params, state, moment, signals)
    asked_s = _neutral_asked(params, state, moment, signals)
    neutral_s, rested, repetition = state.neutral_s, state.rested, state.repetition
    in_neutral = moment.seen.phase is Phase.NEUTRAL
    if in_neutral:
        neutral_s = moment.t_s if neutral_s is None else neutral_s
        rested = rested or moment.t_s - neutral_s >= params.rested_s
    elif moment.seen.phase is not Phase.UNKNOWN:
        repetition += rested
        neutral_s, rested = None, False
    begun = any(isinstance(event, PartStarted) for event in moment.events)
    done = 0 if begun else state.done
    held = (state.held and not begun) or any(isinstance(event, Hold) for event in moment.events)
    if held and in_neutral:
        held, done = False, done + 1
        if counts:
            signals.append(_repetition_done(moment, done))
    return MovementCues(*values, asked_s, neutral_s, rested, repetition, held, done), signals


def _way_out(
    params: MovementParams, state: MovementCues, moment: Moment, signals: list[Signal]
) -> tuple[float, float, bool]:
    """Ask for more where a hold is asked for and the way there stalls below the level that starts it."""
    enter_rad, angle_rad = moment.snapshot.enter_rad, moment.seen.angle_rad
    asked = moment.guidance is None or moment.guidance.asks in HOLDS
    judged = moment.snapshot.exercise_id is not None and moment.seen.phase is Phase.APPROACH
    if not (asked and judged) or enter_rad is None or angle_rad is None:
        unknown = angle_rad is None and moment.seen.phase is Phase.UNKNOWN
        return (state.farthest_rad, state.grew_s, state.urged) if unknown else (-inf, moment.t_s, False)
    toward_rad = angle_rad if enter_rad > 0.0 else -angle_rad
    if toward_rad >= state.farthest_rad + params.growth_rad:
        return toward_rad, moment.t_s, state.urged
    urge = not state.urged and toward_rad < abs(enter_rad) and moment.t_s - state.grew_s > params.stall_s
    if urge:
        signals.append(Signal(moment.t_s, SignalKind.GO_FURTHER, wording.GO_FURTHER))
    return state.farthest_rad, state.grew_s, state.urged or urge


def _neutral_asked(params: MovementParams, state: MovementCues, moment: Moment, signals: list[Signal]) -> float | None:
    """Ask once more for neutral where the limb should long be there."""
    guidance = moment.guidance
    if guidance is None or guidance.asks is not MarkLabel.NEUTRAL or moment.snapshot.exercise_id is None:
        return state.asked_s
    away = moment.seen.phase not in (Phase.NEUTRAL, Phase.UNKNOWN)
    if not away or state.asked_s == guidance.since_s or moment.t_s - guidance.since_s < params.back_s:
        return state.asked_s
    signals.append(Signal(moment.t_s, SignalKind.NEUTRAL_PLEASE, wording.NEUTRAL_PLEASE))
    return guidance.since_s


def _repetition_done(moment: Moment, done: int) -> Signal:
    progress = None if moment.guidance is None else moment.guidance.progress
    of = None if progress is None or done > progress.repetitions else progress.repetitions
    return Signal(moment.t_s, SignalKind.REPETITION_DONE, wording.count(done, of), done)
