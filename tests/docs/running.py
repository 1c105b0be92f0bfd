"""Run what a page says to run."""

from __future__ import annotations

import argparse
import runpy
import shlex
import sys
from contextlib import redirect_stdout
from io import StringIO

import duckdb
import environment
import pytest

from tests.app.calling import call
from tests.docs.pages import ROOT, Block
from tests.docs.surroundings import closing_windows

PYTHON_CALLS = ["-m", "imu_hip"]


def run(block: Block, more: str = "") -> str:
    """Run a block, its only line with `more` options; return what it printed."""
    match block.language:
        case "python":
            with redirect_stdout(StringIO()) as printed:
                exec(compile(block.text, str(block), "exec"), {"__name__": "__main__"})
            return printed.getvalue()
        case "sql":
            return str(duckdb.connect().execute(block.text).fetchall())
        case _:
            return "".join(_command(f"{line} {more}") for line in block.text.splitlines())


def _command(line: str) -> str:
    words = shlex.split(line)
    if words[0] == "python3":
        _, *words = started_by(words[1:])
        assert words[:2] == PYTHON_CALLS, line
        words = words[1:]
    with closing_windows():
        outcome = call(*words[1:])
    assert outcome.code == 0, f"{line}\n{outcome.err}"
    return outcome.out


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
    """Let the tool's own parser read its words, and nothing more."""
    _, script, *words = started_by(words)
    parse_args = argparse.ArgumentParser.parse_args

    def parsed(self: argparse.ArgumentParser) -> None:
        parse_args(self)
        raise _ParsedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [script, *words])
        patch.setattr(argparse.ArgumentParser, "parse_args", parsed)
        with pytest.raises(_ParsedError):
            runpy.run_path(script, run_name="__main__")
