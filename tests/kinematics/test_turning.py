"""How much each sensor turned: what both share about the vertical does not count."""

import math

import pytest

from imu_hip.kinematics.turning import Turning, turning
from tests.kinematics.poser import Script, lost


def _turned(script: Script) -> Turning:
    found = turning(script.record().block)
    assert found is not None
    return found


def test_a_body_that_turns_round_turns_no_sensor() -> None:
    script = Script()
    script.turn(2.0, yaw=170.0)
    assert _turned(script).pelvis_rad_s == pytest.approx(0.0, abs=1e-3)
    assert _turned(script).thigh_rad_s == pytest.approx(0.0, abs=1e-3)


def test_a_leg_that_swings_turns_the_thigh_by_the_rms_of_its_rate() -> None:
    script = Script()
    script.turn(1.0, flexion=40.0)
    # Along a cosine over T the rate is a half sine with its peak at pi/2 of the mean.
    rms = math.radians(40.0) * 0.5 * math.pi / math.sqrt(2.0)
    assert _turned(script).thigh_rad_s == pytest.approx(rms, rel=0.01)
    assert _turned(script).pelvis_rad_s == pytest.approx(0.0, abs=1e-9)


def test_rows_without_samples_do_not_count() -> None:
    script = Script()
    script.stay(1.0)
    script.turn(1.0, flexion=40.0)
    recording = lost(script.record(), 0.0, 1.0)
    found = turning(recording.block)
    assert found is not None
    assert found.thigh_rad_s == pytest.approx(math.radians(40.0) * 0.5 * math.pi / math.sqrt(2.0), rel=0.01)
    assert turning(lost(recording, 0.0, 3.0).block) is None
