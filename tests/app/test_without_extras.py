"""Each part that is installed when it is asked for: without it the rest goes on, and says which one it is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from imu_hip import api
from tests.app.calling import RECORDING

ALL = (
    "PySide6", "pyqtgraph", "bumble", "sounddevice", "websockets", "pyarrow", "ezc3d", "distributed", "fsspec", "s3fs",
)  # fmt: skip
_RUN = """
import sys
from importlib.machinery import PathFinder

found, blocked = PathFinder.find_spec, sys.argv[1].split()
PathFinder.find_spec = lambda name, *rest: None if name.partition(".")[0] in blocked else found(name, *rest)
from imu_hip.app.cli import main
sys.exit(main(sys.argv[2:]))
"""


def _run(*words: str, without: tuple[str, ...] = ALL) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _RUN, " ".join(without), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=100)


def test_analyze_needs_no_extra(tmp_path: Path) -> None:
    done = _run("analyze", str(RECORDING), "--json", "--samples", str(tmp_path / "samples.csv"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["result_sha256"] == api.analyze(RECORDING).result_sha256
    assert (tmp_path / "samples.csv").stat().st_size > 100_000


@pytest.mark.parametrize(
    ("package", "extra", "words"),
    [
        ("PySide6", "window", ""),
        ("pyqtgraph", "window", "demo"),
        ("PySide6", "window", "replay RECORDING"),
        ("PySide6", "window", "run supine_ere --side left"),
        ("bumble", "demo", "demo --headless"),
        ("pyarrow", "exports", "analyze RECORDING --samples OUT.parquet"),
        ("pyarrow", "exports", "export RECORDING --to parquet --out OUT.parquet"),
        ("ezc3d", "exports", "export RECORDING --to c3d --out OUT.c3d"),
        ("fsspec", "batch", "batch FOLDER --out OUT"),
        ("pyarrow", "batch", "batch --compact OUT"),
        ("distributed", "cluster", "batch FOLDER --out OUT --engine dask --scheduler tcp://127.0.0.1:1"),
        ("s3fs", "cluster", "batch s3://study --out OUT"),
        ("websockets", "serve", "demo --headless --serve"),
        ("websockets", "serve", "replay RECORDING --headless --serve-lan"),
        ("websockets", "serve", "run supine_ere --side left --headless --serve"),
    ],
)
def test_what_needs_an_extra_says_in_one_line_how_to_install_it(
    package: str, extra: str, words: str, tmp_path: Path
) -> None:
    places = {"RECORDING": str(RECORDING), "FOLDER": str(RECORDING.parent)}
    named = [places.get(word, word.replace("OUT", str(tmp_path / "out"))) for word in words.split()]
    done = _run(*named, without=(package,))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert f'pip install "imu-hip[{extra}]"' in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_sound_the_doctor_says_how_to_install_it() -> None:
    (finding,) = (each for each in json.loads(_run("doctor", "--json").stdout)["checks"] if each["name"] == "sound")
    assert (finding["ok"], finding["command"]) == (False, 'pip install "imu-hip[sound]"')
