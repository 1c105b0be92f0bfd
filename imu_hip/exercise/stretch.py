"""Judge the rows between two marks: holds and faults, and what they are judged by."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from heapq import merge
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from imu_hip.exercise import end_range, faults, habit, marked, neutral_before, part
from imu_hip.exercise.conditioning import COLUMNS
from imu_hip.exercise.judge_state import Params, State
from imu_hip.exercise.moment import Moment
from imu_hip.exercise.part import Happened, Judged
from imu_hip.model.block import Floats
from imu_hip.model.event import Event
from imu_hip.model.exercise_spec import Direction

Look = tuple[int, Moment]
"""A look at the body and its row."""


def run(
    params: Params, state: State, rows: Floats, first_s: Floats, looks: Sequence[Look]
) -> tuple[list[Event], NDArray[np.uint8]]:
    """Judge rows (n, 6) that came in at `first_s` (n,), with no mark or correction between them. Changes `state`.

    Return the events in the order in which they became final, and the phases (n,).
    """
    if state.repetition is not None:
        end_range.follow(state.repetition, rows)
    judging = state.repetition is None and (state.marked or not state.preparing)
    begins = 0
    events: list[Event] = []
    if state.part is None:
        known = np.flatnonzero(~np.isnan(rows[:, 1])) if judging and not state.marked else ()
        begins = int(known[0]) if len(known) else len(rows)
        ahead = [each for each in looks if each[0] < begins]
        events += _merged(state, [], _look(params, state, ahead, {}, []))
        looks = looks[len(ahead) :]
    phases = part.unjudged_phases(params.default_spec() if state.part is None else state.part.spec, rows)
    if begins == len(rows):
        return events, phases
    if state.part is None:
        state.part, state.held_back = marked.begin(params, state, params.default_spec(), float(first_s[begins]))
    before = part.end_ranges(state.part)
    # What happens while something else was asked for is not seen by the rules.
    judged = part.run(state.part, rows[begins:] if judging else _unseen(rows))
    happened = [(begins + row, found) for row, found in judged.happened]
    ranges = [(begins + row, *adopted) for row, *adopted in judged.ranges]
    events += _merged(state, happened, _look(params, state, looks, before, ranges))
    return events, judged.phases if judging and state.marked else phases


def _unseen(rows: Floats) -> Floats:
    unseen = np.full((len(rows), COLUMNS), math.nan)
    unseen[:, 0] = rows[:, 0]
    return unseen


def _merged(state: State, happened: Happened, seen: Happened) -> list[Event]:
    """Return events in the order of rows, those of one row as given; of a part without a mark they are held back."""
    both = [found for _, found in merge(happened, seen, key=itemgetter(0))]
    return [event for found in both for event in state.kept_until_marked(found)]


def _look(
    params: Params,
    state: State,
    looks: Sequence[Look],
    end_ranges_rad: dict[Direction, float],
    ranges: Sequence[tuple[int, Direction, float]],
) -> Happened:
    """Look for faults within the part, unless something else was asked for.

    `end_ranges_rad` before the first of the rows, and how they changed at some of them.
    """
    found: Happened = []
    at = 0
    for row, moment in looks:
        while at < len(ranges) and ranges[at][0] <= row:
            end_ranges_rad[ranges[at][1]] = ranges[at][2]
            at += 1
        events = _look_once(params, state, moment, end_ranges_rad) if moment.known else ()
        if events:
            found.append((row, events))
    return found


def _look_once(
    params: Params, state: State, moment: Moment, end_ranges_rad: Mapping[Direction, float]
) -> tuple[Event, ...]:
    running = state.part
    spec = params.default_spec() if running is None else running.spec
    level_rad = neutral_before.level_rad(spec.hold.neutral_fraction, end_ranges_rad, moment.rotation_rad)
    neutral_before.step(state.neutral, moment, level_rad)
    if state.repetition is not None:
        if state.neutral.neutral is not None:
            habit.step(state.habits, state.neutral.neutral, moment)
        return ()
    if running is None or not (state.marked or not state.preparing):
        return ()
    return faults.step(running.faults, moment, end_ranges_rad)
