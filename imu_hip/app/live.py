"""A session while it runs: items go through pipeline, guide and view.

The newest view state is there for whoever draws.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from imu_hip.app.intake import Intake
from imu_hip.guide import guide
from imu_hip.model.event import Event
from imu_hip.model.item import LinkChange, LinkState, Mark, NumberedItem, Role
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Setup
from imu_hip.model.view_state import ViewState
from imu_hip.pipeline import Pipeline
from imu_hip.session.recorder import Recorder
from imu_hip.view import view

_WAIT_S = 0.05


class LiveSession:
    """Composes one session. `process` may run in a thread of its own (`run`) or wherever the owner calls it.

    The guide's time begins when both sensors stream; its marks enter the same order as everything else. `on_finished`
    is called once, from the processing thread, when the guide has said everything. With `clock` (the one that stamps
    arrivals) set, `latencies_s` tells how long after the last arrival each handful of angles was there.
    """

    def __init__(
        self,
        setup: Setup,
        script: tuple[Prompt, ...],
        params: view.Params,
        recorder: Recorder | None,
        on_finished: Callable[[], None],
    ) -> None:
        self.intake = Intake(recorder)
        self.events: list[Event] = []
        self.latencies_s: list[float] = []
        self.clock: Callable[[], int] | None = None
        self.error: BaseException | None = None
        self._setup = setup
        self._pipeline = Pipeline(setup)
        self._recorder = recorder
        self._params = params
        self._view = view.initial()
        self._guide_params = guide.Params(script)
        self._guide = guide.State()
        self._streaming: set[Role] = set()
        self._guided = bool(script)
        self._prompt = ""
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
        self.events.extend(outputs.events)
        self._notice_streaming(items)
        now_s = (now_ns - self._zero_ns) / 1e9
        self._let_guide_speak(now_s)
        self._view = view.step(
            self._params,
            self._view,
            outputs,
            self._pipeline.snapshot(),
            self._pipeline.link(),
            self._prompt,
            now_s,
            self._recorder.alarm if self._recorder is not None else "",
        )
        if len(outputs.angles.t_s) and self.clock is not None:
            self.latencies_s.append((self.clock() - now_ns) / 1e9)

    def _notice_streaming(self, items: Sequence[NumberedItem]) -> None:
        for numbered in items:
            item = numbered.item
            if isinstance(item, LinkChange) and item.state is LinkState.STREAMING:
                self._streaming.add(item.role)

    def _let_guide_speak(self, now_s: float) -> None:
        if not self._guided or len(self._streaming) < len(Role) or self._finished:
            return
        self._guide, said = guide.step(self._guide_params, self._guide, now_s)
        self._prompt = said.prompt
        for mark in said.marks:
            t_ns = (self._zero_ns or 0) + round(mark.t_s * 1e9)
            self.intake.put(Mark(t_ns, mark.label, mark.edge, mark.detail))
        if said.finished:
            self._finished = True
            self._on_finished()

    def _run(self) -> None:
        try:
            while (items := self.intake.take(_WAIT_S)) is not None:
                self.process(items)
        except BaseException as error:  # A thread has no caller to raise to: whoever waits for the session asks for it.
            self.error = error
            self._on_finished()
