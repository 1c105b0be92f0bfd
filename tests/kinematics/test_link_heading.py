"""The heading of the hip centre against closed-form motion: found while walking, silent elsewhere, and honest."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, sosfilt
from scipy.spatial.transform import Rotation

from imu_hip.kinematics import heading_filter, link_heading, rows
from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.heading_filter import HeadingParams, HeadingState
from imu_hip.kinematics.link_heading import LinkHeading, LinkParams
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.kinematics.unknowns import HEADING, UNKNOWNS
from imu_hip.model.block import OrientationBlock, cut, joined
from imu_hip.model.event import Event, ReZero
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.setup import Side
from imu_hip.quaternion import wrap_angle

PERIOD_S = 0.01
PARAMS = LinkParams()
HEADING_PARAMS = HeadingParams()
UPRIGHT = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
AXIAL = np.diag([math.radians(6.0) ** 2] * 2)


def person(
    heading_rad: float,
    *,
    length_s: float = 3.01,
    seed: int = 0,
    walking: float = 1.0,
    stands_s: float = 0.0,
    turn_rad_s: float = 0.0,
    pelvis_tilt_deg: float = 0.0,
    flexion_deg: float = 0.0,
    lever_error_m: float = 0.0,
    skin_m: float = 0.0,
    level_error_m_s2: float = 0.0,
) -> tuple[OrientationBlock, Alignment]:
    """Return the rows of a person who sways, tilts and swings a leg as in walking, seen by two ideal sensors.

    `heading_rad` turns the thigh sensor's world into the pelvis'. `skin_m`: how far the thigh's sensor slides about;
    `level_error_m_s2`: horizontal acceleration that it imagines.
    """
    rng = np.random.default_rng(seed)
    t_s = np.arange(-20, round(length_s / PERIOD_S) + 20) * PERIOD_S + 1.0
    once = 2.0 * np.pi * 0.9 * t_s + rng.uniform(-np.pi, np.pi)
    facing = Rotation.from_euler("z", (rng.uniform(-np.pi, np.pi) + turn_rad_s * t_s)[:, None])
    lean = Rotation.from_euler("z", np.full((len(t_s), 1), pelvis_tilt_deg), degrees=True)
    swing = walking * np.radians(20.0) * np.sin(once) + np.radians(flexion_deg)
    yaw = Rotation.from_euler("y", (walking * 0.08 * np.cos(once))[:, None])
    pelvis = facing * UPRIGHT * yaw * lean
    thigh = pelvis * Rotation.from_euler("z", swing[:, None])
    ahead, aside = 0.015 * np.sin(2.0 * once), 0.025 * np.sin(once + 0.4)
    begun = 0.5 + 0.5 * np.tanh(6.0 * (t_s - 1.0 - stands_s)) if stands_s > 0.0 else np.ones_like(t_s)
    hip = facing.apply(walking * begun[:, None] * np.stack([ahead, aside, 0.02 * np.cos(2.0 * once)], axis=-1))
    hip[:, 0] += 1.1 * t_s
    sos = butter(2, 1.7, fs=1.0 / PERIOD_S, output="sos")
    noise = sosfilt(sos, rng.standard_normal((len(t_s) + 2000, 3)), axis=0)[2000:]
    inside = slice(20, -20)
    orientations, rates, forces = list[np.ndarray](), list[np.ndarray](), list[np.ndarray]()
    mountings = []
    for segment, lever_m, world_rad, slides in (
        (pelvis, PARAMS.pelvis_lever_m, 0.0, 0.0),
        (thigh, PARAMS.thigh_lever_m, -heading_rad, 1.0),
    ):
        mounting = Rotation.random(rng=rng)  # sensor from segment
        error_m = lever_error_m * rng.standard_normal(3)
        path = hip - segment.apply(np.array(lever_m) + error_m) + slides * skin_m * noise / np.std(noise)
        force = np.gradient(np.gradient(path, PERIOD_S, axis=0), PERIOD_S, axis=0) + np.array([0.0, 0.0, 9.81])
        force[:, 0] += slides * level_error_m_s2
        sensor = segment * mounting.inv()
        rate = (sensor[:-1].inv() * sensor[1:]).as_rotvec() / PERIOD_S
        rate = 0.5 * (rate[:-1] + rate[1:])
        orientation = (Rotation.from_euler("z", world_rad) * sensor).as_quat(scalar_first=True)
        orientations.append(orientation[inside])
        rates.append(rate[19:-19])
        forces.append(sensor.inv().apply(force)[inside])
        mountings.append(mounting.as_quat(scalar_first=True))
    never = np.zeros(len(rates[0]), bool)
    columns = (*orientations, *rates, *forces)
    block = OrientationBlock(t_s[inside].astype(np.float64), *columns, never, never, ~never)
    return block, Alignment(mountings[0], mountings[1], 0.0, AXIAL)


def found(block: OrientationBlock, alignment: Alignment) -> LinkHeading | None:
    return link_heading.found(PARAMS, alignment, [block], PERIOD_S)


def error_deg(link: LinkHeading | None, heading_rad: float) -> float:
    assert link is not None
    return math.degrees(float(wrap_angle(link.heading_rad - heading_rad)))


@pytest.mark.parametrize("heading_rad", [0.0, 0.7, -1.9, 3.1])
@pytest.mark.parametrize("seed", range(3))
def test_walking_shows_the_heading_that_turns_the_thigh_into_the_world_of_the_pelvis(
    heading_rad: float, seed: int
) -> None:
    link = found(*person(heading_rad, seed=seed))
    assert abs(error_deg(link, heading_rad)) < 0.5
    assert link is not None
    assert link.sd_rad < math.radians(2.0)


def test_an_inclination_that_is_off_does_not_turn_it() -> None:
    # 2° of inclination; within the window that adds up to a metre per second.
    assert abs(error_deg(found(*person(0.5, level_error_m_s2=0.34)), 0.5)) < 0.5


def test_levers_that_are_two_centimetres_off_cost_less_than_the_unknown_that_stands_for_them_allows() -> None:
    errors = [error_deg(found(*person(0.5, seed=seed, lever_error_m=0.02)), 0.5) for seed in range(40)]
    assert np.sqrt(np.mean(np.square(errors))) < math.degrees(HEADING_PARAMS.link_off_rad)


@pytest.mark.parametrize("skin_m", [0.004, 0.008])
def test_its_standard_deviation_is_what_sliding_skin_makes_of_it(skin_m: float) -> None:
    links = [found(*person(0.5, seed=seed, skin_m=skin_m)) for seed in range(150)]
    known = [link for link in links if link is not None]
    assert len(known) > 100
    share = np.array([error_deg(link, 0.5) / math.degrees(link.sd_rad) for link in known])
    # It may be too wide, since it only knows the bandwidth of the motion, but not too narrow.
    assert 0.4 < np.sqrt(np.mean(share**2)) < 1.1


def test_more_noise_than_motion_tells_nothing() -> None:
    links = [found(*person(0.5, seed=seed, walking=0.4, skin_m=0.05)) for seed in range(20)]
    assert sum(link is None for link in links) >= 17


@pytest.mark.parametrize(
    "posture",
    [
        {"pelvis_tilt_deg": 90.0, "flexion_deg": 45.0},
        {"flexion_deg": 90.0},
        {"pelvis_tilt_deg": -60.0, "flexion_deg": 60.0},
        {"turn_rad_s": 0.5},
        {"walking": 0.05},
        {"stands_s": 2.2},
    ],
    ids=["lying", "sitting", "bowing", "turning round", "standing still", "setting out"],
)
def test_it_is_silent_when(posture: dict[str, float]) -> None:
    assert found(*person(0.5, **posture)) is None  # type: ignore[arg-type]


def test_a_hole_makes_the_window_tell_nothing() -> None:
    block, alignment = person(0.5)
    for column in ("pelvis_gyr", "thigh_acc", "earth_from_thigh_sensor"):
        holed = getattr(block, column).copy()
        holed[150] = np.nan
        assert found(replace(block, **{column: holed}), alignment) is None
    # Rows that are not there at all.
    assert found(joined([cut(block, 0, 100), cut(block, 103, 301)]), alignment) is None


def test_the_first_window_begins_with_the_first_row_and_ends_three_seconds_later() -> None:
    block, _ = person(0.5, length_s=4.0)
    state = link_heading.LinkState()
    assert next(row for row in range(400) if link_heading.is_over(PARAMS, state, block, 0, row)) == 300
    state = link_heading.collected(state, cut(block, 0, 200), 0)
    assert next(row for row in range(200, 400) if link_heading.is_over(PARAMS, state, block, 200, row)) == 300


# In the filter


def _filter(heading_rad: float) -> HeadingState:
    return heading_filter.start(HEADING_PARAMS, heading_rad, AXIAL, 1e6)


def _sd_deg(state: HeadingState) -> float:
    return math.degrees(math.sqrt(state.covariance[HEADING, HEADING]))


def _windows(state: HeadingState, heading_rad: float, count: int) -> HeadingState:
    for _ in range(count):
        for _ in range(30):
            state = heading_filter.predict(HEADING_PARAMS, state, 0.1, 0.0, 0.0)
        state = link_heading.measured(HEADING_PARAMS, state, LinkHeading(heading_rad, math.radians(4.0)))
    return state


def test_a_hundred_windows_do_not_know_the_heading_better_than_the_levers() -> None:
    state = _windows(_filter(0.0), math.radians(5.0), 100)
    # 300 s are five times as long as levers and skin stay the same: their mean has a deviation of 6° sqrt(120/300).
    assert _sd_deg(state) > 0.8 * 6.0 * math.sqrt(120.0 / 300.0)


def test_a_heading_lost_in_a_hole_comes_back() -> None:
    state = _filter(0.0)
    heading_filter_lost = heading_filter.predict(HEADING_PARAMS, state, 0.1, 0.0, math.radians(40.0) ** 2)
    back = _windows(heading_filter_lost, math.radians(30.0), 3)
    assert math.degrees(back.x[HEADING]) == pytest.approx(30.0, abs=3.0)


def test_what_differs_all_the_time_is_the_levers_and_what_begins_to_differ_is_drift() -> None:
    known = heading_filter.update(HEADING_PARAMS, _filter(0.0), 0.0, np.eye(UNKNOWNS)[HEADING], math.radians(1.0))[0]
    always = _windows(known, math.radians(5.0), 8)
    assert abs(math.degrees(always.x[HEADING])) < 2.0
    drifting = _windows(_windows(known, 0.0, 8), math.radians(5.0), 8)
    assert drifting.x[HEADING] > 1.5 * always.x[HEADING]


def test_what_cannot_be_believed_changes_nothing() -> None:
    known = heading_filter.update(HEADING_PARAMS, _filter(0.0), 0.0, np.eye(UNKNOWNS)[HEADING], math.radians(1.0))[0]
    after = link_heading.measured(HEADING_PARAMS, known, LinkHeading(1.5, math.radians(4.0)))
    np.testing.assert_array_equal(after.x, known.x)


# In the rows


def _run(
    block: OrientationBlock, alignment: Alignment, heading_rad: float, lengths: list[int]
) -> tuple[np.ndarray, np.ndarray, list[Event]]:
    params = KinematicsParams(Side.RIGHT, Posture.STANDING, {})
    t_s = float(block.t_s[0])
    state = KinematicsState(
        alignment=alignment, heading=_filter(heading_rad), next_tick_s=t_s, last_tick_s=t_s, prompted=True
    )
    angles, events, row = [], list[Event](), 0
    for length in [*lengths, len(block.t_s)]:
        state, piece, new = rows.run(params, state, cut(block, row, min(row + length, len(block.t_s))), PERIOD_S)
        angles.append(piece)
        events += new
        row = min(row + length, len(block.t_s))
    whole = joined(angles)
    return whole.angles_rad, whole.sd_rad, events


def test_the_angles_do_not_depend_on_the_cutting_and_a_large_correction_is_said() -> None:
    block, alignment = person(0.5, length_s=10.5, skin_m=0.004)
    wrong_rad = 0.5 - math.radians(15.0)
    angles, sd, events = _run(block, alignment, wrong_rad, [])
    assert any(isinstance(event, ReZero) and abs(event.change_rad) > math.radians(2.0) for event in events)
    assert abs(float(np.mean(angles[-200:, 2]))) < 0.5 * abs(float(np.mean(angles[:200, 2])))
    for lengths in ([1] * 1100, np.random.default_rng(0).integers(0, 90, 40).tolist(), [301, 1, 299]):
        again = _run(block, alignment, wrong_rad, lengths)
        np.testing.assert_array_equal(again[0], angles)
        np.testing.assert_array_equal(again[1], sd)
        assert again[2] == events


def test_lying_there_is_no_correction() -> None:
    block, alignment = person(0.5, length_s=10.5, pelvis_tilt_deg=90.0, flexion_deg=45.0)
    assert _run(block, alignment, 0.2, [])[2] == []
