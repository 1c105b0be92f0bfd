"""The closing summary of a session: cycles, holds, exits, faults and warnings as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import degrees

from imu_hip.feedback.told_pain import pain_lines
from imu_hip.feedback.wording import angle, clock, count, figure, told
from imu_hip.model.coaching_words import HOLDS
from imu_hip.model.event import (
    ActiveRange,
    Block,
    CalibrationStep,
    Compensation,
    Cycle,
    EndRange,
    Event,
    Exit,
    Hold,
    NotJudged,
    PartStarted,
    RadioTrouble,
    Touch,
    Trial,
    Trouble,
    Warning,
)
from imu_hip.model.exercise_spec import Direction, Step
from imu_hip.model.item import NoteKind, TimedNote
from imu_hip.model.judged_by import end_ranges, last_of_each_direction
from imu_hip.model.setup import Setup
from imu_hip.model.stopped import stopped_while_calibrating

DISCLAIMER = "Training, research and education. Not a medical device."
STOPPED_AT = "You stopped during the calibration (step {number} of {steps}). Nothing was measured."
STOPPED = "The session was stopped during its calibration. Nothing was measured."
COUNTED = (RadioTrouble.GAP, RadioTrouble.LOST, RadioTrouble.BAD_PACKET, RadioTrouble.QUEUE_FULL)


def summary_lines(
    setup: Setup,
    events: Sequence[Event],
    notes: Sequence[TimedNote] = (),
    *,
    advice: str = "",
    step: tuple[int, int] = (0, 0),
) -> list[str]:
    """Return the summary of everything that happened, part by part; angles are ± 2 SD, in degrees.

    Pain comes first; `advice` is what to do next; `step` is the one of how many that the guide took last, if known.
    """
    lines = pain_lines(notes, events) + list(told(note for note in notes if note.kind is NoteKind.TEXT))
    if stopped_while_calibrating(setup, events):
        return [*lines, _stopped(step), *_trouble(events), DISCLAIMER]
    for (exercise_id, part), ends in zip(_parts(setup, events), end_ranges(setup, events), strict=True):
        spec = setup.exercise(exercise_id)
        name = f"{spec.name}, {spec.posture.value.replace('_', ' ')}" if spec else exercise_id
        lines.append(f"{name} · {setup.side.value} side")
        lines += [f"  {_end_range(found)}" for found in last_of_each_direction(ends)]
        lines += _part(part)
    lines += _calibration(events) + _trouble(events)
    lines += [f"! {event.text}" for event in events if isinstance(event, Warning)]
    lines += [f"Next: {advice}."] if advice else []
    return [*lines, DISCLAIMER]


def _stopped(step: tuple[int, int]) -> str:
    number, steps = step
    return STOPPED_AT.format(number=number, steps=steps) if number else STOPPED


def _parts(setup: Setup, events: Sequence[Event]) -> Iterable[tuple[str, list[Event]]]:
    """Yield the exercise and events of each part; without any, all is of the setup's exercise."""
    starts = [index for index, event in enumerate(events) if isinstance(event, PartStarted)]
    if not starts:
        yield setup.exercise_id, list(events)
        return
    for first, beyond in zip(starts, [*starts[1:], len(events)], strict=True):
        start = events[first]
        if isinstance(start, PartStarted):
            yield start.exercise_id, list(events[first:beyond])


def _part(events: Sequence[Event]) -> list[str]:
    cycles = [event for event in events if isinstance(event, Cycle)]
    holds = [event for event in events if isinstance(event, Hold)]
    exits = [event for event in events if isinstance(event, Exit)]
    blocks = [event for event in events if isinstance(event, Block)]
    touches = sum(isinstance(event, Touch) for event in events)
    lines = []
    if cycles:
        complete = sum(cycle.complete for cycle in cycles)
        lines.append(f"  Cycles: {complete} of {len(cycles)} complete")
        lines += [_missing(number, cycle) for number, cycle in enumerate(cycles, 1) if cycle.missing]
    measured = _measured(events)
    if measured:
        return [*lines, *measured, *_faults(events)]
    lines.append(f"  Holds: {len(holds)}" + (f", too short to count: {touches}" if touches else ""))
    lines += [_hold(number, hold) for number, hold in enumerate(holds, 1)]
    if blocks:
        lines.append(f"  Blocks: {len(blocks)}")
        lines += [_block(number, block) for number, block in enumerate(blocks, 1)]
    lines.append(f"  Exits: {len(exits)}")
    lines += [_exit(number, exit_) for number, exit_ in enumerate(exits, 1)]
    return lines + _faults(events)


def _faults(events: Sequence[Event]) -> list[str]:
    lines = []
    faults = [event for event in events if isinstance(event, Compensation)]
    if faults:
        lines.append(f"  Faults: {len(faults)}")
        lines += [_fault(number, fault) for number, fault in enumerate(faults, 1)]
    unsure: dict[str, NotJudged] = {}
    for event in events:
        if isinstance(event, NotJudged):
            unsure.setdefault(event.kind.value, event)
    lines += [f"  Not judged: {kind.replace('_', ' ')} ({event.why})" for kind, event in unsure.items()]
    return lines


def _measured(events: Sequence[Event]) -> list[str]:
    ranges = {event.direction: event for event in events if isinstance(event, ActiveRange)}
    trials = [event for event in events if isinstance(event, Trial)]
    lines = []
    for direction, found in ranges.items():
        each = ", ".join(f"{figure(degrees(t.angle_rad))}°" for t in trials if t.direction is direction)
        mean = angle(degrees(found.mean_rad), degrees(found.sd_rad))
        best = f"best {figure(degrees(found.best_rad))}°"
        lines.append(
            f"  {direction.value.capitalize()}: {mean}, mean of {count(found.trials, 'trial')} ({each}; {best})"
        )
    if len(ranges) == len(Direction):
        inward, outward = ranges[Direction.INTERNAL].mean_rad, ranges[Direction.EXTERNAL].mean_rad
        arc = f"{figure(degrees(inward + outward))}°"
        lines.append(f"  Total arc {arc}, internal to external {inward / outward:.2f}")
    return lines


def _fault(number: int, fault: Compensation) -> str:
    kind = fault.kind.value.replace("_", " ")
    return f"    {number}. {clock(fault.start_s)}  {kind}" + (f" ({fault.why})" if fault.why else "")


def _end_range(event: EndRange) -> str:
    source = "" if event.from_max_rep else ", taken from holds"
    return f"End range: {figure(degrees(event.end_range_rad))}° {event.direction.value}{source}"


def _missing(number: int, cycle: Cycle) -> str:
    return f"    {number}. missing: {', '.join(_step(step) for step in cycle.missing)}"


def _step(step: Step) -> str:
    return step.value.replace("_", " ")


def _hold(number: int, hold: Hold) -> str:
    reached = angle(degrees(hold.angle_rad), degrees(hold.sd_rad))
    direction = "in" if hold.direction is Direction.INTERNAL else "out"
    percent = f"{figure(100.0 * hold.fraction_of_end_range)} % of end range"
    text = f"{clock(hold.start_s)}  {hold.end_s - hold.start_s:.1f} s at {reached} {direction}, {percent}"
    return f"    {number}. {text}: {HOLDS[hold.verdict]}" + (f" ({hold.why})" if hold.why else "")


def _block(number: int, block: Block) -> str:
    still = f"within {degrees(block.range_rad):.1f}°"
    return f"    {number}. {clock(block.start_s)}  {block.end_s - block.start_s:.1f} s {still}"


def _exit(number: int, exit_: Exit) -> str:
    verdict = exit_.verdict.value if exit_.verdict else "not graded"
    speed = f"peak {figure(degrees(exit_.peak_rad_s))}°/s"
    text = f"{number}. {clock(exit_.start_s)}  {exit_.end_s - exit_.start_s:.1f} s, {speed}: {verdict}"
    return f"    {text}" + (f" ({exit_.why})" if exit_.why else "")


def _calibration(events: Sequence[Event]) -> list[str]:
    """Return refused calibration steps that were never made good."""
    last: dict[str, CalibrationStep] = {}
    for event in events:
        if isinstance(event, CalibrationStep):
            last[event.label] = event
    return [f"! {label.replace('_', ' ')}: {step.text}" for label, step in last.items() if not step.accepted]


def _trouble(events: Sequence[Event]) -> list[str]:
    found: Counter[tuple[str, RadioTrouble]] = Counter()
    for event in events:
        if isinstance(event, Trouble) and event.kind in COUNTED:
            found[event.role.value, event.kind] += 1
    return [f"! {role} sensor: {kind.value.replace('_', ' ')}, {count(n, 'time')}" for (role, kind), n in found.items()]
