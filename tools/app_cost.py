"""What the whole live app costs: processor time of each of its threads, and memory over a long session."""

from __future__ import annotations

import gc
import os
import threading
import time
from pathlib import Path
from typing import cast

from imu_hip import api
from imu_hip.app.catalogue import catalogue, exercise
from imu_hip.app.demo import Demo, simulated_person
from imu_hip.app.importing import simulate
from imu_hip.app.live import LiveSession
from imu_hip.app.preparing import prepare
from imu_hip.guide.guide import Params as GuideParams
from imu_hip.model.setup import Side
from imu_hip.view import view

SETTLED_S = 8.0
MEASURED_S = 75.0
HOURS = 2.0
_CYCLE_S = 39.6
_SHOWN_EVERY_S = 0.5


def app(folder: Path) -> None:
    """Run the demonstration in real time in its window, without sound; the radio's thread has the sensors, too."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["IMU_HIP_HOME"] = str(folder / "home")
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from imu_hip.app.watching import Watching
    from imu_hip.app.window import show_session
    from imu_hip.session.user_library import Library

    application = cast(QApplication, QApplication.instance() or QApplication(["bench"]))
    spec = exercise("supine_ere")
    worn, prompts = simulated_person(spec, Side.RIGHT, seed=0, cycles=1)
    demo = Demo(spec, Side.RIGHT, worn, prompts, out=folder / "app.mcap")
    marks: list[tuple[float, dict[str, float]]] = []
    for at_s in (SETTLED_S, SETTLED_S + MEASURED_S):
        QTimer.singleShot(round(1e3 * at_s), lambda: marks.append((time.monotonic(), _threads_s())))
    QTimer.singleShot(round(1e3 * (SETTLED_S + MEASURED_S + 0.5)), application.closeAllWindows)
    show_session(demo, demo.path, Watching(headless=False, sound=False), Library(), catalogue(), lambda: False)
    (begun_s, before), (ended_s, after) = marks
    shares = {name: 100.0 * (s - before.get(name, 0.0)) / (ended_s - begun_s) for name, s in after.items()}
    print(f"live app for {ended_s - begun_s:.0f} s, 1280 x 800, {os.environ['QT_QPA_PLATFORM']}, % of one core:")
    for name, share in sorted(shares.items(), key=lambda pair: -pair[1]):
        print(f"  {name:24} {share:5.1f}")
    everything = sum(shares.values())
    print(f"  {'all':24} {everything:5.1f}; without the radio's thread {everything - shares['radio']:.1f}")


def _threads_s() -> dict[str, float]:
    """Return the processor time of each thread so far (Linux), s."""
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    ticks = os.sysconf("SC_CLK_TCK")
    spent: dict[str, float] = {}
    for task in Path("/proc/self/task").iterdir():
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        name = names.get(int(task.name), "others")
        spent[name] = spent.get(name, 0.0) + (int(fields[11]) + int(fields[12])) / ticks
    return spent


def memory(folder: Path) -> None:
    """Take two hours of a guided session through everything but the radio, the exercise page drawn twice a second."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from imu_hip.plot.exercise_page import ExercisePage
    from imu_hip.plot.theme import DARK

    application = QApplication.instance() or QApplication(["bench"])
    path = folder / "long.mcap"
    simulate(exercise("supine_ere"), Side.RIGHT, 0, round(HOURS * 3600.0 / _CYCLE_S), path, folder / "truth.csv")
    recording = api.read(path)
    prepare()
    page = ExercisePage()
    page.resize(1280, 800)
    page.show()
    params = view.Params(recording.setup, mode="demo", recording=path.name)
    session = LiveSession(recording.setup, GuideParams(()), params, None, on_finished=lambda: None)
    first_ns, shown_s, told_s = recording.items[0].item.t_ns, 0.0, 0.0
    print("min     MB (resident)")
    for numbered in recording.items:
        session.process([numbered])
        t_s = (numbered.item.t_ns - first_ns) / 1e9
        if t_s >= shown_s:
            shown_s = t_s + _SHOWN_EVERY_S
            page.show_state(session.view_state(), DARK, None)
            application.processEvents()
        if t_s >= told_s:
            told_s += 900.0
            gc.collect()
            print(f"{t_s / 60.0:5.0f} {_resident_mb():8.1f}", flush=True)
    print(f"{t_s / 60.0:5.0f} {_resident_mb():8.1f}")
    page.close()


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
