"""Walking: what pelvis, hip and thigh do in each stride, and the shock of each heel strike. Right leg."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians

import numpy as np
from numpy.typing import NDArray

from imu_hip.simulate.person import Person

Floats = NDArray[np.float64]

HALF_PELVIS_M = 0.085
"""From the middle of the pelvis to the hip centre."""


@dataclass(frozen=True, slots=True)
class GaitParams:
    """Amplitudes of a full stride, two steps, beginning with the heel strike of the strapped leg.

    Angles: fundamentals as they are typical of normal level walking (compare Kadaba et al. 1990,
    doi:10.1002/jor.1100080310; the values are ours); the second harmonics likewise. The hip centre rises
    and falls twice a stride by +-`rise_m`, sways by +-`side_m` and surges by +-`surge_m` (the figure of eight of the
    centre of mass: Tesio & Rota 2019, doi:10.3389/fneur.2019.00999; amplitudes assumptions). A heel strike rings at
    `shock_hz` and dies away within `shock_s` (assumptions).
    """

    flexion_mean_rad: float = radians(9.0)
    flexion_rad: float = radians(20.0)
    flexion_twice_rad: float = radians(3.5)
    adduction_rad: float = radians(5.0)
    rotation_rad: float = radians(4.0)
    tilt_rad: float = radians(1.2)
    list_rad: float = radians(4.0)
    turn_rad: float = radians(5.0)
    rise_m: float = 0.018
    side_m: float = 0.02
    surge_m: float = 0.012
    shock_hz: float = 12.0
    shock_s: float = 0.04


@dataclass(frozen=True, slots=True)
class Gait:
    """What walking adds at each time: angles (n,), `hip_m` (n, 3) in the world, `shock` (n,) within about +-1."""

    tilt_rad: Floats
    list_rad: Floats
    turn_rad: Floats
    flexion_rad: Floats
    adduction_rad: Floats
    rotation_rad: Floats
    hip_m: Floats
    shock: Floats


def walk(
    step: Floats, speed_m_s: Floats, heading_rad: Floats, rate_hz: float, person: Person, params: GaitParams
) -> Gait:
    """Return the gait of a body that steps by `step` 0..1 and goes at `speed_m_s` where it faces; each (n,)."""
    walked_s = np.cumsum(step > 0.0) / rate_hz
    phase = np.asarray(2.0 * np.pi * person.stride_hz * walked_s, dtype=np.float64)
    once, twice = np.cos(phase), np.cos(2.0 * phase)
    turn = step * params.turn_rad * once
    drop = -step * params.list_rad * np.sin(phase)
    # The hip goes round the middle of the pelvis: ahead when the pelvis turns, up when it drops on the other side.
    ahead = step * params.surge_m * np.sin(2.0 * phase) + HALF_PELVIS_M * np.sin(turn)
    leftward = -step * params.side_m * np.sin(phase)
    facing = np.stack([np.cos(heading_rad), np.sin(heading_rad)], axis=-1)
    left = np.stack([-facing[:, 1], facing[:, 0]], axis=-1)
    turning_rad_s = np.gradient(heading_rad) * rate_hz * (step > 0.0)
    path = np.cumsum((speed_m_s + HALF_PELVIS_M * turning_rad_s)[:, None] * facing, axis=0) / rate_hz
    across = path + ahead[:, None] * facing + leftward[:, None] * left
    up = -step * params.rise_m * twice - HALF_PELVIS_M * np.sin(drop)
    return Gait(
        tilt_rad=step * params.tilt_rad * twice,
        list_rad=drop,
        turn_rad=turn,
        flexion_rad=step * (params.flexion_mean_rad + params.flexion_rad * once + params.flexion_twice_rad * twice),
        adduction_rad=step * params.adduction_rad * np.sin(phase),
        rotation_rad=step * params.rotation_rad * np.sin(phase),
        hip_m=np.concatenate([across, up[:, None]], axis=-1),
        shock=_shocks(phase, step, rate_hz, params),
    )


def _shocks(phase: Floats, step: Floats, rate_hz: float, params: GaitParams) -> Floats:
    """Return the ringing after each heel strike of either leg, as strong as the step."""
    shock = np.zeros(len(phase))
    strikes = np.flatnonzero(np.diff(np.floor(phase / np.pi)) > 0.0) + 1
    since_s = np.arange(round(10.0 * params.shock_s * rate_hz)) / rate_hz
    # A ring that swells first, so that it does not depend on the sample rate.
    ring = since_s / params.shock_s * np.exp(1.0 - since_s / params.shock_s)
    ring *= np.sin(2.0 * np.pi * params.shock_hz * since_s)
    for strike in strikes.tolist():
        seen = shock[strike : strike + len(ring)]
        seen += step[strike] * ring[: len(seen)]
    return shock
