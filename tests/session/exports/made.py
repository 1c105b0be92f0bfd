"""Contents of an export made by hand: a motion whose segments are known, with a gap, lost samples and two parts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imu_hip.model.analysis import Analysis
from imu_hip.model.block import AngleBlock
from imu_hip.model.event import Event, Hold, HoldVerdict, PartEnded, PartStarted, Phase, Plateau
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import MarkLabel, Role
from imu_hip.model.packet import TimedSamples
from imu_hip.model.setup import Side
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.exports.contents import Contents
from imu_hip.session.foreign_csv import MarkedInterval
from tests.session.examples import SETUP

START_S = 3.0
PERIOD_S = 0.01
GAP = slice(400, 440)


@dataclass(frozen=True)
class Truth:
    """Orientations of the real segments in a ground with y up."""

    pelvis: Rotation
    thigh: Rotation


def hold(start_s: float, direction: Direction = Direction.INTERNAL) -> Hold:
    return Hold(start_s, start_s + 0.5, direction, 1.0, 0.6, 0.03, 0.97, 0.0, 0.0, HoldVerdict.COMPLETE, "held")


EVENTS: tuple[Event, ...] = (
    PartStarted(4.0, "supine_ere"),
    hold(4.5),
    Plateau(4.5, Direction.INTERNAL, np.radians(31.25), np.radians(1.5)),
    PartEnded(6.0, "supine_ere"),
    PartStarted(8.0, "supine_ere"),
    hold(8.5, Direction.EXTERNAL),
    Plateau(8.5, Direction.EXTERNAL, np.radians(40.5), np.radians(1.7)),
    PartEnded(10.0, "supine_ere"),
)


def contents(side: Side = Side.RIGHT, events: tuple[Event, ...] = EVENTS, *, n: int = 800) -> tuple[Contents, Truth]:
    """Return contents and the orientations they tell of; a left hip is the mirror image of a right one."""
    t_s = START_S + PERIOD_S * np.arange(n, dtype=np.float64)
    tau = t_s - START_S
    rates = np.stack([0.8 * np.sin(1.1 * tau), 0.5 * np.cos(0.7 * tau), 1.2 * np.sin(0.5 * tau + 1.0)], axis=1)
    pelvis, turn = turned(rates)
    up = pelvis.inv().apply([0.0, 1.0, 0.0])
    angles = np.stack([0.9 + 0.6 * np.sin(tau), 0.3 * np.cos(tau), 0.7 * np.sin(2.0 * tau)], axis=1)
    thigh = pelvis * Rotation.from_euler("ZXY", angles)
    valid = np.ones(n, dtype=bool)
    valid[GAP] = False
    on_sample = np.ones(n, dtype=bool)
    on_sample[700:703] = False
    hidden = np.where(valid[:, None], 0.0, np.nan)
    block = AngleBlock(
        t_s=t_s,
        angles_rad=angles + hidden,
        sd_rad=np.full((n, 3), 0.03) + hidden,
        valid=valid,
        pelvis_tilt_rad=np.arctan2(-up[:, 0], up[:, 1]),
        pelvis_list_rad=np.arcsin(up[:, 2]),
        pelvis_yaw_rad=turn,
        thigh_rate_rad_s=np.zeros((n, 3)),
        on_sample=on_sample,
    )
    setup = replace(SETUP, side=side)
    phases = np.full(n, Phase.HOLD, dtype=np.uint8)
    analysis = Analysis(setup, "ab" * 32, n * PERIOD_S, block, phases, events, {}, "cd" * 32)
    marks = (MarkedInterval(3.5, 3.9, MarkLabel.N_POSE), MarkedInterval(4.0, 6.0, MarkLabel.EXERCISE, "supine_ere"))
    samples = {Role.PELVIS: measured(t_s[on_sample]), Role.THIGH: measured(t_s[np.arange(n) % 50 != 7] + 0.004)}
    made = Contents(analysis, analysis_json(analysis), samples, marks, "p1", "s1")
    if side is Side.LEFT:
        pelvis, thigh = mirrored(pelvis), mirrored(thigh)
    return made, Truth(pelvis, thigh)


def measured(t_s: NDArray[np.float64]) -> TimedSamples:
    """Return samples that are linear in time, so that interpolation is exact."""
    ramp = np.stack([t_s, -t_s, 2.0 * t_s], axis=1)
    return TimedSamples(t_s, 0.1 * ramp, ramp, None)


def turned(rates: NDArray[np.float64]) -> tuple[Rotation, NDArray[np.float64]]:
    """Integrate body rates (n, 3): orientations, and what they turn about the ground's y axis."""
    now, turn = Rotation.identity(), 0.0
    orientations, turns = [now], [0.0]
    for rate in rates[1:]:
        for _ in range(8):
            small = rate * PERIOD_S / 8
            turn += (now * Rotation.from_rotvec(small / 2)).apply(small)[1]
            now = now * Rotation.from_rotvec(small)
        orientations.append(now)
        turns.append(turn)
    return Rotation.concatenate(orientations), np.array(turns)


def mirrored(orientation: Rotation) -> Rotation:
    """Return the orientation in a mirror across the plane of x and y."""
    mirror = np.diag([1.0, 1.0, -1.0])
    return Rotation.from_matrix(mirror @ orientation.as_matrix() @ mirror)
