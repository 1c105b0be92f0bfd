"""What whole analyses cost: start-up, length from a minute to eight hours, other filters, and many recordings."""

from __future__ import annotations

import cProfile
import json
import os
import platform
import pstats
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import vqf
from ahrs.filters import EKF, Madgwick
from recording_cost import _write

from imu_hip import api
from imu_hip.app.preparing import prepare
from imu_hip.session.versions import versions

LENGTHS_MIN = (1, 10, 60, 480)
ROUNDS = 5
RECORDINGS = 200
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "cost.svg"
_CHILD = """
import json, resource, sys, time
from imu_hip import api
from imu_hip.app.preparing import prepare
prepare()
api.summarize(sys.argv[2])
found = []
for _ in range(int(sys.argv[3])):
    begun_s = time.process_time()
    api.summarize(sys.argv[1])
    found.append(time.process_time() - begun_s)
try:  # what getrusage tells has the memory of the process that started this one in it
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1e3
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
print(json.dumps([found, peak]))
"""

Row = tuple[str, str, str]


def table(folder: Path) -> None:
    """Print everything of this file as one table, and draw the costs (Linux or macOS)."""
    own = ", ".join(f"{name} {version}" for name, version in versions())
    print(f"{datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores, {platform.system()} {platform.machine()}; {own}\n")
    print("| what | median | spread |\n|---|---|---|")
    for row in start(folder):
        _print(row)
    rows, by_length = length(folder)
    for row in rows:
        _print(row)
    for row in peers(folder):
        _print(row)
    rows, by_number = batch(folder)
    for row in rows:
        _print(row)
    PICTURE.write_text(_picture(by_length, by_number), encoding="utf-8")


def _print(row: Row) -> None:
    print("| {} | {} | {} |".format(*row), flush=True)


def start(folder: Path) -> list[Row]:
    """Time cold processes."""
    short = folder / "short.mcap"
    _write(short, 10.0)
    calls = {
        "`imu-hip --help`": ["-m", "imu_hip", "--help"],
        "`import imu_hip.api`": ["-c", "import imu_hip.api"],
        "analysis of 10 s, cold process": ["-m", "imu_hip", "analyze", str(short)],
    }
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, words in calls.items():
            begun_s = time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
            found[name].append(time.perf_counter() - begun_s)
    return [_row(name, times, "s") for name, times in found.items()]


def length(folder: Path) -> tuple[list[Row], dict[float, float]]:
    """Analyze recordings of several lengths, each in a process of its own."""
    rows: list[Row] = []
    costs: dict[float, float] = {}
    warm = folder / "short.mcap"
    for minutes in LENGTHS_MIN:
        path = folder / f"{minutes}.mcap"
        _write(path, 60.0 * minutes)
        times = str(max(1, min(20, 120 // minutes)))
        words = [sys.executable, "-c", _CHILD, str(path), str(warm), times]
        found, peak_mb = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
        per_minute_ms = [1e3 * s / minutes for s in found]
        costs[minutes] = statistics.median(per_minute_ms)
        rows.append(_row(f"processor time a minute, recording of {minutes} min", per_minute_ms, "ms"))
        rows.append((f"peak memory, recording of {minutes} min", f"{peak_mb:.0f} MB", ""))
    return rows, costs


def peers(folder: Path) -> list[Row]:
    """Analyze an hour and let other filters have as many samples, in turn; the slow ones have a tenth of them."""
    path = folder / "60.mcap"
    prepare()
    pairs = len(api.analyze(path).angles.t_s)
    rng = np.random.default_rng(0)
    gyr, acc = rng.normal(0.0, 0.5, (pairs, 3)), rng.normal(0.0, 1.0, (pairs, 3)) + np.array([0.0, 0.0, 9.81])
    some = slice(0, pairs // 10)
    found: dict[str, list[float]] = {name: [] for name in ("VQF", "Madgwick", "EKF")}
    for _ in range(3):
        vqf_s = _cpu_s(lambda: [vqf.VQF(0.01).updateBatch(gyr, acc) for _ in range(2)])
        own_s = _cpu_s(lambda: api.summarize(path))
        madgwick_s = 10.0 * _cpu_s(lambda: [Madgwick(gyr=gyr[some], acc=acc[some], frequency=100.0) for _ in range(2)])
        ekf_s = 10.0 * _cpu_s(lambda: [EKF(gyr=gyr[some], acc=acc[some], frequency=100.0) for _ in range(2)])
        found["VQF"].append(own_s / vqf_s)
        found["Madgwick"].append(madgwick_s / own_s)
        found["EKF"].append(ekf_s / own_s)
    return [
        _row("analysis of an hour, reading included, over VQF's batch call", found["VQF"], ""),
        _row("ahrs Madgwick, orientation alone, over that analysis", found["Madgwick"], ""),
        _row("ahrs EKF, orientation alone, over that analysis", found["EKF"], ""),
    ]


def batch(folder: Path) -> tuple[list[Row], dict[float, float]]:
    """Analyze many recordings of two minutes with one and with two workers; then once more with nothing to do."""
    source = folder / "many"
    source.mkdir()
    for k in range(RECORDINGS):
        _write(source / f"{k}.mcap", 120.0 + 0.1 * k)
    costs: dict[float, float] = {}
    for n in (RECORDINGS // 20, RECORDINGS // 4):
        part = folder / f"many_{n}"
        part.mkdir()
        for k in range(n):
            shutil.copy(source / f"{k}.mcap", part)
        costs[n] = _wall_s(part, folder / f"results_{n}", 2)
    one_s, two_s = [], []
    for k in range(3):
        one_s.append(_wall_s(source, folder / f"one_{k}", 1))
        two_s.append(_wall_s(source, folder / f"two_{k}", 2))
    costs[RECORDINGS] = statistics.median(two_s)
    again_s = _wall_s(source, folder / "two_0", 2)
    stored = sum(path.stat().st_size for path in (folder / "two_0").glob("algorithm=*/*")) / RECORDINGS / 1e3
    return [
        _row(f"batch of {RECORDINGS} recordings of 2 min, one worker, cold process", one_s, "s"),
        _row("the same, two workers", two_s, "s"),
        _row("one worker over two", [one / two for one, two in zip(one_s, two_s, strict=True)], ""),
        ("the same again, nothing to do, cold process", f"{again_s:.1f} s", ""),
        ("a result", f"{stored:.1f} kB", ""),
    ], costs


def top(folder: Path) -> None:
    """Profile the analysis of an hour: the ten functions that it spends most in."""
    path = folder / "hour.mcap"
    _write(path, 3600.0)
    prepare()
    profile = cProfile.Profile()
    profile.runcall(api.summarize, path)
    pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(10)


def _wall_s(source: Path, dest: Path, workers: int) -> float:
    begun_s = time.perf_counter()
    words = ["batch", str(source), "--out", str(dest), "--workers", str(workers)]
    subprocess.run([sys.executable, "-m", "imu_hip", *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun_s


def _cpu_s(work: Callable[[], object]) -> float:
    begun_s = time.process_time()
    work()
    return time.process_time() - begun_s


def _row(name: str, values: list[float], unit: str) -> Row:
    return name, f"{statistics.median(values):.2f} {unit}".strip(), f"{min(values):.2f} to {max(values):.2f}"


def _picture(by_length: dict[float, float], by_number: dict[float, float]) -> str:
    """Draw cost against length and against number of recordings."""
    left = _panel(0, "ms of processor time a minute", "minutes of a recording", by_length)
    right = _panel(330, "s for all, two workers", "recordings of 2 min", by_number)
    style = "font-family='sans-serif' font-size='12' fill='#444'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 660 240' {style}>\n{left}{right}</svg>\n"


def _panel(x: int, title: str, below: str, costs: dict[float, float]) -> str:
    most, last = 1.25 * max(costs.values()), len(costs) - 1
    points = [(x + 50 + 220 * k / last, 190 - 150 * cost / most) for k, cost in enumerate(costs.values())]
    lines = [f"<text x='{x + 30}' y='20'>{title}</text>", f"<text x='{x + 110}' y='232'>{below}</text>"]
    lines.append(f"<path d='M{x + 30} 30V190H{x + 300}' fill='none' stroke='#888'/>")
    corners = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    lines.append(f"<polyline points='{corners}' fill='none' stroke='#0072b2' stroke-width='2'/>")
    for (a, b), (n, cost) in zip(points, costs.items(), strict=True):
        lines.append(f"<circle cx='{a:.1f}' cy='{b:.1f}' r='3' fill='#0072b2'/>")
        lines.append(f"<text x='{a:.1f}' y='{b - 8:.1f}' text-anchor='middle'>{cost:.1f}</text>")
        lines.append(f"<text x='{a:.1f}' y='208' text-anchor='middle'>{n:g}</text>")
    return "".join(f"{line}\n" for line in lines)
