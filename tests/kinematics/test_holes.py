"""What a hole adds, against the definition written with scipy's rotations."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.holes import HoleParams
from imu_hip.kinematics.sight import Orientations, Seen, see
from imu_hip.model.block import OrientationBlock, cut

PARAMS = HoleParams()
PERIOD_S = 0.01
IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])
SUPINE = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]]) * Rotation.from_euler("z", np.pi / 2)
"""World (z up) from a segment whose front looks up."""


def _block(pelvis: Rotation, thigh: Rotation, t_s: np.ndarray) -> OrientationBlock:
    n = len(t_s)
    q = (pelvis.as_quat(scalar_first=True), thigh.as_quat(scalar_first=True))
    flags = np.zeros(n, bool), np.zeros(n, bool), np.ones(n, bool)
    return OrientationBlock(t_s, *q, *(np.zeros((n, 3)) for _ in range(4)), *flags)


def _lost(
    alignment: Alignment | None, block: OrientationBlock, seen: Seen | None = None, latest: Orientations | None = None
) -> tuple[Seen, np.ndarray]:
    """Return what has been seen behind the block, and what heading and inclination have lost up to each row (2, n)."""
    seen, sight = see(PARAMS, 1.0, seen or Seen(), alignment, latest, block, PERIOD_S)
    return seen, sight.sums[1:]


def _angle(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.arctan2(np.linalg.norm(np.cross(a, b)), np.dot(a, b)))


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.6), st.floats(0.02, 3.0))
def test_inclinations_that_hardly_changed_bound_what_the_heading_did(seed: int, spread: float, length_s: float) -> None:
    rng = np.random.default_rng(seed)
    mountings = Rotation.random(2, rng=rng)
    segments = [SUPINE * Rotation.from_rotvec(rng.normal(size=(2, 3)) * spread) for _ in range(2)]
    sensors = [segment * mounting.inv() for segment, mounting in zip(segments, mountings, strict=True)]
    alignment = Alignment(*mountings.as_quat(scalar_first=True), 0.0, np.zeros((2, 2)))
    _, found = _lost(alignment, _block(*sensors, np.array([1.0, 1.0 + length_s])))
    upright, standing = (abs(float(segment[1].apply([0.0, 1.0, 0.0])[2])) for segment in segments)
    changed = sum(_angle(*segment.inv().apply([0.0, 0.0, 1.0])) for segment in segments)
    turned = PARAMS.turn_rad_s * length_s
    if upright <= PARAMS.reclined:
        sine = max(math.sqrt(max(0.0, 1.0 - standing**2)), PARAMS.least_sine)
        turned = min(turned, PARAMS.still_rad + PARAMS.turn_per_tilt * changed / sine)
    tilt = min(PARAMS.tilt_rad_s * length_s, PARAMS.most_tilt_rad)
    np.testing.assert_allclose(found, [[0.0, turned**2], [0.0, tilt**2]], atol=1e-9)


def test_without_an_alignment_nothing_bounds_the_heading() -> None:
    still = Rotation.concatenate([SUPINE, SUPINE])
    _, (heading, _) = _lost(None, _block(still, still, np.array([0.0, 2.0])))
    assert heading[1] == pytest.approx((2.0 * PARAMS.turn_rad_s) ** 2)


@pytest.mark.parametrize("border", [1, 2, 3])
def test_a_hole_across_two_blocks_is_the_same_hole(border: int) -> None:
    alignment = Alignment(IDENTITY.copy(), IDENTITY.copy(), 0.0, np.zeros((2, 2)))
    q = Rotation.from_rotvec(np.linspace(0.0, 0.3, 4)[:, None] * [1.0, 0.0, 0.0]) * SUPINE
    block = _block(q, q, PERIOD_S * np.array([0.0, 1.0, 2.0, 80.0]))
    block.thigh_gyr[2] = np.nan
    _, whole = _lost(alignment, block)
    assert whole[0, 3] > 0.0
    newest = min(border, 2) - 1
    latest = (block.earth_from_pelvis_sensor[newest], block.earth_from_thigh_sensor[newest])
    before, _ = _lost(alignment, cut(block, 0, border))
    _, behind = _lost(alignment, cut(block, border, 4), before, latest)
    np.testing.assert_array_equal(behind, whole[:, border:])
