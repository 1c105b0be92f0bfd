"""Standing: on the other leg, on the strapped leg to hinge, on both again."""

from __future__ import annotations

from math import radians, sin

from imu_hip.simulate.calibration_moves import LEG_M
from imu_hip.simulate.plan import Channel
from imu_hip.simulate.stance import KNEELING_M, Body, Stage, Stance


def on_both_legs(body: Body) -> Stance:
    """Stand as at the beginning of a session."""
    return Stance(per_rotation=body.coupled())


def stand_on_one_leg(body: Body) -> Stance:
    """Shift the weight to the other leg; in a repetition the pelvis turns against the thigh."""
    usual = body.usual
    shift = {
        Channel.FLEXION: body.between(usual.free_flexion_rad),
        Channel.ADDUCTION: -body.between(usual.free_abduction_rad),
        Channel.LIST: body.off(),
        Channel.ROTATION: body.neutral(),
        Channel.SWAY: body.params.one_leg_sway,
    }
    against = {**body.coupled(), Channel.TURN: -body.between(usual.dissociation_share)}
    return Stance((Stage(0.0, 0.5, shift),), against)


def stand_to_hinge(body: Body) -> Stance:
    """Shift the weight to the strapped leg; a repetition is a hinge over it."""
    person, usual = body.person, body.usual
    lean, depth = body.between(usual.lean_rad), body.between(usual.hinge_rad)
    shift = {
        Channel.FLEXION: person.standing_flexion_rad + body.off(),
        Channel.ADDUCTION: person.standing_adduction_rad + body.off(),
        Channel.LIST: body.off(),
        Channel.ROTATION: body.neutral(),
        Channel.SWAY: body.params.one_leg_sway,
    }
    down = {
        Channel.TILT: -depth,
        Channel.FLEXION: depth + lean,
        Channel.HIP_FORWARD_M: -LEG_M * sin(lean),
    }
    turning = {
        Channel.HEADING: -body.between(usual.over_foot_share),
        Channel.ADDUCTION: person.knee_adduction_share,
        Channel.LIST: -person.knee_adduction_share,
    }
    return Stance(
        (Stage(0.0, 0.5, shift),),
        turning,
        down,
        way_s=(2.4, 3.2),
        max_way_s=(2.2, 3.0),
        back_s=(2.4, 3.2),
        kept=0.4,
    )


def stand_up(body: Body) -> Stance:
    """Come up over sitting or kneeling."""
    person = body.person
    half_way = {
        Channel.TILT: radians(-20.0),
        Channel.LIST: 0.0,
        Channel.TURN: 0.0,
        Channel.HIP_HEIGHT_M: KNEELING_M,
        Channel.FLEXION: radians(85.0),
        Channel.ADDUCTION: person.standing_adduction_rad,
        Channel.SWAY: 1.0,
    }
    up = {
        Channel.TILT: 0.0,
        Channel.HIP_FORWARD_M: 0.0,
        Channel.HIP_HEIGHT_M: LEG_M,
        Channel.FLEXION: person.standing_flexion_rad,
        Channel.ROTATION: body.neutral(),
    }
    return Stance((Stage(0.0, 0.42, half_way), Stage(0.42, 0.38, up)), body.coupled())
