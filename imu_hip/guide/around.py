"""What is said around the exercises: calibration, walking to the place, standing up."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from imu_hip.model.cue import Cue
from imu_hip.model.item import MarkLabel
from imu_hip.model.programme import Line


class Calibration(StrEnum):
    """How a session is calibrated: on both feet, or without getting up from the back."""

    STANDING = "standing"
    LYING = "lying"


STAND_STILL = Line(4.0, "Stand still, feet pointing forward", MarkLabel.N_POSE)
_TABLE_REST = Line(10.5, "Lay both sensors on the table", MarkLabel.TABLE_REST)

CALIBRATIONS: Mapping[Calibration, tuple[Line, ...]] = {
    Calibration.STANDING: (
        _TABLE_REST,
        Line(4.0, "Put the sensors on and stand up", None, Cue.PUT_ON),
        STAND_STILL,
        Line(6.5, "Swing the straight leg, forward first", MarkLabel.LEG_SWINGS),
        Line(6.0, "Bow from the hips, forward first", MarkLabel.BOWS),
    ),
    Calibration.LYING: (
        _TABLE_REST,
        Line(4.0, "Put the sensors on", None, Cue.PUT_ON),
        Line(6.0, "Lie on your back, legs straight", None, Cue.LIE_STRAIGHT),
        Line(4.0, "Lie still, kneecaps to the ceiling", MarkLabel.HOOK_LYING, "legs_straight"),
        Line(4.0, "Bend the knees, feet on the floor", None, Cue.BEND_KNEES),
        Line(4.0, "Lie still, feet as wide as the hips", MarkLabel.HOOK_LYING),
        Line(8.0, "Lift the pelvis and lower it, twice", MarkLabel.BRIDGE),
        Line(12.0, "Rock both knees slowly, side to side", MarkLabel.KNEE_ROCKS),
    ),
}
WALK = Line(9.0, "Walk to your place and turn round", None, Cue.WALK)
STAND_UP = Line(6.0, "Stand up", None, Cue.STAND_UP)
