"""The segments in the ground are those that moved: heading, inclination and hip, on both sides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imu_hip.model.analysis import Analysis
from imu_hip.model.block import AlignedBlock, AngleBlock, SensorBlock
from imu_hip.model.setup import Side
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.exports.contents import Contents
from imu_hip.session.exports.opensim import calibration_text, ground_orientations
from tests.session.examples import SETUP

Floats = NDArray[np.float64]
N, PERIOD_S, FINER = 3000, 0.01, 8


def turned(rates: Floats) -> tuple[Rotation, Floats]:
    """Integrate body rates (n, 3): orientations, and what they turn about the ground's y axis."""
    now, turn = Rotation.identity(), 0.0
    orientations, turns = [now], [turn]
    for rate in rates[1:]:
        small = rate * PERIOD_S / FINER
        for _ in range(FINER):
            turn += (now * Rotation.from_rotvec(small / 2.0)).apply(small)[1]
            now = now * Rotation.from_rotvec(small)
        orientations.append(now)
        turns.append(turn)
    return Rotation.concatenate(orientations), np.array(turns)


def mirrored(orientation: Rotation) -> Rotation:
    """Return the orientation in a mirror across the plane of x and y."""
    mirror = np.diag([1.0, 1.0, -1.0])
    return Rotation.from_matrix(mirror @ orientation.as_matrix() @ mirror)


def told(side: Side) -> tuple[Contents, Rotation, Rotation]:
    """Return contents of a pelvis that rolls over all sides, and the real pelvis and thigh."""
    tau = PERIOD_S * np.arange(float(N))
    rates = np.stack([0.9 * np.sin(1.1 * tau), 0.5 * np.cos(0.7 * tau), 0.8 * np.sin(0.5 * tau + 1.0)], axis=1)
    pelvis, turn = turned(rates)
    angles = np.stack([0.9 + 0.6 * np.sin(tau), 0.3 * np.cos(tau), 0.7 * np.sin(2.0 * tau)], axis=1)
    thigh = pelvis * Rotation.from_euler("ZXY", angles)
    up = pelvis.inv().apply([0.0, 1.0, 0.0])
    shown = np.ones(N, dtype=bool)
    tilt, list_ = np.arctan2(-up[:, 0], up[:, 1]), np.arcsin(up[:, 2])
    block = AngleBlock(3.0 + tau, angles, 0.03 + 0.0 * angles, shown, tilt, list_, turn, rates, shown)
    sensor = SensorBlock(rates, rates, np.zeros(N, dtype=np.uint8))
    setup = replace(SETUP, side=side)
    analysis = Analysis(setup, "ab" * 32, 30.0, block, np.zeros(N, dtype=np.uint8), (), {}, "cd" * 32)
    contents = Contents(
        analysis, analysis_json(analysis), AlignedBlock(3.0 + tau, sensor, sensor, shown), (), "01", "1"
    )
    return (contents, mirrored(pelvis), mirrored(thigh)) if side is Side.LEFT else (contents, pelvis, thigh)


@pytest.mark.parametrize("side", Side)
def test_segments_lie_in_the_ground_as_they_lay(side: Side) -> None:
    contents, pelvis, thigh = told(side)
    assert np.cos(contents.analysis.angles.pelvis_list_rad).min() < 0.2
    _, *found = ground_orientations(contents)
    for real, quaternions in zip((pelvis, thigh), found, strict=True):
        off = (Rotation.from_quat(quaternions, scalar_first=True).inv() * real).magnitude()
        assert np.degrees(off).max() < 0.1


@pytest.mark.parametrize(("side", "signs"), [(Side.RIGHT, (1, 1, 1)), (Side.LEFT, (1, -1, -1))])
def test_hip_between_them_has_the_angles_by_the_axes_of_opensims_models(side: Side, signs: tuple[int, ...]) -> None:
    contents, *_ = told(side)
    _, pelvis, thigh = (np.asarray(rows) for rows in ground_orientations(contents))
    between = Rotation.from_quat(pelvis, scalar_first=True).inv() * Rotation.from_quat(thigh, scalar_first=True)
    np.testing.assert_allclose(between.as_euler("ZXY") * signs, contents.analysis.angles.angles_rad, atol=1e-9)


def test_calibration_is_the_neutral_pose_in_one_row() -> None:
    contents, *_ = told(Side.LEFT)
    *_, names, row = calibration_text(contents).splitlines()
    assert names.split("\t") == ["time", "pelvis_imu", "femur_l_imu"]
    assert row.split("\t") == ["0.0", "1.0,0.0,0.0,0.0", "1.0,0.0,0.0,0.0"]
