"""What the person tells: kept in the recording or beside it, shown everywhere, and no part of the result."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from imu_hip import api
from imu_hip.app.pain_keys import ASKED_S, PainKeys
from imu_hip.app.reporting import write_report
from imu_hip.app.results import result_view
from imu_hip.model.command import CommandName
from imu_hip.model.errors import UnusableInputError
from imu_hip.model.item import Command, Item, Note, NoteKind, NumberedItem, TimedNote
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.kept_session import keep_result, session_in
from imu_hip.session.notes import LONGEST, notes_in
from imu_hip.session.writer import write_recording
from tests.app.calling import RECORDING, call

SECOND_NS = 10**9


def told(items: Sequence[Item]) -> tuple[TimedNote, ...]:
    return notes_in([NumberedItem(number, item) for number, item in enumerate(items)], 0)


def pain(t_s: int, score: int) -> Note:
    return Note(t_s * SECOND_NS, NoteKind.PAIN, score)


def reported(t_s: int) -> Command:
    return Command(t_s * SECOND_NS, CommandName.PAIN)


def test_a_pain_has_the_last_score_that_followed_it() -> None:
    assert told([reported(5), pain(8, 1), pain(9, 10), reported(20), reported(30), pain(31, 0)]) == (
        TimedNote(5.0, NoteKind.PAIN, 10),
        TimedNote(20.0, NoteKind.PAIN, None),
        TimedNote(30.0, NoteKind.PAIN, 0),
    )


def test_a_score_without_a_report_stands_for_itself_and_texts_are_kept_in_their_place() -> None:
    assert told([pain(3, 2), Note(4 * SECOND_NS, NoteKind.TEXT, text="a click"), Command(5, "stop")]) == (
        TimedNote(3.0, NoteKind.PAIN, 2),
        TimedNote(4.0, NoteKind.TEXT, text="a click"),
    )


def test_digits_are_scores_for_a_while_after_pain_and_one_and_nought_are_ten() -> None:
    keys = PainKeys()
    assert keys.digit(7, 0.0) is None
    keys.reported(10.0)
    assert [keys.digit(digit, 11.0 + k) for k, digit in enumerate((7, 1, 0, 0))] == [7, 1, 10, 0]
    assert [keys.digit(1, 16.0), keys.digit(0, 19.0)] == [1, 0]
    assert keys.digit(3, 10.0 + ASKED_S + 0.1) is None


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sample recording in which pain was reported in its middle, and something was said."""
    recording = api.read(RECORDING)
    middle = len(recording.items) // 2
    t_ns = recording.items[middle].item.t_ns
    items = [numbered.item for numbered in recording.items]
    items[middle:middle] = [
        Command(t_ns, CommandName.PAIN),
        Note(t_ns, NoteKind.PAIN, 7),
        Note(t_ns, NoteKind.TEXT, text='=cmd() <script>"click"'),
    ]
    path = tmp_path_factory.mktemp("noted") / "raw.mcap"
    write_recording(path, recording.setup, [NumberedItem(number, item) for number, item in enumerate(items)])
    return path


def test_notes_are_in_the_json_and_change_no_result(noted: Path) -> None:
    result = json.loads(call("analyze", noted, "--json").out)
    without = json.loads(call("analyze", RECORDING, "--json").out)
    assert result["result_sha256"] == without["result_sha256"]
    assert without["notes"] == []
    t_s = result["notes"][0]["t_s"]
    assert 0.0 < t_s < result["recording"]["duration_s"]
    assert result["notes"] == [
        {"t_s": t_s, "kind": "pain", "score": 7, "written": None},
        {"t_s": t_s, "kind": "text", "text": '=cmd() <script>"click"', "written": None},
    ]


def test_notes_stand_on_every_page_and_in_every_table(noted: Path, tmp_path: Path) -> None:
    analysis = api.analyze(noted)
    assert result_view(analysis, noted).notes[0].startswith("Pain: 7 of 10 at ")
    assert call("analyze", noted).out.startswith("Pain: 7 of 10 at ")
    page = tmp_path / "report.html"
    write_report(noted, page)
    text = page.read_text("utf-8")
    assert "Pain, 7 of 10" in text
    assert "&lt;script&gt;" in text
    assert "<script>" not in text
    assert call("export", noted, "--to", "csv", "--out", tmp_path / "csv").code == 0
    rows = list(csv.DictReader((tmp_path / "csv" / "events.csv").read_text("utf-8").splitlines()))
    assert [row["what"] for row in rows if row["kind"] in ("pain", "note")] == ['\'=cmd() <script>"click"', "7 of 10"]
    assert call("export", noted, "--to", "bids", "--out", tmp_path / "bids").code == 0
    (events,) = (tmp_path / "bids").rglob("*_events.tsv")
    assert "\tpain\t7 of 10\t" in events.read_text("utf-8")


def test_a_note_about_a_finished_recording_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(RECORDING.read_bytes())
    assert call("note", path, "new shoes\n today").code == 0
    assert call("note", path, "slipped", "--at", "12.5").code == 0
    assert path.read_bytes() == RECORDING.read_bytes()
    notes = json.loads(call("analyze", path, "--json").out)["notes"]
    assert [(note["t_s"], note["kind"], note["text"]) for note in notes] == [
        (None, "text", "new shoes today"),
        (12.5, "text", "slipped"),
    ]
    assert all(note["written"].endswith("Z") for note in notes)
    page = tmp_path / "report.html"
    write_report(path, page)
    assert "whole session" in page.read_text("utf-8")


@pytest.mark.parametrize("text", ["", " \n\0 ", "x" * (LONGEST + 1)])
def test_a_note_that_says_nothing_or_too_much_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(RECORDING.read_bytes())
    assert "note" in call("note", path, text).refusal
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("notes", ['{"notes": 3}', '{"notes": [3]}', '{"notes": [{"text": 1}]}', "[]", "{"])
def test_notes_that_nobody_can_read_are_refused_in_one_line(tmp_path: Path, notes: str) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(RECORDING.read_bytes())
    beside = tmp_path / "a.notes.json"
    beside.write_text(notes)
    with pytest.raises(UnusableInputError, match=r"a\.notes\.json"):
        api.read(path)
    assert "a.notes.json" in call("analyze", path).refusal


def test_in_the_library_notes_and_pain_are_figures_of_the_session(noted: Path, tmp_path: Path) -> None:
    folder = tmp_path / "session"
    folder.mkdir()
    (folder / "raw.mcap").write_bytes(noted.read_bytes())
    keep_result(folder, analysis_json(api.analyze(folder / "raw.mcap")))
    assert call("note", folder / "raw.mcap", "later").code == 0
    # A later result knows the later note, too, which must not be counted twice.
    keep_result(folder, analysis_json(api.analyze(folder / "raw.mcap")))
    kept = session_in(folder)
    assert kept.summary is not None
    assert (kept.summary.pain, kept.notes) == (7, 2)
