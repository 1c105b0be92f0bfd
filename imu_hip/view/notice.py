"""Notices: which event deserves a warning line, how urgent it is, and when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from math import degrees, inf

from imu_hip.model.coaching_words import EXITS, FAULTS
from imu_hip.model.event import (
    CalibrationStep,
    Compensation,
    Event,
    Exit,
    ExitVerdict,
    Hold,
    HoldVerdict,
    PartEnded,
    PartStarted,
    RadioTrouble,
    ReZero,
    Trouble,
    Warning,
)
from imu_hip.view import wording

SHOWN_S = 5.0


class Rank(IntEnum):
    """Urgency: the smallest is shown."""

    SENSOR_LOST = 1
    STALE = 2
    RECORDING = 3
    CALIBRATION = 4
    HOLD_LOST = 5
    EXIT = 6
    COMPENSATION = 7
    UNCERTAIN = 8
    RADIO = 9
    RE_ZERO = 10
    WARNING = 11


@dataclass(frozen=True, slots=True)
class Notice:
    """A line shown in [from_s, until_s); a later event of its `rank` and `topic` replaces or withdraws it."""

    rank: Rank
    topic: str
    text: str
    from_s: float = -inf
    until_s: float = inf


Notices = tuple[Notice, ...]


def after(notices: Notices, event: Event) -> Notices:
    """Return the notices once `event` has happened: at most one per rank and topic, so bounded in number."""
    match event:
        case Trouble(role=role, kind=RadioTrouble.LOST):
            text = f"{role.value.capitalize()} sensor lost: hold paused"
            return _with(notices, Notice(Rank.SENSOR_LOST, role, text, event.start_s))
        case Trouble(role=role, kind=RadioTrouble.SEARCHING):
            text = f"{role.value.capitalize()} sensor not back: is it charged and near?"
            return _with(notices, Notice(Rank.SENSOR_LOST, role, text, event.start_s))
        case Trouble(role=role, kind=RadioTrouble.BACK):
            return _without(notices, Rank.SENSOR_LOST, role)
        case Trouble(role=role, kind=RadioTrouble.CLIPPED):
            text = f"{role.value.capitalize()} sensor at its limit: move more slowly"
            return _with(notices, _brief(Rank.RADIO, role, text, event.end_s))
        case Trouble(role=role, kind=RadioTrouble.QUEUE_FULL):
            text = f"This computer is too slow: {role.value} data dropped"
            return _with(notices, _brief(Rank.RADIO, role, text, event.end_s))
        case CalibrationStep(label=label, accepted=True):
            return _without(notices, Rank.CALIBRATION, label)
        case CalibrationStep(label=label):
            text = wording.about(wording.MARK[label], event.text or "not usable, please again")
            return _with(notices, Notice(Rank.CALIBRATION, label, text, event.end_s))
        case Hold(verdict=HoldVerdict.DATA_LOST):
            return _with(
                _without(notices, Rank.WARNING),
                _brief(Rank.HOLD_LOST, "", "Hold ended: data were lost, not you", event.end_s),
            )
        case Hold() | PartEnded():
            return _without(notices, Rank.WARNING)
        case PartStarted():
            return _without(notices, Rank.CALIBRATION)
        case Exit(verdict=ExitVerdict.FLOP | ExitVerdict.FAST as verdict):
            return _with(notices, _brief(Rank.EXIT, "", EXITS[verdict], event.end_s))
        case Exit():
            return _without(notices, Rank.EXIT)
        case Compensation(kind=kind):
            return _with(notices, _brief(Rank.COMPENSATION, "", FAULTS[kind].line, event.end_s))
        case ReZero(change_rad=change_rad):
            text = f"Angle corrected by {abs(degrees(change_rad)):.0f}°"
            return _with(notices, _brief(Rank.RE_ZERO, "", text, event.t_s))
        case Warning(text=text):
            return _with(notices, Notice(Rank.WARNING, "", text))
        case _:
            return notices


def most_urgent(notices: Notices, now_s: float) -> str:
    """Return the line to show at `now_s`: lowest rank, of these the newest; empty when there is none."""
    current = [notice for notice in notices if now_s < notice.until_s]
    if not current:
        return ""
    return wording.one_line(min(current, key=lambda notice: (notice.rank, -notice.from_s)).text)


def is_lost(notices: Notices, role: str) -> bool:
    """Return whether the sensor of this role was lost and is not back."""
    return any(notice.rank is Rank.SENSOR_LOST and notice.topic == role for notice in notices)


def _brief(rank: Rank, topic: str, text: str, end_s: float) -> Notice:
    return Notice(rank, topic, text, end_s, end_s + SHOWN_S)


def _with(notices: Notices, notice: Notice) -> Notices:
    return (*_without(notices, notice.rank, notice.topic), notice)


def _without(notices: Notices, rank: Rank, topic: str | None = None) -> Notices:
    return tuple(n for n in notices if n.rank is not rank or (topic is not None and n.topic != topic))
