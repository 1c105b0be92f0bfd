"""What a pair of samples costs in the corridor: room by room, by how many notifications come at once, against VQF."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import vqf

from imu_hip import api, pipeline
from imu_hip.app.catalogue import exercise
from imu_hip.app.importing import simulate
from imu_hip.app.preparing import prepare
from imu_hip.model.item import NumberedItem
from imu_hip.model.setup import Setup, Side
from imu_hip.pipeline import Pipeline
from imu_hip.session.reader import Recording

AT_ONCE = (1, 2, 4, 8, 4096)
ROOMS = ("stream", "orientation", "kinematics", "judge")
ROUNDS = 5
LIVE = Path(__file__).resolve().parents[1] / "recordings" / "supine_ere_right.mcap"


def stages(_: Path) -> None:
    """Take a recorded live session through the corridor, some notifications a call: µs of processor time a pair."""
    recording = api.read(LIVE)
    prepare()
    _took_us(recording.setup, recording.items, 1)
    print("µs a pair of samples, medians of", ROUNDS, "rounds; the estimator is orientation and kinematics")
    print(
        f"{'notifications':>13} {'pairs':>6} {'whole':>6} " + " ".join(f"{room:>11}" for room in (*ROOMS, "estimator"))
    )
    rounds = [{n: _took_us(recording.setup, recording.items, n) for n in AT_ONCE} for _ in range(ROUNDS)]
    for n in AT_ONCE:
        whole = statistics.median(each[n]["whole"] for each in rounds)
        rooms = [statistics.median(each[n][room] for each in rounds) for room in ROOMS]
        pairs = rounds[0][n]["pairs a call"]
        print(f"{n:13} {pairs:6.1f} {whole:6.1f} " + " ".join(f"{us:11.1f}" for us in (*rooms, rooms[1] + rooms[2])))


def floor(folder: Path) -> None:
    """Analyze an hour of two sensors at 100 Hz, and let VQF's own batch call run over as many samples, in turn."""
    path = folder / "hour.mcap"
    simulate(exercise("supine_ere"), Side.RIGHT, 0, 90, path, folder / "truth.csv")
    ratios: dict[str, list[float]] = {"without reading": [], "with reading": []}
    pairs = len(api.analyze(path).angles.t_s)
    rng = np.random.default_rng(0)
    gyr, acc = rng.normal(0.0, 0.5, (pairs, 3)), rng.normal(0.0, 1.0, (pairs, 3)) + np.array([0.0, 0.0, 9.81])
    for _ in range(ROUNDS):
        batch_s = _cpu_s(lambda: [vqf.VQF(0.01).updateBatch(gyr, acc) for _ in range(2)])
        recordings: list[Recording] = []
        reading_s = _cpu_s(partial(_read_into, recordings, path))
        corridor_s = _cpu_s(partial(api.analyze, recordings[0]))
        ratios["without reading"].append(corridor_s / batch_s)
        ratios["with reading"].append((reading_s + corridor_s) / batch_s)
        print(
            f"VQF batch {1e6 * batch_s / pairs:.2f}, reading {1e6 * reading_s / pairs:.2f}, "
            f"corridor {1e6 * corridor_s / pairs:.2f} µs a pair of {pairs}"
        )
    for name, found in ratios.items():
        median, least, most = statistics.median(found), min(found), max(found)
        print(f"analysis over VQF's batch call, {name}: {median:.1f} ({least:.1f} to {most:.1f})")


def _read_into(recordings: list[Recording], path: Path) -> None:
    recordings.append(api.read(path))


def _cpu_s(work: Callable[[], object]) -> float:
    gc.collect()
    begun_s = time.process_time()
    work()
    return time.process_time() - begun_s


def _took_us(setup: Setup, items: Sequence[NumberedItem], at_once: int) -> dict[str, float]:
    """Return the cost of each room and of the whole, µs a pair; the rooms' clocks are not running for the whole."""
    found: dict[str, float] = {}
    with _timed_rooms() as spent_s:
        pairs, calls, _ = _run(setup, items, at_once)
    found |= {room: 1e6 * spent_s[room] / pairs for room in ROOMS}
    _, _, whole_s = _run(setup, items, at_once)
    return found | {"whole": 1e6 * whole_s / pairs, "pairs a call": pairs / calls}


def _run(setup: Setup, items: Sequence[NumberedItem], at_once: int) -> tuple[int, int, float]:
    corridor, pairs, calls = Pipeline(setup), 0, 0
    begun_s = time.process_time()
    for start in range(0, len(items), at_once):
        pairs += len(corridor.receive(items[start : start + at_once]).angles.t_s)
        calls += 1
    return pairs, calls, time.process_time() - begun_s


@contextmanager
def _timed_rooms() -> Iterator[dict[str, float]]:
    """Put a clock around the rooms' steps as the corridor calls them."""
    spent_s = dict.fromkeys(ROOMS, 0.0)
    modules = {room: getattr(pipeline, room) for room in ROOMS}
    plain = {room: module.step for room, module in modules.items()}

    def timed(room: str) -> Callable[..., object]:
        def step(*args: object) -> object:
            begun_s = time.thread_time()
            found = plain[room](*args)
            spent_s[room] += time.thread_time() - begun_s
            return found

        return step

    for room, module in modules.items():
        module.step = timed(room)
    try:
        yield spent_s
    finally:
        for room, module in modules.items():
            module.step = plain[room]
