"""Walking: as far, as often and as high as stated, and nothing at all while the body stands."""

import numpy as np
import pytest

from imu_hip.simulate.gait import Gait, GaitParams, walk
from imu_hip.simulate.person import PersonParams, draw_person

RATE_HZ = 100.0
PARAMS = GaitParams()
PERSON = draw_person(PersonParams(stride_hz=(0.9, 0.9)), np.random.default_rng(0))
ONES = np.ones(1000)


def ten_seconds(step: float = 1.0, speed_m_s: float = 1.0, heading_rad: float = 0.0) -> Gait:
    return walk(step * ONES, speed_m_s * ONES, heading_rad * ONES, RATE_HZ, PERSON, PARAMS)


def test_a_body_that_does_not_step_is_not_moved() -> None:
    gait = ten_seconds(step=0.0, speed_m_s=0.0, heading_rad=0.7)
    for part in (gait.tilt_rad, gait.turn_rad, gait.flexion_rad, gait.rotation_rad, gait.hip_m, gait.shock):
        assert np.all(part == 0.0)


def test_the_hip_goes_where_the_body_faces_at_its_speed() -> None:
    way = ten_seconds(heading_rad=np.pi / 2).hip_m
    assert way[-1, 1] - way[0, 1] == pytest.approx(10.0, abs=0.05)
    assert np.max(np.abs(way[:, 0])) < 0.03


def test_a_stride_swings_the_thigh_once_and_lifts_the_body_twice() -> None:
    gait = ten_seconds()
    spectra = [np.abs(np.fft.rfft(part - np.mean(part))) for part in (gait.flexion_rad, gait.hip_m[:, 2])]
    frequency_hz = np.fft.rfftfreq(1000, 1.0 / RATE_HZ)
    assert frequency_hz[np.argmax(spectra[0])] == pytest.approx(0.9, abs=0.05)
    assert frequency_hz[np.argmax(spectra[1])] == pytest.approx(1.8, abs=0.05)
    assert np.degrees(np.ptp(gait.flexion_rad)) == pytest.approx(40.0, abs=2.0)


def test_turning_on_the_spot_carries_the_hip_round_the_middle_of_the_pelvis() -> None:
    small_steps = 1e-9
    heading = np.linspace(0.0, np.pi, 1000)
    gait = walk(small_steps * ONES, 0.0 * ONES, heading, RATE_HZ, PERSON, PARAMS)
    across = gait.hip_m[:, :2]
    # Half a turn brings a right hip from 8.5 cm on one side of the middle to the other side.
    assert np.hypot(*(across[-1] - across[0])) == pytest.approx(0.17, abs=0.002)
    assert np.ptp(np.hypot(*(across - np.mean(across[[0, -1]], axis=0)).T)) < 0.003


def test_every_heel_strike_of_either_leg_is_felt_once() -> None:
    gait = ten_seconds()
    loud = np.abs(gait.shock) > 0.3
    begins = np.flatnonzero(loud[1:] & ~loud[:-1])
    bursts = 1 + np.count_nonzero(np.diff(begins) > 30)
    assert bursts == int(10.0 * 2 * 0.9 - 1e-9)
    assert 0.5 < np.max(np.abs(gait.shock)) < 1.1


def test_the_shock_does_not_depend_on_the_sample_rate() -> None:
    fine = walk(np.ones(4000), np.ones(4000), np.zeros(4000), 400.0, PERSON, PARAMS).shock
    assert np.max(np.abs(fine)) == pytest.approx(np.max(np.abs(ten_seconds().shock)), rel=0.15)
