"""A session while it runs: items go through pipeline, guide and view.

The newest view state is there for whoever draws.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from copy import copy, deepcopy
from dataclasses import replace

from imu_hip.app.continuing import between_ticks, closing, open_marks
from imu_hip.app.intake import Intake
from imu_hip.guide import breath, breath_pacer, cueing, double_tap, guide, moment
from imu_hip.guide.guidance import Guidance
from imu_hip.guide.guide import TimedCommand
from imu_hip.model.command import CommandName
from imu_hip.model.cue import Cue
from imu_hip.model.event import Event
from imu_hip.model.item import Command, LinkChange, LinkState, Mark, Note, NoteKind, NumberedItem, Role, TimedNote
from imu_hip.model.output import JudgeSnapshot, LinkStatistics, Outputs
from imu_hip.model.setup import Setup
from imu_hip.model.signal import Signal
from imu_hip.model.view_state import NO_GUIDE, BreathPace, ViewState
from imu_hip.pipeline import Pipeline
from imu_hip.session.notes import notes_in
from imu_hip.session.recorder import Recorder
from imu_hip.view import view

_WAIT_S = 0.05
_EVOLVING = ("_pipeline", "_view", "_guide", "_cues", "_seen", "_breath", "_taps", "_streaming", "_guidance")


class LiveSession:
    """Composes one session. `process` may run in a thread of its own (`run`) or wherever the owner calls it.

    The guide's time begins when both sensors stream; its marks enter the same order as everything else. `on_finished`
    is called once, from the processing thread, when the guide has said everything. With `clock` (the one that stamps
    arrivals) set, `latencies_s` tells how long after the last arrival each handful of angles was there. `signals` are
    all cues so far; `on_signal`, if set, is called with each, from the processing thread, and must not block. Without
    a script nobody is guided. `step` is the one, of how many, that the guide took last on the way to a set.
    """

    def __init__(
        self,
        setup: Setup,
        guided: guide.Params,
        params: view.Params,
        recorder: Recorder | None,
        on_finished: Callable[[], None],
        first_number: int = 0,
    ) -> None:
        self.intake = Intake(recorder, first_number=first_number)
        self.events: list[Event] = []
        self.signals: list[Signal] = []
        self.on_signal: Callable[[Signal], None] | None = None
        self.latencies_s: list[float] = []
        self.clock: Callable[[], int] | None = None
        self.error: BaseException | None = None
        self._setup = setup
        self._pipeline = Pipeline(setup)
        self._recorder = recorder
        self._params = params
        self._view = view.initial()
        self._guide_params = guided
        self._guide = guide.State()
        self._cue_params = cueing.Params({spec.id: spec for spec in setup.exercises})
        self._cues = cueing.State()
        self._seen = moment.Seen()
        self._pacer = breath_pacer.PacerParams()
        self._breath = breath.State()
        self._taps = double_tap.State()
        self._streaming: set[Role] = set()
        self._guided = bool(guided.script)
        self._guidance: Guidance | None = None
        self.step = (0, 0)
        self._resuming = False
        self._awaited: set[Role] = set()
        self._told: list[NumberedItem] = []
        self._zero_ns = setup.zero_ns
        self._finished = False
        self._on_finished = on_finished
        self._thread = threading.Thread(target=self._run, name="pipeline", daemon=True)

    # ---------------------------------------------------------------- from other threads

    def start(self) -> None:
        """Process in a thread of its own from now on."""
        self._thread.start()

    def view_state(self) -> ViewState:
        """Return the newest view state; may be called from any thread."""
        return view.view_state(self._params, self._view)

    def command(self, name: CommandName) -> None:
        """Take a command of the person, as of now; nothing while no clock runs yet."""
        if self.clock is not None:
            self.intake.put(Command(self.clock(), name))

    def note(self, text: str) -> None:
        """Keep what the person says, as of now; nothing while no clock runs yet."""
        if self.clock is not None:
            self.intake.put(Note(self.clock(), NoteKind.TEXT, text=text))

    def pain_score(self, score: int) -> None:
        """Keep how much it hurts, 0 to 10; of several the last one counts."""
        if self.clock is not None:
            self.intake.put(Note(self.clock(), NoteKind.PAIN, score))

    def fork(self) -> LiveSession:
        """Return another session that goes on from here by itself, without a recorder; this one is left as it is.

        Only where nothing is processed meanwhile.
        """
        other = copy(self)
        for name in _EVOLVING:
            setattr(other, name, deepcopy(getattr(self, name)))
        other.intake, other._recorder = Intake(None), None
        other.events, other.signals, other.latencies_s = list(self.events), list(self.signals), []
        other._told = list(self._told)
        other._thread = threading.Thread(target=other._run, name="pipeline", daemon=True)
        return other

    @property
    def notes(self) -> tuple[TimedNote, ...]:
        """What the person told so far: pain, and notes."""
        return notes_in(self._told, self._zero_ns or 0)

    @property
    def result_sha256(self) -> str:
        """Hash of everything derived so far."""
        return self._pipeline.result_sha256

    def finish(self) -> None:
        """Process what is left, close pipeline and recording; the recording whatever becomes of the rest."""
        self.intake.close()
        try:
            if self._thread.is_alive():
                self._thread.join()
            elif self.error is None:
                self.process(self.intake.take(0.0) or [])
            if self.error is None:
                self.events.extend(self._pipeline.finish().events)
        finally:
            if self._recorder is not None:
                self._recorder.close()

    # ---------------------------------------------------------------- in the processing thread

    def process(self, items: Sequence[NumberedItem]) -> None:
        """Take items through the rooms."""
        if not items:
            return
        now_ns = items[-1].item.t_ns
        if self._zero_ns is None:
            self._zero_ns = items[0].item.t_ns
        outputs = self._pipeline.receive(items)
        snapshot, link = self._pipeline.snapshot(), self._pipeline.link()
        self.events.extend(outputs.events)
        self._told.extend(numbered for numbered in items if isinstance(numbered.item, Command | Note))
        self._notice_streaming(items)
        self._notice_taps()
        now_s = (now_ns - self._zero_ns) / 1e9
        self._let_guide_speak(now_s, outputs.events, self._commands(items, self._zero_ns))
        signals = self._give_cues(now_s, outputs, snapshot, link)
        self._view = view.step(
            self._params,
            self._view,
            outputs,
            snapshot,
            link,
            self._guidance.text if self._guidance is not None else "",
            now_s,
            self._recorder.alarm if self._recorder is not None else "",
            signals=signals,
            count=self._count(),
            pace=self._pace(now_s, snapshot),
            breaths_measured=self._breaths(outputs, snapshot),
            guide=self._guidance.view(now_s) if self._guidance is not None else NO_GUIDE,
        )
        if len(outputs.angles.t_s) and self.clock is not None:
            self.latencies_s.append((self.clock() - now_ns) / 1e9)

    def resume(self, items: Sequence[NumberedItem]) -> None:
        """Take in what was recorded before a crash; nothing of it is said or recorded again.

        Then the guide waits as after a pause, at the place where it was. To be called before anything else.
        """
        self._resuming = True
        for piece in between_ticks(items):
            self.process(piece)
        self._resuming = False
        # What was recorded as open is to be closed, which the guide knows only as well as it was walked through again.
        self._guide = replace(self._guide, open=tuple((mark.label, mark.detail) for mark in open_marks(items)))
        for item in closing(items):
            self.intake.put(item)
        self._awaited = set(Role) if not self._guide_params.waits and self._streaming == set(Role) else set()
        self.signals.clear()

    def _notice_streaming(self, items: Sequence[NumberedItem]) -> None:
        for numbered in items:
            item = numbered.item
            if isinstance(item, LinkChange) and item.state is LinkState.STREAMING:
                self._streaming.add(item.role)
                if item.role in self._awaited:
                    self._awaited.remove(item.role)
                    if not self._awaited:
                        self.command(CommandName.GO_ON)

    def _notice_taps(self) -> None:
        """Two taps on the thigh sensor go on where the guide waits, and pause it where it does not."""
        samples = self._pipeline.newest_samples
        if not self._guided or samples is None:
            return
        self._taps, taps = double_tap.step(double_tap.TapParams(), self._taps, samples.t_s, samples.thigh.acc)
        for _ in taps:
            waits = self._guidance is not None and self._guidance.waits
            self.command(CommandName.GO_ON if waits else CommandName.PAUSE)

    @staticmethod
    def _commands(items: Sequence[NumberedItem], zero_ns: int) -> list[TimedCommand]:
        found = [numbered.item for numbered in items if isinstance(numbered.item, Command)]
        return [TimedCommand((item.t_ns - zero_ns) / 1e9, item.name) for item in found]

    def _let_guide_speak(self, now_s: float, events: Sequence[Event], commands: Sequence[TimedCommand]) -> None:
        if not self._guided or len(self._streaming) < len(Role) or self._finished:
            return
        self._guide, said = guide.step(self._guide_params, self._guide, now_s, events, commands)
        self._guidance = said.now
        self.step = said.now.step if said.now.step[0] else self.step
        if self._resuming:
            return
        for mark in said.marks:
            t_ns = (self._zero_ns or 0) + round(mark.t_s * 1e9)
            self.intake.put(Mark(t_ns, mark.label, mark.edge, mark.detail))
        if said.finished:
            self._finished = True
            self._on_finished()

    def _give_cues(
        self, now_s: float, outputs: Outputs, snapshot: JudgeSnapshot, link: Mapping[Role, LinkStatistics]
    ) -> tuple[Signal, ...]:
        self._seen = moment.newest(self._seen, outputs.angles, outputs.phases)
        packet_s = max((life.packet_s for life in link.values()), default=0.0)
        known = moment.Moment(now_s, self._seen, snapshot, outputs.events, self._guidance, packet_s)
        self._cues, signals = cueing.step(self._cue_params, self._cues, known)
        self.signals.extend(signals)
        if self.on_signal is not None:
            for signal in signals:
                self.on_signal(signal)
        return signals

    def _count(self) -> str:
        progress = None if self._guidance is None else self._guidance.progress
        return "" if progress is None else progress.text

    def _pace(self, now_s: float, snapshot: JudgeSnapshot) -> BreathPace | None:
        """Pace the breath of a hold from its beginning, that of a block from the words that ask for it."""
        if snapshot.hold_start_s is not None:
            return breath_pacer.pace(self._pacer, (self._seen.t_s or now_s) - snapshot.hold_start_s)
        if self._guidance is not None and self._guidance.asks is Cue.BLOCK:
            return breath_pacer.pace(self._pacer, now_s - self._guidance.since_s)
        return None

    def _breaths(self, outputs: Outputs, snapshot: JudgeSnapshot) -> int | None:
        """Count the breaths of the running hold, where lying still lets the pelvis show them."""
        spec = self._setup.exercise(snapshot.exercise_id or self._setup.exercise_id)
        angles = outputs.angles
        self._breath = breath.step(breath.Params(), self._breath, angles.t_s, angles.pelvis_tilt_rad)
        if spec is None or spec.posture not in breath.AMPLITUDES_RAD or snapshot.hold_start_s is None:
            return None
        return breath.breaths_since(self._breath, snapshot.hold_start_s, breath.AMPLITUDES_RAD[spec.posture])

    def _run(self) -> None:
        try:
            while (items := self.intake.take(_WAIT_S)) is not None:
                self.process(items)
        except BaseException as error:  # A thread has no caller to raise to: whoever waits for the session asks for it.
            self.error = error
            self._on_finished()
