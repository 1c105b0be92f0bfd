"""How good a pose was as a zero, and poses that were no standing still."""

import math

import numpy as np
import pytest

from imu_hip.kinematics.facing import FacingParams, facing
from imu_hip.kinematics.pose_quality import PoseQuality, PoseQualityParams, neutral_quality, pose_quality
from imu_hip.model.block import cut
from imu_hip.model.exercise_spec import Posture
from tests.kinematics.poser import PERIOD_S, Script

PARAMS = PoseQualityParams()


def _quality(script: Script) -> PoseQuality | str:
    return pose_quality(PARAMS, script.record().block, PERIOD_S)


def _accepted(found: PoseQuality | str) -> PoseQuality:
    assert isinstance(found, PoseQuality), found
    return found


def test_standing_still_as_long_as_usual_has_quality_one() -> None:
    script = Script()
    script.stay(2.7)
    found = _accepted(_quality(script))
    assert found.quality == pytest.approx(1.0, abs=1e-6)
    assert math.degrees(found.sd_rad) == pytest.approx(math.sqrt(1.0 + 1.0 / 2.7), abs=0.01)


def test_a_shorter_pose_is_worth_less_and_a_longer_one_no_more() -> None:
    short, long = Script(), Script()
    short.stay(0.8)
    long.stay(8.0)
    assert _accepted(_quality(short)).quality == pytest.approx(
        math.sqrt((1.0 + 1.0 / 2.7) / (1.0 + 1.0 / 0.8)), abs=0.01
    )
    assert _accepted(_quality(long)).quality == 1.0


def test_a_body_that_turns_as_a_whole_stands_still() -> None:
    script = Script()
    script.turn(2.7, yaw=20.0)
    assert _accepted(_quality(script)).quality == pytest.approx(1.0, abs=1e-3)


def test_a_foot_that_was_moved_is_refused() -> None:
    script = Script()
    script.stay(1.0)
    script.turn(0.5, rotation=12.0)
    script.stay(1.0)
    found = _quality(script)
    assert isinstance(found, str)
    assert found.startswith("the leg turned by 12° against the pelvis")


@pytest.mark.parametrize("angle", ["roll", "flexion"])
def test_weight_that_was_shifted_is_refused(angle: str) -> None:
    script = Script()
    script.stay(1.0)
    script.turn(0.5, **{angle: 9.0})
    script.stay(1.0)
    found = _quality(script)
    assert isinstance(found, str)
    assert "leaned over by 9° during the N-pose" in found


def test_a_small_turn_lowers_the_quality() -> None:
    script = Script()
    script.stay(1.0)
    script.turn(0.2, rotation=4.0)
    script.stay(1.0)
    found = _accepted(_quality(script))
    assert 0.3 < found.quality < 0.7


def test_a_pose_without_rows_is_refused() -> None:
    script = Script()
    script.stay(1.0)
    assert isinstance(pose_quality(PARAMS, cut(script.record().block, 0, 2), PERIOD_S), str)


@pytest.mark.parametrize(("roll_deg", "quality"), [(0.0, 1.0), (20.0, 3.5 / math.hypot(3.5, 5.0))])
def test_a_neutral_pause_is_worth_less_the_farther_the_body_is_off(roll_deg: float, quality: float) -> None:
    roll = math.radians(roll_deg)
    pelvis = np.array([math.cos(roll), 0.0, math.sin(roll)])
    seen = facing(FacingParams(), Posture.SUPINE, pelvis, np.array([math.sqrt(0.5), -math.sqrt(0.5), 0.0]))
    assert seen is not None
    found = neutral_quality(PARAMS, seen)
    assert found.quality == pytest.approx(quality, abs=1e-6)
    assert f"{roll_deg:.0f}° off" in found.text
