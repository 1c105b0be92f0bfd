"""The recorder never makes its caller wait, and says at once when the recording is in danger."""

from __future__ import annotations

import errno
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from imu_hip.model.errors import Reason, RecordingError, UsageError
from imu_hip.model.item import NumberedItem, Tick
from imu_hip.session.reader import read_recording
from imu_hip.session.recorder import Recorder
from imu_hip.session.writer import RecordingWriter
from tests.session.examples import SETUP, live_items

ITEMS = live_items(30.0)


class StallingWriter(RecordingWriter):
    """A disk that does not answer while `stall` is set, and fails once `failure` is."""

    stall: threading.Event
    failure: BaseException | None

    def flush(self) -> None:
        if hasattr(self, "stall"):
            self.stall.wait()
            if self.failure is not None:
                raise self.failure
        super().flush()


class Disk(NamedTuple):
    """How the test holds the disk."""

    recorder: Recorder
    release: threading.Event
    writer: StallingWriter


def stalled(path: Path, *, capacity: int = 100, clock: Callable[[], float] = time.monotonic) -> Disk:
    """Return a recorder whose disk does not answer until released."""
    release = threading.Event()
    opened: list[StallingWriter] = []

    def open_writer(path: Path, setup: object) -> StallingWriter:
        writer = StallingWriter(path, SETUP)
        writer.stall, writer.failure = release, None
        opened.append(writer)
        return writer

    recorder = Recorder(path, SETUP, open_writer=open_writer, capacity=capacity, interval_s=0.01, clock=clock)
    return Disk(recorder, release, opened[0])


def until(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 5.0
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.002)


def test_everything_put_is_in_the_file(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.mcap", SETUP)
    assert all(recorder.put(numbered) for numbered in ITEMS)
    assert recorder.close()
    assert (recorder.written, recorder.durable, recorder.dropped) == (len(ITEMS), len(ITEMS), 0)
    assert (recorder.error, recorder.alarm) == (None, "")
    recording = read_recording(tmp_path / "a.mcap")
    assert recording.setup == SETUP
    assert recording.items == tuple(ITEMS)


def test_items_become_durable_by_themselves(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.mcap", SETUP, interval_s=0.02)
    recorder.put(ITEMS[0])
    until(lambda: recorder.durable == 1)
    assert recorder.pending == 0
    assert recorder.close()


def test_a_source_faster_than_real_time_loses_nothing_when_it_waits(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.mcap", SETUP, capacity=64, interval_s=10.0)
    for numbered in ITEMS:
        if recorder.pending >= 50:
            assert recorder.wait_until_written(5.0)
            assert recorder.pending == 0
        assert recorder.put(numbered)
    assert recorder.wait_until_written(5.0)
    assert recorder.durable == len(ITEMS)
    assert recorder.close()
    assert recorder.dropped == 0


def test_a_stalled_disk_never_makes_put_wait(tmp_path: Path) -> None:
    recorder, release, _ = stalled(tmp_path / "a.mcap", capacity=8192)
    longest_s = 0.0
    for numbered in ITEMS:
        start_s = time.perf_counter()
        assert recorder.put(numbered)
        longest_s = max(longest_s, time.perf_counter() - start_s)
    assert recorder.durable == 0
    release.set()
    assert recorder.close()
    assert recorder.durable == len(ITEMS)
    # Generous: the machine may be busy, the disk was not waited for.
    assert longest_s < 0.25


def test_a_full_queue_refuses_and_counts_what_it_refused(tmp_path: Path) -> None:
    recorder, release, _ = stalled(tmp_path / "a.mcap", capacity=100)
    accepted = [numbered for numbered in ITEMS[:150] if recorder.put(numbered)]
    assert accepted == ITEMS[:100]
    assert (recorder.pending, recorder.dropped) == (100, 50)
    assert "50 items are missing" in recorder.alarm
    release.set()
    assert recorder.close()
    assert read_recording(tmp_path / "a.mcap").items == tuple(accepted)


def test_a_queue_that_is_half_full_raises_an_alarm_that_passes(tmp_path: Path) -> None:
    recorder, release, _ = stalled(tmp_path / "a.mcap", capacity=100)
    for numbered in ITEMS[:50]:
        recorder.put(numbered)
    assert recorder.alarm == ""
    recorder.put(ITEMS[50])
    assert recorder.alarm == "the disk is slow: 51 items wait to be written"
    release.set()
    until(lambda: recorder.pending == 0)
    assert recorder.alarm == ""
    assert recorder.close()


def test_a_write_of_more_than_two_seconds_raises_an_alarm_while_it_lasts(tmp_path: Path) -> None:
    now_s = [100.0]
    recorder, release, writer = stalled(tmp_path / "a.mcap", clock=lambda: now_s[0])
    recorder.put(ITEMS[0])
    until(lambda: recorder.written == 1)
    now_s[0] = 101.9
    assert recorder.alarm == ""
    now_s[0] = 103.5
    assert recorder.alarm == "the disk is slow: writing took 3.5 s"
    release.set()
    until(lambda: recorder.durable == 1)
    assert recorder.alarm == "the disk is slow: writing took 3.5 s"
    recorder.put(ITEMS[1])
    until(lambda: recorder.durable == 2)
    assert recorder.alarm == ""
    assert recorder.close()
    assert writer.failure is None


def test_a_disk_that_fills_up_is_told_while_there_is_still_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s, free = [100.0], [60_000_000]
    monkeypatch.setattr("imu_hip.session.recorder.free_bytes", lambda path: free[0])
    recorder = Recorder(tmp_path / "a.mcap", SETUP, clock=lambda: now_s[0], interval_s=0.01)
    for number, (at_s, left, alarm) in enumerate(
        (
            (106.0, 60_000_000, ""),
            (108.0, 12_000_000, ""),  # it is looked at every five seconds
            (112.0, 12_000_000, "the disk is nearly full: 12 MB are left, make room"),
            (118.0, 60_000_000, ""),
        )
    ):
        now_s[0], free[0] = at_s, left
        recorder.put(ITEMS[number])
        assert recorder.wait_until_written(5.0)
        until(lambda alarm=alarm: recorder.alarm == alarm)
    assert recorder.close()


@pytest.mark.parametrize(
    ("failure", "reason", "text"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), Reason.DISK_FULL, "the disk is full"),
        (OSError(errno.EIO, "Input/output error"), Reason.NOT_WRITABLE, "Input/output error"),
    ],
)
def test_a_failing_disk_ends_the_recording_loudly_and_keeps_what_was_durable(
    tmp_path: Path, failure: OSError, reason: Reason, text: str
) -> None:
    path = tmp_path / "a.mcap"
    recorder, release, writer = stalled(path)
    release.set()
    for numbered in ITEMS[:40]:
        recorder.put(numbered)
    assert recorder.wait_until_written(5.0)
    durable_bytes = path.stat().st_size
    writer.failure = failure
    recorder.put(ITEMS[40])
    until(lambda: recorder.error is not None)
    assert not recorder.put(ITEMS[41])
    assert not recorder.wait_until_written(5.0)
    assert not recorder.close()
    assert isinstance(recorder.error, RecordingError)
    assert recorder.error.reason is reason
    assert recorder.alarm.startswith("the recording has stopped: ")
    assert str(path.parent) not in recorder.alarm
    assert text in recorder.alarm
    assert (recorder.durable, recorder.dropped, recorder.pending) == (40, 2, 0)
    assert path.stat().st_size == durable_bytes


def test_an_item_that_a_recording_cannot_hold_is_no_silent_end(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.mcap", SETUP, interval_s=0.01)
    recorder.put(NumberedItem(0, Tick(-1)))
    until(lambda: recorder.error is not None)
    assert "outside what a recording can hold" in recorder.alarm
    assert not recorder.close()


def test_closing_does_not_wait_for_a_dead_disk_for_ever(tmp_path: Path) -> None:
    recorder, release, _ = stalled(tmp_path / "a.mcap")
    recorder.put(ITEMS[0])
    assert not recorder.wait_until_written(0.05)
    assert not recorder.close(timeout_s=0.1)
    assert "did not answer within 0.1 s" in recorder.alarm
    release.set()


def test_nothing_is_accepted_after_closing(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.mcap", SETUP)
    assert recorder.close()
    assert not recorder.put(ITEMS[0])
    assert recorder.close()
    assert read_recording(tmp_path / "a.mcap").items == ()


def test_an_existing_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mcap").write_text("mine")
    with pytest.raises(UsageError, match="exists already") as caught:
        Recorder(tmp_path / "a.mcap", SETUP)
    assert caught.value.reason is Reason.OUTPUT_EXISTS
    assert (tmp_path / "a.mcap").read_text() == "mine"


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be written"):
        Recorder(tmp_path / "nowhere" / "a.mcap", SETUP)


def test_a_nearly_full_disk_is_refused_before_anything_is_created(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=49_000_000))
    with pytest.raises(RecordingError, match="only 49 MB are free") as caught:
        Recorder(tmp_path / "a.mcap", SETUP)
    assert caught.value.reason is Reason.DISK_FULL
    assert list(tmp_path.iterdir()) == []
