"""The main job without hardware, from the scan to the closed recording."""

from __future__ import annotations

import json
import re
import signal
import time
from pathlib import Path

import pytest

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.app.demo import Demo, Speed, simulated_person
from imu_hip.app.replaying import Replay
from imu_hip.model.item import Role
from imu_hip.model.setup import Side
from imu_hip.session.recover import recover
from tests.app.calling import Outcome, call, outcome_of, spawn

SEED = 5


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """Run the demonstration once, on the left, as a person would."""
    path = tmp_path_factory.mktemp("demo") / "left.mcap"
    words = ("demo", "--headless", "--speed", "max", "--side", "left", "--seed", SEED, "--out", path)
    return path, outcome_of(spawn(*words))


def _sha_in(text: str) -> str:
    (sha,) = re.findall(r"^result sha256 ([0-9a-f]{64})$", text, re.MULTILINE)
    return str(sha)


def test_the_summary_names_cycles_holds_and_exits(left: tuple[Path, Outcome]) -> None:
    path, outcome = left
    assert outcome.code == 0
    assert "Traceback" not in outcome.err
    assert "Supine end-range expansion, supine · left side" in outcome.out
    assert "Cycles: 1 of 1 complete" in outcome.out
    assert len(re.findall(r"\d+\.\d s at \d+° ± \d+° in, \d+ % of end range", outcome.out)) == 2
    assert len(re.findall(r"peak \d+°/s: (controlled|fast|flop)", outcome.out)) == 1
    assert "Not a medical device" in outcome.out
    assert outcome.out.splitlines()[-1].startswith(f"recording: {path}")


def test_the_same_seed_gives_the_same_result_in_another_process(left: tuple[Path, Outcome], tmp_path: Path) -> None:
    spec = exercise("supine_ere")
    worn, prompts = simulated_person(spec, Side.LEFT, SEED, 1)
    demo = Demo(spec, Side.LEFT, worn, prompts, out=tmp_path / "a.mcap", speed=Speed(None), seed=SEED)
    demo.start()
    demo.finish()
    assert demo.session.result_sha256 == _sha_in(left[1].out)
    first, second = (
        [(type(n.item).__name__, getattr(n.item, "payload", b"")) for n in api.read(path).items]
        for path in (left[0], demo.path)
    )
    assert first == second


def test_live_analysis_and_replay_agree_to_the_bit_and_no_sample_is_lost(left: tuple[Path, Outcome]) -> None:
    path, outcome = left
    analyzed = call("analyze", path, "--json")
    assert (analyzed.code, analyzed.err) == (0, "")
    result = json.loads(analyzed.out)
    assert result["result_sha256"] == _sha_in(outcome.out)
    assert result["recording"]["side"] == "left"
    assert result["recording"]["start"].endswith("Z")
    assert result["warnings"] == []
    for role in ("pelvis", "thigh"):
        assert result["link"][role]["lost"] == 0
        assert result["link"][role]["samples"] > 9000
        assert result["link"][role]["rate_hz"] == pytest.approx(100.0, abs=0.02)
    first_hold = result["holds"][0]
    assert first_hold["end_s"] < 70.0
    replayed = call("replay", path, "--headless", "--speed", "max")
    assert replayed.code == 0
    assert replayed.out.splitlines() == outcome.out.splitlines()[:-1]


def test_a_paced_replay_gives_the_same_result(left: tuple[Path, Outcome]) -> None:
    recording = api.read(left[0])
    now_s = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds + 0.4

    replay = Replay(recording, "left.mcap", 2.0, clock=lambda: now_s, sleep=sleep)
    replay.start()
    replay.finish()
    assert replay.session.result_sha256 == _sha_in(left[1].out)
    span_s = (recording.items[-1].item.t_ns - recording.items[0].item.t_ns) / 1e9
    assert now_s == pytest.approx(span_s / 2.0, abs=2.0)
    state = replay.session.view_state()
    assert (state.mode, state.speed, state.recording) == ("replay", "2×", "left.mcap")


def test_a_replay_that_is_stopped_sums_up_what_it_played(left: tuple[Path, Outcome]) -> None:
    replay = Replay(api.read(left[0]), "left.mcap", 0.25)
    replay.start()
    replay.request_stop()
    replay.finish()
    assert not replay.is_running
    assert replay.session.view_state().t_s < 5.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_closes_its_recording_and_sums_up(tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "a.mcap"
    with spawn("demo", "--headless", "--out", path) as process:
        _until_it_grows(path)
        process.send_signal(number)
        outcome = outcome_of(process)
    assert outcome.code == 0
    assert "Traceback" not in outcome.err
    assert api.analyze(path).result_sha256 == _sha_in(outcome.out)
    assert outcome.out.splitlines()[-1].startswith(f"recording: {path}")


def test_kill_9_costs_less_than_a_second(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with spawn("demo", "--headless", "--out", path) as process:
        _until_it_grows(path)
        began_s = time.monotonic()
        time.sleep(3.0)
        process.kill()
        ran_s = time.monotonic() - began_s
    assert "imu-hip recover" in call("analyze", path).refusal
    report = recover(path, tmp_path / "b.mcap")
    saved = api.read(tmp_path / "b.mcap")
    assert not report.finished
    assert saved.missing == 0
    # The radio streamed already when the file was seen to grow, so more than `ran_s` may have been saved.
    assert report.duration_s > ran_s - 1.0
    link = api.analyze(saved).link
    assert all(link[role].samples > 100.0 * (ran_s - 2.5) for role in Role)


def _until_it_grows(path: Path) -> None:
    """Wait until samples are being recorded; the description alone is smaller."""
    deadline_s = time.monotonic() + 30.0
    while time.monotonic() < deadline_s:
        if path.exists() and path.stat().st_size > 6000:
            return
        time.sleep(0.05)
    raise AssertionError("nothing was recorded within 30 s")


def test_a_recording_without_a_name_is_temporary_and_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("imu_hip.app.watching.watch", lambda running, *_how: _stopped_at_once(running))
    outcome = call("demo", "--headless", "--speed", "max")
    assert outcome.code == 0
    (path,) = tmp_path.rglob("*.mcap")
    assert f"temporary recording: {path}" in outcome.out
    assert api.read(path).setup.side is Side.RIGHT


def _stopped_at_once(running: Demo) -> None:
    running.request_stop()
    running.start()
    running.finish()
