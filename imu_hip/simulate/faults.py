"""Faults a person can be asked to make, and what each of them moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import radians

from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.event import CompensationKind
from imu_hip.simulate.plan import Channel

STILL = frozenset({CompensationKind.THIGH_DID_NOT_ROTATE, CompensationKind.OTHER_LEG_MOVED})
"""The thigh does not turn."""

_LIST_SHARE = 0.5
"""The hip goes out half by the thigh leaning, half by the pelvis dropping on the other side (assumption)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A compensation in one repetition of the exercise, counted from 1 on; a repetition lasts from neutral to neutral.

    `size_rad`: how far the part that should be still moves (the sizes that coaches see are assumptions); without
    effect for a thigh that does not rotate, rotation that is lost on the way up, and the wrong direction.
    """

    kind: CompensationKind
    repetition: int
    size_rad: float = radians(12.0)


def moved_by(fault: Fault, toward: float, lifting: Mapping[Channel, float]) -> Mapping[Channel, float]:
    """Return what moves in addition, rad; `toward` is +1 in a repetition inward, -1 outward.

    `lifting`: what moves per rad by which the pelvis lifts in this posture. The first channel shows the fault.

    Raises
    ------
    UsageError
        For a fault that nobody can be asked to make: a wrong posture is another script.
    """
    size_rad = fault.size_rad
    match fault.kind:
        case CompensationKind.PELVIS_FOLLOWED:
            return {Channel.TURN: toward * size_rad}
        case CompensationKind.PELVIS_LIFTED:
            return {channel: share * size_rad for channel, share in lifting.items()}
        case CompensationKind.KNEE_MOVED:
            return {Channel.ADDUCTION: toward * size_rad}
        case CompensationKind.HIP_OUT:
            return {Channel.ADDUCTION: size_rad, Channel.LIST: -_LIST_SHARE * size_rad}
        case CompensationKind.OTHER_LEG_MOVED:
            # The strapped thigh stays where it is in space.
            return {Channel.TURN: -toward * size_rad, Channel.ROTATION: toward * size_rad}
        case CompensationKind.WRONG_POSTURE:
            raise UsageError(
                Reason.WRONG_USAGE, "the simulated person takes the posture of the script: change its cue instead"
            )
        case _:
            return {}
