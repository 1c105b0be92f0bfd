"""Quaternion algebra on arrays, scalar first (w, x, y, z), Hamilton, written out without BLAS.

A quaternion `a_from_b` turns vectors given in b axes into a axes: v_a = rotate(a_from_b, v_b), and
a_from_c = multiply(a_from_b, b_from_c). All functions broadcast over leading axes and take the last axis as components.
Sums are written in a fixed order, so that the same numbers give the same bits however arrays are cut.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

IDENTITY: Floats = np.array([1.0, 0.0, 0.0, 0.0])
IDENTITY.flags.writeable = False


def multiply(a: ArrayLike, b: ArrayLike) -> Floats:
    """Return the Hamilton product a ⊗ b, shape (..., 4)."""
    p, q = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    pw, px, py, pz = p[..., 0], p[..., 1], p[..., 2], p[..., 3]
    qw, qx, qy, qz = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    w = pw * qw - px * qx - py * qy - pz * qz
    out = np.empty((*w.shape, 4))
    out[..., 0] = w
    out[..., 1] = pw * qx + px * qw + py * qz - pz * qy
    out[..., 2] = pw * qy - px * qz + py * qw + pz * qx
    out[..., 3] = pw * qz + px * qy - py * qx + pz * qw
    return out


def conjugate(q: ArrayLike) -> Floats:
    """Return the inverse of unit quaternions, shape (..., 4)."""
    out = np.array(q, dtype=float)
    out[..., 1:] = -out[..., 1:]
    return out


def normalise(q: ArrayLike) -> Floats:
    """Return q / |q|, shape (..., 4)."""
    p = np.asarray(q, dtype=float)
    return p / norm(p)[..., None]


def norm(v: ArrayLike) -> Floats:
    """Return the Euclidean length along the last axis (3 or 4 components), shape (...)."""
    u = np.asarray(v, dtype=float)
    square = u[..., 0] * u[..., 0]
    for k in range(1, u.shape[-1]):
        square = square + u[..., k] * u[..., k]
    return np.asarray(np.sqrt(square))


def dot3(u: ArrayLike, v: ArrayLike) -> Floats:
    """Return the scalar product of 3-vectors, shape (...)."""
    a, b = np.asarray(u, dtype=float), np.asarray(v, dtype=float)
    return np.asarray(a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2])


def cross3(u: ArrayLike, v: ArrayLike) -> Floats:
    """Return the vector product of 3-vectors, shape (..., 3)."""
    a, b = np.asarray(u, dtype=float), np.asarray(v, dtype=float)
    return _gathered(*_cross(*_parts(a), *_parts(b)))


def rotate(a_from_b: ArrayLike, v_b: ArrayLike) -> Floats:
    """Turn vectors from b axes into a axes, shape (..., 3)."""
    q, v = np.asarray(a_from_b, dtype=float), np.asarray(v_b, dtype=float)
    w, x, y, z = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    v0, v1, v2 = _parts(v)
    t0, t1, t2 = _cross(x, y, z, v0, v1, v2)
    t0, t1, t2 = 2.0 * t0, 2.0 * t1, 2.0 * t2
    c0, c1, c2 = _cross(x, y, z, t0, t1, t2)
    return _gathered(v0 + w * t0 + c0, v1 + w * t1 + c1, v2 + w * t2 + c2)


def _parts(v: Floats) -> tuple[Floats, Floats, Floats]:
    return v[..., 0], v[..., 1], v[..., 2]


def _cross(a0: Floats, a1: Floats, a2: Floats, b0: Floats, b1: Floats, b2: Floats) -> tuple[Floats, Floats, Floats]:
    return a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0


def _gathered(x: Floats, y: Floats, z: Floats) -> Floats:
    """Return components as the last axis; cheaper than `np.stack`, which counts when blocks are small."""
    out = np.empty((*x.shape, 3))
    out[..., 0], out[..., 1], out[..., 2] = x, y, z
    return out


def from_axis_angle(axis: ArrayLike, angle_rad: ArrayLike) -> Floats:
    """Return the rotation by `angle_rad` (...) about the unit `axis` (..., 3), shape (..., 4)."""
    half = 0.5 * np.asarray(angle_rad, dtype=float)
    u = np.asarray(axis, dtype=float)
    s = np.sin(half)[..., None]
    w = np.broadcast_to(np.cos(half)[..., None], np.broadcast_shapes(s.shape, u[..., :1].shape))
    return np.concatenate([w, s * u], axis=-1)


def from_rotation_vector(v_rad: ArrayLike) -> Floats:
    """Return the rotation by |v| about v / |v| (identity for 0), shape (..., 4)."""
    v = np.asarray(v_rad, dtype=float)
    angle = norm(v)
    safe = np.where(angle > 0.0, angle, 1.0)
    return from_axis_angle(v / safe[..., None], angle)


def from_rows(rows: ArrayLike) -> Floats:
    """Return the quaternion of a rotation matrix (..., 3, 3), shape (..., 4), with w >= 0.

    The largest of the four candidates is used (Shepperd 1978, doi:10.2514/3.55767b), so no case loses precision.
    """
    m = np.asarray(rows, dtype=float)
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    squares = np.stack([xx + yy + zz, xx - yy - zz, yy - xx - zz, zz - xx - yy], axis=-1)
    a = m[..., 2, 1] - m[..., 1, 2]
    b = m[..., 0, 2] - m[..., 2, 0]
    c = m[..., 1, 0] - m[..., 0, 1]
    d = m[..., 0, 1] + m[..., 1, 0]
    e = m[..., 0, 2] + m[..., 2, 0]
    f = m[..., 1, 2] + m[..., 2, 1]
    g = 1.0 + squares
    candidates = np.stack(
        [
            np.stack([g[..., 0], a, b, c], axis=-1),
            np.stack([a, g[..., 1], d, e], axis=-1),
            np.stack([b, d, g[..., 2], f], axis=-1),
            np.stack([c, e, f, g[..., 3]], axis=-1),
        ],
        axis=-2,
    )
    best = np.argmax(squares, axis=-1)
    q = normalise(np.take_along_axis(candidates, best[..., None, None], axis=-2)[..., 0, :])
    return np.asarray(np.where(q[..., :1] < 0.0, -q, q))


def to_rows(q: ArrayLike) -> Floats:
    """Return the rotation matrix of unit quaternions, shape (..., 3, 3)."""
    p = np.asarray(q, dtype=float)
    w, x, y, z = p[..., 0], p[..., 1], p[..., 2], p[..., 3]
    return np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)], axis=-1),
            np.stack([2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)], axis=-1),
            np.stack([2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)], axis=-1),
        ],
        axis=-2,
    )


def about_vertical(angle_rad: ArrayLike) -> Floats:
    """Return the rotation by `angle_rad` about the world's z axis, shape (..., 4)."""
    half = 0.5 * np.asarray(angle_rad, dtype=float)
    zero = np.zeros_like(half)
    return np.stack([np.cos(half), zero, zero, np.sin(half)], axis=-1)


def wrap_angle(angle_rad: ArrayLike) -> Floats:
    """Return the angle within [-pi, pi)."""
    return np.asarray(np.mod(np.asarray(angle_rad, dtype=float) + np.pi, 2.0 * np.pi) - np.pi)
