"""A folder of short recordings, one of them damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from imu_hip import api
from imu_hip.session.writer import write_recording

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = 5


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that has `RECORDINGS` recordings of some seconds, and one that is cut off."""
    folder = tmp_path_factory.mktemp("source")
    whole = api.read(ROOT / "recordings" / "supine_ere_right.mcap")
    for k in range(RECORDINGS):
        path = folder / f"visit_{k % 2}" / f"{k}.mcap"
        path.parent.mkdir(exist_ok=True)
        write_recording(path, whole.setup, whole.items[: 400 + 100 * k])
    (folder / "damaged.mcap").write_bytes((folder / "visit_0" / "0.mcap").read_bytes()[:3000])
    return folder
