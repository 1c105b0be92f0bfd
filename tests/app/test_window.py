"""The real window around a real session: it shows, it closes, and the recording is proper."""

from __future__ import annotations

import os
import signal
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from imu_hip import api
from imu_hip.app import window
from imu_hip.model.app_state import ResultsView
from imu_hip.model.item import Characteristic, Drop, Notification, Role
from imu_hip.plot.app_window import AppWindow
from imu_hip.session.recover import recover
from tests.app.calling import RECORDING, Outcome, call
from tests.app.visitor import Visitor

pytestmark = pytest.mark.skipif(
    sys.platform.startswith("linux") and not os.environ.get("QT_QPA_PLATFORM"), reason="there is no screen"
)


@pytest.fixture(autouse=True)
def _seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the window believe that the visitors of these tests see it."""
    monkeypatch.setattr(window, "is_seen", lambda: True)


@pytest.fixture(autouse=True)
def _own_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMU_HIP_HOME", str(tmp_path / "home"))


def _sha_in(outcome: Outcome) -> str:
    (line,) = (line for line in outcome.out.splitlines() if line.startswith("result sha256 "))
    return line.split()[-1]


def test_a_demo_in_the_window_ends_when_the_window_is_closed(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    visitor = Visitor(25, AppWindow.close)
    outcome = call("demo", "--mute", "--speed", "5", "--out", path)
    assert outcome.code == 0, outcome
    assert outcome.err == f"{window.OPEN}\n"
    assert _sha_in(outcome) == api.analyze(path).result_sha256
    last = visitor.seen[-1]
    assert (last.mode, last.speed, last.recording) == ("demo", "5×", "a.mcap")
    assert last.t_s > 5.0
    assert [sensor.state for sensor in last.sensors] == ["streaming", "streaming"]


def _stall(busy: bool) -> None:
    """Keep the window from everything for 150 ms."""
    end_s = time.monotonic() + 0.15
    while busy and time.monotonic() < end_s:
        pass
    time.sleep(max(0.0, end_s - time.monotonic()))


@pytest.mark.parametrize("busy", [False, True], ids=["waiting", "busy"])
def test_a_window_that_stalls_delays_no_stamp_loses_no_sample_and_changes_no_result(
    qapp: QApplication, tmp_path: Path, busy: bool
) -> None:
    path = tmp_path / "a.mcap"
    stalling = QTimer()
    stalled: list[None] = []
    stalling.timeout.connect(lambda: stalled.append(_stall(busy)))
    stalling.start(200)
    visitor = Visitor(20, AppWindow.close)
    outcome = call("demo", "--mute", "--out", path)
    stalling.stop()
    assert outcome.code == 0, outcome
    assert visitor.seen[-1].t_s > 1.0
    stalls = len(stalled)
    assert stalls >= 5
    recording, analysis = api.read(path), api.analyze(path)
    assert _sha_in(outcome) == analysis.result_sha256
    assert {role: link.lost for role, link in analysis.link.items()} == dict.fromkeys(Role, 0)
    assert not any(isinstance(each.item, Drop) for each in recording.items)
    for role in Role:
        arrivals_s = [
            each.item.t_ns / 1e9
            for each in recording.items
            if isinstance(each.item, Notification)
            and each.item.role is role
            and each.item.characteristic is Characteristic.STREAM
        ]
        # They come every 50 ms; were stamps to wait for the window, each stall would leave a gap of its length.
        assert sum(after - before >= 0.15 for before, after in pairwise(arrivals_s)) < 0.5 * stalls


@pytest.mark.parametrize("enough", [1, 8, 40])
def test_a_window_closed_at_any_moment_leaves_a_proper_recording(
    qapp: QApplication, tmp_path: Path, enough: int
) -> None:
    path = tmp_path / "a.mcap"
    visitor = Visitor(enough, AppWindow.close)
    outcome = call("demo", "--mute", "--speed", "10", "--out", path)
    assert outcome.code == 0, outcome
    assert len(visitor.seen) == enough
    report = recover(path, tmp_path / "saved.mcap")
    assert (report.complete, report.items_saved) == (True, len(api.read(path).items))
    assert _sha_in(outcome) == api.analyze(path).result_sha256


def test_a_crash_in_painting_does_not_reach_the_recorder(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("painted into a corner")

    path = tmp_path / "a.mcap"
    visitor = Visitor(25, AppWindow.close)
    monkeypatch.setattr("imu_hip.plot.canvas.Canvas.text", broken)
    outcome = call("demo", "--mute", "--speed", "5", "--out", path)
    assert outcome.code == 0, outcome
    assert "painted into a corner" in outcome.err
    assert visitor.seen[-1].t_s - visitor.seen[0].t_s > 3.0
    report = recover(path, tmp_path / "saved.mcap")
    assert (report.complete, report.items_saved) == (True, len(api.read(path).items))
    assert _sha_in(outcome) == api.analyze(path).result_sha256


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_and_the_recording(
    qapp: QApplication, tmp_path: Path, number: signal.Signals
) -> None:
    path = tmp_path / "a.mcap"
    visitor = Visitor(5, lambda _: signal.raise_signal(number))
    outcome = call("demo", "--mute", "--speed", "5", "--out", path)
    assert outcome.code == 0, outcome
    assert len(visitor.seen) >= 5
    assert _sha_in(outcome) == api.analyze(path).result_sha256


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_that_shows_its_start_page(qapp: QApplication, number: signal.Signals) -> None:
    asking = QTimer()
    asking.setSingleShot(True)
    asking.timeout.connect(lambda: signal.raise_signal(number))
    asking.start(1500)
    outcome = call()
    assert (outcome.code, outcome.err) == (0, "")


def test_a_replay_in_the_window_stays_open_at_its_end(qapp: QApplication) -> None:
    visitor = Visitor(25, AppWindow.close)
    outcome = call("replay", "--mute", RECORDING, "--speed", "max")
    assert outcome.code == 0, outcome
    assert _sha_in(outcome) == api.analyze(RECORDING).result_sha256
    assert visitor.seen[-1].t_s == visitor.seen[-2].t_s > 90.0
    assert len(visitor.seen[-1].holds) == 2


@pytest.mark.parametrize("command", [("demo", "--speed", "20"), ("replay", RECORDING, "--speed", "max")])
def test_a_window_that_nobody_sees_closes_itself_at_the_end(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, command: tuple[object, ...]
) -> None:
    monkeypatch.setattr(window, "is_seen", lambda: False)
    outcome = call(*command, "--mute")
    assert (outcome.code, outcome.err) == (0, f"{window.UNSEEN}\n")
    assert "Cycles: " in outcome.out


def test_the_results_of_a_session_of_somebody_else_are_among_theirs(qapp: QApplication) -> None:
    seen: list[ResultsView] = []

    def close(shown: AppWindow) -> None:
        seen.append(shown._read_state().results)
        shown.close()

    visitor = Visitor(25, close)
    outcome = call("demo", "--mute", "--speed", "10", "--person", "Kim")
    assert outcome.code == 0, outcome
    assert visitor.seen
    assert seen[0].person == "Kim (demo)"
