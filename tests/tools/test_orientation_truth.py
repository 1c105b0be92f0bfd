"""The scoring of orientations finds errors that were put in, and lets the program's own stage do the work."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.model.block import Floats, SampleState, SensorBlock
from imu_hip.model.setup import FilterName
from tools.orientation_truth import Recording, error, estimate, mounting, read, rmse_deg

RATE_HZ = 100.0
REST_S = 8.0
LENGTH_S = 20.0
BIAS_RAD_S = np.radians([0.4, -0.3, 0.5])


def quaternions(rotation: Rotation) -> Floats:
    return np.asarray(rotation.as_quat(scalar_first=True))


def turning(seed: int) -> tuple[Floats, Rotation, Floats, Floats]:
    """Give times, true orientation, rates and forces of a sensor that rests and then turns on the spot."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(round(LENGTH_S * RATE_HZ)) / RATE_HZ
    rates = np.radians(40.0) * np.sin(np.outer(t_s, rng.uniform(1.0, 3.0, 3)) + rng.uniform(0.0, 6.0, 3))
    rates *= np.clip(t_s - REST_S, 0.0, 1.0)[:, None]
    found = [Rotation.random(rng=rng)]
    for rate in rates[1:]:
        found.append(found[-1] * Rotation.from_rotvec(rate / RATE_HZ))
    truth = Rotation.concatenate(found)
    return t_s, truth, rates, truth.inv().apply([0.0, 0.0, 9.81])


def measured(gyr: Floats, acc: Floats) -> SensorBlock:
    return SensorBlock(gyr, acc, np.full(len(gyr), SampleState.MEASURED, dtype=np.uint8))


@pytest.fixture
def one() -> Recording:
    t_s, truth, gyr, acc = turning(1)
    start = (t_s >= REST_S - 1.0) & (t_s < REST_S)
    sensor = measured(gyr + BIAS_RAD_S, acc)
    return Recording("one", "group", t_s, (sensor,), quaternions(truth), start, t_s >= REST_S, REST_S - 1.0)


def test_known_errors_come_back_as_heading_and_inclination() -> None:
    heading, tilt = np.radians(7.0), np.radians(3.0)
    e = Rotation.from_euler("z", heading) * Rotation.from_rotvec([tilt, 0.0, 0.0])
    total, found_heading, inclination = rmse_deg(quaternions(e)[None, :], np.array([True]))
    assert (found_heading, inclination) == pytest.approx((7.0, 3.0))
    assert total == pytest.approx(np.degrees(e.magnitude()))


def test_rows_that_do_not_count_and_the_sign_of_a_quaternion_change_nothing() -> None:
    e = quaternions(Rotation.from_euler("z", np.array([[4.0], [-4.0], [90.0]]), degrees=True))
    e[1] = -e[1]
    assert rmse_deg(e, np.array([True, True, False])) == pytest.approx([4.0, 4.0, 0.0], abs=1e-6)


def test_a_constant_heading_is_no_error_but_a_tilt_is(one: Recording) -> None:
    turned = Rotation.from_euler("z", 50.0, degrees=True) * Rotation.from_quat(one.reference, scalar_first=True)
    assert rmse_deg(error(one, [quaternions(turned)]), one.scored) == pytest.approx([0.0, 0.0, 0.0], abs=1e-5)
    tilted = Rotation.from_euler("x", 5.0, degrees=True) * turned
    assert rmse_deg(error(one, [quaternions(tilted)]), one.scored)[2] == pytest.approx(5.0, abs=1e-6)


def test_a_heading_that_comes_after_the_start_is_an_error(one: Recording) -> None:
    late = Rotation.from_euler("z", np.where(one.scored, 6.0, 0.0)[:, None], degrees=True)
    estimated = quaternions(late * Rotation.from_quat(one.reference, scalar_first=True))
    assert rmse_deg(error(one, [estimated]), one.scored) == pytest.approx([6.0, 6.0, 0.0], abs=1e-5)


def test_a_reference_that_is_not_level_is_turned_as_a_whole(one: Recording) -> None:
    frame = Rotation.from_euler("xz", [20.0, 100.0], degrees=True)
    other = replace(
        one, level=False, reference=quaternions(frame * Rotation.from_quat(one.reference, scalar_first=True))
    )
    assert rmse_deg(error(other, [one.reference]), one.scored) == pytest.approx([0.0, 0.0, 0.0], abs=1e-5)


def test_bias_turns_the_heading_unless_the_sensor_lay_still_before(one: Recording) -> None:
    found = {}
    for rest in (False, True):
        orientations = estimate(one, FilterName.MADGWICK, with_rest=rest)
        assert orientations is not None
        found[rest] = rmse_deg(error(one, orientations), one.scored)
    assert found[True][1] < 0.1
    assert found[False][1] > 2.0


def test_a_rest_that_is_too_short_is_refused_as_in_a_session(one: Recording) -> None:
    assert estimate(replace(one, rest_s=2.0), FilterName.VQF, with_rest=True) is None


def test_two_sensors_are_scored_against_each_other() -> None:
    t_s, first, gyr, acc = turning(2)
    _, second, gyr2, acc2 = turning(3)
    start = t_s < 1.0
    sensors = (measured(gyr, acc), measured(gyr2, acc2))
    recording = Recording("two", "group", t_s, sensors, quaternions(first.inv() * second), start, ~start)
    orientations = estimate(recording, FilterName.VQF, with_rest=False)
    assert orientations is not None
    assert rmse_deg(error(recording, orientations), recording.scored)[0] < 0.5
    wrong = quaternions(Rotation.from_quat(orientations[1], scalar_first=True) * Rotation.from_euler("y", 0.2))
    assert rmse_deg(error(recording, [orientations[0], wrong]), recording.scored)[0] > 5.0


def test_how_a_sensor_sits_on_its_body_is_found_from_the_rates() -> None:
    t_s, truth, gyr, _ = turning(4)
    body_from_sensor = Rotation.from_euler("zyx", [90.0, 10.0, -5.0], degrees=True)
    found = mounting(t_s, quaternions(truth * body_from_sensor.inv()), gyr)
    off = Rotation.from_quat(found, scalar_first=True) * body_from_sensor.inv()
    assert np.degrees(off.magnitude()) < 0.5


def test_a_data_set_is_known_from_its_arrays(one: Recording) -> None:
    sensor = one.sensors[0]
    samples = {"gyr": sensor.gyr, "acc": sensor.acc, "quat_ref": one.reference}
    moving = one.t_s >= REST_S
    reference = one.reference.copy()
    reference[-5:] = np.nan
    arrays = {**samples, "quat_ref": reference, "movement": moving, "fs": np.array(RATE_HZ)}
    (broad,) = read("02_undisturbed", arrays)
    assert broad.group == "BROAD undisturbed"
    assert broad.rest_s == pytest.approx(REST_S - 1.0)
    assert np.count_nonzero(broad.scored) == np.count_nonzero(moving) - 5
    assert one.t_s[broad.start][[0, -1]] == pytest.approx([REST_S - 1.0, REST_S - 0.01])
    (stick,) = read("stick", {**samples, "t": one.t_s})
    assert (stick.group, stick.level, stick.rest_s) == ("RepoIMU", False, None)
    assert len(stick.t_s) == len(stick.reference) == len(stick.sensors[0].gyr) == len(one.t_s) - 1
    with pytest.raises(ValueError, match="none of the arrays"):
        list(read("other", {"gyr": sensor.gyr}))


def test_gaps_of_the_chain_reference_are_not_scored() -> None:
    t_s, truth, gyr, acc = turning(5)
    seen_s = np.arange(0.0, LENGTH_S, 1.0 / 30.0)
    nearest = np.searchsorted(t_s, seen_s, side="left")
    reference = quaternions(truth)[nearest]
    reference[100:130] = np.nan
    arrays = {"t": t_s, "t_omc": seen_s}
    for segment in (1, 2):
        arrays[f"seg{segment}_quat_ref_omc"] = reference
        for key in ("rigid", "nonrigid"):
            arrays |= {f"seg{segment}_{key}_gyr": gyr, f"seg{segment}_{key}_acc": acc}
    recordings = list(read("chain", arrays))
    assert len(recordings) == 4
    gap = (t_s > seen_s[101]) & (t_s < seen_s[128])
    assert not recordings[0].scored[gap].any()
    assert recordings[0].scored.mean() > 0.9
