"""The algebra of `quaternion` on single quaternions and vectors, as tuples of numbers, for compiled loops over rows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imu_hip.compiled import compiled

Floats = NDArray[np.float64]
Quaternion = tuple[float, float, float, float]
Vector = tuple[float, float, float]


def as_rows(*arrays: ArrayLike) -> tuple[tuple[int, ...], list[Floats]]:
    """Return the common leading shape of arrays (..., k), and each as rows (n, k) that a compiled loop takes."""
    values = [np.asarray(array, dtype=float) for array in arrays]
    if all(value.ndim == 1 for value in values):  # one row, for which broadcasting would take longer than the loop
        return (), [value.reshape(1, -1).copy() for value in values]
    shape = np.broadcast_shapes(*(value.shape[:-1] for value in values))
    whole = (np.broadcast_to(value, (*shape, value.shape[-1])) for value in values)
    return shape, [np.array(value, order="C").reshape(-1, value.shape[-1]) for value in whole]


@compiled
def quaternion_at(rows: Floats, k: int) -> Quaternion:
    """Return row k of (n, 4)."""
    return rows[k, 0], rows[k, 1], rows[k, 2], rows[k, 3]


@compiled
def vector_at(rows: Floats, k: int) -> Vector:
    """Return row k of (n, 3)."""
    return rows[k, 0], rows[k, 1], rows[k, 2]


@compiled
def quaternion_of(array: Floats) -> Quaternion:
    """Return an array (4,) as numbers."""
    return array[0], array[1], array[2], array[3]


@compiled
def vector_of(array: Floats) -> Vector:
    """Return an array (3,) as numbers."""
    return array[0], array[1], array[2]


@compiled
def put(rows: Floats, k: int, values: tuple[float, ...]) -> None:
    """Write numbers into row k of (n, len(values))."""
    for column in range(len(values)):
        rows[k, column] = values[column]


@compiled
def multiply(a: Quaternion, b: Quaternion) -> Quaternion:
    """Return the Hamilton product a ⊗ b."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


@compiled
def conjugate(q: Quaternion) -> Quaternion:
    """Return the inverse of a unit quaternion."""
    return q[0], -q[1], -q[2], -q[3]


@compiled
def normalise(q: Quaternion) -> Quaternion:
    """Return q / |q|."""
    length = math.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3])
    return q[0] / length, q[1] / length, q[2] / length, q[3] / length


@compiled
def about_vertical(angle_rad: float) -> Quaternion:
    """Return the rotation about the world's z axis."""
    return math.cos(0.5 * angle_rad), 0.0, 0.0, math.sin(0.5 * angle_rad)


@compiled
def rotate(a_from_b: Quaternion, v_b: Vector) -> Vector:
    """Turn a vector from b axes into a axes."""
    w = a_from_b[0]
    axis = (a_from_b[1], a_from_b[2], a_from_b[3])
    t = scaled(2.0, cross3(axis, v_b))
    c = cross3(axis, t)
    return v_b[0] + w * t[0] + c[0], v_b[1] + w * t[1] + c[1], v_b[2] + w * t[2] + c[2]


@compiled
def up_in(earth_from_segment: Quaternion) -> Vector:
    """Return the way up in a segment's axes."""
    return rotate(conjugate(earth_from_segment), (0.0, 0.0, 1.0))


@compiled
def dot3(u: Vector, v: Vector) -> float:
    """Return the scalar product."""
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]


@compiled
def cross3(u: Vector, v: Vector) -> Vector:
    """Return the vector product."""
    return u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]


@compiled
def subtract(u: Vector, v: Vector) -> Vector:
    """Return u - v."""
    return u[0] - v[0], u[1] - v[1], u[2] - v[2]


@compiled
def scaled(by: float, v: Vector) -> Vector:
    """Return by · v."""
    return by * v[0], by * v[1], by * v[2]


@compiled
def length3(v: Vector) -> float:
    """Return |v|."""
    return math.sqrt(dot3(v, v))


@compiled
def arc_sine(sine: float) -> float:
    """Return the angle of a sine that may have been rounded beyond ±1."""
    if sine > 1.0:
        sine = 1.0
    elif sine < -1.0:
        sine = -1.0
    return math.asin(sine)
