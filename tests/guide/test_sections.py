"""Sections: the pieces of a script that can be ended, repeated or skipped."""

from itertools import pairwise

import pytest

from imu_hip.guide.programme import PROGRAMMES
from imu_hip.guide.script import Dose, routine_script, script
from imu_hip.guide.sections import SectionKind, sections

KINDS = SectionKind


@pytest.mark.parametrize("exercise_id", sorted(PROGRAMMES))
def test_sections_cover_the_script_without_holes(exercise_id: str) -> None:
    prompts = script(exercise_id, 2)
    found = sections(prompts)
    assert found[0].start_s == 0.0
    assert found[-1].end_s == prompts[-1].start_s + prompts[-1].duration_s
    assert all(one.end_s == following.start_s for one, following in pairwise(found))


def test_repetitions_of_a_cycle_begin_with_its_first_hold() -> None:
    (one_set,) = [section for section in sections(script("supine_ere", 3)) if section.kind is KINDS.SET]
    assert one_set.repetitions == pytest.approx([one_set.start_s + 39.0 * k for k in range(3)])


def test_each_hold_of_standing_is_a_repetition() -> None:
    (one_set,) = [section for section in sections(script("standing_dissociation")) if section.kind is KINDS.SET]
    assert len(one_set.repetitions) == 6


def test_sets_are_numbered_within_their_exercise_and_share_its_run() -> None:
    found = sections(routine_script(["supine_ere", "seated_ir"], doses={"supine_ere": Dose(sets=3, rest_s=20.0)}))
    numbers = [(section.run, section.set_number) for section in found if section.kind is KINDS.SET]
    assert numbers == [(0, 1), (0, 2), (0, 3), (1, 1)]
    assert [section.run for section in found] == sorted(section.run for section in found)
    second = next(section for section in found if section.run == 1)
    assert second.kind is KINDS.WAY  # the way to the next exercise is its own


def test_calibration_sections_are_those_before_the_first_posture() -> None:
    found = sections(script("seated_ir"))
    last = max(k for k, section in enumerate(found) if section.kind is KINDS.CALIBRATION)
    first = next(k for k, section in enumerate(found) if section.kind is KINDS.NEUTRAL)
    assert last < first
