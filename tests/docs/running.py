"""Run what a page says to run."""

from __future__ import annotations

import argparse
import os
import runpy
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import duckdb
import environment
import pytest

from imu_hip.app import cli
from tests.app.calling import call
from tests.docs.pages import ROOT, Block
from tests.docs.surroundings import closing_windows

NO_WORDS = ("tools/check", "tools/licences")


def run(block: Block, more: str = "") -> str:
    """Run a block, its lines with `more` options, those of different lines apart by `|`; return what it printed."""
    match block.language:
        case "python":
            with redirect_stdout(StringIO()) as printed:
                exec(compile(block.text, str(block), "exec"), {"__name__": "__main__"})
            return printed.getvalue()
        case "sql":
            return str(duckdb.connect().execute(block.text).fetchall())
        case _:
            lines = block.text.splitlines()
            added = [words.strip() for words in more.split("|")] if more else [""] * len(lines)
            return "".join(_command(f"{line} {words}") for line, words in zip(lines, added, strict=True))


def _command(line: str) -> str:
    words = [name for word in shlex.split(line) for name in _named_by(word)]
    if words[0] == "python3":
        _, *started = started_by(words[1:])
        if started[0] != "-m":
            return _script(started)
        words = started[1:]
    with closing_windows():
        outcome = call(*words[1:])
    assert outcome.code == 0, f"{line}\n{outcome.err}"
    return outcome.out


def _named_by(word: str) -> list[str]:
    return sorted(map(str, Path().glob(word))) if "*" in word else [word]


def _script(words: list[str]) -> str:
    """Run what a tool starts: it has processes of its own."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, *words], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def started_by(words: list[str]) -> list[str]:
    """Return the command that a tool starts, without making an environment for it."""
    started: list[list[str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", words)
        patch.setattr(environment, "ensure", lambda: None)
        patch.setattr(environment, "start", lambda command, **_: started.append([str(word) for word in command]))
        patch.setattr(environment, "wait", lambda _: 0)
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(ROOT / words[0].replace("\\", "/")), run_name="__main__")
    assert not ended.value.code, ended.value.code
    return started[-1]


class _ParsedError(Exception):
    """The words are right."""


def parse(words: list[str]) -> None:
    """Let the program's or a tool's own parser read what a tool is called with, and nothing more."""
    if words[0] in NO_WORDS:
        assert words[1:] == []
        return
    _, *started = started_by(words)
    if started[:2] == ["-m", "pytest"]:
        assert all((ROOT / word).exists() for word in words[1:])
        return
    script, words = (started[1], started[2:]) if started[0] == "-m" else (started[0], started[1:])
    parse_args = argparse.ArgumentParser.parse_args

    def parsed(self: argparse.ArgumentParser, args: object = None) -> None:
        parse_args(self, words)
        raise _ParsedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [script, *words])
        patch.setattr(argparse.ArgumentParser, "parse_args", parsed)
        with pytest.raises(_ParsedError):
            cli._parser().parse_args() if script == "imu_hip" else runpy.run_path(script, run_name="__main__")
