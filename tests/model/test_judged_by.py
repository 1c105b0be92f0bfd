"""Which end range each part was judged by: maximal repetitions before it, and what came within it."""

from __future__ import annotations

import math
from dataclasses import replace

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.model.event import EndRange, Event, PartEnded, PartStarted, Touch
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.judged_by import end_ranges, last_of_each_direction
from imu_hip.session.analysis_json import analysis_json
from tests.app.calling import RECORDING

ANALYSIS = api.analyze(RECORDING)
SETUP = replace(
    ANALYSIS.setup, exercises=tuple(exercise(each) for each in ("standing_dissociation", "supine_ere", "prone_ir"))
)


def found(t_s: float, direction: Direction = Direction.INTERNAL) -> EndRange:
    return EndRange(t_s, direction, 0.5, from_max_rep=True)


def part(start_s: float, exercise_id: str, *inside: Event) -> list[Event]:
    return [PartStarted(start_s, exercise_id), *inside, PartEnded(start_s + 5.0, exercise_id)]


def test_repetitions_before_a_part_are_for_it_alone_in_another_posture() -> None:
    first, second = found(1.0), found(11.0)
    events = [first, *part(5.0, "supine_ere"), second, *part(15.0, "prone_ir")]
    assert end_ranges(SETUP, events) == [(first,), (second,)]
    assert end_ranges(SETUP, [first, *part(5.0, "supine_ere"), *part(15.0, "prone_ir")]) == [(first,), ()]


def test_a_further_set_in_the_same_posture_goes_by_the_repetitions_of_the_first() -> None:
    first = found(1.0)
    sets = [first, *part(5.0, "supine_ere"), *part(15.0, "supine_ere"), *part(25.0, "supine_ere")]
    assert end_ranges(SETUP, sets) == [(first,)] * 3
    again = found(12.0)
    assert end_ranges(SETUP, [*sets[:3], again, *sets[3:]]) == [(first,), (again,), (again,)]


def test_what_was_raised_within_a_part_stands_behind_what_it_began_with() -> None:
    first, raised, outward = found(1.0), found(7.0), found(2.0, Direction.EXTERNAL)
    events = [first, outward, *part(5.0, "standing_dissociation", raised)]
    (of_part,) = end_ranges(SETUP, events)
    assert of_part == (first, outward, raised)
    assert last_of_each_direction(of_part) == (raised, outward)


def test_without_parts_all_of_them_are_those_of_the_recording() -> None:
    first, second = found(1.0), found(2.0)
    assert end_ranges(SETUP, [first, second]) == [(first, second)]
    assert end_ranges(SETUP, []) == [()]


def test_the_json_has_end_ranges_and_touches_of_each_part() -> None:
    result = analysis_json(ANALYSIS)
    (of_recording,) = [event for event in ANALYSIS.events if isinstance(event, EndRange)][-1:]
    (shown,) = result["end_range"]
    assert (shown["t_s"], shown["direction"], shown["from_max_rep"]) == (of_recording.t_s, "internal", True)
    assert shown["angle_deg"] == math.degrees(of_recording.end_range_rad)
    start = next(k for k, event in enumerate(ANALYSIS.events) if isinstance(event, PartStarted))
    touched = Touch(56.0, 56.6, Direction.INTERNAL)
    events = (*ANALYSIS.events[: start + 1], touched, *ANALYSIS.events[start + 1 :])
    assert analysis_json(replace(ANALYSIS, events=events))["touches"] == [
        {"start_s": 56.0, "end_s": 56.6, "direction": "internal"}
    ]
