"""Which end range each part of a recording was judged by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imu_hip.model.event import EndRange, Event, PartEnded, PartStarted
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.setup import Setup


def end_ranges(setup: Setup, events: Sequence[Event]) -> list[tuple[EndRange, ...]]:
    """Return for each part the end ranges it was judged by, the last of each direction behind those before it.

    Maximal repetitions are made before the part that they are for; further sets in that posture go by them, too.
    """
    out: list[list[EndRange]] = []
    made: list[EndRange] = []
    kept: list[EndRange] = []
    posture: Posture | None = None
    inside = False
    for event in events:
        if isinstance(event, PartStarted):
            spec = setup.exercise(event.exercise_id)
            before, posture = posture, None if spec is None else spec.posture
            if made or posture is not before:
                kept = made
            out.append(list(kept))
            made, inside = [], True
        elif isinstance(event, PartEnded):
            inside = False
        elif isinstance(event, EndRange):
            (out[-1] if inside else made).append(event)
    return [tuple(found) for found in out] or [tuple(made)]


def last_of_each_direction(found: Iterable[EndRange]) -> tuple[EndRange, ...]:
    """Return the end range of each direction that held in the end."""
    return tuple({event.direction: event for event in found}.values())
