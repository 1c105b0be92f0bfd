"""Count the branches of the core that its tests take, room by room.

Once as it runs, with loops compiled to machine code, in which nobody can look; once with the same loops as Python.
What one of the two runs takes is taken.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "build" / "coverage"
LEAST_PERCENT = 95.0
COMPILED_ONLY = ("tests/recordings", "tests/crossing")
"""Whole sessions: too long without machine code."""

Files = Mapping[str, Mapping[str, Any]]


def main() -> int:
    """Run the tests twice and print the table; 1 when a test fails or too few branches are taken."""
    parser = argparse.ArgumentParser(prog="tools/coverage", description=__doc__)
    parser.add_argument("--missing", action="store_true", help="also list the branches that no test takes")
    args = parser.parse_args()
    rooms = core(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8")))
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    tests = list(own_tests(rooms))
    failed = [_run([*tests, *COMPILED_ONLY]), _run(tests, NUMBA_DISABLE_JIT="1")]
    _coverage("combine", "--quiet")
    _coverage("json", "--quiet", "-o", str(PLACE / "branches.json"))
    files: Files = json.loads((PLACE / "branches.json").read_text("utf-8"))["files"]
    used = " ".join(f"{name} {version(name)}" for name in ("coverage", "numba", "imu_hip"))
    print(f"measured {datetime.now(UTC):%Y-%m-%d}; {used}")
    total = _print_table(rooms, files)
    if args.missing:
        print("\n".join(missing(rooms, files)))
    return 1 if any(failed) or total < LEAST_PERCENT else 0


def core(project: Mapping[str, Any]) -> list[str]:
    """Return the rooms and modules that the contract of the core is about."""
    contracts = project["tool"]["importlinter"]["contracts"]
    (modules,) = [contract["source_modules"] for contract in contracts if contract["id"] == "core"]
    return [name.removeprefix("imu_hip.") for name in modules]


def own_tests(rooms: Sequence[str]) -> Iterator[str]:
    """Yield where the tests of rooms and modules are."""
    for room in rooms:
        for path in (f"tests/{room}", f"tests/test_{room}.py"):
            if (ROOT / path).exists():
                yield path


def taken(rooms: Sequence[str], files: Files) -> dict[str, tuple[int, int]]:
    """Return how many branches of each room are taken, and of how many."""
    covered, there = Counter[str](), Counter[str]()
    for name, found in files.items():
        room = Path(name).with_suffix("").parts[1]
        covered[room] += found["summary"]["covered_branches"]
        there[room] += found["summary"]["num_branches"]
    return {room: (covered[room], there[room]) for room in rooms}


def missing(rooms: Sequence[str], files: Files) -> Iterator[str]:
    """Yield the branches that no test takes, from line to line; a negative one is the end of what begins there."""
    for name, found in sorted(files.items()):
        if Path(name).with_suffix("").parts[1] in rooms:
            for begin, end in found["missing_branches"]:
                yield f"{name}:{begin} -> {end}"


def _run(tests: Sequence[str], **variables: str) -> int:
    screen = {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    return _coverage("run", "-m", "pytest", "-q", "-n", "2", "--timeout", "900", *tests, **variables, **screen)


def _coverage(*words: str, **variables: str) -> int:
    data = {"COVERAGE_FILE": str(PLACE / "data")}
    command = [sys.executable, "-m", "coverage", *words]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **data, **variables}, check=False).returncode


def _print_table(rooms: Sequence[str], files: Files) -> float:
    found = taken(rooms, files)
    covered, there = (sum(numbers) for numbers in zip(*found.values(), strict=True))
    for room, (some, of) in {**found, "all of the core": (covered, there)}.items():
        share = f"{100.0 * some / of:6.1f} %" if of else "     –"
        print(f"{room:18} {some:5} of {of:5} branches {share}")
    return 100.0 * float(covered) / float(there)


if __name__ == "__main__":
    sys.exit(main())
