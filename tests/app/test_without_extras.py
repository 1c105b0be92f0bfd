"""Without a library for windows, sound, radio or tables, a recording is analyzed all the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from imu_hip import api
from tests.app.calling import RECORDING

_BLOCKED = ("PySide6", "pyqtgraph", "bumble", "sounddevice", "websockets", "pyarrow", "ezc3d", "distributed", "fsspec")
_RUN = f"""
import sys
from importlib.machinery import PathFinder

found = PathFinder.find_spec
PathFinder.find_spec = lambda name, *rest: None if name.partition(".")[0] in {_BLOCKED!r} else found(name, *rest)
from imu_hip.app.cli import main
sys.exit(main(sys.argv[1:]))
"""


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", _RUN, *words], capture_output=True, text=True, timeout=100)


def test_analyze_needs_no_extra(tmp_path: Path) -> None:
    done = _run("analyze", str(RECORDING), "--json", "--samples", str(tmp_path / "samples.csv"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["result_sha256"] == api.analyze(RECORDING).result_sha256
    assert (tmp_path / "samples.csv").stat().st_size > 100_000


def test_what_needs_one_says_which_in_one_line() -> None:
    done = _run("demo", "--headless")
    assert done.returncode == 2
    assert "imu-hip[demo]" in done.stderr
    assert done.stderr.count("\n") == 1
