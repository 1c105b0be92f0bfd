"""Commands: what the person can ask of a running session, by key, button or tap."""

from __future__ import annotations

from enum import StrEnum


class CommandName(StrEnum):
    """The `name` of an `item.Command`; other names are kept in recordings and mean nothing to the guide."""

    END_SET = "end_set"
    PAIN = "pain"
    STOP = "stop"
    PAUSE = "pause"
    GO_ON = "go_on"
    REDO = "redo"
    """Ask for the newest calibration step once more."""
    CUT_OFF = "cut_off"
    """Nobody asks for it: the first item of a session that goes on after a crash."""
