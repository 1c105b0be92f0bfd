"""The strap: how much of the femur's rotation it shows, and when."""

from dataclasses import replace

import numpy as np
import pytest

from imu_hip.simulate.motion import BodyMotion
from imu_hip.simulate.soft_tissue import SoftTissueParams, draw_soft_tissue, shaken_lever, strap_rotation

RATE_HZ = 100.0
ONES = np.ones(1000)
ONLY_SLIDING = SoftTissueParams(under_read=(0.4, 0.4), cross_talk=(0.0, 0.0), bulge_rad=0.0)
STEP = np.where(np.arange(1000) < 200, 0.0, 0.5)
STILL = BodyMotion(
    heading_rad=0 * ONES,
    tilt_rad=0 * ONES,
    list_rad=0 * ONES,
    turn_rad=0 * ONES,
    hip_m=np.zeros((1000, 3)),
    flexion_rad=0 * ONES,
    adduction_rad=0 * ONES,
    rotation_rad=0 * ONES,
    effort=0 * ONES,
    shock=0 * ONES,
)


def strap(motion: BodyMotion, params: SoftTissueParams, seed: int = 0) -> np.ndarray:
    return strap_rotation(motion, RATE_HZ, draw_soft_tissue(params, np.random.default_rng(seed)))


def test_a_plateau_is_under_read_by_the_whole_share() -> None:
    assert strap(replace(STILL, rotation_rad=STEP), ONLY_SLIDING)[-1] == pytest.approx(0.6 * 0.5)


def test_a_sudden_turn_is_under_read_by_half_of_the_share_at_first() -> None:
    shown = strap(replace(STILL, rotation_rad=STEP), ONLY_SLIDING)
    assert shown[200] == pytest.approx(0.8 * 0.5, rel=0.02)
    time_constant_samples = round(RATE_HZ / (2 * np.pi * 0.8))
    share_slid = (0.8 * 0.5 - shown[200 + time_constant_samples]) / (0.2 * 0.5)
    assert share_slid == pytest.approx(1 - np.exp(-1), abs=0.03)


def test_a_strap_that_was_put_on_a_turned_leg_starts_without_a_jerk() -> None:
    shown = strap(replace(STILL, rotation_rad=0.3 * ONES), ONLY_SLIDING)
    assert shown == pytest.approx(0.6 * 0.3 * ONES)


def test_flexion_and_effort_turn_the_strap_by_the_stated_share() -> None:
    cross = SoftTissueParams(under_read=(0.0, 0.0), cross_talk=(0.03, 0.03), bulge_rad=0.0)
    flexed = replace(STILL, flexion_rad=ONES)
    assert {round(strap(flexed, cross, seed)[-1], 9) for seed in range(10)} == {0.03, -0.03}
    bulging = SoftTissueParams(under_read=(0.0, 0.0), cross_talk=(0.0, 0.0), bulge_rad=0.02)
    tense = replace(STILL, effort=ONES)
    assert np.std([strap(tense, bulging, seed)[-1] for seed in range(400)]) == pytest.approx(0.02, rel=0.1)


def test_a_heel_strike_turns_the_strap_and_shakes_the_sensor_along_its_segment() -> None:
    struck = replace(STILL, shock=ONES)
    params = replace(ONLY_SLIDING, shock_rad=0.01)
    assert np.std([strap(struck, params, seed)[-1] for seed in range(400)]) == pytest.approx(0.01, rel=0.1)
    assert shaken_lever((0.1, -0.3, 0.2), 0.002, struck)[-1] == pytest.approx([0.1, -0.298, 0.2])
    assert np.all(shaken_lever((0.1, -0.3, 0.2), 0.002, STILL) == [0.1, -0.3, 0.2])
