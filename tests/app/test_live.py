"""A session while it runs: the recording is closed whatever becomes of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from pathlib import Path

import pytest

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.app.demo import Demo, Speed, simulated_person
from imu_hip.app.watching import print_summary
from imu_hip.feedback import closing_summary
from imu_hip.guide import next_time, wording
from imu_hip.model.command import CommandName
from imu_hip.model.event import CalibrationStep
from imu_hip.model.item import Command, Edge, Mark, MarkLabel, NumberedItem
from imu_hip.model.output import Outputs
from imu_hip.model.setup import Side
from imu_hip.model.signal import Signal, SignalKind
from imu_hip.model.view_state import ViewState
from imu_hip.pipeline import Pipeline
from tests.scripts import script

SPEC = exercise("supine_ere")
CALIBRATION = script("supine_ere")[:5]
"""Table rest to bows: half a minute."""


def calibrating(path: Path, speed: float | None = None) -> Demo:
    worn, _ = simulated_person(SPEC, Side.RIGHT, 0, 1)
    return Demo(SPEC, Side.RIGHT, worn, CALIBRATION, out=path, speed=Speed(speed))


def test_the_guides_marks_are_recorded_and_calibrate(tmp_path: Path) -> None:
    demo = calibrating(tmp_path / "a.mcap")
    demo.start()
    demo.finish()
    marks = [n.item for n in api.read(demo.path).items if isinstance(n.item, Mark)]
    said = [prompt.label for prompt in CALIBRATION if prompt.label is not None]
    assert [mark.label for mark in marks[::2]] == [mark.label for mark in marks[1::2]] == said
    accepted = {event.label for event in demo.session.events if isinstance(event, CalibrationStep) and event.accepted}
    assert accepted == {MarkLabel.TABLE_REST, MarkLabel.N_POSE, MarkLabel.LEG_SWINGS, MarkLabel.BOWS}
    assert api.analyze(demo.path).result_sha256 == demo.session.result_sha256
    # Simulated time stands still while the pipeline works, which it is let do every tenth of a second.
    assert all(0.0 <= latency_s <= 0.1 for latency_s in demo.session.latencies_s)


@pytest.mark.parametrize("speed", [None, 20.0])
def test_a_bug_in_the_pipeline_ends_the_session_but_closes_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speed: float | None
) -> None:
    receive = Pipeline.receive

    def breaks(self: Pipeline, items: Sequence[NumberedItem]) -> Outputs:
        if items[-1].number > 300:
            raise ZeroDivisionError("a bug")
        return receive(self, items)

    monkeypatch.setattr(Pipeline, "receive", breaks)
    demo = calibrating(tmp_path / "a.mcap", speed)
    demo.start()
    with pytest.raises(ZeroDivisionError, match="a bug"):
        demo.finish()
    assert not demo.is_running
    assert len(api.read(demo.path).items) > 300


def test_each_prompt_is_given_as_a_line_in_its_time(tmp_path: Path) -> None:
    demo = calibrating(tmp_path / "a.mcap")
    heard: list[Signal] = []
    demo.session.on_signal = heard.append
    demo.start()
    demo.finish()
    assert heard == demo.session.signals
    lines = [signal for signal in heard if signal.kind is SignalKind.INSTRUCTION]
    assert [line.text for line in lines] == [prompt.text for prompt in CALIBRATION]
    begun_s = [line.t_s - lines[0].t_s for line in lines]
    assert begun_s == pytest.approx([prompt.start_s for prompt in CALIBRATION], abs=0.25)


def test_a_command_is_recorded_and_obeyed(tmp_path: Path) -> None:
    demo = calibrating(tmp_path / "a.mcap")

    def stops(signal: Signal) -> None:
        if signal.text == CALIBRATION[2].text:
            demo.session.command(CommandName.STOP)

    demo.session.on_signal = stops
    demo.start()
    demo.finish()
    items = [numbered.item for numbered in api.read(demo.path).items]
    (command,) = [item for item in items if isinstance(item, Command)]
    assert command.name == CommandName.STOP
    marks = [item for item in items if isinstance(item, Mark)]
    assert [(mark.label, mark.edge) for mark in marks[2:]] == [
        (MarkLabel.N_POSE, Edge.BEGIN),
        (MarkLabel.N_POSE, Edge.END),
    ]
    assert 0 <= marks[-1].t_ns - command.t_ns < 1_000_000
    assert api.analyze(demo.path).result_sha256 == demo.session.result_sha256


def test_after_pain_there_is_one_thing_to_read_and_it_stands_in_the_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    worn, prompts = simulated_person(SPEC, Side.RIGHT, 0, 1)
    demo = Demo(SPEC, Side.RIGHT, worn, prompts, out=tmp_path / "a.mcap", speed=Speed(None))
    session, process, read, hurt_s = demo.session, demo.session.process, list[ViewState](), inf

    def watched(items: Sequence[NumberedItem]) -> None:
        nonlocal hurt_s
        process(items)
        state = session.view_state()
        if hurt_s == inf and state.hold_s and state.guide.section == "set":
            hurt_s = state.t_s
            session.command(CommandName.PAIN)
            session.pain_score(4)
        if state.t_s > hurt_s + 0.2:
            read.append(state)
        if state.t_s > hurt_s + 8.0 and state.guide.stopped:
            session.command(CommandName.GO_ON)

    session.process = watched  # type: ignore[method-assign]
    demo.start()
    demo.finish()
    assert list(dict.fromkeys(state.prompt for state in read if state.prompt)) == [wording.PAIN, wording.PAIN_LATER]
    assert {(state.warning, state.faults, state.pace) for state in read} == {("", (), None)}
    said = [signal for signal in session.signals if signal.t_s > hurt_s + 0.2]
    assert [signal.text for signal in said] == [wording.PAIN_LATER]
    assert session.notes == api.analyze(demo.path).notes
    print_summary(demo.setup, session)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Pain: 4 of 10 at ")
    assert lines[0].endswith("; the set was ended. Go on only if it is gone.")
    assert f"Next: {next_time.PAIN}." in lines


def test_a_session_stopped_while_calibrating_says_at_which_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo = calibrating(tmp_path / "a.mcap")

    def stops(signal: Signal) -> None:
        if signal.text == CALIBRATION[2].text:
            demo.request_stop()

    demo.session.on_signal = stops
    demo.start()
    demo.finish()
    print_summary(demo.setup, demo.session)
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "You stopped during the calibration (step 3 of 5). Nothing was measured."
    assert second == closing_summary.DISCLAIMER
