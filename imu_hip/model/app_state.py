"""The app state: which page is open and what stands on it, immutable; the window draws it and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from imu_hip.model.driver import Timing
from imu_hip.model.item import Role
from imu_hip.model.signal import SignalKind
from imu_hip.model.view_state import ViewState


class Page(StrEnum):
    """The pages of the window."""

    START = "start"
    SENSORS = "sensors"
    CALIBRATE = "calibrate"
    EXERCISE = "exercise"
    RESULTS = "results"


@dataclass(frozen=True, slots=True)
class ExerciseChoice:
    """One exercise or routine that can be begun; `minutes` is about how long it takes with its calibration.

    `routine`: the id of the routine that it is listed under, "" where it stands for itself.
    """

    id: str
    name: str
    posture: str
    dose: str
    minutes: float
    routine: str = ""


@dataclass(frozen=True, slots=True)
class StartView:
    """What can be chosen, and what is: ids and words as in the contract; `calibration`: "standing" or "lying".

    `cut_off`: which session of the person was just cut off and can go on, in words; "" without one.
    """

    exercises: tuple[ExerciseChoice, ...]
    persons: tuple[str, ...]
    exercise_id: str
    side: str
    person: str
    calibration: str
    demo_possible: bool = True
    cut_off: str = ""


@dataclass(frozen=True, slots=True)
class FoundSensor:
    """A sensor that advertises or is connected; what is not known yet is None.

    `role` is kept by serial number; `identified`: it has just been asked to show itself (`how`: by LED, say). Its
    newest sample is `age_s` old, up to `packet_s` while nothing is wrong: it may take so long to fill a packet.
    `timing`: how its samples are placed in time; `limits`: what a person should know of such sensors.
    """

    address: str
    name: str
    serial: str | None
    family: str
    signal_dbm: int | None
    battery_percent: int | None
    role: Role | None
    rate_hz: float | None = None
    lost: int = 0
    age_s: float | None = None
    packet_s: float = 0.0
    identified: str = ""
    timing: Timing = Timing.COUNTED
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SensorsView:
    """What was found; `message` is what is going on, or what is wrong and what to do."""

    scanning: bool = False
    found: tuple[FoundSensor, ...] = ()
    message: str = ""

    @property
    def ready(self) -> bool:
        """Whether there is a sensor for each role."""
        return {sensor.role for sensor in self.found} >= set(Role)


@dataclass(frozen=True, slots=True)
class HoldRow:
    """One hold of a result, in words and figures for people."""

    number: int
    direction: str
    duration: str
    angle: str
    percent: str
    exit: str
    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class ResultView:
    """What came of one session: headline, figures (name, value), holds, what went wrong or could not be judged.

    `measures_only`: no hold was to be judged. `advice`: what to do next, "" where nothing was judged.
    """

    title: str
    figures: tuple[tuple[str, str], ...]
    holds: tuple[HoldRow, ...]
    notes: tuple[str, ...]
    path: str
    measures_only: bool = False
    advice: str = ""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One exercise of a session of a person; angles with their standard deviations, None where not known.

    `hold_s`: time at end range, of all holds together. `measurement`: made to measure, not to train. `pain`: highest
    score of the whole session, None where none was told; `notes`: how many were written. `stopped`: while calibrating,
    so nothing was measured.
    """

    when: str
    day: float
    exercise: str
    exercise_id: str
    side: str
    internal_deg: float | None
    internal_sd_deg: float | None
    external_deg: float | None
    holds: int
    path: str
    external_sd_deg: float | None = None
    posture: str = ""
    hold_s: float = 0.0
    measurement: bool = False
    pain: int | None = None
    notes: int = 0
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class ErrorBand:
    """Around the first internal rotation of an exercise and side: within it nothing has changed that is not error."""

    exercise_id: str
    side: str
    low_deg: float
    high_deg: float


@dataclass(frozen=True, slots=True)
class ExerciseChange:
    """What has changed in an exercise since its first session, in words."""

    exercise_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ResultsView:
    """The session that has just ended or was opened, and the person's sessions, newest first.

    `programme`: how far the weeks of practice are, in words.
    """

    result: ResultView | None = None
    person: str = ""
    sessions: tuple[HistoryRow, ...] = ()
    changes: tuple[ExerciseChange, ...] = ()
    programme: str = ""
    bands: tuple[ErrorBand, ...] = ()


@dataclass(frozen=True, slots=True)
class TimelineSpan:
    """A mark or an event of a recording, from its beginning; `kind` is its word in the contract."""

    start_s: float
    end_s: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ReplayView:
    """Where a replay is; `factor` is None as fast as possible. Spans are in the order of their beginnings."""

    position_s: float
    duration_s: float
    playing: bool
    factor: float | None
    marks: tuple[TimelineSpan, ...] = ()
    events: tuple[TimelineSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """How cues are given and the window looks; `sound_note` says why there is no sound or speech, if so."""

    tones: bool = True
    speech: bool = True
    flash: bool = False
    volume: float = 0.8
    dark: bool = True
    sound_note: str = ""


@dataclass(frozen=True, slots=True)
class Flash:
    """A cue to be shown as a flash of the frame; `number` tells one from the next."""

    kind: SignalKind
    number: int


@dataclass(frozen=True, slots=True)
class AppState:
    """Everything the window shows.

    `notice` is one line: what went wrong, and what to do, or (`is_news`) what was done. `second_screen`: where it is,
    and its code; "" without one.
    """

    page: Page
    start: StartView
    sensors: SensorsView = SensorsView()
    session: ViewState | None = None
    results: ResultsView = ResultsView()
    replay: ReplayView | None = None
    settings: Settings = Settings()
    notice: str = ""
    is_news: bool = False
    flash: Flash | None = None
    second_screen: str = ""
