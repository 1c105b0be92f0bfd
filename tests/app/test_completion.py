"""Tab in real shells, and what it offers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from imu_hip.app import cli, completion
from imu_hip.app.catalogue import catalogue
from tests.app.calling import ROOT, call

SCRIPTS = Path(sys.executable).parent
SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
SETUP = {
    "bash": "source <(imu-hip completion bash)",
    "zsh": "autoload -U compinit; compinit -u -D; source <(imu-hip completion zsh)",
    "fish": "imu-hip completion fish | source",
}
IN_SHELLS = [
    pytest.param(name, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed"))
    for name in SHELLS
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with files of several kinds, one of them with a space in its name."""
    for name in ("mine.mcap", "my notes.txt", "marks one.csv", ".hidden.mcap"):
        (tmp_path / name).touch()
    (tmp_path / "more").mkdir()
    return tmp_path


def offered(folder: Path, line: str) -> list[str]:
    """Return what the program answers to a shell that asks what can come at the end of a line."""
    answer = folder / "answer"
    asks = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_SUPPRESS_SPACE": "1", "_ARGCOMPLETE_STDOUT_FILENAME": str(answer)}
    asks |= {"COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_IFS": "\n", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-m", "imu_hip"], cwd=folder, env={**os.environ, **asks}, check=False)
    assert done.returncode == 0
    words = answer.read_text("utf-8").split("\n")
    answer.unlink()
    return [word for word in words if word]


def test_every_command_is_offered(folder: Path) -> None:
    (commands,) = (action.choices for action in cli._parser()._actions if action.choices)
    assert set(commands) <= set(offered(folder, "imu-hip "))


def test_exercises_are_offered_and_routines_where_one_can_be_run(folder: Path) -> None:
    ids = {spec.id for spec in catalogue()}
    assert set(offered(folder, "imu-hip simulate s")) == {each for each in ids if each.startswith("s")}
    assert set(offered(folder, "imu-hip import --exercise ")) == ids
    assert offered(folder, "imu-hip run supine_ere routine_") == ["routine_1", "routine_2"]
    assert offered(folder, "imu-hip demo routine_") == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("imu-hip import --side ", ["left", "right"]),
        ("imu-hip analyze mine.mcap --filter m", ["madgwick", "mahony"]),
        ("imu-hip analyze mine.mcap --filter=m", ["--filter=madgwick", "--filter=mahony"]),
        ("imu-hip export --to par", ["parquet"]),
        ("imu-hip demo --head", ["--headless"]),
        ("imu-hip analyze m", ["mine.mcap", "more/"]),
        ("imu-hip analyze .h", [".hidden.mcap"]),
        ("imu-hip import --marks m", [r"marks\ one.csv", "more/"]),
        ("imu-hip export --out m", [r"marks\ one.csv", "mine.mcap", "more/", r"my\ notes.txt"]),
        ("imu-hip analyze nowhere/", []),
        ("imu-hip run --person m", []),
        ("imu-hip run --cycles ", []),
    ],
)
def test_what_fits_an_argument_is_offered(folder: Path, line: str, words: list[str]) -> None:
    assert offered(folder, line) == words


def test_an_ending_is_told_by_the_help() -> None:
    assert completion.endings("OUT.csv|OUT.parquet") == (".csv", ".parquet")
    assert completion.endings("SERIAL") == ()


def test_folders_elsewhere_are_read_as_they_were_typed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    assert list(completion.files("~/mi", (".mcap",))) == ["~/mine.mcap"]
    assert list(completion.files(f"{folder}/mo", (".mcap",))) == [f"{folder}/more/"]


def test_an_unknown_shell_is_refused() -> None:
    assert "bash" in call("completion", "sh").refusal


@pytest.mark.skipif(sys.platform == "win32", reason="no terminals of this kind")
@pytest.mark.parametrize("shell", IN_SHELLS)
def test_tab_completes_in_a_terminal(shell: str, folder: Path) -> None:
    recording = ROOT / "recordings" / "supine_ere_right.mcap"
    (folder / "walk.mcap").symlink_to(recording)
    terminal = Terminal(shell, folder)
    terminal.enter(SETUP[shell])
    terminal.enter("imu-hip exerc\t--js\t > listed.json")
    terminal.enter("imu-hip ana\twa\t--js\t > result.json")
    terminal.end()
    listed = json.loads((folder / "listed.json").read_text("utf-8"))
    assert [each["id"] for each in listed] == [spec.id for spec in catalogue()]
    assert json.loads((folder / "result.json").read_text("utf-8"))["recording"]["exercise"] == "supine_ere"


class Terminal:
    """A shell at a terminal; each line is typed when the one before it is done."""

    def __init__(self, shell: str, folder: Path) -> None:
        path = os.pathsep.join([str(SCRIPTS), os.environ["PATH"]])
        home = {"HOME": str(folder), "PATH": path, "PYTHONPATH": str(ROOT), "TERM": "dumb"}
        command = [sys.executable, "-c", "import pty, sys; pty.spawn(sys.argv[1:])", *SHELLS[shell]]
        self._marks = iter(folder / f"done{n}" for n in range(100))
        self._seen = folder / "seen"
        with self._seen.open("wb") as seen:
            self._process = subprocess.Popen(
                command, cwd=folder, env={**os.environ, **home}, stdin=subprocess.PIPE, stdout=seen, stderr=seen
            )

    def enter(self, line: str) -> None:
        mark = next(self._marks)
        self._type(f"{line}; : > {mark.name}\n")
        while not mark.exists():
            assert self._process.poll() is None, self._seen.read_text("utf-8")
            time.sleep(0.05)

    def end(self) -> None:
        self._type("exit\n")
        self._process.communicate()

    def _type(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()
