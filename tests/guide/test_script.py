"""The script: what is asked for, when, and in which words."""

from itertools import pairwise

import pytest

from imu_hip.guide.script import script
from imu_hip.model.cue import Cue
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt


def end_s(prompt: Prompt) -> float:
    return prompt.start_s + prompt.duration_s


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


def test_prompts_begin_in_order_and_no_moment_is_without_one() -> None:
    prompts = script("supine_ere", 2)
    assert all(one.start_s <= following.start_s for one, following in pairwise(prompts))
    covered_s = 0.0
    for prompt in prompts:
        assert prompt.start_s <= covered_s
        covered_s = max(covered_s, end_s(prompt))


def test_every_prompt_can_be_read_from_across_the_room() -> None:
    texts = {prompt.text for prompt in script("supine_ere")}
    assert all(0 < len(text) <= 40 for text in texts)


def test_prompts_without_a_mark_say_what_they_ask_for() -> None:
    unmarked = [prompt for prompt in script("supine_ere") if prompt.label is None]
    assert {Cue(prompt.detail) for prompt in unmarked} == set(Cue)


@pytest.mark.parametrize(
    ("exercise_id", "cycles", "reason"),
    [("tango", 1, Reason.UNKNOWN_EXERCISE), ("supine_ere", 0, Reason.WRONG_USAGE)],
)
def test_what_cannot_be_guided_is_refused(exercise_id: str, cycles: int, reason: Reason) -> None:
    with pytest.raises(UsageError) as caught:
        script(exercise_id, cycles)
    assert caught.value.reason is reason
