"""The rotation vector of a rotation."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imu_hip.quaternion import norm

Floats = NDArray[np.float64]


def rotation_vector(q: ArrayLike) -> Floats:
    """Return axis times angle (..., 3) in rad of unit quaternions (..., 4), the short way round."""
    p = np.asarray(q, dtype=float)
    p = np.where(p[..., :1] < 0.0, -p, p)
    sine = norm(p[..., 1:])
    small = sine < 1e-12
    per_sine = np.where(small, 2.0, 2.0 * np.arctan2(sine, p[..., 0]) / np.where(small, 1.0, sine))
    return np.asarray(p[..., 1:] * per_sine[..., None])
