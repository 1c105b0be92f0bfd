"""Lying and sitting: how a person gets there, and how a repetition goes there."""

from __future__ import annotations

from math import radians

from imu_hip.simulate.person import Range
from imu_hip.simulate.plan import Channel
from imu_hip.simulate.stance import KNEELING_M, Body, Stage, Stance

MAT_M = 0.10
_CHAIR_M = 0.50
_ONE_BUTTOCK = {Channel.LIST: -1.0}
"""Who sits lifts one side of the pelvis; the thigh goes along."""


def lie_down(body: Body) -> Stance:
    """Sit down on the mat, then lie back with the feet drawn up."""
    person = body.person
    sit = {
        Channel.HIP_HEIGHT_M: KNEELING_M,
        Channel.HIP_FORWARD_M: -0.2,
        Channel.FLEXION: radians(80.0),
    }
    back = {
        Channel.TILT: person.lying_tilt_rad,
        Channel.LIST: 0.0,
        Channel.TURN: person.lying_turn_rad,
        Channel.HIP_HEIGHT_M: MAT_M,
        Channel.FLEXION: person.lying_flexion_rad,
        Channel.ADDUCTION: person.lying_adduction_rad,
        Channel.ROTATION: body.neutral(),
        Channel.SWAY: body.params.lying_sway,
    }
    return Stance((Stage(0.0, 0.32, sit), Stage(0.32, 0.4, back)), body.coupled(), turn_by_rad=person.mat_rad)


def lie_prone(body: Body) -> Stance:
    """Kneel down, then lie on the belly."""
    kneel = {
        Channel.HIP_HEIGHT_M: KNEELING_M,
        Channel.TILT: radians(-40.0),
        Channel.FLEXION: radians(60.0),
    }
    down = {
        Channel.TILT: radians(-90.0) + body.off(),
        Channel.LIST: 0.0,
        Channel.TURN: body.off(),
        Channel.HIP_HEIGHT_M: MAT_M,
        Channel.FLEXION: body.off(),
        Channel.ADDUCTION: body.off(),
        Channel.ROTATION: body.neutral(),
        Channel.SWAY: body.params.lying_sway,
    }
    stages = (Stage(0.0, 0.36, kneel), Stage(0.36, 0.42, down))
    return Stance(
        stages,
        body.coupled(),
        lifting={Channel.TURN: -1.0},
        way_s=(0.8, 1.2),
        turn_by_rad=body.between(body.usual.turn_rad),
    )


def lie_on_side(body: Body) -> Stance:
    """Sit down, then lie on the other side with the upper knee drawn up; stretched back from there."""
    usual = body.usual
    flexion = body.between(usual.side_flexion_rad)
    sit = {
        Channel.HIP_HEIGHT_M: KNEELING_M,
        Channel.HIP_FORWARD_M: -0.2,
        Channel.FLEXION: radians(80.0),
    }
    side = {
        Channel.TILT: 0.0,
        Channel.LIST: radians(-90.0) + body.off(),
        Channel.TURN: body.off(),
        Channel.HIP_HEIGHT_M: MAT_M + 0.2,
        Channel.FLEXION: flexion,
        Channel.ADDUCTION: body.between(usual.side_adduction_rad),
        Channel.ROTATION: body.neutral(),
        Channel.SWAY: body.params.lying_sway,
    }
    stretched = {
        Channel.FLEXION: -body.between(usual.extension_rad) - flexion,
        Channel.TURN: -body.between(usual.roll_rad),
    }
    return Stance(
        (Stage(0.0, 0.34, sit), Stage(0.34, 0.42, side)),
        body.coupled(),
        stretched,
        way_s=(3.0, 4.5),
        max_way_s=(2.5, 3.5),
        back_s=(2.5, 3.5),
        turn_by_rad=body.between(usual.turn_rad),
    )


def sit_on_mat(body: Body) -> Stance:
    """Sit down with straight legs; a repetition pushes the thigh down."""
    push = {Channel.FLEXION: -body.between(body.usual.push_rad)}
    stages = _sit_down(body, MAT_M, body.usual.mat_tilt_rad)
    return Stance(stages, body.coupled(), push, lifting=_ONE_BUTTOCK, turn_by_rad=body.between(body.usual.turn_rad))


def sit_on_chair(body: Body) -> Stance:
    """Sit down so that the shank hangs."""
    stages = _sit_down(body, _CHAIR_M, body.usual.chair_tilt_rad)
    return Stance(
        stages,
        body.coupled(),
        lifting=_ONE_BUTTOCK,
        way_s=(1.0, 1.6),
        turn_by_rad=body.between(body.usual.turn_rad),
    )


def _sit_down(body: Body, height_m: float, tilt_rad: Range) -> tuple[Stage, ...]:
    tilt = body.between(tilt_rad)
    down = {
        Channel.HIP_HEIGHT_M: height_m,
        Channel.HIP_FORWARD_M: -0.3,
        Channel.TILT: radians(-25.0),
        Channel.FLEXION: radians(105.0),
    }
    settle = {
        Channel.TILT: tilt,
        Channel.LIST: body.off(),
        Channel.TURN: body.off(),
        # The thigh lies level.
        Channel.FLEXION: radians(90.0) - tilt + body.off(),
        Channel.ADDUCTION: -body.between(body.usual.apart_rad),
        Channel.ROTATION: body.neutral(),
        Channel.SWAY: body.params.sitting_sway,
    }
    return Stage(0.0, 0.42, down), Stage(0.42, 0.36, settle)
