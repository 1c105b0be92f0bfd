"""What recording costs, how large it gets, and how soon an hour of it is open or elsewhere."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from imu_hip import api
from imu_hip.app.preparing import prepare
from imu_hip.app.replaying import Replay
from imu_hip.model.item import NumberedItem
from imu_hip.session.recorder import Recorder
from imu_hip.session.writer import RecordingWriter

SOURCE = Path(__file__).resolve().parents[1] / "recordings" / "supine_ere_right.mcap"
LIVE_S = 20.0
PLACES_S = (600.0, 1200.0, 3500.0, 3000.0, 100.0, 101.0, 3550.0, 2359.9)


def recording(folder: Path) -> None:
    """Record in real time, then an hour as fast as possible; read it, show it, go elsewhere."""
    _live(folder / "live.mcap")
    for minutes in (10, 60):
        path = folder / f"{minutes}.mcap"
        _write(path, 60.0 * minutes)
        print(f"{minutes} minutes: {path.stat().st_size / 1e6:.2f} MB")
    prepare()
    opened_s, shown_s = [], []
    for _ in range(5):
        begun_s = time.perf_counter()
        hour = api.read(path)
        read_s = time.perf_counter()
        replay = Replay(hour, path.name, 1.0, stays=True)
        replay.session.process(hour.items[:50])
        replay.session.view_state()
        opened_s.append(read_s - begun_s)
        shown_s.append(time.perf_counter() - begun_s)
    print(
        f"an hour ({len(hour.items)} items): read in {statistics.median(opened_s):.2f} s, first frame after "
        f"{statistics.median(shown_s):.2f} s"
    )
    replay.playing = False
    begun_s = time.perf_counter()
    replay.start()
    replay.look_ahead()
    print(f"looked ahead in {time.perf_counter() - begun_s:.1f} s, in the background")
    took_ms = sorted(_went_ms(replay, place_s) for place_s in PLACES_S)
    print(f"elsewhere in {statistics.median(took_ms):.0f} ms, at most {took_ms[-1]:.0f} ms")
    replay.request_stop()
    replay.finish()


def _went_ms(replay: Replay, place_s: float) -> float:
    begun_s = time.perf_counter()
    replay.seek(place_s)
    while replay._wanted_s is not None:
        time.sleep(0.0005)
    replay.session.view_state()
    return 1e3 * (time.perf_counter() - begun_s)


def _live(path: Path) -> None:
    source = api.read(SOURCE)
    recorder = Recorder(path, source.setup)
    first_ns, begun_s = source.items[0].item.t_ns, time.monotonic()
    ready = [each for each in source.items if (each.item.t_ns - first_ns) / 1e9 < LIVE_S]
    spent_s = time.process_time()
    waiting_s = 0.0
    for numbered in ready:
        due_s = (numbered.item.t_ns - first_ns) / 1e9
        at_s = time.thread_time()
        time.sleep(max(0.0, begun_s + due_s - time.monotonic()))
        waiting_s += time.thread_time() - at_s
        recorder.put(numbered)
    recorder.close()
    spent_s = time.process_time() - spent_s - waiting_s
    print(f"recording two sensors at 100 Hz: {100.0 * spent_s / LIVE_S:.2f} % of a core")


def _write(path: Path, duration_s: float) -> None:
    """Write a session again and again, flushed every half second as it is live."""
    source = api.read(SOURCE)
    writer = RecordingWriter(path, source.setup)
    flush_ns = 0
    for numbered in _for(duration_s, source.items):
        writer.add(numbered)
        if numbered.item.t_ns - flush_ns >= 500_000_000:
            writer.flush()
            flush_ns = numbered.item.t_ns
    writer.close()


def _for(duration_s: float, items: tuple[NumberedItem, ...]) -> Iterator[NumberedItem]:
    first_ns = items[0].item.t_ns
    turn_ns, number, later_ns = items[-1].item.t_ns - first_ns + 50_000_000, 0, 0
    while True:
        for each in items:
            t_ns = each.item.t_ns + later_ns
            if t_ns - first_ns > duration_s * 1e9:
                return
            yield NumberedItem(number, replace(each.item, t_ns=t_ns))
            number += 1
        later_ns += turn_ns
