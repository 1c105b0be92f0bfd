"""Cues: what a prompt that writes no mark asks for, in words that guide and simulated person share."""

from __future__ import annotations

from enum import StrEnum


class Cue(StrEnum):
    """What is asked for by a `Prompt` without a label; its value stands in the prompt's `detail`."""

    PUT_ON = "put_on"
    LIE_DOWN = "lie_down"
    INTERNAL_HOLD = "internal_hold"
    BLOCK = "block"
    LET_GO = "let_go"
