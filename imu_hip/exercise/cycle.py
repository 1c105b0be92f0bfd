"""Put the steps of a cycle together: what came between leaving neutral and being back, and what was missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from imu_hip.model.event import Block, Cycle, Exit, ExitVerdict, Hold, Touch
from imu_hip.model.exercise_spec import Direction, Step


@dataclass(slots=True)
class CycleState:
    """The running cycle: when the limb left neutral (None: not yet seen there), its steps; and what has been counted.

    `hold_angles_rad` of its holds, `exit_why` of an exit that was not controlled. `shown`: the steps of the running
    cycle, or of the last one until the next begins.
    """

    neutral_s: float | None = None
    start_s: float = 0.0
    steps: list[Step] = field(default_factory=list)
    hold_angles_rad: list[float] = field(default_factory=list)
    exit_why: str = ""
    shown: tuple[Step, ...] = ()
    finished: int = 0
    complete: int = 0


def add(state: CycleState, event: Hold | Touch | Exit | Block) -> None:
    """Take a step in. A short hold is a step; a touch is none, and an exit only when controlled."""
    step = _step(event)
    if isinstance(event, Exit) and step is None and event.verdict is not None:
        state.exit_why = f"{event.verdict}: {event.why}"
    if step is None:
        return
    if isinstance(event, Hold):
        state.hold_angles_rad.append(event.angle_rad)
    if not state.steps:
        state.start_s = event.start_s if state.neutral_s is None else state.neutral_s
    state.steps.append(step)
    state.shown = tuple(state.steps)


def close(wanted: tuple[Step, ...], state: CycleState, end_s: float) -> tuple[Cycle, ...]:
    """End the running cycle, if there is one, because the limb is back in neutral or nothing more comes."""
    held, state.hold_angles_rad = state.hold_angles_rad, []
    exit_why, state.exit_why = state.exit_why, ""
    if not state.steps:
        return ()
    steps = tuple(state.steps)
    lacking = missing(wanted, steps)
    state.steps = []
    state.finished += 1
    state.complete += not lacking
    growth = held[-1] - held[0] if len(held) > 1 else None
    return (Cycle(state.start_s, end_s, not lacking, steps, lacking, growth, _why(lacking, growth, exit_why)),)


def missing(wanted: Sequence[Step], found: Sequence[Step]) -> tuple[Step, ...]:
    """Return the fewest steps that would have to be added to `found` for it to contain `wanted` in order."""
    # From the end of `found` backwards; lacking[i] is what wanted[i:] lacks in the rest of it.
    lacking = [tuple(wanted[i:]) for i in range(len(wanted) + 1)]
    for step in reversed(found):
        before = lacking
        lacking = [()] * (len(wanted) + 1)
        for i in reversed(range(len(wanted))):
            if wanted[i] is step:
                lacking[i] = before[i + 1]
            else:
                lacking[i] = min(before[i], (wanted[i], *lacking[i + 1]), key=len)
    return lacking[0]


def _why(lacking: tuple[Step, ...], growth_rad: float | None, exit_why: str) -> str:
    parts = ["all steps in order"]
    if lacking:
        parts = [f"missing: {', '.join(step.replace('_', ' ') for step in lacking)}"]
        if Step.CONTROLLED_EXIT in lacking and exit_why:
            parts.append(f"the exit was a {exit_why}" if exit_why.startswith("flop") else f"the exit was {exit_why}")
    if growth_rad is not None:
        parts.append(f"the last hold went {math.degrees(growth_rad):+.1f}° against the first")
    return "; ".join(parts)


def _step(event: Hold | Touch | Exit | Block) -> Step | None:
    match event:
        case Hold(direction=Direction.INTERNAL):
            return Step.INTERNAL_HOLD
        case Hold():
            return Step.EXTERNAL_HOLD
        case Block():
            return Step.BLOCK
        case Exit(verdict=ExitVerdict.CONTROLLED):
            return Step.CONTROLLED_EXIT
        case _:
            return None
