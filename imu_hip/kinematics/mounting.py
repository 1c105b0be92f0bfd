"""What the session so far says about how the sensors sit: swapped, reversed, put on anew, slipped."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from imu_hip.kinematics import slip, swapped, walking_turns
from imu_hip.kinematics.alignment import SegmentAxis
from imu_hip.kinematics.facing import Facing, FacingParams, facing
from imu_hip.kinematics.slip import Pause, Place, Slip, SlipParams, SlipState
from imu_hip.kinematics.swapped import Evidence, Movement, Swap, SwapParams
from imu_hip.kinematics.turning import turning
from imu_hip.kinematics.walking_turns import WalkingTurnsParams, WalkingTurnsState
from imu_hip.model.block import Floats, OrientationBlock
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import MarkLabel
from imu_hip.quaternion import conjugate, rotate

_UP = np.array([0.0, 0.0, 1.0])
_MOVEMENTS = {MarkLabel.LEG_SWINGS: Movement.LEG_SWINGS, MarkLabel.BOWS: Movement.BOWS}


@dataclass(frozen=True, slots=True)
class MountingParams:
    """Limits of each kind of fault."""

    swap: SwapParams = field(default_factory=SwapParams)
    walking: WalkingTurnsParams = field(default_factory=WalkingTurnsParams)
    facing: FacingParams = field(default_factory=FacingParams)
    slip: SlipParams = field(default_factory=SlipParams)


@dataclass(frozen=True, slots=True)
class MountingState:
    """What was seen so far.

    `long_axes`: up of pelvis and thigh in the first N-pose, sensor axes. `looked_s`: end of the last pause that was
    looked at. `swap_said`: the person has been told that the sensors are swapped.
    """

    evidence: tuple[Evidence, ...] = ()
    walking: WalkingTurnsState | None = None
    slip: SlipState = field(default_factory=SlipState)
    long_axes: tuple[Floats, Floats] | None = None
    looked_s: float = -np.inf
    swap_said: bool = False


def after_movement(
    params: MountingParams, state: MountingState, label: MarkLabel, rows: OrientationBlock
) -> tuple[MountingState, Swap | None]:
    """Take in leg swings or bows; return that the sensors are swapped if all movements so far say so."""
    movement = _MOVEMENTS[label]
    seen = swapped.evidence(params.swap, movement, turning(rows))
    if seen is not None:
        state = replace(state, evidence=(*(e for e in state.evidence if e.movement is not movement), seen))
    return state, verdict(params, state)


def verdict(params: MountingParams, state: MountingState) -> Swap | None:
    """Return that the sensors are swapped, walking included."""
    walked = None if state.walking is None else walking_turns.result(params.walking, state.walking)
    also = swapped.evidence(params.swap, Movement.WALKING, walked)
    return swapped.swap(params.swap, state.evidence if also is None else (*state.evidence, also))


def after_pose(
    params: MountingParams, state: MountingState, end_s: float, pelvis_up: Floats, thigh_up: Floats
) -> tuple[MountingState, tuple[Slip, ...]]:
    """Take in an N-pose that was accepted."""
    # Whoever is told that the sensors are swapped exchanges them and stands still again.
    walking = walking_turns.start(pelvis_up, thigh_up, end_s)
    long_axes = state.long_axes or (pelvis_up, thigh_up)
    state = replace(state, evidence=(), walking=walking, long_axes=long_axes, swap_said=False)
    return _looked(params, state, MarkLabel.N_POSE, end_s, pelvis_up, thigh_up)


def at_pause(
    params: MountingParams, state: MountingState, posture: Posture, t_s: float, latest: tuple[Floats, Floats]
) -> tuple[MountingState, tuple[Slip, ...]]:
    """Take in a quiet neutral pause, used or refused, that gravity says is in this posture."""
    pelvis_up, thigh_up = (rotate(conjugate(q), _UP) for q in latest)
    return _looked(params, state, posture, t_s, pelvis_up, thigh_up)


def in_posture(params: MountingParams, posture: Posture, pelvis: Floats, thigh: Floats) -> Facing | None:
    """Return what gravity says of both segments' orientations (4,) in a posture."""
    return facing(params.facing, posture, *(rotate(conjugate(q), _UP) for q in (pelvis, thigh)))


def turned_round(axis: SegmentAxis | None) -> SegmentAxis | None:
    """Return the axis that points the other way."""
    return None if axis is None else replace(axis, axis=-axis.axis)


def _looked(
    params: MountingParams, state: MountingState, place: Place, end_s: float, pelvis_up: Floats, thigh_up: Floats
) -> tuple[MountingState, tuple[Slip, ...]]:
    if state.long_axes is None:
        return state, ()
    pause = Pause(place, end_s, pelvis_up, thigh_up, *state.long_axes)
    found, slips = slip.look(params.slip, state.slip, pause)
    return replace(state, slip=found, looked_s=end_s), slips
