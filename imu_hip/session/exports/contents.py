"""What an export is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.analysis import Analysis
from imu_hip.model.block import AlignedBlock, Floats, SampleState
from imu_hip.model.item import Role
from imu_hip.session.exports.even_grid import rate_of
from imu_hip.session.foreign_csv import MarkedInterval

GYR = ("gyr_x_rad_s", "gyr_y_rad_s", "gyr_z_rad_s")
ACC = ("acc_x_m_s2", "acc_y_m_s2", "acc_z_m_s2")
MAG = ("mag_x_ut", "mag_y_ut", "mag_z_ut")
_ANGLES = ("flexion", "adduction", "internal_rotation")


@dataclass(frozen=True, slots=True)
class Contents:
    """An analysis, the same as the JSON of `analyze`, what both sensors measured in its rows, and what was asked when.

    `person` and `session`: labels of letters and digits, pseudonyms and never a name.
    """

    analysis: Analysis
    result: Mapping[str, Any]
    sensors: AlignedBlock
    marks: tuple[MarkedInterval, ...]
    person: str
    session: str

    @property
    def shown(self) -> NDArray[np.bool_]:
        """Which rows (n,) lie on a sample; the others only keep the filters' step."""
        return self.analysis.angles.on_sample

    @property
    def t_s(self) -> Floats:
        """Times of the rows that are written, on the recording's common clock."""
        return self.analysis.angles.t_s[self.shown]

    @property
    def rate_hz(self) -> float:
        """Rows a second: of the middle distance between them, since lost samples leave longer ones."""
        return rate_of(self.t_s) if len(self.t_s) > 1 else 0.0


def measured(contents: Contents, role: Role) -> NDArray[np.bool_]:
    """Return which of the written rows a sensor has a sample for."""
    sensor = contents.sensors.pelvis if role is Role.PELVIS else contents.sensors.thigh
    known: NDArray[np.bool_] = np.equal(sensor.state, SampleState.MEASURED)
    return known[contents.shown]


def angle_columns(contents: Contents) -> dict[str, Floats]:
    """Return angles and their standard deviations in degrees by name; NaN where not known."""
    rows, shown = contents.analysis.angles, contents.shown
    known = rows.valid[shown]
    out = {}
    for suffix, values in (("deg", rows.angles_rad), ("sd_deg", rows.sd_rad)):
        for name, column in zip(_ANGLES, np.degrees(values[shown]).T, strict=True):
            out[f"{name}_{suffix}"] = np.where(known, column, np.nan)
    return out


def sensor_columns(contents: Contents, role: Role) -> dict[str, Floats]:
    """Return what a sensor measured by name, in its own axes; NaN where it was not measured."""
    sensor = contents.sensors.pelvis if role is Role.PELVIS else contents.sensors.thigh
    shown, known = contents.shown, measured(contents, role)
    fields = [(GYR, sensor.gyr), (ACC, sensor.acc)] + ([(MAG, sensor.mag)] if sensor.mag is not None else [])
    return {
        name: np.where(known, column, np.nan)
        for names, values in fields
        for name, column in zip(names, values[shown].T, strict=True)
    }
