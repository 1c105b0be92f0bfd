"""What is written is its owner's, what is read steers nothing, and nothing leaves the computer: docs/security.md."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from imu_hip.app.printing import print_lines
from imu_hip.session.reader import read_recording
from imu_hip.session.writer import write_recording
from tests.app.calling import RECORDING, call, call_import, import_words

STEERING = "a\x1b[2J\x1b]0;b\x07\u202ec\rd\x9be"


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """Return a recording of some seconds, in a folder of its own."""
    whole = read_recording(RECORDING)
    path = tmp_path / "short" / "short.mcap"
    path.parent.mkdir(mode=0o700)
    write_recording(path, whole.setup, whole.items[:600])
    return path


def _modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


@pytest.mark.skipif(os.name != "posix", reason="modes are Unix's")
def test_whatever_a_command_writes_is_its_owners_only(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("fsspec")
    monkeypatch.setenv("IMU_HIP_HOME", str(tmp_path / "home"))
    before = os.umask(0)
    try:
        calls = (
            call("analyze", short, "--samples", tmp_path / "a.csv"),
            call("analyze", short, "--samples", tmp_path / "a.parquet"),
            call("report", short, "--out", tmp_path / "r.html"),
            call("note", short, "left knee"),
            call("recover", short, "--out", tmp_path / "s.mcap"),
            call("simulate", "arom_seated", "--out", tmp_path / "t.mcap", "--truth", tmp_path / "t.csv"),
            call("batch", short.parent, "--out", tmp_path / "dest" / "deep", "--workers", 1),
        )
        given = import_words(tmp_path)
        for name in ("pelvis", "thigh", "marks"):
            (tmp_path / f"{name}.csv").chmod(0o600)
        assert call_import(given).code == 0
    finally:
        os.umask(before)
    assert [outcome.code for outcome in calls] == [0] * len(calls), calls
    found = _modes(tmp_path)
    assert {"r.html", "out.mcap", "dest/deep", "short/short.notes.json", "t.csv"} <= set(found)
    assert {name: oct(mode) for name, mode in found.items() if mode & 0o077} == {}


def test_nothing_that_is_printed_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_lines([f"  {STEERING}  "])
    printed = capsys.readouterr().out
    assert printed == "  a [2J ]0;b  c d e  \n"


def test_a_refusal_quotes_nothing_that_steers_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(f"id = 'mine'\n\"{'a'}\\u001b[2Jb\" = 1\n")
    refusal = call("demo", "--exercise-file", path, "--headless").refusal
    assert "[2Jb" in refusal
    assert refusal.rstrip("\n").isprintable()


_LISTENING = """
import json, sys
seen = []
def hook(event, args):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "urllib.Request"):
        seen.append([event, str(args[1:])])
sys.addaudithook(hook)
from imu_hip.app.cli import main
code = main(sys.argv[1:])
print(json.dumps([code, seen]), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "words",
    [
        ("analyze", "FILE"),
        ("report", "FILE", "--out", "r.html"),
        ("export", "FILE", "--to", "fhir", "--out", "e.json"),
        ("history",),
        ("exercises",),
        ("replay", "FILE", "--headless", "--mute", "--speed", "max"),
        ("demo", "arom_seated", "--headless", "--mute", "--speed", "max"),
    ],
)
def test_no_command_reaches_the_network(words: tuple[str, ...], short: Path, tmp_path: Path) -> None:
    line = [sys.executable, "-c", _LISTENING, *(str(short) if word == "FILE" else word for word in words)]
    known = {**os.environ, "IMU_HIP_HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path)}
    done = subprocess.run(line, cwd=tmp_path, env=known, capture_output=True, text=True, check=False, timeout=100)
    code, seen = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    assert seen == []
