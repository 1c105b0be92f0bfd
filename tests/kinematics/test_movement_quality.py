"""The error that is to be expected of a movement's axis, and movements that tell no axis."""

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.kinematics.movement_quality import (
    MovementQuality,
    MovementQualityParams,
    movement_quality,
    sweeps_about,
)
from imu_hip.kinematics.turning import Turning
from imu_hip.model.item import Role

PARAMS = MovementQualityParams()
PERIOD_S = 0.01
UP = np.array([0.0, 9.81, 0.0])
RIGHT = np.array([0.0, 0.0, 1.0])
STILL_PELVIS = Turning(0.1, 1.0)
USUAL_DEG = (40.0, -55.0, 55.0, -55.0, 55.0, -55.0, 15.0)


def _rates(sweeps_deg: tuple[float, ...], axes: np.ndarray | None = None) -> np.ndarray:
    """Return rates of sweeps that follow one another, each about its axis, without overlap."""
    axes = np.tile(RIGHT, (len(sweeps_deg), 1)) if axes is None else axes
    shape = 0.5 * math.pi * np.sin(np.pi * (np.arange(60) + 0.5) / 60) / 0.6
    return np.concatenate([math.radians(s) * shape[:, None] * a for s, a in zip(sweeps_deg, axes, strict=True)])


def _quality(
    sweeps_deg: tuple[float, ...] = USUAL_DEG,
    axes: np.ndarray | None = None,
    axis: np.ndarray = RIGHT,
    *,
    up: np.ndarray | None = UP,
    role: Role = Role.THIGH,
    turned: Turning | None = STILL_PELVIS,
) -> MovementQuality | str:
    return movement_quality(PARAMS, role, _rates(sweeps_deg, axes), axis, up, turned, PERIOD_S)


def _accepted(found: MovementQuality | str) -> MovementQuality:
    assert isinstance(found, MovementQuality), found
    return found


def _tipped(degrees: float) -> np.ndarray:
    return np.array([0.0, math.sin(math.radians(degrees)), math.cos(math.radians(degrees))])


def test_a_perfect_movement_has_quality_one_and_the_error_of_habit() -> None:
    found = _accepted(_quality())
    assert found.quality == pytest.approx(1.0)
    assert found.sd_rad == pytest.approx(PARAMS.habit_sd_rad)
    assert found.text == "axis of the thigh from 7 half swings of up to 55°, good to 3°"


def test_an_axis_that_is_tipped_by_gravity_is_as_uncertain_where_it_is_not_seen() -> None:
    axes = np.tile(_tipped(12.0), (7, 1))
    found = _accepted(_quality(axes=axes, axis=_tipped(12.0)))
    assert found.sd_rad == pytest.approx(math.hypot(PARAMS.habit_sd_rad, math.radians(12.0)))
    assert found.quality == pytest.approx(PARAMS.habit_sd_rad / found.sd_rad)
    assert "the axis is tipped by 12°" in found.text


def test_sweeps_that_scatter_count_by_the_root_of_their_number() -> None:
    azimuths = np.radians(np.array([12.0, -12.0] * 4))
    axes = np.stack([np.sin(azimuths), 0.0 * azimuths, np.cos(azimuths)], axis=1)
    found = _accepted(_quality((50.0, -50.0) * 4, axes))
    scatter = np.std(azimuths, ddof=1)
    assert found.sd_rad == pytest.approx(math.sqrt(PARAMS.habit_sd_rad**2 + scatter**2 / 8.0), rel=1e-6)
    assert "each sweep went another way" in found.text


def test_without_an_n_pose_the_elevation_is_the_usual_one() -> None:
    found = _accepted(_quality(up=None))
    assert found.sd_rad == pytest.approx(math.hypot(PARAMS.habit_sd_rad, PARAMS.unseen_rad))


def test_without_an_n_pose_sweeps_off_the_axis_any_way_count_by_half_of_their_angle_squared() -> None:
    azimuths = np.radians(np.array([12.0, -12.0] * 4))
    axes = np.stack([np.sin(azimuths), 0.0 * azimuths, np.cos(azimuths)], axis=1)
    found = _accepted(_quality((50.0, -50.0) * 4, axes, up=None))
    # Off the axis in one of two directions, of which one is about the long axis.
    scatter = math.sqrt(8.0 * math.sin(math.radians(12.0)) ** 2 / 2.0 / 7.0)
    expected = math.sqrt(PARAMS.habit_sd_rad**2 + PARAMS.unseen_rad**2 + scatter**2 / 8.0)
    assert found.sd_rad == pytest.approx(expected, rel=1e-6)


def test_the_error_does_not_depend_on_how_the_sensor_sits() -> None:
    rng = np.random.default_rng(2)
    azimuths = rng.normal(0.0, 0.1, 7)
    axes = np.stack([np.sin(azimuths), 0.0 * azimuths, np.cos(azimuths)], axis=1)
    rates = _rates(USUAL_DEG, axes)
    plain = _accepted(movement_quality(PARAMS, Role.THIGH, rates, RIGHT, UP, None, PERIOD_S))
    seat = Rotation.random(rng=rng)
    turned = movement_quality(PARAMS, Role.THIGH, seat.apply(rates), -seat.apply(RIGHT), seat.apply(UP), None, PERIOD_S)
    assert _accepted(turned).sd_rad == pytest.approx(plain.sd_rad)


@pytest.mark.parametrize(
    ("sweeps_deg", "why"),
    [
        ((40.0, -40.0), "only one swing was seen"),
        ((40.0, -40.0, 5.0, -5.0), "only one swing was seen"),
        ((8.0, -12.0, 12.0, -12.0, 12.0), "reached over 12° only"),
    ],
)
def test_too_little_is_refused(sweeps_deg: tuple[float, ...], why: str) -> None:
    found = _quality(sweeps_deg)
    assert isinstance(found, str)
    assert why in found


def test_another_movement_is_refused() -> None:
    squat = _quality(role=Role.PELVIS, turned=Turning(0.5, 1.0))
    assert squat == "the thigh turned 2.0 times as much as the pelvis; bow from the hips with straight knees"
    bow = _quality(role=Role.THIGH, turned=Turning(1.0, 0.25))
    assert isinstance(bow, str)
    assert bow.startswith("the pelvis turned 4.0 times as much as the thigh")


def test_bent_knees_are_worth_a_word() -> None:
    assert _accepted(_quality(role=Role.PELVIS, turned=Turning(1.0, 0.7))).text.endswith("; keep the knees straight")


def test_hesitating_on_the_way_does_not_end_a_sweep() -> None:
    rates = _rates((20.0, -0.5, 20.0, -40.0))
    sweeps = sweeps_about(rates * PERIOD_S, RIGHT, 0.4)
    assert np.degrees([sweep[2] for sweep in sweeps]) == pytest.approx([40.0, 40.0], abs=0.01)


def test_a_sensor_that_never_turned_has_no_sweeps() -> None:
    assert sweeps_about(np.zeros((10, 3)), RIGHT, 0.4) == []
    assert isinstance(movement_quality(PARAMS, Role.THIGH, np.zeros((10, 3)), RIGHT, UP, None, PERIOD_S), str)
