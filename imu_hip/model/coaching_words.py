"""What is said of faults, exits and holds: the same words in the ears and on every screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from imu_hip.model.event import ExitVerdict, HoldVerdict
from imu_hip.model.exercise_spec import CompensationKind


@dataclass(frozen=True, slots=True)
class FaultWords:
    """A fault by its name, and what to do about it."""

    name: str
    correction: str

    @property
    def line(self) -> str:
        """Both in one line."""
        return f"{self.name}: {self.correction}"


FAULTS: Mapping[CompensationKind, FaultWords] = {
    CompensationKind.PELVIS_FOLLOWED: FaultWords("Pelvis turned along", "keep it still"),
    CompensationKind.PELVIS_LIFTED: FaultWords("Pelvis lifted", "keep it down"),
    CompensationKind.KNEE_MOVED: FaultWords("Knee moved", "keep it in place"),
    CompensationKind.HIP_OUT: FaultWords("Hip shot out to the side", "keep it in"),
    CompensationKind.THIGH_DID_NOT_ROTATE: FaultWords("The thigh did not rotate", "turn from the hip"),
    CompensationKind.ROTATION_LOST: FaultWords("Rotation lost on the way up", "keep it on"),
    CompensationKind.WRONG_DIRECTION: FaultWords("Wrong direction", "turn the other way"),
    CompensationKind.WRONG_POSTURE: FaultWords("Not the posture of this exercise", "take it first"),
    CompensationKind.OTHER_LEG_MOVED: FaultWords("The other leg moved", "keep it still"),
}

EXITS: Mapping[ExitVerdict, str] = {
    ExitVerdict.FAST: "Exit too fast: let go more slowly",
    ExitVerdict.FLOP: "You let it flop: ease out of it",
}

HOLDS: Mapping[HoldVerdict, str] = {
    HoldVerdict.COMPLETE: "full breath",
    HoldVerdict.SHORT: "short",
    HoldVerdict.DATA_LOST: "data lost",
}
