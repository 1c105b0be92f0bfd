"""Every word of the result has one on the page, and every warning a cost."""

from __future__ import annotations

import pytest

from imu_hip.model.event import ExitVerdict, HoldVerdict, RadioTrouble
from imu_hip.model.exercise_spec import Direction, Posture, Step
from imu_hip.model.item import MarkLabel, Role
from imu_hip.model.setup import Origin, Side
from imu_hip.report import wording
from imu_hip.report.doubts import cost
from imu_hip.report.headline import CARE_CODES
from tests.docs.test_docs import warning_codes


def test_every_word_of_a_result_is_known() -> None:
    assert set(wording.POSTURES) == set(Posture)
    assert set(wording.SIDES) == set(Side)
    assert set(wording.ORIGINS) == set(Origin)
    assert set(wording.DIRECTIONS) == set(wording.ROTATIONS) == set(Direction)
    assert set(wording.HOLD_VERDICTS) == set(HoldVerdict)
    assert set(wording.EXIT_VERDICTS) == {*ExitVerdict, None}
    assert set(wording.STEPS) == set(Step)
    assert set(wording.ROLES) == set(Role)
    assert set(wording.CALIBRATION_STEPS) == set(wording.COST_REFUSED) == set(MarkLabel) - {MarkLabel.EXERCISE}
    assert set(wording.COST_TROUBLE) == set(RadioTrouble)


@pytest.mark.parametrize("code", sorted(set(warning_codes()) - {"mark_without_samples", "doubtful_units"}))
def test_every_warning_has_a_cost(code: str) -> None:
    assert cost(code) != wording.NO_COST


def test_radio_and_refused_steps_have_a_cost_and_the_unheard_of_has_none() -> None:
    assert cost("thigh_gap") == wording.COST_TROUBLE["gap"]
    assert cost("pelvis_clock_restart") == wording.COST_TROUBLE["clock_restart"]
    assert cost("posture_neutral_refused") == wording.COST_REFUSED["posture_neutral"]
    assert cost("thigh_sensor_moved") == wording.COSTS["thigh_sensor_moved"]
    assert cost("something_new") == wording.NO_COST


def test_warnings_to_take_care_of_exist() -> None:
    assert set(warning_codes()) | {f"{role}_sensor_moved" for role in Role} >= CARE_CODES
