"""What the kinematics stage can be tuned with, and all that evolves in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.calibration import CalibrationParams, CalibrationState
from imu_hip.kinematics.heading_filter import HeadingParams, HeadingState
from imu_hip.kinematics.holes import HoleParams
from imu_hip.kinematics.link_heading import LinkParams, LinkState
from imu_hip.kinematics.magnetic_heading import MagneticParams, MagneticState
from imu_hip.kinematics.mounting import MountingParams, MountingState
from imu_hip.kinematics.neutral_anchor import AnchorParams
from imu_hip.kinematics.sight import Seen
from imu_hip.kinematics.strap_gain import StrapGainParams
from imu_hip.kinematics.strap_holds import StrapHolds
from imu_hip.kinematics.uncertainty import UncertaintyParams
from imu_hip.model.block import Floats
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import MarkLabel, TimedMark
from imu_hip.model.setup import Side


@dataclass(frozen=True, slots=True)
class KinematicsParams:
    """`postures`: posture of each exercise id.

    `quiet_*`: when a limb counts as quiet. `magnetic`: None, unless magnetometers are used.

    `tilt_decay_s`: in which time gravity repairs an inclination (the orientation filter's own). Two pauses at least
    `contradiction_s` apart that contradict the filter by the same angle, within `contradiction_rad`, let its
    heading and rate go by `lost_*`.
    """

    side: Side
    posture: Posture
    postures: dict[str, Posture]
    calibration: CalibrationParams = field(default_factory=CalibrationParams)
    heading: HeadingParams = field(default_factory=HeadingParams)
    anchor: AnchorParams = field(default_factory=AnchorParams)
    mounting: MountingParams = field(default_factory=MountingParams)
    link: LinkParams = field(default_factory=LinkParams)
    magnetic: MagneticParams | None = None
    uncertainty: UncertaintyParams = field(default_factory=UncertaintyParams)
    strap_gain: StrapGainParams = field(default_factory=StrapGainParams)
    pose_sd_rad: float = math.radians(2.0)
    quiet_rad_s: float = math.radians(5.0)
    quiet_prompted_rad_s: float = math.radians(10.0)
    quiet_s: float = 1.0
    quiet_at_end_s: float = 0.4
    quiet_hz: float = 1.0
    holes: HoleParams = field(default_factory=HoleParams)
    tilt_decay_s: float = 6.0
    step_rad: float = math.radians(2.0)
    contradiction_s: float = 15.0
    contradiction_rad: float = math.radians(6.0)
    lost_heading_rad: float = math.radians(15.0)
    lost_rate_rad_s: float = math.radians(0.1)


@dataclass(slots=True)
class KinematicsState:
    """All that evolves.

    `seen`: what both sensors have shown; `latest`: their orientations at the newest row where both are known.
    `sums_at_tick`: those of `seen` at the last tick. `neutral_mark`: the open prompt
    to be neutral; `anchored`: it, or the present quiet, has been used; `prompted`: there has been such a prompt;
    `repeating`: a maximal repetition is under way; `contradiction`: time and rotation of the last pause that was not
    believed; `strap`: holds for the strap gain; `sd_rad` (3,) at the last tick.
    """

    calibration: CalibrationState = field(default_factory=CalibrationState)
    mounting: MountingState = field(default_factory=MountingState)
    alignment: Alignment | None = None
    heading: HeadingState | None = None
    posture: Posture | None = None
    bias_known_since_s: float | None = None
    pending: tuple[TimedMark, ...] = ()
    next_tick_s: float = 0.0
    last_tick_s: float = 0.0
    seen: Seen = field(default_factory=Seen)
    latest: tuple[Floats, Floats] | None = None
    sums_at_tick: Floats = field(default_factory=lambda: np.zeros(3))
    tilt_rad2: float = 0.0
    link: LinkState = field(default_factory=LinkState)
    magnetic: MagneticState = field(default_factory=MagneticState)
    quiet_since_s: float | None = None
    neutral_mark: MarkLabel | None = None
    neutral_since_s: float = 0.0
    anchored: bool = False
    posture_anchored: bool = False
    prompted: bool = False
    repeating: bool = False
    contradiction: tuple[float, float] | None = None
    strap: StrapHolds = field(default_factory=StrapHolds)
    sd_rad: Floats | None = None
