"""What the app does with a person's actions: the one owner of the app state. The window only shows it."""

from __future__ import annotations

import time
import webbrowser
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from imu_hip.app import beginning, preferences, sensor_search
from imu_hip.app.background import Background, Job
from imu_hip.app.beginning import RadioFor
from imu_hip.app.choices import exercises_named, start_view
from imu_hip.app.continuing import offer
from imu_hip.app.kept_history import kept_history
from imu_hip.app.noting import note_now
from imu_hip.app.pages import page_of
from imu_hip.app.pain_keys import PainKeys
from imu_hip.app.radio_access import SystemRadio
from imu_hip.app.replaying import Replay, steer
from imu_hip.app.reporting import report_beside
from imu_hip.app.results import Spans, outcome, result_view, timeline
from imu_hip.app.watching import Running
from imu_hip.feedback.wording import told
from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import AppState, Flash, Page, ReplayView, ResultsView, Settings
from imu_hip.model.command import CommandName
from imu_hip.model.errors import ImuHipError, Reason, UsageError
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.item import NoteKind, Role, TimedNote
from imu_hip.model.signal import Signal
from imu_hip.model.view_state import ViewState
from imu_hip.session.person_names import checked_name
from imu_hip.session.reader import Recording
from imu_hip.session.user_library import Library

_BROWSER = " (the browser was asked to show it)"
PREPARING = "One moment: getting everything ready…"


class Ears(Protocol):
    """Whoever gives cues to the ears."""

    def announce(self, signal: Signal) -> None:
        """Give a signal; called from the pipeline's thread, returns at once."""

    def use(self, settings: Settings) -> None:
        """Give them like this from now on."""

    @property
    def note(self) -> str:
        """Why there is no sound or speech, and what to do; "" when there is."""


class Controller:
    """Owns the state; all its methods belong to one thread, the window's.

    Call `close` at the end. `failure` is what ended the last session early, None where nothing did.
    """

    def __init__(
        self,
        library: Library,
        specs: tuple[ExerciseSpec, ...],
        *,
        ears: Ears | None = None,
        demo_possible: bool = True,
        radio_for: RadioFor = SystemRadio,
        open_page: Callable[[str], object] = webbrowser.open,
    ) -> None:
        self._library = library
        self._specs = specs
        self._ears = ears
        self._radio_for = radio_for
        self._open_page = open_page
        self._background = Background(self._failed)
        self._running: Running | None = None
        self._ending = False
        self._preparing = False
        self._pain = PainKeys()
        self.failure: ImuHipError | None = None
        self._path: Path | None = None
        self._spans: tuple[Spans, Spans] = ((), ())
        self._flash: Flash | None = None
        self._of_another: str | None = None
        self._shared: Callable[[], str] = lambda: ""
        kept = library.settings()
        start = preferences.choices_from(kept, start_view(specs, library.persons(), demo_possible=demo_possible))
        self._state = AppState(page=Page.START, start=start, settings=preferences.settings_from(kept))
        self._adjust_sound()
        self._show_history()

    # ---------------------------------------------------------------- for the window

    def state(self) -> AppState:
        """Return what is to be shown now."""
        self._background.deliver()
        running = self._running
        if running is not None:
            if not running.is_running and not self._ending:
                self._end()
            self._follow(running)
        if self._ears is not None and self._ears.note != self._state.settings.sound_note:
            self._set(settings=replace(self._state.settings, sound_note=self._ears.note))
        if (shared := self._shared()) != self._state.second_screen:
            self._set(second_screen=shared)
            self._tell(shared)
        return self._state

    def act(self, action: Action) -> None:
        """Do what the person asks for; what cannot be done is said in the state's notice."""
        self._set(notice="")
        try:
            self._do(action)
        except ImuHipError as error:
            self._set(notice=error.message)

    def enter(self, running: Running, path: Path | None) -> None:
        """Begin a session or replay that was asked for otherwise, and go to its page; the results are its person's."""
        self._of_another = None if path is None else self._library.person_of(path)
        self._show_history()
        self._begin(running, path)

    def share_by(self, said: Callable[[], str]) -> None:
        """Show where the second screen is: in the title, and whenever it changes until the next action."""
        self._shared = said

    def session_view(self) -> ViewState | None:
        """Return the session or replay that is shown now, whichever it is; may be called from any thread."""
        running = self._running
        return self._state.session if running is None else running.session.view_state()

    @property
    def sound_note(self) -> str:
        """Why there is no sound or speech, and what to do; "" when there is."""
        return "" if self._ears is None else self._ears.note

    @property
    def is_over(self) -> bool:
        """Whether nothing is under way."""
        return self._running is None

    def close(self) -> None:
        """End what is under way, with everything in its file."""
        if self._running is not None and not self._ending:
            self._end()
        self._background.close()
        self._keep_preferences()

    # ---------------------------------------------------------------- actions

    def _do(self, action: Action) -> None:
        name, value = action.name, action.value
        match name:
            case ActionName.OPEN_PAGE:
                self._open(Page(value))
            case ActionName.CHOOSE_EXERCISE:
                self._choose(exercise_id=value)
            case ActionName.CHOOSE_SIDE:
                self._choose(side=value)
            case ActionName.CHOOSE_PERSON:
                self._choose(person=checked_name(value) if value.split() else self._state.start.person)
                self._of_another = None
                self._show_history()
            case ActionName.CHOOSE_CALIBRATION:
                self._choose(calibration=value)
            case ActionName.SCAN | ActionName.IDENTIFY | ActionName.ASSIGN:
                self._sense(name, value)
            case ActionName.BEGIN:
                self._begin_with_sensors()
            case ActionName.GO_ON:
                self._go_on_with_sensors()
            case ActionName.DEMO:
                self._begin_demo()
            case ActionName.END:
                if self._running is not None and not self._ending:
                    self._end()
            case ActionName.COMMAND:
                if self._running is not None:
                    self._running.session.command(CommandName(value))
                    self._ask_how_much(CommandName(value))
            case ActionName.PAIN_SCORE:
                self._score(int(value))
            case ActionName.OPEN_RECORDING:
                self._open_recording(Path(value))
            case ActionName.SHOW_RESULT:
                self._show_result(Path(value))
            case ActionName.REPORT:
                self._report(Path(value))
            case ActionName.NOTE:
                if (result := self._state.results.result) is not None:
                    self._note(Path(result.path), value, None)
            case ActionName.NOTE_AT:
                if isinstance(self._running, Replay) and self._path is not None:
                    at_s, _, text = value.partition(" ")
                    self._note(self._path, text, self._running.on_clock_s(float(at_s)))
            case ActionName.PLAY | ActionName.SEEK | ActionName.STEP | ActionName.SPEED:
                if isinstance(self._running, Replay):
                    steer(self._running, name, value)
            case _:
                self._set(settings=preferences.switched(self._state.settings, name, value))
                self._adjust_sound()
                self._keep_preferences()

    def _ask_how_much(self, command: CommandName) -> None:
        if command is CommandName.PAIN and not isinstance(self._running, Replay):
            self._pain.reported(time.monotonic())
            self._tell("How much does it hurt, from 0 to 10? Type it (1 and 0 for ten).")

    def _score(self, digit: int) -> None:
        score = self._pain.digit(digit, time.monotonic())
        if score is not None and self._running is not None:
            self._running.session.pain_score(score)
            self._tell(f"Pain {score} of 10 is noted.")

    def _open(self, page: Page) -> None:
        if self._running is None:
            self._set(page=page if page not in (Page.EXERCISE, Page.CALIBRATE) else self._state.page)
            if page is Page.SENSORS and not self._state.sensors.found:
                self._sense(ActionName.SCAN, "")
        elif page in (Page.START, Page.SENSORS, Page.RESULTS):
            self._set(notice="A session is under way: finish it first (S).")

    def _choose(self, **chosen: Any) -> None:
        self._set(start=replace(self._state.start, **chosen))

    def _begin_with_sensors(self) -> None:
        start, specs = self._state.start, self._chosen()
        if {known.role for known in self._library.sensors().values()} < set(Role):
            self._open(Page.SENSORS)
            self._set(notice="Say first which sensor is worn where.")
            return

        def prepare() -> Callable[[], None]:
            running = beginning.with_sensors(start, specs, self._library, self._radio_for)
            return lambda: self._begin(running, running.path)

        self._prepare(prepare)

    def _go_on_with_sensors(self) -> None:
        start = self._state.start

        def prepare() -> Callable[[], None]:
            running = beginning.rest_of_cut_off(start, self._library, self._radio_for)
            return lambda: self._begin(running, running.path)

        self._prepare(prepare)

    def _begin_demo(self) -> None:
        start, specs = self._state.start, self._chosen()

        def prepare() -> Callable[[], None]:
            running = beginning.without_sensors(start, specs[0])
            return lambda: self._begin(running, running.path)

        self._prepare(prepare)

    def _open_recording(self, path: Path) -> None:
        def prepare() -> Callable[[], None]:
            replay, recording = beginning.replay_of(path)
            return lambda: self._begin_replay(replay, recording, path)

        self._prepare(prepare)

    def _begin_replay(self, replay: Replay, recording: Recording, path: Path) -> None:
        self._begin(replay, path)

        def look_ahead() -> Callable[[], None]:
            spans = timeline(recording, replay.look_ahead())
            return lambda: self._note_spans(replay, spans)

        self._background.do(look_ahead)

    def _note_spans(self, replay: Replay, spans: tuple[Spans, Spans]) -> None:
        if self._running is replay:
            self._spans = spans

    def _chosen(self) -> tuple[ExerciseSpec, ...]:
        return exercises_named(self._state.start.exercise_id, self._specs)

    # ---------------------------------------------------------------- sensors

    def _sense(self, name: ActionName, value: str) -> None:
        if self._running is not None:
            self._set(notice="The sensors are in use: finish the session first (S).")
            return
        if name is ActionName.ASSIGN:
            sensors = sensor_search.assigned(self._state.sensors, value, self._library)
            self._set(sensors=sensors)
            return
        self._set(sensors=replace(self._state.sensors, scanning=True, message=sensor_search.LOOKING))
        shown = self._state.sensors

        def look() -> Callable[[], None]:
            access = self._radio_for({})
            if name is ActionName.SCAN:
                found = sensor_search.search(access, self._library.sensors())
            else:
                found = sensor_search.shown_itself(access, shown, value)
            return lambda: self._set(sensors=found)

        self._background.do(look)

    # ---------------------------------------------------------------- begin and end

    def _prepare(self, job: Job) -> None:
        """Get something ready in the background; only one thing at a time, and nothing beside a session."""
        if self._running is not None:
            raise UsageError(Reason.WRONG_USAGE, "A session is under way: finish it first (S).")
        if self._preparing:
            raise UsageError(Reason.WRONG_USAGE, PREPARING)
        self._preparing = True
        self._tell(PREPARING)

        def prepare() -> Callable[[], None]:
            then = job()
            return lambda: self._prepared(then)

        self._background.do(prepare)

    def _prepared(self, then: Callable[[], None]) -> None:
        self._preparing = False
        self._set(notice="")
        then()

    def _begin(self, running: Running, path: Path | None) -> None:
        self._running, self._path, self._ending, self.failure = running, path, False, None
        self._spans = ((), ())
        running.session.on_signal = self._signalled
        running.start()
        self._set(page=Page.EXERCISE if isinstance(running, Replay) else Page.CALIBRATE)

    def _end(self) -> None:
        """Stop what is under way, and show what came of it when it is closed."""
        running, path = self._running, self._path
        if running is None:
            return
        self._ending = True
        running.request_stop()

        def finish() -> Callable[[], None]:
            result, failure = outcome(running, path, self._library)
            return lambda: self._ended(replace(self._state.results, result=result), failure)

        self._background.do(finish)

    def _ended(self, results: ResultsView, failure: ImuHipError | None) -> None:
        self._running, self._ending = None, False
        self._set(session=None, replay=None, results=results, page=Page.RESULTS)
        self._show_history()
        if failure is not None:
            self.failure = failure
            self._set(notice=failure.message)

    def _failed(self, error: BaseException) -> None:
        text = error.message if isinstance(error, ImuHipError) else f"The program failed: {error!r}"
        self._running, self._ending, self._preparing = None, False, False
        self._set(
            notice=text,
            session=None,
            replay=None,
            sensors=replace(self._state.sensors, scanning=False, message=text),
            page=self._state.page if self._state.page in (Page.SENSORS, Page.RESULTS) else Page.START,
        )

    # ---------------------------------------------------------------- results

    def _show_result(self, path: Path) -> None:
        def analyze() -> Callable[[], None]:
            from imu_hip import api

            result = result_view(api.analyze(path), path)
            return lambda: self._set(results=replace(self._state.results, result=result))

        self._prepare(analyze)

    def _report(self, path: Path) -> None:
        """Write the report of a recording, and ask the browser to show it: whether it does nobody says."""

        def write() -> Callable[[], None]:
            out = report_beside(path, self._library)
            asked = self._open_page(out.absolute().as_uri())
            return lambda: self._tell(f"The report{_BROWSER if asked else ''}: {out}")

        self._prepare(write)

    def _note(self, path: Path, text: str, t_s: float | None) -> None:
        """Write a note beside a recording, and show it with its result."""
        note_now(path, text, t_s)
        (line,) = told([TimedNote(t_s, NoteKind.TEXT, text=text)])
        result = self._state.results.result
        if result is not None and Path(result.path) == path:
            shown = replace(result, notes=(line, *result.notes))
            self._set(results=replace(self._state.results, result=shown))
        self._show_history()
        self._tell(f"Noted: {line}")

    def _show_history(self) -> None:
        person = self._state.start.person
        shown = kept_history(self._library, self._of_another or person, self._specs)
        results = replace(self._state.results, **shown)
        persons = tuple(dict.fromkeys((*self._library.persons(), person)))
        cut_off = offer(self._library, person, time.time())
        self._set(results=results, start=replace(self._state.start, persons=persons, cut_off=cut_off))

    # ---------------------------------------------------------------- what is under way

    def _follow(self, running: Running) -> None:
        session = running.session.view_state()
        replay = None
        if isinstance(running, Replay):
            marks, events = self._spans
            replay = ReplayView(running.position_s, running.duration_s, running.playing, running.factor, marks, events)
        sensors = sensor_search.with_life(self._state.sensors, session.sensors)
        page = page_of(session.guide, self._state.page)
        self._set(session=session, replay=replay, sensors=sensors, page=page, flash=self._flash)

    def _signalled(self, signal: Signal) -> None:
        """Hand a cue on; called from the pipeline's thread."""
        if self._ears is not None:
            self._ears.announce(signal)
        if signal.tone and self._state.settings.flash:
            self._flash = Flash(signal.kind, 0 if self._flash is None else self._flash.number + 1)

    # ---------------------------------------------------------------- settings

    def _adjust_sound(self) -> None:
        if self._ears is not None:
            self._ears.use(self._state.settings)

    def _keep_preferences(self) -> None:
        try:
            self._library.keep_settings(preferences.to_plain(self._state.settings, self._state.start))
        except ImuHipError as error:
            self._set(notice=error.message)

    def _tell(self, news: str) -> None:
        self._set(notice=news, is_news=True)

    def _set(self, **changed: Any) -> None:
        if "notice" in changed:
            changed.setdefault("is_news", False)
        self._state = replace(self._state, **changed)
