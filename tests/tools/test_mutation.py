"""`tools/mutation` on a program of its own, of which it is known what the tests see."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mutants import Mutant

if sys.platform == "win32":
    pytest.skip("it forks", allow_module_level=True)

from mutation_score import EQUIVALENT, covering, equivalents

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
from imu_hip.compiled import compiled

UNUSED = True


@compiled
def inner(value):
    return value * 2.5


def called(value):
    return inner(value)


def counted(n):
    while n > 0:
        n -= 4
    return n


def forgotten(a, b):
    return a and b
"""

TESTS = """
from imu_hip.exercise.small import called, counted

def test_it_multiplies():
    assert called(2.0) == 5.0

def test_it_ends():
    assert counted(8) == 0
"""


def test_it_tells_what_a_test_minds_also_in_a_compiled_loop(tmp_path: Path) -> None:
    checkout, place = tmp_path / "checkout", tmp_path / "place"
    for name, text in {
        "imu_hip/__init__.py": "",
        "imu_hip/exercise/__init__.py": "",
        "imu_hip/exercise/small.py": PROGRAM,
        "tests/exercise/test_small.py": TESTS,
        "pyproject.toml": '[tool.pytest]\naddopts = ["--import-mode=importlib"]\npythonpath = ["."]\n',
    }.items():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "imu_hip" / "compiled.py", checkout / "imu_hip")
    subprocess.run(["git", "init", "--quiet"], cwd=checkout, check=True)
    options = ["--checkout", checkout, "--place", place, "--tests", "tests", "--patience", "2"]
    script = [sys.executable, ROOT / "tools" / "mutation_score.py", *options, "imu_hip/exercise/small.py"]
    first = subprocess.run(script, capture_output=True, text=True, check=False)
    lines = map(json.loads, (place / "seed-0.jsonl").read_text(encoding="utf-8").splitlines())
    verdicts = {line["name"].split(": ", 1)[1]: line["verdict"] for line in lines}
    assert verdicts == {
        "True → False": "survived",
        "2.5 → 3.75": "killed",
        "2.5 → 1.25": "killed",
        "* → /": "killed",
        "> → >=": "killed",
        "> → <=": "killed",
        "0 → 1": "survived",
        "0 → -1": "killed",
        "n -= 4 → pass": "timeout",
        "-= → +=": "timeout",
        "4 → 5": "killed",
        "4 → 3": "killed",
        "and → or": "untested",
    }
    assert first.returncode == 1
    assert "survived, equivalent ones not counted: 3/13" in first.stdout
    assert "imu_hip/exercise/small.py:4: 'True' -> 'False' in: UNUSED = True" in first.stdout
    again = subprocess.run([*script, "--most", "30"], capture_output=True, text=True, check=False)
    assert again.returncode == 0, "all is known, nothing is tried again"
    assert "killed    imu_hip" not in again.stdout


def test_the_mirror_file_comes_first_then_the_quickest_and_of_whole_sessions_so_many_seconds() -> None:
    called = {"calls": ["imu_hip/exercise/hold.py:7"]}
    tests = {
        "tests/crossing/test_chain.py::slow": {"s": 8.0, **called},
        "tests/crossing/test_chain.py::quick": {"s": 3.0, **called},
        "tests/exercise/test_judge.py::quick": {"s": 0.1, **called},
        "tests/exercise/test_judge.py::another": {"s": 0.1, "calls": []},
        "tests/exercise/test_hold.py::slow": {"s": 2.0, **called},
        "tests/stream/test_pairing.py::other_room": {"s": 0.1, **called},
    }
    inside = Mutant("imu_hip/exercise/hold.py", 9, 0, 1, "1", "2", 7, "")
    assert covering(inside, tests, far_s=10.0) == (
        ["tests/exercise/test_hold.py::slow", "tests/exercise/test_judge.py::quick"],
        ["tests/crossing/test_chain.py::quick"],
    )
    outside = Mutant("imu_hip/exercise/hold.py", 2, 0, 1, "1", "2", None, "")
    assert "tests/exercise/test_judge.py::another" in covering(outside, tests, far_s=10.0)[0]


def test_what_is_called_equivalent_still_stands_in_the_program() -> None:
    assert EQUIVALENT.exists()
    for file, line, before, _ in equivalents():
        lines = [each.strip() for each in (ROOT / file).read_text(encoding="utf-8").splitlines()]
        assert line in lines, (file, line)
        assert before in line
