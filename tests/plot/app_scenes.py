"""States of the app for the tests of the window, and a controller that answers as simply as can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import (
    AppState,
    ErrorBand,
    ExerciseChange,
    ExerciseChoice,
    Flash,
    FoundSensor,
    HistoryRow,
    HoldRow,
    Page,
    ReplayView,
    ResultsView,
    ResultView,
    SensorsView,
    StartView,
    TimelineSpan,
)
from imu_hip.model.command import CommandName
from imu_hip.model.item import Role
from imu_hip.model.view_state import GuideView, ViewState
from imu_hip.plot.app_window import AppWindow
from imu_hip.plot.session_pages import SessionPage
from imu_hip.plot.theme import Theme
from tests.plot.scenes import scene

EXERCISES = (
    ExerciseChoice("routine_1", "Routine 1", "standing, supine, hinge", "Daily; a little of each.", 17.0),
    ExerciseChoice("routine_2", "Routine 2", "long sitting, prone, side lying", "Daily, within 5 to 10 minutes.", 14.2),
    ExerciseChoice(
        "standing_dissociation",
        "Standing hip dissociation",
        "standing",
        "About 3 repetitions in each direction on each side; hold each for one slow breath.",
        6.0,
    ),
    ExerciseChoice(
        "supine_ere",
        "Supine end-range expansion",
        "supine",
        "Start with one cycle a side, work up to 3 or 4; each hold and each block for one slow breath.",
        5.2,
    ),
    ExerciseChoice(
        "hinge_ir",
        "One-leg hinge with internal rotation",
        "hinge",
        "A few slow repetitions a side; keep the muscles on while coming up.",
        4.0,
    ),
    ExerciseChoice(
        "seated_ir",
        "Seated internal rotation",
        "long_sitting",
        "Daily, 5 to 10 minutes with the other two of the routine; hold each for a moment, at least 2 s.",
        4.4,
    ),
    ExerciseChoice(
        "arom_seated",
        "Seated active range of motion",
        "seated",
        "Three unhurried trials inward and three outward a side, neutral between them.",
        3.0,
    ),
)
START = StartView(EXERCISES, ("me", "K-17"), "supine_ere", "left", "me", "lying")

PELVIS = FoundSensor("C0:FF:EE:00:00:01", "Hip sensor A", "BIP-0001", "bip_v1", -52, 87, None)
THIGH = FoundSensor("C0:FF:EE:00:00:02", "Hip sensor B", "BIP-0002", "bip_v1", -71, 64, None)
STRANGER = FoundSensor("C0:FF:EE:00:00:03", "IMU with a rather long advertised name", None, "other", -93, None, None)
FOUND = SensorsView(True, (PELVIS, THIGH, STRANGER))
BOTH = SensorsView(
    False,
    (
        replace(PELVIS, role=Role.PELVIS, rate_hz=100.2, age_s=0.03),
        replace(THIGH, role=Role.THIGH, rate_hz=99.8, lost=12, age_s=0.05, identified="its light blinks blue"),
        STRANGER,
    ),
)

HOLDS = tuple(
    HoldRow(number, "in", f"{seconds:.1f} s", f"{angle}° ± 3°", f"{percent} %", leaving, verdict, why)
    for number, (seconds, angle, percent, leaving, verdict, why) in enumerate(
        (
            (9.4, 40, 96, "controlled", "full breath", "Held 9.4 s of the 8 s asked for, 96 % of the end range."),
            (
                7.8,
                41,
                98,
                "fast",
                "short",
                "The limb left the band after 5.1 s: it sank by 6° while the pelvis lifted.",
            ),
            (9.1, 41, 99, "controlled", "full breath", "Held 9.1 s of the 8 s asked for, 99 % of the end range."),
            (3.2, 38, 91, "flop", "data lost", "The thigh sensor was silent for 1.4 s, so the hold is not judged."),
        ),
        start=1,
    )
)


def history(n: int = 9) -> tuple[HistoryRow, ...]:
    """Return sessions of both sides, newest first."""
    rows = []
    for k in range(n):
        side = "right" if k % 2 else "left"
        internal = 33.0 + 0.7 * k + (4.0 if side == "right" else 0.0) + (1.5 if k % 3 else -1.0)
        rows.append(
            HistoryRow(
                f"2026-11-{4 + 2 * (k // 2):02d} 18:{10 + k % 2 * 25}",
                20000.0 + 2.0 * (k // 2) + 0.02 * (k % 2),
                "Supine end-range expansion",
                "supine_ere",
                side,
                None if k == 2 else internal,
                1.6,
                41.0 if k % 2 else None,
                4,
                f"/sessions/{k}.mcap",
            )
        )
    measured = HistoryRow(
        "2026-11-02 09:00", 19998.0, "Seated internal rotation", "seated_ir", "left", 28.0, 2.0, None, 6, "/sessions/s"
    )
    return (*reversed(rows), measured)


RESULT = ResultView(
    "Supine end-range expansion, left, 12 November 2026",
    (
        ("Internal rotation, best", "41.6° ± 2.9°"),
        ("External rotation", "not measured"),
        ("Cycles complete", "2 of 3"),
        ("Holds, full breath", "2 of 4"),
        ("Controlled exits", "3 of 4"),
        ("Time at end range", "29.5 s"),
    ),
    HOLDS,
    (
        "Angles are strap degrees: no strap calibration was done, the bone may turn more.",
        "The thigh sensor was silent for 1.4 s.",
        "Not seen by the sensors: effort, the ankle.",
    ),
    "/sessions/8.mcap",
)
RESULTS = ResultsView(
    RESULT,
    "me",
    history(),
    (
        ExerciseChange("supine_ere", "left, in: +4° since 2026-11-04, no real change yet (6°)"),
        ExerciseChange("supine_ere", "right, in: +7° since 2026-11-04, more than the measurement error (6°)"),
    ),
    "day 9, practised on 6 days; the programme takes 14 to 21 days",
    (ErrorBand("supine_ere", "left", 27.0, 39.0), ErrorBand("supine_ere", "right", 31.0, 43.0)),
)
REPLAY = ReplayView(
    47.3,
    312.0,
    True,
    2.0,
    tuple(
        TimelineSpan(start, start + 12.0, "calibration", f"Calibration: {name}")
        for start, name in ((4.0, "hook lying"), (20.0, "knee rocks"), (36.0, "bridge"))
    ),
    (
        TimelineSpan(60.0, 69.4, "hold", "Hold 1: 9.4 s at 40°, full breath"),
        TimelineSpan(69.4, 72.0, "exit", "Controlled exit"),
        TimelineSpan(110.0, 117.8, "hold", "Hold 2: 7.8 s at 41°, short"),
        TimelineSpan(113.0, 116.0, "compensation", "Pelvis lifted"),
        TimelineSpan(150.0, 151.4, "trouble", "Thigh sensor silent for 1.4 s"),
        TimelineSpan(180.0, 186.0, "block", "Block: 6.0 s"),
    ),
)
AT_START = AppState(Page.START, START)


def session() -> ViewState:
    """Return a session in a hold."""
    return scene("hold")


STATES = {
    "start": AT_START,
    "sensors": replace(AT_START, page=Page.SENSORS, sensors=FOUND),
    "ready": replace(AT_START, page=Page.SENSORS, sensors=BOTH),
    "nothing_found": replace(AT_START, page=Page.SENSORS),
    "exercise": replace(AT_START, page=Page.EXERCISE, session=session()),
    "calibrate": replace(AT_START, page=Page.CALIBRATE, session=scene("before_calibration")),
    "replay": replace(AT_START, page=Page.EXERCISE, session=scene("uncertain"), replay=REPLAY),
    "results": replace(AT_START, page=Page.RESULTS, results=RESULTS),
    "no_results": replace(AT_START, page=Page.RESULTS),
    "notice": replace(
        AT_START,
        settings=replace(AT_START.settings, sound_note="No sound: no output device was found."),
        notice="Bluetooth is switched off: switch it on in the settings of your computer, then search again.",
    ),
}


Pages = Callable[[], Mapping[Page, SessionPage]]


class Drawn(QWidget):
    """Stands in for the drawn pages: remembers what it was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[tuple[ViewState, Theme, Flash | None]] = []

    def show_state(self, state: ViewState, theme: Theme, flash: Flash | None) -> None:
        self.shown.append((state, theme, flash))


def drawn_pages() -> dict[Page, SessionPage]:
    """Return stand-ins."""
    return {Page.CALIBRATE: Drawn(), Page.EXERCISE: Drawn()}


class Controller:
    """Owns a state, keeps every action, and answers the plain ones."""

    def __init__(self, state: AppState = AT_START) -> None:
        self.state = state
        self.actions: list[Action] = []

    def read(self) -> AppState:
        return self.state

    def act(self, action: Action) -> None:
        self.actions.append(action)
        self.state = self._after(action)

    def _after(self, action: Action) -> AppState:
        state, value = self.state, action.value
        match action.name:
            case ActionName.OPEN_PAGE:
                return replace(state, page=Page(value))
            case ActionName.CHOOSE_EXERCISE:
                return replace(state, start=replace(state.start, exercise_id=value))
            case ActionName.CHOOSE_SIDE:
                return replace(state, start=replace(state.start, side=value))
            case ActionName.CHOOSE_PERSON:
                return replace(state, start=replace(state.start, person=value))
            case ActionName.CHOOSE_CALIBRATION:
                return replace(state, start=replace(state.start, calibration=value))
            case ActionName.SCAN:
                return replace(state, sensors=FOUND)
            case ActionName.ASSIGN:
                role, address = value.split("=")
                found = tuple(
                    replace(sensor, role=Role(role)) if sensor.address == address else sensor
                    for sensor in state.sensors.found
                )
                return replace(state, sensors=replace(state.sensors, found=found))
            case ActionName.BEGIN if not state.sensors.ready:
                return replace(state, page=Page.SENSORS, sensors=FOUND)
            case ActionName.BEGIN | ActionName.DEMO:
                return replace(state, page=Page.CALIBRATE, session=scene("before_calibration"))
            case ActionName.COMMAND if value in (CommandName.PAUSE, CommandName.GO_ON) and state.session is not None:
                paused = GuideView(paused=value == CommandName.PAUSE)
                return replace(state, session=replace(state.session, guide=paused))
            case ActionName.END:
                return replace(state, page=Page.RESULTS, session=None, replay=None, results=RESULTS)
            case ActionName.OPEN_RECORDING:
                return replace(state, page=Page.EXERCISE, session=session(), replay=REPLAY)
            case ActionName.PLAY if state.replay is not None:
                return replace(state, replay=replace(state.replay, playing=not state.replay.playing))
            case ActionName.SEEK if state.replay is not None:
                return replace(state, replay=replace(state.replay, position_s=float(value)))
            case ActionName.TONES:
                return replace(state, settings=replace(state.settings, tones=value == "on"))
            case ActionName.SPEECH:
                return replace(state, settings=replace(state.settings, speech=value == "on"))
            case ActionName.FLASH:
                return replace(state, settings=replace(state.settings, flash=value == "on"))
            case ActionName.VOLUME:
                return replace(state, settings=replace(state.settings, volume=float(value)))
            case ActionName.THEME:
                return replace(state, settings=replace(state.settings, dark=value == "dark"))
        return state


def opened(
    qtbot: QtBot, controller: Controller, size: tuple[int, int] = (1280, 800), pages: Pages = drawn_pages
) -> AppWindow:
    """Return a window of this size that is shown, active, and has drawn the controller's state."""
    made = AppWindow(controller.read, controller.act, pages)
    qtbot.addWidget(made)
    made.resize(*size)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    QApplication.processEvents()
    return made


def focused(window: AppWindow) -> QWidget:
    """Return where a key goes."""
    part: QWidget | None = window.focusWidget()
    return window if part is None else part


def show(window: AppWindow, state: AppState) -> None:
    """Let the window draw this state from now on, whatever its controller says."""
    window._read_state = lambda: state
    window._draw_newest()
