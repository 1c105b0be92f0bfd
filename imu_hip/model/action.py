"""Actions: what a person asks of the app by key, button or mouse."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActionName(StrEnum):
    """What is asked for; the comment behind each says what the action's `value` holds."""

    OPEN_PAGE = "open_page"  # a Page
    CHOOSE_EXERCISE = "choose_exercise"  # id of an exercise or routine
    CHOOSE_SIDE = "choose_side"  # left, right
    CHOOSE_PERSON = "choose_person"  # a name, also a new one
    CHOOSE_CALIBRATION = "choose_calibration"  # standing, lying
    SCAN = "scan"
    IDENTIFY = "identify"  # a sensor's address
    ASSIGN = "assign"  # pelvis=ADDRESS or thigh=ADDRESS
    BEGIN = "begin"  # the chosen exercise with sensors
    GO_ON = "go_on"  # with the session that was cut off
    DEMO = "demo"  # the same with virtual sensors
    END = "end"  # the session or replay, on to its results
    COMMAND = "command"  # a CommandName, to the guide
    PAIN_SCORE = "pain_score"  # a digit, after the command "pain"
    OPEN_RECORDING = "open_recording"  # a path
    SHOW_RESULT = "show_result"  # a path
    REPORT = "report"  # the path of a recording
    NOTE = "note"  # a text about the result that is shown
    NOTE_AT = "note_at"  # seconds since the beginning of the replay, a space, the text
    PLAY = "play"  # go on, or stand still
    SEEK = "seek"  # seconds since the beginning
    STEP = "step"  # seconds on (or back)
    SPEED = "speed"  # 0.25 to 16, or max
    TONES = "tones"  # on, off
    SPEECH = "speech"  # on, off
    FLASH = "flash"  # on, off
    VOLUME = "volume"  # 0 to 1
    THEME = "theme"  # dark, light


@dataclass(frozen=True, slots=True)
class Action:
    """One thing asked for."""

    name: ActionName
    value: str = ""
