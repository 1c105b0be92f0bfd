"""What a large library costs: its index made anew, and one person's history."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from imu_hip.app.history import history_of
from imu_hip.session.kept_session import RAW, SCHEMA, SIDECAR
from imu_hip.session.user_library import Library

SESSIONS = 10_000
_FIRST = datetime(2024, 1, 1, 8, tzinfo=UTC)


def library(folder: Path) -> None:
    """Ask libraries of ten thousand sessions, of a hundred persons and of a single one."""
    for persons in (100, 1):
        _fill(folder / f"of_{persons}", persons)
        _measure(Library(folder / f"of_{persons}"), SESSIONS // persons)


def _measure(kept: Library, of_one: int) -> None:
    pseudonym = kept.persons()[1]
    today = date.today().toordinal()
    for name, call, times in (
        ("index made anew", kept.rebuild_index, 3),
        (f"{of_one} sessions of one person asked for", lambda: kept.sessions(pseudonym), 15),
        ("the same with trends", lambda: history_of(kept.sessions(pseudonym), today, {}), 5),
    ):
        walls_ms, processor_ms = np.array([_timed_ms(call) for _ in range(times)]).T
        print(
            f"{SESSIONS} sessions, {name}: median {np.median(walls_ms):.1f} ms, slowest {walls_ms.max():.1f} ms,"
            f" {np.median(processor_ms):.1f} ms of processor time"
        )


def _timed_ms(call: Callable[[], object]) -> tuple[float, float]:
    wall_s, processor_s = time.perf_counter(), time.process_time()
    call()
    return 1e3 * (time.perf_counter() - wall_s), 1e3 * (time.process_time() - processor_s)


def _fill(home: Path, persons: int) -> None:
    """Write sessions as the library keeps them, three parts each, with empty recordings."""
    for number in range(SESSIONS):
        person, k = number % persons, number // persons
        start = (_FIRST + timedelta(hours=6 * k)).strftime("%Y-%m-%dT%H:%M:%SZ")
        folder = home / "persons" / f"p-{person:08d}" / f"{start.replace(':', '-').rstrip('Z')}_routine_left"
        folder.mkdir(parents=True)
        parts = [
            {
                "exercise": exercise, "posture": posture, "measurement": False,
                "internal_deg": 30.0 + 0.01 * k, "internal_sd_deg": 1.5, "external_deg": 40.0, "external_sd_deg": 1.6,
                "holds": 6, "full_holds": 5, "hold_s": 52.5,
            }
            for exercise, posture in (
                ("standing_dissociation", "standing"), ("supine_ere", "supine"), ("hinge_ir", "hinge")
            )
        ]  # fmt: skip
        result = {"recording_sha256": 64 * "a", "result_sha256": 64 * "b", "imu_hip": "0.1.0", "parts": parts}
        about = {"schema": SCHEMA, "start": start, "side": "left", "exercise": "routine", "result": result}
        (folder / SIDECAR).write_text(json.dumps(about, indent=1))
        (folder / RAW).touch()
