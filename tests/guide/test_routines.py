"""Routines: names for lists of exercises that share one calibration."""

from imu_hip.guide.programme import PROGRAMMES
from imu_hip.guide.routines import ROUTINES, exercises_of
from imu_hip.guide.script import Dose, routine_script, script
from imu_hip.model.cue import Cue
from imu_hip.model.item import MarkLabel


def test_routines_are_the_six_exercises_in_their_order() -> None:
    both = exercises_of(["routine_1", "routine_2"])
    assert both == ("standing_dissociation", "supine_ere", "hinge_ir", "seated_ir", "prone_ir", "brettzel")
    assert set(both) <= set(PROGRAMMES)
    assert not set(ROUTINES) & set(PROGRAMMES)


def test_other_names_stand_for_themselves() -> None:
    assert exercises_of(["arom_prone", "routine_1"])[:2] == ("arom_prone", "standing_dissociation")


def test_one_set_is_the_script_as_it_always_was() -> None:
    assert routine_script(["seated_ir"], doses={"seated_ir": Dose(cycles=2)}) == script("seated_ir", 2)


def test_each_set_is_an_interval_after_a_rest_and_a_moment_in_neutral() -> None:
    prompts = routine_script(["seated_ir"], doses={"seated_ir": Dose(sets=3, rest_s=20.0)})
    wholes = [prompt for prompt in prompts if prompt.label is MarkLabel.EXERCISE]
    assert [whole.detail for whole in wholes] == ["seated_ir"] * 3
    for whole in wholes[1:]:
        rest, ready = prompts[prompts.index(whole) - 2 : prompts.index(whole)]
        assert (rest.label, rest.detail, rest.duration_s) == (None, Cue.LET_GO, 20.0)
        assert ready.label is MarkLabel.NEUTRAL
        assert ready.start_s + ready.duration_s == whole.start_s
