"""An index of the library's sessions in SQLite: a cache that may be deleted at any time, the folders are the truth."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from imu_hip.session.kept_session import RAW, SIDECAR, KeptSession, PartSummary, Summary, session_in
from imu_hip.session.output_file import create_file

_VERSION = 2
"""Raised with every change of the tables: an index of another version is made anew."""
_TABLES = """
CREATE TABLE session (
    person TEXT, session TEXT, modified_ns INTEGER, bytes INTEGER, start TEXT, side TEXT, exercise TEXT,
    recording_sha256 TEXT, result_sha256 TEXT, imu_hip TEXT, pain INTEGER, told INTEGER, notes INTEGER,
    PRIMARY KEY (person, session)
) WITHOUT ROWID;
CREATE TABLE part (
    person TEXT, session TEXT, number INTEGER, exercise TEXT, posture TEXT, measurement INTEGER,
    internal_deg REAL, internal_sd_deg REAL, external_deg REAL, external_sd_deg REAL,
    holds INTEGER, full_holds INTEGER, hold_s REAL, PRIMARY KEY (person, session, number)
) WITHOUT ROWID;
"""

_PATIENCE_S = 0.5
_NAMES_OF_TABLES = ("session", "part")

_figures = attrgetter(*PartSummary.__slots__)

Answer = TypeVar("Answer")
Stamp = tuple[int, int]
"""When a `session.json` was last changed, ns, and its size; zeros where there is none."""


class SessionIndex:
    """What the folders of `persons` hold, kept in `path`. Every answer is as the folders are at that moment."""

    def __init__(self, path: Path, persons: Path) -> None:
        self._path = path
        self._persons = persons

    def sessions(self, person: str) -> tuple[KeptSession, ...]:
        """Return the sessions in a person's folder, the newest first."""

        def answer(index: sqlite3.Connection) -> tuple[KeptSession, ...]:
            self._refresh(index, person)
            index.commit()
            return self._read(index, person)

        return self._ask(answer)

    def rebuild(self) -> int:
        """Read every `session.json` anew; return how many sessions there are."""
        self.delete()
        persons = sorted(entry.name for entry in os.scandir(self._persons) if entry.is_dir())

        def read_all(index: sqlite3.Connection) -> int:
            count = sum(self._refresh(index, person) for person in persons)
            index.commit()
            return count

        return self._ask(read_all)

    def forget(self, person: str) -> None:
        """Delete a person's rows, and overwrite what they were."""

        def delete(index: sqlite3.Connection) -> None:
            index.execute("PRAGMA secure_delete = ON")
            for table in _NAMES_OF_TABLES:
                index.execute(f"DELETE FROM {table} WHERE person = ?", (person,))
            index.commit()

        if self._path.exists():
            self._ask(delete)

    def delete(self) -> None:
        """Delete the index; the next question makes a new one."""
        self._path.unlink(missing_ok=True)

    def _ask(self, question: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Answer a question: a damaged index is made anew; where none can be written, one in memory answers."""
        for _ in range(2):
            try:
                if not self._path.exists():
                    create_file(self._path).close()
                with closing(_with_tables(self._path)) as index:
                    return question(index)
            except (OSError, sqlite3.OperationalError):  # no room, write-protected, or another window is writing
                break
            except sqlite3.DatabaseError:  # damaged, or no database at all
                with suppress(OSError):
                    self.delete()
        with closing(_with_tables(":memory:")) as index:
            return question(index)

    def _refresh(self, index: sqlite3.Connection, person: str) -> int:
        """Make a person's rows those of the folders; return how many sessions these are."""
        known: dict[str, Stamp] = {
            name: (modified_ns, size)
            for name, modified_ns, size in index.execute(
                "SELECT session, modified_ns, bytes FROM session WHERE person = ?", (person,)
            )
        }
        found = dict(_stamped(self._persons / person))
        gone = [(person, name) for name, stamp in known.items() if found.get(name) != stamp]
        new = [(name, stamp) for name, stamp in found.items() if known.get(name) != stamp]
        if gone or new:
            for table in _NAMES_OF_TABLES:
                index.executemany(f"DELETE FROM {table} WHERE person = ? AND session = ?", gone)
            read = [(name, stamp, session_in(self._persons / person / name)) for name, stamp in new]
            index.executemany(
                f"INSERT INTO session VALUES ({','.join('?' * 13)})",
                [_session_row(person, name, stamp, kept) for name, stamp, kept in read],
            )
            index.executemany(
                f"INSERT INTO part VALUES ({','.join('?' * 13)})",
                [row for name, _, kept in read for row in _part_rows(person, name, kept)],
            )
        return len(found)

    def _read(self, index: sqlite3.Connection, person: str) -> tuple[KeptSession, ...]:
        parts: dict[str, list[PartSummary]] = {}
        for name, *figures in index.execute(
            "SELECT session, exercise, posture, measurement, internal_deg, internal_sd_deg, external_deg,"
            " external_sd_deg, holds, full_holds, hold_s FROM part WHERE person = ? ORDER BY session, number",
            (person,),
        ):
            figures[2] = bool(figures[2])
            parts.setdefault(name, []).append(PartSummary(*figures))
        rows = index.execute(
            "SELECT session, start, side, exercise, recording_sha256, result_sha256, imu_hip, pain, told, notes"
            " FROM session WHERE person = ? ORDER BY start DESC, session DESC",
            (person,),
        )
        return tuple(
            KeptSession(
                self._persons / person / name / RAW,
                start,
                side,
                exercise,
                None if result is None else Summary(recording, result, version, tuple(parts.get(name, ())), pain, told),
                notes,
            )
            for name, start, side, exercise, recording, result, version, pain, told, notes in rows
        )


def _with_tables(path: Path | str) -> sqlite3.Connection:
    index = sqlite3.connect(path, timeout=_PATIENCE_S)
    try:
        (version,) = index.execute("PRAGMA user_version").fetchone()
        if version != _VERSION:
            for table in _NAMES_OF_TABLES:
                index.execute(f"DROP TABLE IF EXISTS {table}")
            index.executescript(f"{_TABLES} PRAGMA user_version = {_VERSION};")
    except sqlite3.Error:
        index.close()
        raise
    return index


def _stamped(folder: Path) -> Iterable[tuple[str, Stamp]]:
    """Yield each session of a person's folder with the stamp of its `session.json`."""
    if not folder.is_dir():
        return
    for entry in os.scandir(folder):
        if entry.name.startswith(".") or not entry.is_dir(follow_symlinks=False):
            continue
        try:
            found = os.stat(f"{entry.path}/{SIDECAR}")  # noqa: PTH116 - a Path takes as long as the question
            yield entry.name, (found.st_mtime_ns, found.st_size)
        except OSError:
            if (Path(entry.path) / RAW).exists():
                yield entry.name, (0, 0)


def _session_row(person: str, name: str, stamp: Stamp, kept: KeptSession) -> tuple[object, ...]:
    of = kept.summary
    which = (None,) * 5 if of is None else (of.recording_sha256, of.result_sha256, of.imu_hip, of.pain, of.notes)
    return (person, name, *stamp, kept.start, kept.side, kept.exercise, *which, kept.notes)


def _part_rows(person: str, name: str, kept: KeptSession) -> Iterable[tuple[object, ...]]:
    parts = () if kept.summary is None else kept.summary.parts
    return [(person, name, number, *_figures(part)) for number, part in enumerate(parts)]
