"""What the screen is told of what the script asks for."""

from __future__ import annotations

import pytest

from imu_hip.app.catalogue import exercise
from imu_hip.guide.around import Calibration
from imu_hip.guide.guidance import Guidance, guidance
from imu_hip.guide.script import script
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import MarkLabel


@pytest.mark.parametrize("way", Direction)
def test_a_maximal_repetition_says_which_way_it_goes(way: Direction) -> None:
    prompts = script(exercise("standing_dissociation"))
    asked = next(each for each in prompts if each.label is MarkLabel.MAX_REP and each.detail == way)
    shown = guidance(prompts, asked.start_s, 0.0).view(asked.start_s)
    assert (shown.asks, shown.turns) == (MarkLabel.MAX_REP, way)


def test_nothing_else_turns_and_a_pose_is_asked_for_by_its_own_name() -> None:
    prompts = script(exercise("supine_ere"), calibration=Calibration.LYING)
    shown = [guidance(prompts, each.start_s, 0.0).view(each.start_s) for each in prompts]
    assert {view.turns for view in shown if view.asks != MarkLabel.MAX_REP} == {""}
    assert {"legs_straight", MarkLabel.HOOK_LYING} <= {view.asks for view in shown}


def test_before_and_after_the_script_nothing_is_asked_for() -> None:
    prompts = script(exercise("supine_ere"))
    for script_s in (-0.1, prompts[-1].start_s + prompts[-1].duration_s):
        assert guidance(prompts, script_s, 0.0) == Guidance()
