"""Whose sessions a command is about, and that nobody is deleted unasked."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from imu_hip.app.results import kept_analysis
from imu_hip.model.setup import Side
from imu_hip.session.user_library import HOME_VARIABLE, Library
from tests.app.calling import RECORDING, call


class Terminal(io.StringIO):
    """Typed text that says it comes from a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def annas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep two sessions of Anna; return the recording of the newest."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    library = Library()
    for day in (21, 22):
        path = library.new_recording("Anna", "supine_ere", Side.RIGHT, f"2026-11-{day}T12:00:00Z")
        path.write_bytes(RECORDING.read_bytes())
        kept_analysis(path, library)
    return path


def test_nobody_is_forgotten_where_nobody_can_be_asked(annas: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    refusal = call("forget", "Anna").refusal
    assert "nobody is there to be asked" in refusal
    assert "add --yes" in refusal
    assert annas.exists()
    assert call("forget", "Anna", "--yes").code == 0
    assert not annas.exists()


@pytest.mark.parametrize("typed", ["", "yes\n", "anna\n"])
def test_another_answer_than_the_name_deletes_nothing(annas: Path, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    outcome = call("forget", "Anna")
    assert (outcome.code, "nothing was deleted" in outcome.err) == (2, True)
    assert annas.exists()


def test_the_name_typed_deletes(annas: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("Anna\n"))
    assert call("forget", "Anna").code == 0
    assert not annas.exists()


def test_capitals_do_not_matter_where_one_person_is_meant_but_for_forgetting(annas: Path) -> None:
    assert call("history", "--person", "aNNA").out.startswith("Anna: 2 sessions")
    assert "there is Anna" in call("forget", "anna", "--yes").refusal
    Library().new_recording("anna", "supine_ere", Side.RIGHT, "2026-11-22T12:00:00Z")
    assert "no sessions of ANNA yet" in call("history", "--person", "ANNA").out
    assert call("history", "--person", "Anna").out.startswith("Anna: 2 sessions")


def test_who_has_no_sessions_is_told_who_has(annas: Path) -> None:
    assert call("history").out == "no sessions of me yet; there are some of: Anna\n"


def test_the_history_tells_where_each_session_is(annas: Path) -> None:
    said = call("history", "--person", "Anna").out
    assert str(annas.parent.parent) in said
    assert all(folder.name in said for folder in annas.parent.parent.iterdir())


def test_the_newest_session_of_a_person_needs_no_file(annas: Path, tmp_path: Path) -> None:
    by_file = call("analyze", annas, "--json")
    assert call("analyze", "--person", "anna", "--json") == by_file
    assert json.loads(by_file.out)["recording"]["exercise"] == "supine_ere"
    assert call("replay", "--person", "Anna", "--headless", "--speed", "max").code == 0
    page = tmp_path / "page.html"
    assert call("report", "--person", "Anna", "--out", page).code == 0
    assert "Anna" in page.read_text("utf-8")


@pytest.mark.parametrize("command", [("analyze",), ("replay",), ("report", "--out", "x.html")])
def test_neither_a_file_nor_a_person_is_refused(command: tuple[str, ...]) -> None:
    assert "name a FILE, or with --person P" in call(*command).refusal


def test_a_person_without_sessions_is_refused_with_those_who_have_some(annas: Path) -> None:
    assert "no sessions of Bob yet; there are some of: Anna" in call("analyze", "--person", "Bob").refusal
