"""The scoring of exercises finds the mounting and the errors that were put in."""

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imu_hip.model.block import Floats
from imu_hip.model.setup import FilterName, Side
from tools.exercise_truth import (
    PERIOD_S,
    Repetition,
    aligned,
    change_error,
    fitted,
    found_by_program,
    repetitions,
    rmse_deg,
    standing,
)

STANDING = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
MOUNTINGS = {segment: Rotation.random(rng=np.random.default_rng(k)) for k, segment in enumerate(("pelvis", "thigh"))}
MIRROR = np.diag([1.0, 1.0, -1.0])
Arrays = Mapping[str, NDArray[np.generic]]


def trial(angles_deg: list[Floats]) -> dict[str, NDArray[np.generic]]:
    """Give arrays of a person on the spot whose both hips do the same (n, 3); thigh sensors sit mirrored."""
    columns: dict[str, list[Floats]] = {}
    for number, wanted in enumerate(angles_deg):
        n = len(wanted)
        pelvis = STANDING * Rotation.from_euler("z", np.zeros((n, 1)))
        swing = 10.0 * np.sin(np.linspace(0.0, 5.0, n)) * (np.ptp(wanted) > 0.0)
        pelvis = pelvis * Rotation.from_euler("zxy", np.outer(swing, [1.0, 0.5, 0.7]), degrees=True)
        columns.setdefault("rep", []).append(np.full(n, number + 1.0))
        columns.setdefault("t", []).append(np.asarray((np.arange(n) + 2000.0 * number) * PERIOD_S))
        right = Rotation.from_euler("ZXY", wanted, degrees=True)
        left = Rotation.from_matrix(MIRROR @ right.as_matrix() @ MIRROR)
        for leg, hip in (("r", right), ("l", left)):
            columns.setdefault(f"hip_{leg}", []).append(wanted)
            add_sensor(columns, f"thigh_{leg}", pelvis * hip * MOUNTINGS["thigh"])
        add_sensor(columns, "pelvis", pelvis * MOUNTINGS["pelvis"])
    return {key: np.concatenate(parts) for key, parts in columns.items()}


def add_sensor(columns: dict[str, list[Floats]], segment: str, sensor: Rotation) -> None:
    turns = (sensor[:-1].inv() * sensor[1:]).as_rotvec() / PERIOD_S
    columns.setdefault(f"gyr_{segment}", []).append(np.concatenate([np.zeros((1, 3)), turns]))
    columns.setdefault(f"acc_{segment}", []).append(sensor.inv().apply([0.0, 0.0, 9.81]))
    columns.setdefault(f"quat_{segment}", []).append(sensor.as_quat(scalar_first=True))


def squat(seed: int) -> Floats:
    """Give angles (n, 3), deg, of one repetition."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0.0, 2.0 * np.pi, 200)
    shapes = np.stack([1.0 - np.cos(t), np.sin(t), np.sin(2.0 * t)], axis=1)
    return np.asarray(shapes * rng.uniform([30.0, 5.0, 8.0], [45.0, 9.0, 12.0]))


@pytest.fixture(scope="module")
def pose() -> Arrays:
    return trial([np.zeros((150, 3))])


@pytest.fixture(scope="module")
def squats() -> Arrays:
    return trial([squat(k) for k in range(3)])


@pytest.mark.parametrize("side", Side)
def test_without_errors_the_mounting_is_found_and_nothing_is_left(pose: Arrays, squats: Arrays, side: Side) -> None:
    seen = standing(repetitions(pose, side, FilterName.VQF)[0])
    first, *others = repetitions(squats, side, FilterName.VQF)
    error = change_error(aligned(seen, fitted(seen, others)), first)
    assert rmse_deg([error]) == pytest.approx([0.0, 0.0, 0.0], abs=0.6)


def test_an_error_of_the_change_is_found_and_a_constant_one_is_not(pose: Arrays, squats: Arrays) -> None:
    seen = standing(repetitions(pose, Side.RIGHT, FilterName.VQF)[0])
    each = repetitions(squats, Side.RIGHT, FilterName.VQF)
    alignment = aligned(seen, fitted(seen, each))
    rows, video = each[0].rows, each[0].video_rad
    wave = np.radians(4.0) * np.sqrt(2.0) * np.sin(np.linspace(0.0, 6.0 * np.pi, len(video), endpoint=False))
    flexed = video + np.stack([wave, 0.0 * wave, 0.0 * wave], axis=1)
    assert rmse_deg([change_error(alignment, Repetition(rows, flexed))])[0] == pytest.approx(4.0, abs=0.3)
    shifted = video + np.radians([10.0, 0.0, 0.0])
    assert rmse_deg([change_error(alignment, Repetition(rows, shifted))])[0] < 0.6


def test_a_wrong_mounting_shows_in_the_score(pose: Arrays, squats: Arrays) -> None:
    seen = standing(repetitions(pose, Side.RIGHT, FilterName.VQF)[0])
    each = repetitions(squats, Side.RIGHT, FilterName.VQF)
    azimuths = fitted(seen, each) + np.radians([0.0, 30.0])
    assert rmse_deg([change_error(aligned(seen, azimuths), each[0])]).max() > 5.0


def test_the_orientations_behind_the_stillness_are_those_of_the_repetition(squats: Arrays) -> None:
    for repetition in repetitions(squats, Side.RIGHT, FilterName.VQF):
        n = len(repetition.video_rad)
        assert len(repetition.rows.t_s) == n == 200
        assert not np.isnan(repetition.rows.earth_from_thigh_sensor).any()


def test_a_pose_in_which_the_person_moves_is_no_pose(squats: Arrays) -> None:
    with pytest.raises(ValueError, match="stand still"):
        standing(repetitions(squats, Side.RIGHT, FilterName.VQF)[0])


def test_from_turning_on_the_spot_the_program_finds_no_alignment(pose: Arrays, squats: Arrays) -> None:
    assert found_by_program(pose, squats, Side.RIGHT, FilterName.VQF) is None
