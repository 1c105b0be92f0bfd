"""The index answers as the folders are, whatever happened to it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from imu_hip.model.setup import Side
from imu_hip.session.kept_session import KeptSession
from imu_hip.session.user_library import Library
from tests.session.kept import kept_result


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(tmp_path / "home")
    for day in range(1, 8):
        path = made.new_recording("me", "supine_ere", Side.LEFT, f"2026-11-{day:02d}T08:00:00Z")
        path.write_bytes(b"x")
        made.keep_result(path, kept_result(internal_deg=30.0 + day))
    return made


def angles(found: tuple[KeptSession, ...]) -> list[float | None]:
    return [None if kept.summary is None else kept.summary.parts[0].internal_deg for kept in found]


ALL = [37.0, 36.0, 35.0, 34.0, 33.0, 32.0, 31.0]


def test_a_second_answer_is_the_first(library: Library) -> None:
    assert library.sessions("me") == library.sessions("me")
    assert angles(library.sessions("me")) == ALL


def test_figures_come_back_as_they_stand_in_the_folders(library: Library) -> None:
    first = library.sessions("me")[0].summary
    assert first is not None
    (part,) = first.parts
    assert (part.exercise, part.posture, part.measurement) == ("supine_ere", "supine", False)
    assert (part.external_deg, part.holds, part.full_holds, part.hold_s) == (None, 2, 1, 12.5)


def test_what_was_changed_by_hand_is_seen(library: Library) -> None:
    newest = library.sessions("me")[0].path.parent / "session.json"
    about = json.loads(newest.read_text())
    about["result"]["parts"][0]["internal_deg"] = 12.25
    newest.write_text(json.dumps(about))
    assert angles(library.sessions("me")) == [12.25, *ALL[1:]]


def test_a_session_that_was_deleted_is_gone_and_one_that_was_brought_is_there(library: Library) -> None:
    third = library.sessions("me")[2].path.parent
    elsewhere = library.home / "third"
    third.rename(elsewhere)
    assert angles(library.sessions("me")) == [*ALL[:2], *ALL[3:]]
    elsewhere.rename(third)
    assert angles(library.sessions("me")) == ALL


@pytest.mark.parametrize("damage", ["none", "text", "cut", "zeros", "missing", "other version", "no tables"])
def test_a_damaged_index_is_made_anew(library: Library, damage: str) -> None:
    library.sessions("me")
    index = library.home / "index.sqlite"
    whole = index.read_bytes()
    assert len(whole) > 8192
    if damage == "text":
        index.write_text("no database " * 1000)
    elif damage == "cut":
        index.write_bytes(whole[:5000])
    elif damage == "zeros":
        index.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    elif damage == "missing":
        index.unlink()
    elif damage in ("other version", "no tables"):
        with sqlite3.connect(index) as opened:
            opened.execute("DROP TABLE part")
            opened.execute(f"PRAGMA user_version = {99 if damage == 'other version' else 1}")
        opened.close()
    assert angles(library.sessions("me")) == ALL


def test_an_index_that_cannot_be_written_is_done_without(library: Library) -> None:
    index = library.home / "index.sqlite"
    index.unlink(missing_ok=True)
    index.mkdir()
    assert angles(library.sessions("me")) == ALL


def test_another_window_that_is_writing_is_not_waited_for_long(library: Library) -> None:
    library.sessions("me")
    (library.home / "persons").joinpath(library.pseudonym("me") or "", "2026-11-07T08-00-00_supine_ere_left").rename(
        library.home / "gone"
    )
    other = sqlite3.connect(library.home / "index.sqlite")
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert angles(library.sessions("me")) == ALL[1:]
    finally:
        other.close()


def test_rebuilding_counts_the_sessions_of_everybody(library: Library) -> None:
    library.new_recording("Anna", "supine_ere", Side.LEFT, "2026-11-01T08:00:00Z")
    assert library.rebuild_index() == 8
    assert angles(library.sessions("me")) == ALL


def test_an_empty_library_has_nothing_to_rebuild(tmp_path: Path) -> None:
    assert Library(tmp_path / "none").rebuild_index() == 0
    assert not list(tmp_path.iterdir())
