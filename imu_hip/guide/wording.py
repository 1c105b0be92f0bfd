"""Words of the guide and of the cues that are not in a script; faults and exits have theirs in the model."""

from __future__ import annotations

from collections.abc import Mapping

from imu_hip.model.coaching_words import FAULTS
from imu_hip.model.event import Cycle
from imu_hip.model.exercise_spec import CompensationKind
from imu_hip.model.item import MarkLabel, Role

SET_ENDED = "Set ended: let go slowly and rest"
PAUSED = "Paused"
CUT_OFF = "Cut off: take your place again"
PAIN = "Stop. Let go slowly, sit or lie, rest"
PAIN_LATER = "Go on only if the pain is gone"
READY = "Ready? Tap the thigh sensor twice"
BEGINS = "Get into place"
ONCE_MORE_ASKED = "Once more"
ONCE_MORE = "That was not usable: once more"

COSTS: Mapping[MarkLabel, str] = {
    MarkLabel.TABLE_REST: "Going on: angles will drift more",
    MarkLabel.N_POSE: "Going on: there may be no angle",
    MarkLabel.LEG_SWINGS: "Going on: angles will be less sure",
    MarkLabel.BOWS: "Going on: angles will be less sure",
    MarkLabel.HOOK_LYING: "Going on: there may be no angle",
    MarkLabel.BRIDGE: "Going on: angles will be less sure",
    MarkLabel.KNEE_ROCKS: "Going on: angles will be less sure",
    MarkLabel.POSTURE_NEUTRAL: "Going on: zero will be less sure",
    MarkLabel.MAX_REP: "Going on: limits will be less sure",
}
"""What it costs to go on without a step that was refused twice; the steps that are asked for again at all."""

GO_FURTHER = "Further, to your end range"
HOLD_DONE = "Hold done"
SET_DONE = "Set done"
HOLD_PAUSED = "Hold paused: no data"
NEUTRAL_PLEASE = "Back to neutral, please"


def ended_by_fault(kind: CompensationKind, times: int) -> str:
    """Say why the guide ends a set."""
    return f"{FAULTS[kind].name}, {times} times: rest"


def correction(kind: CompensationKind) -> str:
    """Say what to mend in the next repetition."""
    return f"Next time: {FAULTS[kind].line[:1].lower()}{FAULTS[kind].line[1:]}"


def count(done: int, of: int | None) -> str:
    """Say how many repetitions are done."""
    return f"{done} done" if of is None else f"{done} of {of} done"


def cycle_done(cycle: Cycle) -> str:
    """Say that a cycle is over, and what was left out of it."""
    if cycle.complete:
        return "Cycle complete"
    missing = " and ".join(step.value.replace("_", " ") for step in cycle.missing)
    return f"Cycle without {missing}" if missing else "Cycle not complete"


def sensor_lost(role: Role) -> str:
    """Say that a sensor is silent."""
    return f"{role.value.capitalize()} sensor lost"


def sensor_back(role: Role) -> str:
    """Say that a sensor is heard again."""
    return f"{role.value.capitalize()} sensor is back"
