"""Judge the rows between two marks: holds and faults, and what they are judged by."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from heapq import merge
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imu_hip.exercise import end_range, fault_looks, faults, marked, part
from imu_hip.exercise.conditioning import COLUMNS
from imu_hip.exercise.judge_state import Params, State
from imu_hip.exercise.part import Happened
from imu_hip.model.block import Floats
from imu_hip.model.event import Event
from imu_hip.model.exercise_spec import Direction


class Looks(NamedTuple):
    """Looks at the body: their rows (m,) and numbers (m, 17)."""

    rows: list[int]
    numbers: Floats

    def until(self, row: int) -> Looks:
        """Return the looks before a row."""
        count = bisect_left(self.rows, row)
        return Looks(self.rows[:count], self.numbers[:count])

    def since(self, row: int, origin: int = 0) -> Looks:
        """Return the looks from a row on; rows count from `origin`."""
        count = bisect_left(self.rows, row)
        return Looks([each - origin for each in self.rows[count:]], self.numbers[count:])


def run(
    params: Params, state: State, rows: Floats, first_s: Floats, looks: Looks
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
        begins = _first_known(rows) if judging and not state.marked else len(rows)
        events += _merged(state, [], _look(params, state, looks.until(begins), {}, []))
        looks = looks.since(begins)
    if begins == len(rows):
        return events, part.unjudged_phases(params.default_spec(), rows)
    if state.part is None:
        state.part, state.held_back = marked.begin(params, state, params.default_spec(), float(first_s[begins]))
    running = state.part
    before = part.end_ranges(running)
    # What happens while something else was asked for is not seen by the rules.
    judged = part.run(running, rows[begins:] if judging else _unseen(rows))
    happened = [(begins + row, found) for row, found in judged.happened]
    ranges = [(begins + row, way, end_range_rad) for row, way, end_range_rad in judged.ranges]
    events += _merged(state, happened, _look(params, state, looks, before, ranges))
    return events, judged.phases if judging and state.marked else part.unjudged_phases(running.spec, rows)


def _first_known(rows: Floats) -> int:
    known = np.flatnonzero(~np.isnan(rows[:, 1]))
    return int(known[0]) if len(known) else len(rows)


def _unseen(rows: Floats) -> Floats:
    unseen = np.full((len(rows), COLUMNS), math.nan)
    unseen[:, 0] = rows[:, 0]
    return unseen


def _merged(state: State, happened: Happened, seen: Happened) -> list[Event]:
    """Return events in the order of rows, those of one row as given; of a part without a mark they are held back."""
    both = merge(happened, seen, key=itemgetter(0)) if happened or seen else ()
    return [event for _, found in both for event in state.kept_until_marked(found)]


def _look(
    params: Params,
    state: State,
    looks: Looks,
    end_ranges_rad: dict[Direction, float],
    ranges: Sequence[tuple[int, Direction, float]],
) -> Happened:
    """Look for faults within the part, unless something else was asked for.

    `end_ranges_rad` before the first of the rows, and how they changed at some of them.
    """
    happened: Happened = []
    for row, direction, end_range_rad in ranges:
        happened += _look_by(params, state, looks.until(row), end_ranges_rad)
        looks = looks.since(row)
        end_ranges_rad[direction] = end_range_rad
    return happened + _look_by(params, state, looks, end_ranges_rad)


def _look_by(params: Params, state: State, looks: Looks, end_ranges_rad: Mapping[Direction, float]) -> Happened:
    if not looks.rows:
        return []
    running = state.part
    if running is None or state.repetition is not None or not (state.marked or not state.preparing):
        asked = faults.asked_of(
            params.default_spec() if running is None else running.spec, state.neutral, end_ranges_rad
        )
        neutral = state.neutral
        fault_looks.prepare(
            asked, looks.numbers, neutral.memory, neutral.numbers, neutral.looks, state.habits,
            state.repetition is not None,
        )  # fmt: skip
        return []
    return [(looks.rows[at], found) for at, found in faults.run(running.faults, looks.numbers, end_ranges_rad)]
