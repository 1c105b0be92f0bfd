"""Who has no window types a letter."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from imu_hip.app.headless_keys import COMMANDS, HELP, listen_for_keys, obey
from imu_hip.model.command import CommandName
from imu_hip.model.item import Command, Note, NoteKind
from tests.app.test_live import calibrating


class Terminal(io.StringIO):
    """Typed text that says it comes from a terminal."""

    def isatty(self) -> bool:
        return True


def test_letters_are_commands_and_enter_pauses_and_goes_on(tmp_path: Path) -> None:
    demo = calibrating(tmp_path / "a.mcap")
    demo.session.clock = lambda: 1
    answers = [obey(typed, demo.session) for typed in ("p\n", " E\n", "redo\n", "\n", "x\n", "stop\n")]
    assert answers == ["", "", "", "", HELP, ""]
    taken = [numbered.item for numbered in demo.session.intake.take(0.0) or []]
    demo.session.finish()
    names = [item.name for item in taken if isinstance(item, Command)]
    assert names == [
        CommandName.PAIN,
        CommandName.END_SET,
        CommandName.REDO,
        CommandName.PAUSE,
        CommandName.STOP,
    ]


def test_numbers_are_scores_of_pain_and_n_begins_a_note(tmp_path: Path) -> None:
    demo = calibrating(tmp_path / "a.mcap")
    demo.session.clock = lambda: 1
    typed = ("7\n", "10\n", "11\n", "-1\n", "n the knee clicked\n", "n\n", "nothing\n")
    answers = [obey(each, demo.session) for each in typed]
    please = "How much does it hurt: 0 to 10, please"
    assert answers == ["Pain 7 of 10 is noted.", "Pain 10 of 10 is noted.", please, please, "", HELP, HELP]
    taken = [numbered.item for numbered in demo.session.intake.take(0.0) or []]
    demo.session.finish()
    assert taken == [
        Note(1, NoteKind.PAIN, 7),
        Note(1, NoteKind.PAIN, 10),
        Note(1, NoteKind.TEXT, text="the knee clicked"),
    ]


def test_every_key_of_a_terminal_is_followed_and_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo = calibrating(tmp_path / "a.mcap")
    demo.session.clock = lambda: 1
    listen_for_keys(demo, Terminal("p\ns\n"))
    help_text = capsys.readouterr().err
    assert all(f"{letter}:" in help_text for letter in COMMANDS)
    names: list[str] = []
    end_s = time.monotonic() + 5.0
    while len(names) < 2 and time.monotonic() < end_s:
        names += [n.item.name for n in demo.session.intake.take(0.05) or [] if isinstance(n.item, Command)]
    demo.session.finish()
    assert names == [CommandName.PAIN, CommandName.STOP]


def test_without_a_terminal_nothing_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo = calibrating(tmp_path / "a.mcap")
    listen_for_keys(demo, io.StringIO("s\n"))
    demo.session.finish()
    assert capsys.readouterr().err == ""
