"""Whether the ranges in pyproject.toml hold: tests with their lowest versions, then with their highest.

The lowest run on the oldest Python, the highest on the newest. What the program needs is at the end of its range;
what the tests need besides is as in the lock. Needs uv.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from environment import LOCK, PYTHONS, ROOT
from locked import requirements
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from talking import say, stop

ENDS = {"lowest": ("lowest-direct", PYTHONS[-1]), "highest": ("highest", PYTHONS[0])}
"""How uv resolves, and which Python."""
TESTS = (
    "tests/codec", "tests/stream", "tests/orientation", "tests/kinematics", "tests/session", "tests/recordings",
    "tests/batch", "tests/ble", "tests/feedback", "tests/app/test_analyze.py", "tests/app/test_exporting.py",
    "tests/test_api.py", "tests/test_pipeline.py",
)  # fmt: skip
"""What touches the libraries, without the window and the browser."""


def main() -> int:
    """Make each environment and run the tests in it; the exit code is 1 when one fails."""
    parser = argparse.ArgumentParser(prog="tools/ranges", description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=ENDS, help="one end; without: both")
    only = parser.parse_args().only
    if shutil.which("uv") is None:
        stop("This needs uv: pip install uv")
    held = [_holds(end) for end in ENDS if only in (None, end)]
    return 0 if all(held) else 1


def tests_need(settings: dict[str, Any], lock: str) -> Iterator[str]:
    """Yield what the extra `dev` asks for besides the program, at the versions of the lock."""
    project = settings["project"]
    pinned = {canonicalize_name(each.name): str(each.specifier) for each in requirements(lock)}
    for text in project["optional-dependencies"]["dev"]:
        asked = Requirement(text)
        if canonicalize_name(asked.name) != project["name"]:
            extras = f"[{','.join(sorted(asked.extras))}]" if asked.extras else ""
            yield f"{asked.name}{extras}{pinned[canonicalize_name(asked.name)]}"


def _holds(end: str) -> bool:
    resolution, python = ENDS[end]
    version = ".".join(map(str, python))
    say(f"The {end} versions, Python {version}:")
    with tempfile.TemporaryDirectory() as folder:
        venv, needed = Path(folder, "venv"), Path(folder, "needed.txt")
        settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
        needed.write_text("\n".join(tests_need(settings, LOCK.read_text("utf-8"))), "utf-8")
        program = venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        asked: list[str | Path] = ["-r", ROOT / "pyproject.toml", "--extra", "all", "-r", needed]
        install: list[str | Path] = ["uv", "pip", "install", "--quiet", "--python", program, "--only-binary", ":all:"]
        tests: list[str | Path] = [program, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *TESTS]
        return (
            _succeeds(["uv", "venv", "--quiet", "--python", version, venv])
            and _succeeds([*install, "--resolution", resolution, *asked])
            and _succeeds(["uv", "pip", "list", "--quiet", "--python", program])
            and _succeeds(tests)
        )


def _succeeds(command: Sequence[str | Path]) -> bool:
    # The program is not installed: it is run where it lies, as the tests do.
    variables = {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
