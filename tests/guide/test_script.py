"""The script: what is asked for, when, and in which words."""

from dataclasses import replace
from importlib import resources
from itertools import pairwise

import pytest

from imu_hip.app.catalogue import exercise
from imu_hip.guide import script as guided
from imu_hip.guide.around import Calibration
from imu_hip.model.cue import Cue
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from tests.scripts import EXERCISES, routine_script, script


def end_s(prompt: Prompt) -> float:
    return prompt.start_s + prompt.duration_s


EVERY = pytest.mark.parametrize("exercise_id", sorted(EXERCISES))
MAX_REPS = {
    "standing_dissociation": ["internal", "internal", "external", "external"],
    "arom_seated": [],
    "arom_prone": [],
}


def of(label: MarkLabel, prompts: tuple[Prompt, ...]) -> list[Prompt]:
    return [prompt for prompt in prompts if prompt.label is label]


def test_sensors_rest_on_the_table_for_at_least_ten_seconds_first() -> None:
    first = script("supine_ere")[0]
    assert first.label is MarkLabel.TABLE_REST
    assert first.start_s == 0.0
    assert first.duration_s >= 10.0


def test_first_hold_of_the_exercise_begins_within_a_minute() -> None:
    hold = next(prompt for prompt in script("supine_ere") if prompt.detail == Cue.INTERNAL_HOLD)
    slowest_person_s = 0.6 + 1.4
    start_of_the_radio_s = 3.0
    assert hold.start_s + slowest_person_s + start_of_the_radio_s <= 60.0


def test_calibration_comes_in_the_order_that_the_estimator_needs() -> None:
    labels = [prompt.label for prompt in script("supine_ere") if prompt.label is not None]
    assert labels == [
        MarkLabel.TABLE_REST,
        MarkLabel.N_POSE,
        MarkLabel.LEG_SWINGS,
        MarkLabel.BOWS,
        MarkLabel.POSTURE_NEUTRAL,
        MarkLabel.MAX_REP,
        MarkLabel.NEUTRAL,
        MarkLabel.MAX_REP,
        MarkLabel.NEUTRAL,
        MarkLabel.EXERCISE,
        MarkLabel.NEUTRAL,
    ]


@pytest.mark.parametrize("cycles", [1, 3])
def test_the_exercise_spans_exactly_its_cycles(cycles: int) -> None:
    prompts = script("supine_ere", cycles)
    (exercise,) = of(MarkLabel.EXERCISE, prompts)
    steps = prompts[prompts.index(exercise) + 1 :]
    asked = [step.label or step.detail for step in steps]
    cycle = [Cue.INTERNAL_HOLD, Cue.BLOCK, Cue.INTERNAL_HOLD, Cue.LET_GO, MarkLabel.NEUTRAL]
    assert asked == cycle * cycles
    assert exercise.detail == "supine_ere"
    assert steps[0].start_s == exercise.start_s
    assert end_s(steps[-1]) == end_s(exercise) == end_s(prompts[-1])
    assert all(end_s(one) == following.start_s for one, following in pairwise(steps))


def test_holds_and_block_leave_room_for_a_slow_breath() -> None:
    timed = [prompt for prompt in script("supine_ere") if prompt.detail in {Cue.INTERNAL_HOLD, Cue.BLOCK}]
    breath_s = 9.0
    assert all(prompt.duration_s > breath_s for prompt in timed)


def test_maximal_repetitions_are_internal_and_end_in_a_neutral_pause() -> None:
    prompts = script("supine_ere")
    repetitions = of(MarkLabel.MAX_REP, prompts)
    assert [repetition.detail for repetition in repetitions] == ["internal", "internal"]
    neutral_starts = {prompt.start_s for prompt in of(MarkLabel.NEUTRAL, prompts)}
    assert {end_s(repetition) for repetition in repetitions} <= neutral_starts


@EVERY
def test_prompts_begin_in_order_and_no_moment_is_without_one(exercise_id: str) -> None:
    prompts = script(exercise_id, 2)
    assert all(one.start_s <= following.start_s for one, following in pairwise(prompts))
    covered_s = 0.0
    for prompt in prompts:
        assert prompt.start_s <= covered_s
        covered_s = max(covered_s, end_s(prompt))


@EVERY
def test_every_prompt_can_be_read_from_across_the_room(exercise_id: str) -> None:
    texts = {prompt.text for prompt in script(exercise_id)}
    assert all(0 < len(text) <= 40 for text in texts)


def test_prompts_without_a_mark_say_what_they_ask_for_and_every_cue_is_used() -> None:
    prompts = [*routine_script(sorted(EXERCISES)), *script("supine_ere", calibration=Calibration.LYING)]
    unmarked = [prompt for prompt in prompts if prompt.label is None]
    assert {Cue(prompt.detail) for prompt in unmarked} == set(Cue)


@EVERY
def test_a_posture_begins_with_its_neutral_and_ends_before_the_exercise(exercise_id: str) -> None:
    prompts = script(exercise_id)
    (neutral,) = of(MarkLabel.POSTURE_NEUTRAL, prompts)
    (exercise,) = of(MarkLabel.EXERCISE, prompts)
    calibration_end_s = end_s(of(MarkLabel.BOWS, prompts)[0])
    assert calibration_end_s < neutral.start_s < exercise.start_s
    assert neutral.duration_s >= 3.0
    assert exercise.detail == exercise_id
    assert end_s(exercise) == end_s(prompts[-1])


@EVERY
def test_maximal_repetitions_come_twice_toward_each_trained_direction(exercise_id: str) -> None:
    found = [prompt.detail for prompt in of(MarkLabel.MAX_REP, script(exercise_id))]
    assert found == MAX_REPS.get(exercise_id, ["internal", "internal"])


@EVERY
def test_every_repetition_is_let_go_and_ends_in_a_neutral_pause(exercise_id: str) -> None:
    prompts = script(exercise_id)
    (exercise,) = of(MarkLabel.EXERCISE, prompts)
    steps = prompts[prompts.index(exercise) + 1 :]
    asked = [step.label or step.detail for step in steps]
    holds = {Cue.INTERNAL_HOLD, Cue.EXTERNAL_HOLD, Cue.BLOCK}
    for one, following in pairwise([*asked, Cue.INTERNAL_HOLD]):
        if one in holds:
            assert following in {*holds, Cue.LET_GO} if exercise_id == "supine_ere" else following == Cue.LET_GO
        elif one == Cue.LET_GO:
            assert following == MarkLabel.NEUTRAL
        else:
            assert one == MarkLabel.NEUTRAL
            assert following in holds


@pytest.mark.parametrize("exercise_id", ["arom_seated", "arom_prone"])
def test_a_measurement_is_three_trials_inward_and_three_outward(exercise_id: str) -> None:
    trials = [prompt.detail for prompt in script(exercise_id) if prompt.detail.endswith("_hold")]
    assert trials == [Cue.INTERNAL_HOLD] * 3 + [Cue.EXTERNAL_HOLD] * 3


def test_standing_is_three_repetitions_each_way_outward_first() -> None:
    holds = [prompt.detail for prompt in script("standing_dissociation") if prompt.detail.endswith("_hold")]
    assert holds == [Cue.EXTERNAL_HOLD, Cue.INTERNAL_HOLD] * 3


def test_a_routine_is_calibrated_once_and_names_each_posture() -> None:
    ids = ["standing_dissociation", "supine_ere", "hinge_ir"]
    prompts = routine_script(ids)
    assert len(of(MarkLabel.N_POSE, prompts)) == 1
    assert [prompt.detail for prompt in of(MarkLabel.EXERCISE, prompts)] == ids
    assert [prompt.detail for prompt in of(MarkLabel.POSTURE_NEUTRAL, prompts)] == ids
    assert [prompt.detail for prompt in of(MarkLabel.POSTURE_NEUTRAL, script(ids[0]))] == [""]
    cues = [prompt.detail for prompt in prompts if prompt.label is None]
    # Nobody who stands is asked to stand up, and nobody walks off lying down.
    assert cues.count(Cue.STAND_UP) == 1
    assert cues[cues.index(Cue.STAND_UP) + 1] == Cue.WALK


def test_every_exercise_of_the_catalogue_can_be_guided() -> None:
    catalog = resources.files("imu_hip.exercise") / "catalog"
    assert {path.name.removesuffix(".toml") for path in catalog.iterdir()} == set(EXERCISES)


def test_a_routine_without_an_exercise_is_refused() -> None:
    with pytest.raises(UsageError, match="name one"):
        routine_script([])


@pytest.mark.parametrize(
    ("exercise_id", "cycles", "reason"),
    [("tango", 1, Reason.UNKNOWN_EXERCISE), ("supine_ere", 0, Reason.WRONG_USAGE)],
)
def test_what_cannot_be_guided_is_refused(exercise_id: str, cycles: int, reason: Reason) -> None:
    with pytest.raises(UsageError) as caught:
        script(exercise_id, cycles)
    assert caught.value.reason is reason


# Calibrating on the back


def test_the_calibration_on_the_back_comes_in_the_order_that_the_estimator_needs() -> None:
    prompts = script("supine_ere", calibration=Calibration.LYING)
    calibration = prompts[: prompts.index(of(MarkLabel.POSTURE_NEUTRAL, prompts)[0])]
    assert [(prompt.label or Cue(prompt.detail), prompt.detail) for prompt in calibration] == [
        (MarkLabel.TABLE_REST, ""),
        (Cue.PUT_ON, Cue.PUT_ON),
        (Cue.LIE_STRAIGHT, Cue.LIE_STRAIGHT),
        (MarkLabel.HOOK_LYING, "legs_straight"),
        (Cue.BEND_KNEES, Cue.BEND_KNEES),
        (MarkLabel.HOOK_LYING, ""),
        (MarkLabel.BRIDGE, ""),
        (MarkLabel.KNEE_ROCKS, ""),
    ]
    assert all(0 < len(prompt.text) <= 40 for prompt in prompts)
    assert all(end_s(one) == following.start_s for one, following in pairwise(calibration))


@EVERY
def test_after_the_calibration_the_session_is_the_same(exercise_id: str) -> None:
    def from_neutral(calibration: Calibration) -> list[tuple[float, str, str | None, str]]:
        prompts = script(exercise_id, 2, calibration)
        first = of(MarkLabel.POSTURE_NEUTRAL, prompts)[0]
        rest = prompts[prompts.index(first) :]
        return [(round(p.start_s - first.start_s, 9), p.text, p.label, p.detail) for p in rest]

    assert from_neutral(Calibration.LYING) == from_neutral(Calibration.STANDING)


def test_who_is_calibrated_on_the_back_gets_up_for_exercises_on_the_feet_only() -> None:
    low = ["supine_ere", "seated_ir", "prone_ir", "brettzel", "arom_seated", "arom_prone"]
    prompts = routine_script(low, calibration=Calibration.LYING)
    asked = [prompt.label or prompt.detail for prompt in prompts]
    assert not {Cue.STAND_UP, Cue.WALK, MarkLabel.N_POSE} & set(asked)
    # Whoever lies on the back already is not told to lie down.
    assert Cue.LIE_DOWN not in asked
    assert [prompt.detail for prompt in of(MarkLabel.EXERCISE, prompts)] == low


def test_who_gets_up_stands_still_once_more_before_anything_else() -> None:
    prompts = routine_script(["supine_ere", "standing_dissociation", "hinge_ir"], calibration=Calibration.LYING)
    asked = [prompt.label or prompt.detail for prompt in prompts]
    assert asked.count(Cue.STAND_UP) == asked.count(MarkLabel.N_POSE) == 1
    up = asked.index(Cue.STAND_UP)
    assert asked[up : up + 4] == [Cue.STAND_UP, MarkLabel.N_POSE, Cue.WALK, Cue.STAND_ON_ONE_LEG]


def test_who_comes_back_to_the_mat_is_told_to_lie_down() -> None:
    prompts = routine_script(["standing_dissociation", "supine_ere"], calibration=Calibration.LYING)
    assert Cue.LIE_DOWN in [prompt.detail for prompt in prompts]


def test_nobody_is_guided_through_an_exercise_without_words() -> None:
    with pytest.raises(UsageError, match=r"its file has no \[guide\]"):
        guided.script(replace(exercise("supine_ere"), guide=None))
