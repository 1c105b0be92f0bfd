"""The magnetic field of a room, and what a magnetometer makes of it: the earth's field, iron in the room, hard iron."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from imu_hip.quaternion import about_vertical, conjugate, dot3, norm, rotate
from imu_hip.simulate.person import Range
from imu_hip.simulate.sensors import SensorReadings
from imu_hip.simulate.skeleton import Pose

Floats = NDArray[np.float64]

_UT_M3_PER_A_M2 = 0.1
"""Magnetic constant over 4 pi, in µT m³ per A m²."""


@dataclass(frozen=True, slots=True)
class MagneticFieldParams:
    """The earth's field in central Europe and what disturbs it indoors; the amplitudes are assumptions.

    `room_dipoles` of `room_moment_a_m2` (furniture, radiators, steel beams) anywhere within `reach_m` of where the
    session begins; `floor_dipoles` of `floor_moment_a_m2` (reinforcement) within `floor_reach_m` just below the floor.
    `disturbance` scales all of them; nothing comes closer to one than `closest_m`. `hard_iron_ut`: standard deviation
    of each axis of a sensor. `noise_ut`: of each sample.
    """

    earth_ut: float = 49.0
    dip_rad: float = radians(66.0)
    room_dipoles: int = 11
    room_moment_a_m2: Range = (5.0, 60.0)
    reach_m: float = 4.0
    floor_dipoles: int = 3
    floor_moment_a_m2: Range = (2.0, 10.0)
    floor_reach_m: float = 2.0
    disturbance: float = 1.0
    closest_m: float = 0.25
    hard_iron_ut: float = 1.0
    noise_ut: float = 0.3


@dataclass(frozen=True, slots=True)
class Room:
    """The earth's field (3,) in µT, and dipoles: where they are (k, 3) in m and their moments (k, 3) in A m²."""

    earth_ut: Floats
    position_m: Floats
    moment_a_m2: Floats


def draw_room(params: MagneticFieldParams, rng: np.random.Generator) -> Room:
    """Draw a room; north is anywhere."""
    northward = np.array([cos(params.dip_rad), 0.0, -sin(params.dip_rad)])
    earth_ut = params.earth_ut * rotate(about_vertical(rng.uniform(-np.pi, np.pi)), northward)

    def dipoles(count: int, reach_m: float, height_m: Range, moment: Range) -> tuple[Floats, Floats]:
        across = rng.uniform(-reach_m, reach_m, (count, 2))
        up = rng.uniform(*height_m, (count, 1))
        direction = rng.standard_normal((count, 3))
        strength = params.disturbance * rng.uniform(*moment, (count, 1))
        return np.concatenate([across, up], axis=1), strength * direction / norm(direction)[:, None]

    room = dipoles(params.room_dipoles, params.reach_m, (0.0, 2.5), params.room_moment_a_m2)
    floor = dipoles(params.floor_dipoles, params.floor_reach_m, (-0.3, -0.1), params.floor_moment_a_m2)
    return Room(earth_ut, np.concatenate([room[0], floor[0]]), np.concatenate([room[1], floor[1]]))


def field(room: Room, position_m: Floats, closest_m: float) -> Floats:
    """Return the field (n, 3) in µT at positions (n, 3), world axes."""
    total = np.tile(room.earth_ut, (len(position_m), 1))
    for where, moment in zip(room.position_m, room.moment_a_m2, strict=True):
        away = position_m - where
        distance = np.maximum(norm(away), closest_m)
        toward = away / distance[:, None]
        along = dot3(toward, np.broadcast_to(moment, away.shape))
        total += _UT_M3_PER_A_M2 * (3.0 * along[:, None] * toward - moment) / distance[:, None] ** 3
    return total


def with_magnetometer(
    readings: SensorReadings, pose: Pose, room: Room, params: MagneticFieldParams, rng: np.random.Generator
) -> SensorReadings:
    """Return the readings of a sensor that has a magnetometer as well."""
    ideal = rotate(conjugate(pose.earth_from_body), field(room, pose.position_m, params.closest_m))
    hard_iron = rng.normal(0.0, params.hard_iron_ut, 3)
    noise = rng.normal(0.0, params.noise_ut, ideal.shape)
    return replace(readings, mag=ideal + hard_iron + noise)
