"""What a crash in the middle of a recording costs."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from imu_hip.model.errors import UnusableInputError
from imu_hip.session.reader import read_recording
from imu_hip.session.recover import recover
from tests.session.examples import live_items

ITEMS = live_items(60.0)
ROOT = Path(__file__).parents[2]
# Two sensors at 20 notifications a second, and a tick.
ITEMS_PER_S = 41


def child(path: Path, most_bytes: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.session.recording_child", str(path), str(most_bytes)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_kill_9_costs_less_than_a_second_and_leaves_a_clean_prefix(tmp_path: Path) -> None:
    # Three at once, killed at different places of the half-second rhythm.
    recordings = [(tmp_path / f"{k}.mcap", run_s) for k, run_s in enumerate((0.9, 1.85, 2.6))]
    processes = [child(path) for path, _ in recordings]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    start_s = time.monotonic()
    for process, (path, run_s) in zip(processes, recordings, strict=True):
        time.sleep(max(0.0, start_s + run_s - time.monotonic()))
        process.kill()
        put = 1 + process.communicate()[0].count("\n")
        with pytest.raises(UnusableInputError, match="imu-hip recover"):
            read_recording(path)
        report = recover(path, path.with_suffix(".saved.mcap"))
        saved = read_recording(path.with_suffix(".saved.mcap")).items
        assert saved == tuple(ITEMS[: len(saved)])
        assert put > 0.5 * run_s * ITEMS_PER_S
        assert put - len(saved) <= ITEMS_PER_S
        assert not report.finished


def test_a_full_disk_stops_the_recording_with_an_alarm_and_keeps_what_was_durable(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with child(path, most_bytes=30_000) as process:
        assert process.stdout is not None
        last = process.stdout.read().splitlines()[-1]
    closed, durable, dropped, alarm = last.split(maxsplit=3)
    assert closed == "False"
    assert int(durable) > 100
    assert int(dropped) > 0
    assert "the recording has stopped: the disk is full" in alarm
    assert str(path) not in alarm
    report = recover(path, tmp_path / "b.mcap")
    assert report.items_saved == int(durable)
    assert report.bytes_lost == 0
    assert read_recording(tmp_path / "b.mcap").items == tuple(ITEMS[: int(durable)])
