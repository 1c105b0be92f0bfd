"""Cues: what a prompt that writes no mark asks for, in words that guide and simulated person share."""

from __future__ import annotations

from enum import StrEnum


class Cue(StrEnum):
    """What is asked for by a `Prompt` without a label; its value stands in the prompt's `detail`."""

    PUT_ON = "put_on"
    WALK = "walk"
    STAND_UP = "stand_up"
    STAND_ON_ONE_LEG = "stand_on_one_leg"
    """On the leg without a sensor."""
    STAND_TO_HINGE = "stand_to_hinge"
    """On the leg with the sensor."""
    SIT_ON_CHAIR = "sit_on_chair"
    SIT_ON_MAT = "sit_on_mat"
    LIE_DOWN = "lie_down"
    """On the back."""
    LIE_STRAIGHT = "lie_straight"
    """On the back, legs straight on the floor."""
    BEND_KNEES = "bend_knees"
    """On the back, feet on the floor."""
    LIE_PRONE = "lie_prone"
    LIE_ON_SIDE = "lie_on_side"
    """With the sensor's leg on top."""
    INTERNAL_HOLD = "internal_hold"
    """Turn the thigh in the way of the exercise, and stay there."""
    EXTERNAL_HOLD = "external_hold"
    BLOCK = "block"
    LET_GO = "let_go"
