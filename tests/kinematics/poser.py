"""A person who moves from pose to pose as told: closed-form segment motion with sensors on it that do not err."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from scipy.spatial.transform import Rotation

from imu_hip.kinematics import stage
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.model.block import AngleBlock, OrientationBlock, cut, joined
from imu_hip.model.event import CalibrationStep, Event, ReZero
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import Edge, MarkLabel, TimedMark
from imu_hip.model.setup import Side

PERIOD_S = 0.01
GRAVITY_M_S2 = 9.81
MIRROR = np.diag([-1.0, 1.0, 1.0])
UPRIGHT = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
POSTURES = {"supine_ere": Posture.SUPINE, "stand": Posture.STANDING, "prone_ire": Posture.PRONE}


@dataclass(frozen=True)
class Pose:
    """Degrees: the pelvis leans back, rolls and turns about the vertical; the hip is flexed, adducted, turned in.

    `twist`: of the pelvis about its long axis.
    """

    tilt: float = 0.0
    roll: float = 0.0
    yaw: float = 0.0
    flexion: float = 0.0
    adduction: float = 0.0
    rotation: float = 0.0
    twist: float = 0.0


STANDING = Pose()
SUPINE = Pose(tilt=90.0, flexion=45.0)
PRONE = Pose(tilt=-90.0)


@dataclass(frozen=True)
class Recording:
    """Rows, marks and true hip angles (n, 3) rad of the trained side."""

    block: OrientationBlock
    marks: tuple[TimedMark, ...]
    truth_rad: np.ndarray

    def without(self, *labels: MarkLabel) -> "Recording":
        return replace(self, marks=tuple(mark for mark in self.marks if mark.label not in labels))


@dataclass(frozen=True)
class Result:
    """All rows and events of a run, and what is left in the state."""

    angles: AngleBlock
    events: list[Event]
    state: KinematicsState

    def at(self, t_s: float) -> int:
        return int(np.searchsorted(self.angles.t_s, t_s - 1e-9))

    def rotation_deg(self, t_s: float) -> float:
        return float(np.degrees(self.angles.angles_rad[self.at(t_s), 2]))

    def sd_deg(self, t_s: float) -> float:
        return float(np.degrees(self.angles.sd_rad[self.at(t_s), 2]))

    def pauses(self, since_s: float = 0.0) -> list[CalibrationStep]:
        """Return the neutral pauses, used or refused, that ended after `since_s`."""
        labels = (MarkLabel.NEUTRAL, MarkLabel.POSTURE_NEUTRAL)
        steps = [e for e in self.events if isinstance(e, CalibrationStep)]
        return [e for e in steps if e.label in labels and e.end_s > since_s]

    def used(self, since_s: float = 0.0) -> list[CalibrationStep]:
        return [e for e in self.pauses(since_s) if e.accepted]

    def re_zeros(self, since_s: float = 0.0) -> list[ReZero]:
        return [e for e in self.events if isinstance(e, ReZero) and e.t_s > since_s]


Field = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""The magnetic field of the room at pelvis and thigh sensor, (n, 3) µT each, at times (n,)."""


class Script:
    """What the person does, one thing after the other; a pose follows another along a cosine."""

    def __init__(self, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self._moves: list[tuple[float, Pose]] = []
        self._slips: list[tuple[float, float]] = []
        self._pose = STANDING
        self._rows = 0
        self.marks: list[TimedMark] = []

    @property
    def now_s(self) -> float:
        return self._rows * PERIOD_S

    def go(self, length_s: float, pose: Pose) -> None:
        self._moves.append((length_s, pose))
        self._rows += round(length_s / PERIOD_S)
        self._pose = pose

    def turn(self, length_s: float, **degrees: float) -> None:
        """Change only these angles of the present pose."""
        self.go(length_s, replace(self._pose, **degrees))

    def stay(self, length_s: float) -> None:
        self.go(length_s, self._pose)

    def begin(self, label: MarkLabel, detail: str = "") -> None:
        self.marks.append(TimedMark(self.now_s, label, Edge.BEGIN, detail))

    def end(self, label: MarkLabel, detail: str = "") -> None:
        self.marks.append(TimedMark(self.now_s, label, Edge.END, detail))

    def told(self, label: MarkLabel, length_s: float) -> None:
        """Stay for as long as a mark lasts."""
        self.begin(label)
        self.stay(length_s)
        self.end(label)

    def slip(self, degrees: float) -> None:
        """Let the heading of the thigh's sensor be wrong by this from now on."""
        self._slips.append((self.now_s, degrees))

    def stand_still(self) -> None:
        self.stay(0.2)
        self.told(MarkLabel.N_POSE, 3.0)

    def swing_leg(self) -> None:
        self.begin(MarkLabel.LEG_SWINGS)
        for _ in range(2):
            self.turn(0.6, flexion=30.0)
            self.turn(0.8, flexion=-15.0)
        self.turn(0.4, flexion=0.0)
        self.end(MarkLabel.LEG_SWINGS)

    def bow(self) -> None:
        self.begin(MarkLabel.BOWS)
        for _ in range(2):
            self.turn(0.8, tilt=-50.0, flexion=50.0)
            self.turn(0.8, tilt=0.0, flexion=0.0)
        self.end(MarkLabel.BOWS)

    def calibrate(self) -> None:
        """N-pose, leg swings, bows: from the last row on there are angles."""
        self.stand_still()
        self.swing_leg()
        self.bow()

    def lie_down(self, pose: Pose = SUPINE) -> None:
        """Lie down and be told to be neutral there."""
        self.go(2.0, pose)
        self.stay(0.5)
        self.told(MarkLabel.POSTURE_NEUTRAL, 2.5)

    def record(self, side: Side = Side.RIGHT, field_ut: Field | None = None) -> Recording:
        """Return what the sensors show; `field_ut`: with magnetometers."""
        names = [field.name for field in fields(Pose)]
        angles, before = [], np.array([0.0] * len(names))
        for length_s, pose in self._moves:
            after = np.array([getattr(pose, name) for name in names])
            n = round(length_s / PERIOD_S)
            share = 0.5 - 0.5 * np.cos(np.pi * (np.arange(n) + 1.0) / n)
            angles.append(before + share[:, None] * (after - before))
            before = after
        tilt, roll, yaw, flexion, adduction, rotation, twist = np.concatenate(angles).T
        t_s = np.arange(self._rows) * PERIOD_S
        about_vertical = np.stack([0.0 * yaw, 0.0 * yaw, np.radians(yaw)], axis=1)
        leaning = Rotation.from_euler("ZXY", np.stack([tilt, roll, twist], axis=1), degrees=True)
        pelvis = Rotation.from_rotvec(about_vertical) * UPRIGHT * leaning
        hip = np.stack([flexion, adduction, rotation], axis=1)
        thigh = pelvis * Rotation.from_euler("ZXY", hip, degrees=True)
        slipped = np.zeros(len(t_s))
        for start_s, degrees in self._slips:
            slipped[t_s >= start_s - 1e-9] += np.radians(degrees)
        columns: list[list[np.ndarray]] = [[], [], []]
        mags: list[np.ndarray] = []
        for k, (segment, error) in enumerate(((pelvis, 0.0 * t_s), (thigh, slipped))):
            sensor = segment * Rotation.random(rng=self._rng)
            own = self._rng.uniform(-np.pi, np.pi)
            seen = Rotation.from_rotvec(np.stack([0.0 * t_s, 0.0 * t_s, own + error], axis=1)) * sensor
            rate = (sensor[:-1].inv() * sensor[1:]).as_rotvec() / PERIOD_S
            gravity = np.array([0.0, 0.0, GRAVITY_M_S2])
            values = _mirrored(side, seen, np.concatenate([np.zeros((1, 3)), rate]), sensor.inv().apply(gravity))
            for column, value in zip(columns, values, strict=True):
                column.append(value)
            if field_ut is not None:
                mag = sensor.inv().apply(field_ut(t_s)[k])
                mags.append(mag if side is Side.RIGHT else -mag @ MIRROR)
        never = np.zeros(len(t_s), bool)
        (q, gyr, acc) = columns
        block = OrientationBlock(t_s, *q, *gyr, *acc, never, never.copy(), ~never, *mags)
        return Recording(block, tuple(self.marks), np.radians(hip))


def _mirrored(side: Side, q: Rotation, gyr: np.ndarray, acc: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what the mirrored person's sensors show on the left: rates are axial, so they turn the other way round."""
    if side is Side.RIGHT:
        return q.as_quat(scalar_first=True), gyr, acc
    reflected = Rotation.from_matrix(MIRROR @ q.as_matrix() @ MIRROR)
    return reflected.as_quat(scalar_first=True), -gyr @ MIRROR, acc @ MIRROR


def lost(recording: Recording, start_s: float, end_s: float, *, restart_deg: float | None = None) -> Recording:
    """Return the recording without the thigh's samples in [start_s, end_s).

    `restart_deg`: its filter begins anew behind the hole, in a heading that differs by this.
    """
    block = recording.block
    hole = (block.t_s >= start_s - 1e-9) & (block.t_s < end_s - 1e-9)
    q, gyr, acc = block.earth_from_thigh_sensor.copy(), block.thigh_gyr.copy(), block.thigh_acc.copy()
    for values in (q, gyr, acc):
        values[hole] = np.nan
    restarted = block.thigh_restarted.copy()
    if restart_deg is not None:
        first = int(np.flatnonzero(hole)[-1]) + 1
        restarted[first] = True
        turn = Rotation.from_euler("z", restart_deg, degrees=True)
        q[first:] = (turn * Rotation.from_quat(q[first:], scalar_first=True)).as_quat(scalar_first=True)
    return replace(
        recording,
        block=replace(block, earth_from_thigh_sensor=q, thigh_gyr=gyr, thigh_acc=acc, thigh_restarted=restarted),
    )


def params_of(posture: Posture = Posture.SUPINE, side: Side = Side.RIGHT) -> KinematicsParams:
    return KinematicsParams(side, posture, POSTURES)


def run(
    recording: Recording, params: KinematicsParams | None = None, *, lengths: Sequence[int] = (), known: bool = True
) -> Result:
    """Run the stage over rows cut into `lengths` (the rest in one), each mark handed in with the rows it falls into.

    `known`: the bias is known from a table rest.
    """
    params = params or params_of()
    block = recording.block
    state, pieces, events, start = KinematicsState(), [], [], 0
    for length in (*lengths, len(block.t_s)):
        piece = cut(block, start, start + length)
        first_s = -np.inf if start == 0 else block.t_s[start - 1]
        last_s = block.t_s[min(start + length, len(block.t_s)) - 1] if length else first_s
        last_s = np.inf if start + length >= len(block.t_s) else last_s
        marks = [mark for mark in recording.marks if first_s < mark.t_s <= last_s]
        state, angles, new = stage.step(params, state, piece, marks, PERIOD_S, 0.0 if known else None)
        pieces.append(angles)
        events.extend(new)
        start += length
        if start >= len(block.t_s):
            break
    return Result(joined(pieces), events, state)


def lying() -> Script:
    """Return a calibrated person who lies on the back and has been neutral there when told so."""
    script = Script()
    script.calibrate()
    script.lie_down()
    return script


def standing(*, still_s: float = 2.0) -> Script:
    """Return a calibrated person who stands still and has never been told to be neutral."""
    script = Script()
    script.calibrate()
    script.stay(still_s)
    return script


def exchanged(block: OrientationBlock) -> OrientationBlock:
    """Return what is seen when each sensor is worn in the other's place."""
    return replace(
        block,
        earth_from_pelvis_sensor=block.earth_from_thigh_sensor,
        earth_from_thigh_sensor=block.earth_from_pelvis_sensor,
        pelvis_gyr=block.thigh_gyr,
        thigh_gyr=block.pelvis_gyr,
        pelvis_acc=block.thigh_acc,
        thigh_acc=block.pelvis_acc,
    )
