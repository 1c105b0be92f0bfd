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
    either sign. `bulge_rad`: axial rotation at full effort, of either sign (standard deviation). The two
    are assumptions.
    """

    under_read: Range = (0.20, 0.50)
    cross_talk: Range = (0.03, 0.04)
    bulge_rad: float = radians(1.5)


def strap_rotation(motion: BodyMotion, rate_hz: float, params: SoftTissueParams, rng: np.random.Generator) -> Floats:
    """Return the rotation of the strap about the thigh's long axis (n,), rad: all a tracker can read."""
    under_read = rng.uniform(*params.under_read)
    cross_talk = rng.choice([-1.0, 1.0]) * rng.uniform(*params.cross_talk)
    bulge_rad = rng.normal(0.0, params.bulge_rad)
    femur = motion.rotation_rad
    sos = butter(1, _LAG_HZ, fs=rate_hz, output="sos")
    lagging, _ = sosfilt(sos, femur, zi=sosfilt_zi(sos) * femur[0])
    slid = 0.5 * under_read * (femur + lagging)
    return np.asarray(femur - slid + cross_talk * motion.flexion_rad + bulge_rad * motion.effort)
