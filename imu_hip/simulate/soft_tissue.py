"""The strap on the skin: what it follows of the rotation of the femur."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt, sosfilt_zi

from imu_hip.simulate.motion import BodyMotion
from imu_hip.simulate.person import Range

Floats = NDArray[np.float64]

_LAG_HZ = 0.8


@dataclass(frozen=True, slots=True)
class SoftTissueParams:
    """How skin slides over the thigh.

    `under_read`: share of axial rotation that the strap misses, half of it at once, half lagging at 0.8 Hz
    (skin markers under-read internal-external rotation by up to 21.8°: Fiorentino 2017,
    doi:10.1016/j.gaitpost.2017.03.033). `cross_talk`: axial rotation of the strap per hip flexion, of
    either sign. `bulge_rad`: axial rotation at full effort, of either sign (standard deviation). `shock_rad`: axial
    rotation of the strap after a heel strike, of either sign (standard deviation); `thigh_shock_m`, `pelvis_shock_m`:
    how far a heel strike shakes the sensor along its segment (1.5 mm at 12 Hz are about half a g). All but the first
    are assumptions.
    """

    under_read: Range = (0.20, 0.50)
    cross_talk: Range = (0.03, 0.04)
    bulge_rad: float = radians(1.5)
    shock_rad: float = radians(0.5)
    thigh_shock_m: float = 0.0015
    pelvis_shock_m: float = 0.0006


@dataclass(frozen=True, slots=True)
class SoftTissue:
    """The tissue of one drawn person, as in `SoftTissueParams`."""

    under_read: float
    cross_talk: float
    bulge_rad: float
    shock_rad: float


def draw_soft_tissue(params: SoftTissueParams, rng: np.random.Generator) -> SoftTissue:
    """Draw the tissue under a strap."""
    return SoftTissue(
        under_read=float(rng.uniform(*params.under_read)),
        cross_talk=float(rng.choice([-1.0, 1.0]) * rng.uniform(*params.cross_talk)),
        bulge_rad=float(rng.normal(0.0, params.bulge_rad)),
        shock_rad=float(rng.normal(0.0, params.shock_rad)),
    )


def strap_rotation(motion: BodyMotion, rate_hz: float, tissue: SoftTissue) -> Floats:
    """Return the rotation of the strap about the thigh's long axis (n,), rad: all a tracker can read."""
    femur = motion.rotation_rad
    sos = butter(1, _LAG_HZ, fs=rate_hz, output="sos")
    lagging, _ = sosfilt(sos, femur, zi=sosfilt_zi(sos) * femur[0])
    slid = 0.5 * tissue.under_read * (femur + lagging)
    pulled = femur - slid + tissue.cross_talk * motion.flexion_rad + tissue.bulge_rad * motion.effort
    return np.asarray(pulled + tissue.shock_rad * motion.shock)


def shaken_lever(lever_m: tuple[float, float, float], shock_m: float, motion: BodyMotion) -> Floats:
    """Return where the sensor is on its segment (n, 3) while heel strikes shake it."""
    up = np.array([0.0, 1.0, 0.0])
    return np.asarray(np.asarray(lever_m) + shock_m * motion.shock[:, None] * up)
