"""Tables as other programs write them, made from simulated sessions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.app.importing import import_tables
from imu_hip.model.analysis import Analysis
from imu_hip.model.setup import Side
from imu_hip.session.foreign_csv import MarkedInterval
from imu_hip.simulate.session import SimulationParams, simulate_session
from tests.scripts import script

Floats = NDArray[np.float64]

SENSOR_HEADER = "t_s,gyr_x,gyr_y,gyr_z,acc_x,acc_y,acc_z"


@dataclass(frozen=True, slots=True)
class Samples:
    """One sensor's table: `t_s` (n,), `values` (n, 6) = gyr rad/s, acc m/s²."""

    t_s: Floats
    values: Floats

    def kept(self, keep: NDArray[np.bool_]) -> Samples:
        """Return the rows that are kept."""
        return Samples(self.t_s[keep], self.values[keep])

    def turned(self, sensor_from_sensor: Floats) -> Samples:
        """Return what a sensor reads that sits turned by this matrix (3, 3) on the same segment."""
        turned = np.concatenate([self.values[:, k : k + 3] @ sensor_from_sensor.T for k in (0, 3)], axis=1)
        return Samples(self.t_s, turned)

    def moved(self, offset_s: float, rate: float = 0.0) -> Samples:
        """Return the same samples on another clock."""
        return Samples(offset_s + (1.0 + rate) * self.t_s, self.values)


@dataclass(frozen=True, slots=True)
class Session:
    """Both tables and the marks."""

    pelvis: Samples
    thigh: Samples
    marks: tuple[MarkedInterval, ...]

    def without(self, label: str) -> Session:
        """Return the session without the marks of one label."""
        return replace(self, marks=tuple(mark for mark in self.marks if mark.label != label))

    def moved(self, offset_s: float) -> Session:
        """Return the session with everything on another common clock."""
        marks = tuple(replace(m, start_s=m.start_s + offset_s, end_s=m.end_s + offset_s) for m in self.marks)
        return Session(self.pelvis.moved(offset_s), self.thigh.moved(offset_s), marks)


@cache
def session(
    side: Side = Side.RIGHT, seed: int = 11, cycles: int = 1, pelvis_hz: float = 100.0, thigh_hz: float = 100.0
) -> Session:
    """Return a simulated session; sensors of different rates feel the same movements."""
    prompts = script("supine_ere", cycles)
    marks = tuple(
        MarkedInterval(p.start_s, p.start_s + p.duration_s, p.label, p.detail) for p in prompts if p.label is not None
    )

    def felt(rate_hz: float) -> tuple[Samples, Samples]:
        simulated = simulate_session(prompts, side, np.random.default_rng(seed), SimulationParams(rate_hz=rate_hz))
        both = (np.concatenate([s.gyr, s.acc], axis=1) for s in (simulated.pelvis, simulated.thigh))
        pelvis, thigh = (Samples(simulated.t_s, values) for values in both)
        return pelvis, thigh

    pelvis, thigh = felt(pelvis_hz)
    return Session(pelvis, thigh if thigh_hz == pelvis_hz else felt(thigh_hz)[1], marks)


def write_samples_table(path: Path, samples: Samples) -> Path:
    """Write every number so that it reads back exactly."""
    rows = np.concatenate([samples.t_s[:, None], samples.values], axis=1).tolist()
    path.write_text("\n".join([SENSOR_HEADER, *(",".join(map(repr, row)) for row in rows)]) + "\n")
    return path


def write_marks_table(path: Path, marks: Iterable[MarkedInterval]) -> Path:
    """Write marks with their details."""
    rows = [f"{m.start_s!r},{m.end_s!r},{m.label},{m.detail}" for m in marks]
    path.write_text("\n".join(["t_start_s,t_end_s,label,detail", *rows]) + "\n")
    return path


def write_tables(folder: Path, of: Session) -> tuple[Path, Path, Path]:
    """Write `pelvis.csv`, `thigh.csv` and `marks.csv`."""
    return (
        write_samples_table(folder / "pelvis.csv", of.pelvis),
        write_samples_table(folder / "thigh.csv", of.thigh),
        write_marks_table(folder / "marks.csv", of.marks),
    )


def analyzed(
    folder: Path, of: Session, *, side: Side = Side.RIGHT, independent: bool = False, marked: bool = True
) -> Analysis:
    """Import the tables of a session and return the result of the recording."""
    pelvis, thigh, marks = write_tables(folder, of)
    out = folder / "imported.mcap"
    import_tables(
        pelvis, thigh, marks if marked else None, exercise("supine_ere"), side, out,
        independent_clocks=independent, force=True,
    )  # fmt: skip
    return api.analyze(out)
