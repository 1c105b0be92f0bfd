"""Items: everything that ever enters the corridor, in one total order.

A recording is the list of these, stored before anything is computed from them. Readers follow `number`,
never a time stamp. Every `t_ns` is host time in integer nanoseconds (live: since the Unix epoch; import: on
the file's own clock, see `Setup.zero_ns`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Where a sensor is worn."""

    PELVIS = "pelvis"
    THIGH = "thigh"


class Characteristic(StrEnum):
    """Which GATT value of a sensor (or which table of a file) the bytes belong to."""

    INFO = "info"
    CONFIG = "config"
    CONTROL = "control"
    STREAM = "stream"
    SYNC = "sync"
    BATTERY = "battery"


class MarkLabel(StrEnum):
    """What the exerciser was told to do; the words of the outside contract."""

    TABLE_REST = "table_rest"
    N_POSE = "n_pose"
    LEG_SWINGS = "leg_swings"
    BOWS = "bows"
    POSTURE_NEUTRAL = "posture_neutral"
    NEUTRAL = "neutral"
    MAX_REP = "max_rep"
    EXERCISE = "exercise"
    HOOK_LYING = "hook_lying"
    KNEE_ROCKS = "knee_rocks"
    BRIDGE = "bridge"
    STRAP_GAIN = "strap_gain"


class Edge(StrEnum):
    """Which end of a marked interval this is (intervals are half-open)."""

    BEGIN = "begin"
    END = "end"


class LinkState(StrEnum):
    """What became of the connection to one sensor."""

    CONNECTED = "connected"
    STREAMING = "streaming"
    LOST = "lost"
    SEARCHING = "searching"
    """It has been looked for in vain for a while, and still is."""
    CLOSED = "closed"


@dataclass(slots=True, unsafe_hash=True)
class Notification:
    """Bytes that came from a sensor, exactly as received (notified or read); `t_ns` is their arrival."""

    t_ns: int
    role: Role
    characteristic: Characteristic
    payload: bytes


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes that were sent to a sensor; `t_ns` is just before the write (two-way time sync needs it)."""

    t_ns: int
    role: Role
    characteristic: Characteristic
    payload: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """One end of an interval in which the exerciser was told to do something."""

    t_ns: int
    label: MarkLabel
    edge: Edge
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LinkChange:
    """A sensor was connected, lost or closed; `detail` is for people."""

    t_ns: int
    role: Role
    state: LinkState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """`count` items of `role` were dropped because a queue was full."""

    t_ns: int
    role: Role
    count: int


@dataclass(slots=True, unsafe_hash=True)
class Tick:
    """Time passed; lets the corridor notice silence without owning a clock."""

    t_ns: int


@dataclass(frozen=True, slots=True)
class Command:
    """Something the person asked for (`end_set`, `pain`, `stop`)."""

    t_ns: int
    name: str


class NoteKind(StrEnum):
    """What a note tells."""

    PAIN = "pain"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Note:
    """Something the person told while it was recorded: how much it hurts, 0 to 10, or a text; nothing acts on it."""

    t_ns: int
    kind: NoteKind
    score: int | None = None
    text: str = ""


Item = Notification | Write | Mark | LinkChange | Drop | Tick | Command | Note


@dataclass(slots=True, unsafe_hash=True)
class NumberedItem:
    """An item with its place in the total order, given once before recorder and pipeline see it."""

    number: int
    item: Item


@dataclass(frozen=True, slots=True)
class TimedMark:
    """A mark on the recording's common clock; it takes effect at the first row with a time of at least `t_s`."""

    t_s: float
    label: MarkLabel
    edge: Edge
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TimedNote:
    """What the person told: a pain with its score (None: none was given), or a text.

    `t_s` is on the recording's common clock, None where it is about the whole session. `written`: when it was written
    about a finished recording (ISO 8601), None for what was told meanwhile.
    """

    t_s: float | None
    kind: NoteKind
    score: int | None = None
    text: str = ""
    written: str | None = None
