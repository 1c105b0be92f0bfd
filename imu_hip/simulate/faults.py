"""Faults a person can be asked to make, and what each of them moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import radians

from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.exercise_spec import CompensationKind
from imu_hip.simulate.plan import Channel
from imu_hip.simulate.still_thigh import HipAngles, hip_of_still_thigh

SHARE_WITHOUT_ROTATION = {CompensationKind.THIGH_DID_NOT_ROTATE: 0.05, CompensationKind.OTHER_LEG_MOVED: 0.0}
"""What is left of a rotation that the ankle makes instead (assumption), or the other leg."""

_LIST_SHARE = 0.5
"""The hip goes out half by the thigh leaning, half by the pelvis dropping on the other side (assumption)."""


class KneeWay(StrEnum):
    """Where a knee goes that should stay where it is."""

    WITH_ROTATION = "with_rotation"
    """Inward while the thigh turns in, outward while it turns out."""
    AGAINST_ROTATION = "against_rotation"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Fault:
    """A compensation in one repetition of the exercise, counted from 1 on; a repetition lasts from neutral to neutral.

    `size_rad`: how far the part that should be still moves, without the habits of the person that add to it otherwise
    (the sizes that coaches see are assumptions): the pelvis about its long axis when it follows or when the other leg
    is moved, the hip's adduction or flexion when knee or hip go, the rotation that is gone half-way up. Without effect
    for a thigh that does not rotate and the wrong direction. `knee`: for a knee that moves.
    """

    kind: CompensationKind
    repetition: int
    size_rad: float = radians(12.0)
    knee: KneeWay = KneeWay.WITH_ROTATION


def moved_by(fault: Fault, toward: float, lifting: Mapping[Channel, float], hip_rad: HipAngles) -> dict[Channel, float]:
    """Return by how much channels move, rad; `toward` is +1 in a repetition inward, -1 outward.

    `lifting`: what moves per rad by which the pelvis lifts in this posture. `hip_rad`: angles of the hip at rest. The
    first channel shows the fault.

    Raises
    ------
    UsageError
        For a fault that nobody can be asked to make: a wrong posture is `PersonParams.instead`.
    """
    size_rad = fault.size_rad
    match fault.kind:
        case CompensationKind.PELVIS_FOLLOWED:
            return {Channel.TURN: toward * size_rad}
        case CompensationKind.PELVIS_LIFTED:
            return {channel: share * size_rad for channel, share in lifting.items()}
        case CompensationKind.KNEE_MOVED:
            match fault.knee:
                case KneeWay.WITH_ROTATION:
                    return {Channel.ADDUCTION: toward * size_rad}
                case KneeWay.AGAINST_ROTATION:
                    return {Channel.ADDUCTION: -toward * size_rad}
                case KneeWay.UP:
                    return {Channel.FLEXION: size_rad}
                case KneeWay.DOWN:
                    return {Channel.FLEXION: -size_rad}
        case CompensationKind.HIP_OUT:
            return {Channel.ADDUCTION: size_rad, Channel.LIST: -_LIST_SHARE * size_rad}
        case CompensationKind.OTHER_LEG_MOVED:
            after = hip_of_still_thigh(hip_rad, -toward * size_rad)
            flexion, adduction, rotation = (new - old for new, old in zip(after, hip_rad, strict=True))
            return {
                Channel.TURN: -toward * size_rad,
                Channel.FLEXION: flexion,
                Channel.ADDUCTION: adduction,
                Channel.ROTATION: rotation,
            }
        case CompensationKind.WRONG_POSTURE:
            raise UsageError(
                Reason.WRONG_USAGE,
                "a wrong posture lasts for the whole exercise: exchange its cue in `instead` of the person",
            )
        case _:
            return {}
