"""What a large library costs: its index made anew, and one person's history."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from imu_hip.app.history import history_of
from imu_hip.session.library_session import RAW, SCHEMA, SIDECAR
from imu_hip.session.user_library import Library

SESSIONS = 10_000
_FIRST = datetime(2024, 1, 1, 8, tzinfo=UTC)
_ASKED = 25


def library(folder: Path) -> None:
    """Ask libraries of ten thousand sessions, of a hundred persons and of a single one."""
    for persons in (100, 1):
        home = folder / f"of_{persons}"
        _fill(home, persons)
        kept = Library(home)
        rebuilt_s = [_timed(kept.rebuild_index) for _ in range(3)]
        pseudonym = kept.persons()[1]
        asked_s = [_timed(lambda: kept.sessions(pseudonym)) for _ in range(_ASKED)]
        today = date.today().toordinal()
        told_s = [_timed(lambda: history_of(kept.sessions(pseudonym), today)) for _ in range(5)]
        size = (home / "index.sqlite").stat().st_size / 1e6
        print(
            f"{SESSIONS} sessions of {persons}: index made anew in {statistics.median(rebuilt_s):.2f} s"
            f" (slowest {max(rebuilt_s):.2f}), {size:.1f} MB; the {SESSIONS // persons} sessions of one person in"
            f" {1e3 * statistics.median(asked_s):.1f} ms (slowest {1e3 * max(asked_s):.1f}), with trends in"
            f" {1e3 * statistics.median(told_s):.1f} ms"
        )


def _timed(call: Callable[[], object]) -> float:
    begun_s = time.perf_counter()
    call()
    return time.perf_counter() - begun_s


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
