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

from environment import LOCK, PYTHONS, ROOT
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
    parser.add_argument("end", nargs="*", choices=(*ENDS, []), help="which end; without: both")
    ends = parser.parse_args().end or list(ENDS)
    if shutil.which("uv") is None:
        stop("This needs uv: pip install uv")
    held = [_holds(end) for end in ends]
    return 0 if all(held) else 1


def tests_need(settings: dict[str, object], lock: str) -> Iterator[str]:
    """Yield what the extra `dev` asks for besides the program, at the versions of the lock."""
    project = settings["project"]
    pinned = {canonicalize_name(each.name): str(each.specifier) for each in locked(lock)}
    for text in project["optional-dependencies"]["dev"]:
        asked = Requirement(text)
        if canonicalize_name(asked.name) != project["name"]:
            extras = f"[{','.join(sorted(asked.extras))}]" if asked.extras else ""
            yield f"{asked.name}{extras}{pinned[canonicalize_name(asked.name)]}"


def locked(lock: str) -> list[Requirement]:
    """Return every requirement of a lock, without its hashes."""
    lines = lock.replace("\\\n", " ").splitlines()
    return [Requirement(line.partition("--hash")[0]) for line in lines if line and not line.lstrip().startswith("#")]


def _holds(end: str) -> bool:
    resolution, python = ENDS[end]
    version = ".".join(map(str, python))
    say(f"The {end} versions, Python {version}:")
    with tempfile.TemporaryDirectory() as folder:
        venv, needed = Path(folder, "venv"), Path(folder, "needed.txt")
        settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
        needed.write_text("\n".join(tests_need(settings, LOCK.read_text("utf-8"))), "utf-8")
        program = venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        asked = ["-r", ROOT / "pyproject.toml", "--extra", "all", "-r", needed]
        install = ["uv", "pip", "install", "--quiet", "--python", program, "--only-binary", ":all:"]
        tests = [program, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *TESTS]
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
