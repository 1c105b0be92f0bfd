"""The sampled body: sway, breath, wobble and tremor of the stated size and in the stated band."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import welch

from imu_hip.simulate.channel import Move
from imu_hip.simulate.gait import GaitParams
from imu_hip.simulate.motion import BodyMotion, move_body
from imu_hip.simulate.person import PersonParams, draw_person
from imu_hip.simulate.plan import Channel, Plan, Span

RATE_HZ = 100.0
T_S = np.arange(20000) / RATE_HZ
PARAMS = PersonParams()
STEADY = replace(draw_person(PARAMS, np.random.default_rng(0)), sway_rad=0.0, breath_rad=0.0, standing_flexion_rad=0.0)


def body(initial: dict[Channel, float], sway_rad: float = 0.0, breath_rad: float = 0.0) -> BodyMotion:
    start = {channel: 0.0 for channel in Channel} | initial
    moves: dict[Channel, tuple[Move, ...]] = {channel: () for channel in Channel}
    plan = Plan(start, moves, Span(0.0, 1.0), (), (), (), ())
    person = replace(STEADY, sway_rad=sway_rad, breath_rad=breath_rad)
    return move_body(T_S, plan, person, PARAMS, GaitParams(), np.random.default_rng(1))


def share_of_power_between(low_hz: float, high_hz: float, signal: NDArray[np.float64]) -> float:
    frequency_hz, power = welch(signal, RATE_HZ, nperseg=4000)
    inside = (frequency_hz >= low_hz) & (frequency_hz <= high_hz)
    return float(np.sum(power[inside]) / np.sum(power))


def test_a_body_that_is_not_asked_to_move_stands_still() -> None:
    still = body({Channel.FLEXION: 0.3, Channel.HIP_HEIGHT_M: 0.9})
    assert np.all(still.flexion_rad == 0.3)
    assert np.all(still.rotation_rad == 0.0)
    assert np.all(still.hip_m == [0.0, 0.0, 0.9])


def test_tremor_is_between_six_and_eleven_hertz() -> None:
    rotation = body({Channel.TREMOR: 1.0}).rotation_rad
    assert np.std(rotation) == pytest.approx(PARAMS.tremor_rad)
    assert share_of_power_between(5.0, 12.5, rotation) > 0.9


def test_wobble_is_slower_and_moves_the_whole_thigh() -> None:
    motion = body({Channel.WOBBLE: 1.0})
    assert np.std(motion.rotation_rad) == pytest.approx(PARAMS.wobble_rad)
    assert np.std(motion.flexion_rad) == pytest.approx(0.5 * PARAMS.wobble_rad)
    assert share_of_power_between(0.6, 4.0, motion.rotation_rad) > 0.9


def test_sway_is_slow_and_has_the_size_of_the_person() -> None:
    motion = body({Channel.SWAY: 1.0}, sway_rad=0.005)
    assert np.std(motion.tilt_rad) == pytest.approx(0.005)
    assert np.std(motion.hip_m[:, 0]) == pytest.approx(0.9 * 0.005)
    assert share_of_power_between(0.05, 0.8, motion.tilt_rad) > 0.9


def test_a_breath_tilts_the_pelvis_by_its_peak_to_peak_and_leaves_the_thigh_where_it_is() -> None:
    motion = body({Channel.BREATH_HZ: 0.25}, breath_rad=0.01)
    assert np.ptp(motion.tilt_rad) == pytest.approx(0.01, rel=1e-3)
    assert share_of_power_between(0.2, 0.3, motion.tilt_rad) > 0.95
    assert motion.tilt_rad + motion.flexion_rad == pytest.approx(0.0, abs=1e-12)
