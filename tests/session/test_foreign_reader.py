"""An independent reader accepts every kind of file that is written: rerun's `mcap check`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from imu_hip.model.errors import UnusableInputError
from imu_hip.session.reader import read_recording
from imu_hip.session.recover import recover
from imu_hip.session.writer import write_recording

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
LIVE = RECORDINGS / "supine_ere_right.mcap"
RERUN = Path(sys.executable).with_name("rerun")

pytestmark = pytest.mark.skipif(not RERUN.exists(), reason="rerun is not installed")


def complaints(path: Path, home: Path) -> list[str]:
    """Return the lines that are not "ok"; nothing is sent anywhere."""
    quiet = {**os.environ, "HOME": str(home), "RERUN_ANALYTICS": "false", "NO_COLOR": "1"}
    done = subprocess.run([RERUN, "mcap", "check", path], env=quiet, capture_output=True, text=True, timeout=60)
    topics = [line for line in done.stdout.splitlines() if "/" in line and not line.startswith(("ok", str(path)))]
    return [*topics, *([done.stderr] if done.returncode else [])]


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.mcap")), ids=lambda path: path.stem)
def test_sample_recordings(path: Path, tmp_path: Path) -> None:
    assert complaints(path, tmp_path) == []


def test_written_again(tmp_path: Path) -> None:
    recording = read_recording(LIVE)
    write_recording(tmp_path / "again.mcap", recording.setup, list(recording.items))
    assert complaints(tmp_path / "again.mcap", tmp_path) == []


def test_recovered(tmp_path: Path) -> None:
    data = LIVE.read_bytes()
    source, target = tmp_path / "damaged.mcap", tmp_path / "saved.mcap"
    source.write_bytes(data[: len(data) // 3] + bytes(4096) + data[len(data) // 3 + 4096 : -5000])
    with pytest.raises(UnusableInputError):
        read_recording(source)
    recover(source, target)
    assert complaints(target, tmp_path) == []


def test_a_broken_file_is_complained_of(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mcap"
    broken.write_bytes(LIVE.read_bytes()[:50_000])
    assert complaints(broken, tmp_path) != []
