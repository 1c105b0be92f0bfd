"""What can be chosen stands in an order that is easy to find one's way in."""

from __future__ import annotations

from imu_hip.app.catalogue import catalogue
from imu_hip.app.choices import start_view
from imu_hip.guide.routines import ROUTINES


def test_each_routine_comes_before_its_exercises_and_the_measurements_last() -> None:
    choices = start_view(catalogue(), ("me",), demo_possible=True).exercises
    listed = [(choice.id, choice.routine) for choice in choices]
    first, second = ROUTINES
    expected = [(first, ""), *((each, first) for each in ROUTINES[first])]
    expected += [(second, ""), *((each, second) for each in ROUTINES[second])]
    assert listed[: len(expected)] == expected
    assert [exercise_id for exercise_id, _ in listed[len(expected) :]] == ["arom_prone", "arom_seated"]
