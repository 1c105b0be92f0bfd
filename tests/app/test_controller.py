"""The app without its window: what each action of a person comes to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from imu_hip import api
from imu_hip.app.catalogue import catalogue, exercise
from imu_hip.app.controller import PREPARING, Controller
from imu_hip.app.demo import simulated_person, virtual_sensors
from imu_hip.app.radio_access import RadioAccess, VirtualRadio
from imu_hip.codec.registry import BIP_V1
from imu_hip.guide.wording import CUT_OFF
from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import AppState, Page, Settings
from imu_hip.model.command import CommandName
from imu_hip.model.errors import LinkError
from imu_hip.model.event import Hold
from imu_hip.model.item import Command, Mark, Note, Role
from imu_hip.model.setup import Origin, Side
from imu_hip.model.signal import Signal
from imu_hip.session.user_library import KnownSensor, Library
from tests.app.test_continuing import write_cut_off

RECORDING = Path(__file__).parents[2] / "recordings" / "supine_ere_right.mcap"


class Heard:
    """Ears that remember."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []
        self.settings: list[Settings] = []
        self.note = "no loudspeaker found"

    def announce(self, signal: Signal) -> None:
        self.signals.append(signal)

    def use(self, settings: Settings) -> None:
        self.settings.append(settings)


@pytest.fixture(scope="module")
def worn_radio() -> Callable[[Mapping[str, Role]], RadioAccess]:
    worn, _ = simulated_person(exercise("supine_ere"), Side.RIGHT, 3, 1)
    return lambda _roles: VirtualRadio(virtual_sensors(worn))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "home")


@pytest.fixture
def app(
    library: Library, heard: Heard, worn_radio: Callable[[Mapping[str, Role]], RadioAccess]
) -> Iterator[Controller]:
    controller = Controller(library, catalogue(), ears=heard, radio_for=worn_radio)
    yield controller
    controller.close()


def until(app: Controller, wanted: Callable[[AppState], bool], timeout_s: float = 30.0) -> AppState:
    """Look thirty times a second, as the window does."""
    end_s = time.monotonic() + timeout_s
    while time.monotonic() < end_s:
        state = app.state()
        if wanted(state):
            return state
        time.sleep(0.033)
    raise AssertionError(f"not within {timeout_s} s: {app.state()}")


def do(app: Controller, name: ActionName, value: str = "") -> AppState:
    app.act(Action(name, value))
    return app.state()


def find_and_assign(app: Controller) -> AppState:
    do(app, ActionName.SCAN)
    found = until(app, lambda state: bool(state.sensors.found)).sensors.found
    addresses = {sensor.serial: sensor.address for sensor in found}
    do(app, ActionName.ASSIGN, f"pelvis={addresses['VP-0001']}")
    return do(app, ActionName.ASSIGN, f"thigh={addresses['VT-0001']}")


def test_the_start_page_offers_every_exercise_and_routine_with_its_time(app: Controller) -> None:
    start = app.state().start
    ids = [choice.id for choice in start.exercises]
    assert set(ids) == {spec.id for spec in catalogue()} | {"routine_1", "routine_2"}
    minutes = {choice.id: choice.minutes for choice in start.exercises}
    assert 1.0 < minutes["supine_ere"] < minutes["routine_1"] < 20.0
    assert (start.exercise_id, start.side, start.person) == ("supine_ere", "right", "me")


def test_choices_and_settings_are_there_again_the_next_time(app: Controller, library: Library, heard: Heard) -> None:
    do(app, ActionName.CHOOSE_EXERCISE, "prone_ir")
    do(app, ActionName.CHOOSE_SIDE, "left")
    do(app, ActionName.CHOOSE_CALIBRATION, "lying")
    do(app, ActionName.TONES, "off")
    do(app, ActionName.VOLUME, "0.3")
    do(app, ActionName.THEME, "light")
    app.close()
    again = Controller(library, catalogue(), ears=heard)
    state = again.state()
    again.close()
    assert (state.start.exercise_id, state.start.side, state.start.calibration) == ("prone_ir", "left", "lying")
    assert (state.settings.tones, state.settings.volume, state.settings.dark) == (False, 0.3, False)
    assert heard.settings[-1].volume == 0.3
    assert state.settings.sound_note == "no loudspeaker found"


@pytest.mark.parametrize("name", ["x" * 61, "a\x1b[2Jb"])
def test_a_person_of_no_possible_name_is_refused_and_nobody_else_is_chosen(app: Controller, name: str) -> None:
    state = do(app, ActionName.CHOOSE_PERSON, name)
    assert "a person's name has" in state.notice
    assert state.start.person == "me"


def test_sensors_are_found_shown_and_keep_their_roles_by_serial_number(app: Controller, library: Library) -> None:
    state = find_and_assign(app)
    assert state.sensors.ready
    assert {serial: known.role for serial, known in library.sensors().items()} == {
        "VP-0001": Role.PELVIS,
        "VT-0001": Role.THIGH,
    }
    thigh = next(sensor.address for sensor in state.sensors.found if sensor.role is Role.THIGH)
    do(app, ActionName.IDENTIFY, thigh)
    shown = until(app, lambda state: any(sensor.identified for sensor in state.sensors.found))
    assert [sensor.serial for sensor in shown.sensors.found if sensor.identified] == ["VT-0001"]
    do(app, ActionName.SCAN)
    again = until(app, lambda state: not state.sensors.scanning)
    assert again.sensors.ready


def test_who_has_said_nothing_of_the_sensors_is_sent_to_their_page(app: Controller) -> None:
    state = do(app, ActionName.BEGIN)
    assert state.page is Page.SENSORS
    assert state.notice == "Say first which sensor is worn where."


def test_a_session_waits_for_the_person_and_lands_in_the_library(
    app: Controller, library: Library, heard: Heard
) -> None:
    find_and_assign(app)
    do(app, ActionName.CHOOSE_PERSON, "Anna")
    do(app, ActionName.BEGIN)
    until(app, lambda state: state.session is not None and state.session.guide.paused, 60.0)
    assert app.state().page is Page.CALIBRATE
    refused = do(app, ActionName.OPEN_PAGE, Page.START)
    assert (refused.page, refused.notice) == (Page.CALIBRATE, "A session is under way: finish it first (S).")
    do(app, ActionName.COMMAND, CommandName.GO_ON)
    until(app, lambda state: state.session is not None and state.session.guide.asks == "table_rest")
    assert do(app, ActionName.PAIN_SCORE, "3").notice == ""
    assert do(app, ActionName.COMMAND, CommandName.PAIN).notice.startswith("How much does it hurt")
    assert do(app, ActionName.PAIN_SCORE, "7").notice == "Pain 7 of 10 is noted."
    do(app, ActionName.END)
    state = until(app, lambda state: state.page is Page.RESULTS)
    assert app.is_over
    (kept,) = library.sessions("Anna")
    assert kept.summary is not None
    assert kept.summary.result_sha256 == api.analyze(kept.path).result_sha256
    recording = api.read(kept.path)
    assert recording.setup.origin is Origin.LIVE
    assert [n.item.name for n in recording.items if isinstance(n.item, Command)] == [
        CommandName.GO_ON,
        CommandName.PAIN,
    ]
    assert [n.item.score for n in recording.items if isinstance(n.item, Note)] == [7]
    assert kept.summary.pain == 7
    assert any(isinstance(n.item, Mark) for n in recording.items)
    assert state.results.result is not None
    assert state.results.result.path == str(kept.path)
    assert [row.path for row in state.results.sessions] == [str(kept.path)]
    assert heard.signals


def test_a_session_that_was_cut_off_is_offered_and_goes_on(app: Controller, library: Library) -> None:
    find_and_assign(app)
    recording = api.read(RECORDING)
    path = library.new_recording("Anna", "supine_ere", Side.RIGHT, "2026-11-22T18:00:00Z")
    write_cut_off(path, recording, recording.items[len(recording.items) // 2].item.t_ns)
    before = path.read_bytes()
    assert do(app, ActionName.CHOOSE_PERSON, "Bert").start.cut_off == ""
    do(app, ActionName.CHOOSE_SIDE, "left")
    assert do(app, ActionName.CHOOSE_PERSON, "Anna").start.cut_off.startswith("Go on with the session of ")
    do(app, ActionName.GO_ON)
    state = until(app, lambda state: state.session is not None and state.session.guide.paused, 60.0)
    assert state.session is not None
    assert (state.session.side, state.session.prompt) == ("right", CUT_OFF)
    do(app, ActionName.END)
    state = until(app, lambda state: state.page is Page.RESULTS)
    assert state.start.cut_off == ""
    (kept,) = library.sessions("Anna")
    assert kept.summary is not None
    assert kept.summary.recording_sha256 == api.read(path).sha256
    assert path.read_bytes() == before
    assert (path.parent / "raw.2.mcap").exists()


def test_a_recording_is_replayed_from_any_moment(app: Controller) -> None:
    do(app, ActionName.OPEN_RECORDING, str(RECORDING))
    state = until(app, lambda state: state.replay is not None and bool(state.replay.events), 60.0)
    assert state.page is Page.EXERCISE
    assert state.replay is not None
    assert {span.kind for span in state.replay.marks} >= {"n_pose", "exercise", "max_rep"}
    hold = next(span for span in state.replay.events if span.kind == "hold")
    do(app, ActionName.PLAY)
    do(app, ActionName.SEEK, str(hold.start_s + 2.0))
    state = until(app, lambda state: state.session is not None and state.session.hold_s is not None)
    assert state.session is not None
    assert state.session.hold_s == pytest.approx(2.0, abs=0.3)
    do(app, ActionName.SEEK, str(hold.start_s - 1.0))
    state = until(app, lambda state: state.session is not None and state.session.hold_s is None)
    do(app, ActionName.STEP, "3")
    state = until(app, lambda state: state.session is not None and state.session.hold_s is not None)
    assert state.session is not None
    assert state.session.hold_s == pytest.approx(2.0, abs=0.3)
    assert state.replay is not None
    assert not state.replay.playing
    do(app, ActionName.END)
    state = until(app, lambda state: state.page is Page.RESULTS)
    assert state.results.result is not None
    holds = [event for event in api.analyze(RECORDING).events if isinstance(event, Hold)]
    assert len(state.results.result.holds) == len(holds) > 0


def test_a_report_lies_beside_its_recording_and_opens_in_the_browser(library: Library, tmp_path: Path) -> None:
    opened: list[str] = []
    app = Controller(library, catalogue(), open_page=lambda page: opened.append(page) or True)  # type: ignore[func-returns-value]
    mine = tmp_path / "mine.mcap"
    kept = library.new_recording("me", "supine_ere", Side.RIGHT, "2026-11-22T18:00:00Z")
    for path in (mine, kept):
        path.write_bytes(RECORDING.read_bytes())
    for path, names in ((mine, ["mine.html", "mine-2.html"]), (kept, ["report.html", "report.html"])):
        for name in names:
            do(app, ActionName.REPORT, str(path))
            state = until(app, lambda state: "The report (the browser was asked to show it)" in state.notice)
            assert state.is_news
            assert state.notice.endswith(str(path.with_name(name)))
            assert opened.pop() == path.with_name(name).as_uri()
            assert path.with_name(name).read_text("utf-8").startswith("<!DOCTYPE html>")
    do(app, ActionName.REPORT, str(tmp_path / "none.mcap"))
    assert "there is no such file" in until(app, lambda state: "none.mcap" in state.notice).notice
    app.close()


def test_a_note_about_a_moment_and_one_about_a_session_are_kept_beside_the_recording(
    app: Controller, tmp_path: Path
) -> None:
    path = tmp_path / "mine.mcap"
    path.write_bytes(RECORDING.read_bytes())
    assert do(app, ActionName.NOTE, "about nothing").notice == ""
    do(app, ActionName.OPEN_RECORDING, str(path))
    until(app, lambda state: state.replay is not None, 60.0)
    do(app, ActionName.PLAY)
    assert do(app, ActionName.NOTE_AT, "12.50 slipped here").notice == "Noted: 0:12 Note: slipped here"
    assert "the note is empty" in do(app, ActionName.NOTE_AT, "12.50 \0").notice
    do(app, ActionName.END)
    state = until(app, lambda state: state.page is Page.RESULTS)
    assert state.results.result is not None
    assert state.results.result.notes[0] == "0:12 Note: slipped here"
    state = do(app, ActionName.NOTE, "new shoes")
    assert state.results.result is not None
    assert state.results.result.notes[0] == "Note: new shoes"
    assert [(note.t_s, note.text) for note in api.read(path).notes] == [(12.5, "slipped here"), (None, "new shoes")]


def test_what_is_no_recording_is_said_in_one_line(app: Controller, tmp_path: Path) -> None:
    path = tmp_path / "notes.mcap"
    path.write_text("nothing")
    do(app, ActionName.OPEN_RECORDING, str(path))
    state = until(app, lambda state: "notes.mcap" in state.notice)
    assert "\n" not in state.notice
    assert state.page is Page.START


def test_a_demo_begins_and_ends_with_its_results(app: Controller) -> None:
    do(app, ActionName.DEMO)
    until(app, lambda state: state.session is not None and state.session.guide.asks != "", 60.0)
    do(app, ActionName.END)
    state = until(app, lambda state: state.page is Page.RESULTS)
    assert state.results.result is not None
    assert state.results.sessions == ()


def test_cues_flash_where_that_is_wanted(app: Controller) -> None:
    do(app, ActionName.FLASH, "on")
    do(app, ActionName.OPEN_RECORDING, str(RECORDING))
    until(app, lambda state: state.replay is not None, 60.0)
    do(app, ActionName.SPEED, "max")
    assert until(app, lambda state: state.flash is not None).flash is not None


def test_who_asks_twice_gets_one_session(app: Controller) -> None:
    do(app, ActionName.DEMO)
    refused = do(app, ActionName.DEMO)
    assert refused.notice == PREPARING
    until(app, lambda state: state.session is not None, 60.0)
    again = do(app, ActionName.DEMO)
    assert again.notice.startswith("A session is under way")
    do(app, ActionName.END)
    until(app, lambda state: state.page is Page.RESULTS)
    assert app.failure is None


def test_sensors_that_cannot_be_reached_are_said_and_remembered_as_the_failure(library: Library) -> None:
    for role in Role:
        library.assign(KnownSensor(f"not-here-{role.value}", role, BIP_V1))
    app = Controller(library, catalogue())
    do(app, ActionName.BEGIN)
    state = until(app, lambda state: state.page is Page.RESULTS, 60.0)
    app.close()
    assert isinstance(app.failure, LinkError)
    assert state.notice == app.failure.message


def test_the_second_screen_is_told_of_again_whenever_its_code_has_been_used(library: Library) -> None:
    line = "Second screen: http://10.0.0.2:8080#code=11111111"
    app = Controller(library, catalogue())
    app.share_by(lambda: line)
    assert app.state().notice == app.state().second_screen == line
    app.act(Action(ActionName.OPEN_PAGE, Page.SENSORS))
    assert (app.state().notice, app.state().second_screen) == ("", line)
    line = "Second screen: http://10.0.0.2:8080#code=22222222"
    assert app.state().notice == app.state().second_screen == line
    app.close()


def test_the_second_screen_follows_whichever_session_is_shown(library: Library) -> None:
    app = Controller(library, catalogue())
    seen = []
    for name in ("supine_ere_right.mcap", "prone_ir_left_slipped.mcap"):
        app.act(Action(ActionName.OPEN_RECORDING, str(RECORDING.parent / name)))
        until(app, lambda state: state.replay is not None and state.session is not None)
        shown = app.session_view()
        assert shown is not None
        seen.append((shown.recording, shown.side))
        app.act(Action(ActionName.END))
        until(app, lambda state: state.page is Page.RESULTS)
    assert seen == [("supine_ere_right.mcap", "right"), ("prone_ir_left_slipped.mcap", "left")]
    app.close()
