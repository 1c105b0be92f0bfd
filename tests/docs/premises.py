"""What each page takes for granted: tables that somebody has, a damaged file, sessions in the library."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from scipy.spatial.transform import Rotation
from vqf import VQF

from imu_hip import api
from imu_hip.app.exporting import contents_of
from imu_hip.codec.registry import BIP_V1
from imu_hip.model.item import Role, Tick
from imu_hip.model.packet import TimedSamples
from imu_hip.session.exports.contents import Contents, measured
from imu_hip.session.exports.tables import write_folder
from imu_hip.session.user_library import KnownSensor, Library
from imu_hip.session.writer import RecordingWriter
from tests.docs import instruments
from tests.docs.pages import ROOT
from tests.session.test_foreign_layouts import dot
from tests.session.test_opensense import sto

RECORDINGS = ROOT / "recordings"
LEFT = RECORDINGS / "supine_ere_left.mcap"


def whole_tables() -> Contents:
    """Export a session; its marks are those of the page."""
    contents = contents_of(api.read(LEFT), "01", "")
    Path("left").mkdir()
    write_folder(Path("left"), contents)
    shutil.copyfile("left/marks.csv", "M.csv")
    return contents


def tables() -> None:
    """Write the three tables of a session, rounded as the README shows them."""
    whole_tables()
    for name, whole in (("P", "pelvis"), ("T", "thigh")):
        header, *rows = (Path("left") / f"{whole}.csv").read_text().splitlines()
        cells = [row.split(",") for row in rows]
        rounded = [",".join([f"{float(t):.3f}", *(f"{float(cell):.5f}" for cell in others)]) for t, *others in cells]
        Path(f"{name}.csv").write_text("\n".join([header, *rounded]) + "\n")


def tables_of_others() -> None:
    """Write the same session as Movella's program and OpenSense would have."""
    contents = whole_tables()
    both = measured(contents, Role.PELVIS) & measured(contents, Role.THIGH)
    orientations = {}
    for letter, name, sensor in (
        ("P", "pelvis_imu", contents.sensors.pelvis),
        ("T", "femur_l_imu", contents.sensors.thigh),
    ):
        gyr, acc = sensor.gyr[contents.shown][both].copy(), sensor.acc[contents.shown][both].copy()
        Path(f"{letter}.csv").write_text(dot(TimedSamples(contents.t_s[both], gyr, acc, None)))
        orientations[name] = Rotation.from_quat(VQF(0.01).updateBatch(gyr, acc)["quat6D"], scalar_first=True)
    Path("imu.sto").write_text(sto(contents.t_s[both], **orientations))


def study() -> None:
    """Lay recordings of two persons into folders."""
    for visit, name in (
        ("anna", "supine_ere_left"),
        ("anna", "supine_ere_right_lost_samples"),
        ("ben", "prone_ir_left_slipped"),
    ):
        folder = Path("study") / visit
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(RECORDINGS / f"{name}.mcap", folder / f"{name}.mcap")


def damaged() -> None:
    """Cut a recording off."""
    Path("broken.mcap").write_bytes(LEFT.read_bytes()[:-5000])


def measured_before() -> None:
    """Measure Anna B. on either side: what her sessions with sensors leave."""
    for name in ("arom_seated_right", "arom_prone_left"):
        keep("Anna B.", RECORDINGS / f"{name}.mcap")


def sessions() -> None:
    """Keep sessions of Anna, and one that was cut off a minute ago; the sensors are known."""
    library = Library()
    for role, serial in ((Role.PELVIS, "VP-0001"), (Role.THIGH, "VT-0001")):
        library.assign(KnownSensor(serial, role, BIP_V1))
    keep("Anna", RECORDINGS / "arom_seated_right.mcap")
    recording = api.read(LEFT)
    path = library.new_recording("me", "supine_ere", recording.setup.side, recording.setup.start_utc or "")
    writer = RecordingWriter(path, recording.setup)
    for numbered in recording.items[: len(recording.items) * 2 // 3]:
        writer.add(numbered)
        if isinstance(numbered.item, Tick):
            writer.flush()
    writer.flush()
    writer.abandon()
    os.utime(path, (time.time() - 60.0,) * 2)


def keep(person: str, recording: Path) -> None:
    setup = api.read(recording).setup
    path = Library().new_recording(person, setup.exercise_id, setup.side, setup.start_utc or "")
    shutil.copyfile(recording, path)


OF_PAGE: dict[str, Callable[[], None]] = {
    "README.md": tables,
    "docs/batch.md": study,
    "docs/clients.md": measured_before,
    "docs/formats.md": damaged,
    "docs/imports.md": tables_of_others,
    "docs/library.md": sessions,
    "docs/validation.md": instruments.write,
}
