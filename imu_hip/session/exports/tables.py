"""CSV tables in a folder, which `import` reads again; and one Parquet table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from imu_hip.model.block import SampleState
from imu_hip.model.item import Role
from imu_hip.model.output import Outputs
from imu_hip.session.exports.contents import Contents, sensor_columns
from imu_hip.session.exports.provenance import ABOUT, SCHEMA
from imu_hip.session.exports.timeline import COLUMNS, timeline
from imu_hip.session.foreign_csv import DETAIL_COLUMN, MAG_COLUMNS, MARK_COLUMNS, SENSOR_COLUMNS
from imu_hip.session.output_file import create_file, make_durable, write_text
from imu_hip.session.samples_csv import Table, sample_table, write_csv, write_parquet

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNITS = {"rad_s": "rad/s", "m_s2": "m/s^2", "ut": "uT", "deg": "deg", "s": "s"}


def write_folder(folder: Path, contents: Contents) -> None:
    """Write angles, events, both sensors, marks and what they are, into a folder that is there."""
    analysis = contents.analysis
    with create_file(folder / "angles.csv") as stream:
        write_csv(stream, sample_table((Outputs(analysis.angles, analysis.phases, ()),)))
        make_durable(stream)
    for role in Role:
        write_text(folder / f"{role.value}.csv", _sensor_text(contents, role))
    rows = [(m.start_s, m.end_s, m.label.value, m.detail) for m in contents.marks]
    write_text(folder / "marks.csv", csv_text((*MARK_COLUMNS, DETAIL_COLUMN), rows))
    found = [tuple(getattr(each, name) for name in COLUMNS) for each in timeline(contents)]
    write_text(folder / "events.csv", csv_text(COLUMNS, found))
    told = json.dumps(about(contents), ensure_ascii=False, allow_nan=False, indent=1)
    write_text(folder / ABOUT, f"{told}\n")


def write_one_parquet(path: Path, contents: Contents) -> None:
    """Write angles and both sensors as one table; what it is stands in the metadata of the file and of its columns."""
    analysis = contents.analysis
    table: Table = sample_table((Outputs(analysis.angles, analysis.phases, ()),))
    for role in Role:
        table |= {f"{role.value}_{name}": values for name, values in sensor_columns(contents, role).items()}
    told = {"imu_hip": json.dumps(about(contents), ensure_ascii=False, allow_nan=False)}
    with path.open("r+b") as stream:
        write_parquet(stream, table, {name: unit(name) for name in table}, told)
        make_durable(stream)


def about(contents: Contents) -> dict[str, Any]:
    """Return what the tables are, where they come from, and the whole result."""
    return {
        "schema": SCHEMA,
        "person": contents.person,
        "session": contents.session,
        "filter": contents.analysis.setup.filter.value,
        "magnetometer": contents.analysis.setup.magnetometer,
        "time": "t_s and all times: seconds on the recording's common clock",
        "angles": "flexion, adduction, internal rotation +, on both sides; ISB joint coordinate system of the hip",
        "sensors": "sensor axes, at the pelvis sensor's times, also where it was silent; what was lost is not there",
        "not_known": "an empty cell, null or NaN, never 0",
        "result": contents.result,
    }


def unit(column: str) -> str:
    """Return the unit that a column's name ends in, "" without one."""
    return next((unit for ending, unit in _UNITS.items() if column.endswith(f"_{ending}")), "")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV; no text cell is a formula to a spreadsheet, None is empty."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = " ".join(value.replace("\0", "").splitlines())
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def _sensor_text(contents: Contents, role: Role) -> str:
    """Return the rows that were measured, as `import` reads them: every number reads back exactly.

    Also those of a sensor while the other one was silent: without them its filter would begin anew after an import.
    """
    rows = contents.sensors
    sensor = rows.pelvis if role is Role.PELVIS else rows.thigh
    fields = [sensor.gyr, sensor.acc] if sensor.mag is None else [sensor.gyr, sensor.acc, sensor.mag]
    table = np.column_stack([rows.t_s, *fields])
    known = np.equal(sensor.state, SampleState.MEASURED) & ~np.isnan(table).any(axis=1)
    return csv_text((*SENSOR_COLUMNS, *(MAG_COLUMNS if len(fields) > 2 else ())), table[known].tolist())
