"""A session while it runs: the recording is closed whatever becomes of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.app.demo import Demo, Speed, simulated_person
from imu_hip.guide.script import script
from imu_hip.model.command import CommandName
from imu_hip.model.event import CalibrationStep
from imu_hip.model.item import Command, Edge, Mark, MarkLabel, NumberedItem
from imu_hip.model.output import Outputs
from imu_hip.model.setup import Side
from imu_hip.model.signal import Signal, SignalKind
from imu_hip.pipeline import Pipeline

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
