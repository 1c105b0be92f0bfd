"""Figures of speed: what a pair of samples costs, a live session, the whole app, a frame."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from app_cost import app, memory
from batch_cost import table, top
from corridor_cost import floor, stages
from library_cost import library
from moving_scene import moving_scene
from recording_cost import recording

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.app.demo import Demo, Speed, simulated_person
from imu_hip.model.setup import Side


def live(folder: Path) -> None:
    """Run the demonstration in real time without a screen: the whole process, virtual sensors included."""
    spec = exercise("supine_ere")
    worn, prompts = simulated_person(spec, Side.RIGHT, seed=0, cycles=1)
    demo = Demo(spec, Side.RIGHT, worn, prompts, out=folder / "live.mcap", speed=Speed(1.0))
    wall, cpu = time.monotonic(), time.process_time()
    demo.start()
    while demo.is_running:
        time.sleep(0.1)
        demo.session.view_state()
    demo.finish()
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    latency_ms = np.array(demo.session.latencies_s) * 1e3
    p50, p99 = np.percentile(latency_ms, [50, 99])
    result = api.analyze(demo.path)
    lost = {role.value: statistics.lost for role, statistics in result.link.items()}
    print(f"live, {wall:.0f} s: {100.0 * cpu / wall:.1f} % of one core, samples lost {lost}")
    print(f"arrival to published angle: p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {latency_ms.max():.1f} ms")
    print(f"analysis equals live: {result.result_sha256 == demo.session.result_sha256}")


def fast(folder: Path) -> None:
    """Run the demonstration as fast as the machine allows."""
    spec = exercise("supine_ere")
    worn, prompts = simulated_person(spec, Side.RIGHT, seed=0, cycles=1)
    demo = Demo(spec, Side.RIGHT, worn, prompts, out=folder / "fast.mcap", speed=Speed(None))
    wall = time.monotonic()
    demo.start()
    demo.finish()
    wall = time.monotonic() - wall
    recording = api.read(demo.path)
    length_s = (recording.items[-1].item.t_ns - recording.items[0].item.t_ns) / 1e9
    print(f"as fast as possible: {length_s:.0f} s in {wall:.1f} s, {length_s / wall:.1f} times real time")


def window(folder: Path) -> None:
    """Draw the exercise page again and again, as in a hold: a minute of three curves at 100 Hz that moves on."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from imu_hip.plot.exercise_page import ExercisePage
    from imu_hip.plot.theme import DARK

    application = QApplication.instance() or QApplication(["bench"])
    for size in ((1280, 800), (1920, 1080)):
        page = ExercisePage()
        page.resize(*size)
        page.show()
        costs_ms = []
        for frame in range(330):
            state = moving_scene(100.0 + frame / 30.0)
            cpu = time.process_time()
            page.show_state(state, DARK)
            application.processEvents()
            costs_ms.append((time.process_time() - cpu) * 1e3)
        median, p95 = np.percentile(costs_ms[30:], [50, 95])
        print(f"exercise page {size[0]} x {size[1]}: {median:.1f} ms of processor time a frame, p95 {p95:.1f} ms")
        page.close()


KINDS = {
    "table": table,
    "top": top,
    "stages": stages,
    "floor": floor,
    "app": app,
    "memory": memory,
    "live": live,
    "fast": fast,
    "library": library,
    "recording": recording,
    "window": window,
}


def main() -> int:
    """Run the benchmarks that were named."""
    parser = argparse.ArgumentParser(prog="tools/bench")
    parser.add_argument("kinds", nargs="+", choices=tuple(KINDS))
    with tempfile.TemporaryDirectory() as folder:
        for kind in parser.parse_args().kinds:
            KINDS[kind](Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
