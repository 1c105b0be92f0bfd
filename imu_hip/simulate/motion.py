"""Sample a plan: hip angles and pelvis over time, with gait, sway, breath and tremor. Written for a right leg."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from imu_hip.simulate.channel import follow
from imu_hip.simulate.gait import GaitParams, walk
from imu_hip.simulate.person import Person, PersonParams
from imu_hip.simulate.plan import Channel, Plan

Floats = NDArray[np.float64]

_SWAY_HZ = (0.1, 0.6)
_WOBBLE_HZ = (0.8, 3.0)
_TREMOR_HZ = (6.0, 11.0)
_SETTLING_S = 20.0
"""Noise that is thrown away while its filter settles."""
_SWAY_M_PER_RAD = 0.9
"""The hip wanders as an inverted pendulum of leg length."""


@dataclass(frozen=True, slots=True)
class BodyMotion:
    """The body at each time.

    Angles (n,) as in `Channel`, `hip_m` (n, 3) in the world, `effort` (n,) 0..1, `shock` (n,) of heel strikes -1..1.
    """

    heading_rad: Floats
    tilt_rad: Floats
    list_rad: Floats
    turn_rad: Floats
    hip_m: Floats
    flexion_rad: Floats
    adduction_rad: Floats
    rotation_rad: Floats
    effort: Floats
    shock: Floats

    def channel(self, channel: Channel) -> Floats:
        """Return the sampled angle of a channel."""
        return {
            Channel.TILT: self.tilt_rad,
            Channel.LIST: self.list_rad,
            Channel.TURN: self.turn_rad,
            Channel.FLEXION: self.flexion_rad,
            Channel.ADDUCTION: self.adduction_rad,
            Channel.ROTATION: self.rotation_rad,
        }[channel]


def move_body(
    t_s: Floats, plan: Plan, person: Person, params: PersonParams, gait_params: GaitParams, rng: np.random.Generator
) -> BodyMotion:
    """Return the body at evenly spaced times (n,)."""
    rate_hz = (len(t_s) - 1) / float(t_s[-1] - t_s[0])

    def wander(band_hz: tuple[float, float]) -> Floats:
        return _band_noise(len(t_s), rate_hz, band_hz, rng)

    at = {channel: follow(t_s, plan.initial[channel], plan.moves[channel]) for channel in Channel}
    sway = at[Channel.SWAY] * person.sway_rad
    breath = 0.5 * person.breath_rad * np.sin(2.0 * np.pi * np.cumsum(at[Channel.BREATH_HZ]) / rate_hz)
    wobble = at[Channel.WOBBLE] * params.wobble_rad
    tremor = at[Channel.TREMOR] * params.tremor_rad
    tilt_sway, list_sway = sway * wander(_SWAY_HZ), sway * wander(_SWAY_HZ)
    forward_m = at[Channel.HIP_FORWARD_M] + _SWAY_M_PER_RAD * sway * wander(_SWAY_HZ)
    sideward_m = _SWAY_M_PER_RAD * sway * wander(_SWAY_HZ)
    heading = at[Channel.HEADING]
    gait = walk(at[Channel.STEP], at[Channel.SPEED_M_S], heading, rate_hz, person, gait_params)
    hip_m = np.stack(
        [
            np.cos(heading) * forward_m - np.sin(heading) * sideward_m,
            np.sin(heading) * forward_m + np.cos(heading) * sideward_m,
            at[Channel.HIP_HEIGHT_M],
        ],
        axis=-1,
    )
    return BodyMotion(
        heading_rad=heading,
        tilt_rad=at[Channel.TILT] + tilt_sway + breath + gait.tilt_rad,
        list_rad=at[Channel.LIST] + list_sway + gait.list_rad,
        turn_rad=at[Channel.TURN] + sway * wander(_SWAY_HZ) + gait.turn_rad,
        hip_m=hip_m + gait.hip_m,
        flexion_rad=at[Channel.FLEXION] - tilt_sway - breath + 0.5 * wobble * wander(_WOBBLE_HZ) + gait.flexion_rad,
        adduction_rad=at[Channel.ADDUCTION] - list_sway + 0.5 * wobble * wander(_WOBBLE_HZ) + gait.adduction_rad,
        rotation_rad=(
            at[Channel.ROTATION] + wobble * wander(_WOBBLE_HZ) + tremor * wander(_TREMOR_HZ) + gait.rotation_rad
        ),
        effort=at[Channel.EFFORT],
        shock=gait.shock,
    )


def _band_noise(n: int, rate_hz: float, band_hz: tuple[float, float], rng: np.random.Generator) -> Floats:
    """Return noise (n,) of the band with standard deviation 1."""
    settling = round(_SETTLING_S * rate_hz)
    sos = butter(2, band_hz, btype="band", fs=rate_hz, output="sos")
    noise = sosfilt(sos, rng.standard_normal(settling + n))[settling:]
    return np.asarray(noise / np.std(noise))
