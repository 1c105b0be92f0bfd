"""Read other people's tables, believing nothing: every refusal names file, line and column."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.event import Warning
from imu_hip.model.item import MarkLabel
from imu_hip.model.packet import TimedSamples
from imu_hip.session.input_file import all_of, opened

SENSOR_COLUMNS = ("t_s", "gyr_x", "gyr_y", "gyr_z", "acc_x", "acc_y", "acc_z")
MAG_COLUMNS = ("mag_x", "mag_y", "mag_z")
MARK_COLUMNS = ("t_start_s", "t_end_s", "label")
DETAIL_COLUMN = "detail"

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
LARGEST_TABLE_BYTES = 1 << 29
"""Eight hours at 100 Hz."""
STANDARD_GRAVITY_M_S2 = 9.80665
LARGEST_TIME_S = 1e10
"""Past any clock in seconds; a time in ms or µs since 1970 is larger."""
FASTEST_HZ = 1e5
"""Beyond any sensor's rate: then the times are none."""
_REST_ACC_M_S2 = (3.0, 30.0)
"""Whatever a body does, its median specific force is near 9.8; in g it is near 1, in mg near 1000."""
_LARGEST_VALUE = 1e6
"""In rad/s or m/s²: far beyond any sensor, and near enough for what is computed from it to stay finite."""
_IMPOSSIBLE_GYR_RAD_S = 35.0
"""2005 deg/s, the end of common gyroscopes' range: a segment is not beyond it for a hundredth of the time."""
_DOUBTFUL_GYR_RAD_S = 15.0
"""860 deg/s: sprinting and kicking come near it, exercises never do."""


@dataclass(frozen=True, slots=True)
class MarkedInterval:
    """One row of a marks table: [start_s, end_s) on the table's clock."""

    start_s: float
    end_s: float
    label: MarkLabel
    detail: str = ""


def read_sensor_csv(path: Path) -> TimedSamples:
    """Read `t_s,gyr_x,…,acc_z` and perhaps `mag_x,mag_y,mag_z`. Raises UnusableInputError."""
    text = text_of(path)
    header = next(_rows(path, text), (1, []))[1]
    with_mag = header == [*SENSOR_COLUMNS, *MAG_COLUMNS]
    if not with_mag and header != list(SENSOR_COLUMNS):
        raise _wrong_header(path, header, f"{','.join(SENSOR_COLUMNS)} (and perhaps {','.join(MAG_COLUMNS)})")
    table = _fast_table(text, len(header))
    if table is None:
        table = _careful_table(path, text, header)
    if len(table) < 2:
        raise UnusableInputError(Reason.EMPTY, f"{path}: {len(table)} samples; at least 2 are needed")
    samples = TimedSamples(
        t_s=table[:, 0].copy(),
        gyr=table[:, 1:4].copy(),
        acc=table[:, 4:7].copy(),
        mag=table[:, 7:10].copy() if with_mag else None,
    )
    refuse_wrong_units(path, samples)
    return samples


def doubtful_units(samples: TimedSamples, name: str) -> tuple[Warning, ...]:
    """Warn when the gyroscope is faster than these exercises ever are, which in deg/s it seems to be."""
    fast = _fast_turning_rad_s(samples)
    if fast < _DOUBTFUL_GYR_RAD_S:
        return ()
    text = f"{name}: turns faster than {fast:.0f} rad/s for a hundredth of the time; is gyr in rad/s, not deg/s?"
    return (Warning("doubtful_units", text),)


def read_marks_csv(path: Path) -> tuple[MarkedInterval, ...]:
    """Read `t_start_s,t_end_s,label` and perhaps `detail`, in file order. Raises UnusableInputError."""
    rows = _rows(path, text_of(path))
    header = next(rows, (1, []))[1]
    if header not in (list(MARK_COLUMNS), [*MARK_COLUMNS, DETAIL_COLUMN]):
        raise _wrong_header(path, header, f"{','.join(MARK_COLUMNS)} (and perhaps {DETAIL_COLUMN})")
    marks = []
    for line, cells in rows:
        _check_width(path, line, cells, header)
        start_s, end_s = (_number(path, line, name, cell) for name, cell in zip(header[:2], cells, strict=False))
        if round(end_s * 1e9) <= round(start_s * 1e9):
            why = f"{end_s:g} is not after t_start_s {start_s:g}"
            raise refusal(Reason.WRONG_VALUE, path, line, "t_end_s", why)
        label = cells[2].strip()
        if label not in set(MarkLabel):
            raise refusal(Reason.WRONG_VALUE, path, line, "label", f"{label[:40]!r} is none of {', '.join(MarkLabel)}")
        marks.append(MarkedInterval(start_s, end_s, MarkLabel(label), "".join(cells[3:]).strip()))
    return tuple(marks)


def text_of(path: Path) -> str:
    """Return a file's text. Raises UnusableInputError where it is not UTF-8."""
    with opened(path) as stream:
        data = all_of(stream, path, LARGEST_TABLE_BYTES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnusableInputError(
            Reason.WRONG_FORMAT, f"{path}, line {line}: not UTF-8 text; save the table as CSV in UTF-8"
        ) from error


def _rows(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells) of every row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnusableInputError(Reason.WRONG_FORMAT, f"{path}, line {line}: not a CSV row ({error})") from error
        if cells is None:
            return
        cells = [cell.strip() for cell in cells]
        if any(cells):
            yield line, cells


def _fast_table(text: str, width: int) -> NDArray[np.float64] | None:
    """Return the table when it is beyond reproach, None when it has to be looked at row by row."""
    body = text.partition("\n")[2]
    if not body.strip():
        return None
    try:
        table = np.loadtxt(io.StringIO(body), delimiter=",", comments=None, quotechar='"', ndmin=2)
    except ValueError:
        return None
    t_s = table[:, 0]
    sound = table.shape[1] == width and np.isfinite(table).all() and (np.diff(t_s) > 0.0).all()
    return table if sound and np.abs(t_s).max() < LARGEST_TIME_S else None


def _careful_table(path: Path, text: str, header: list[str]) -> NDArray[np.float64]:
    """Return the table, or raise with the first place that is wrong."""
    rows = _rows(path, text)
    next(rows, None)
    table: list[list[float]] = []
    for line, cells in rows:
        _check_width(path, line, cells, header)
        row = [_number(path, line, name, cell) for name, cell in zip(header, cells, strict=True)]
        if table and row[0] <= table[-1][0]:
            why = f"{cells[0]} is not after {table[-1][0]!r} in the row before"
            raise refusal(Reason.TIME_NOT_INCREASING, path, line, "t_s", why)
        table.append(row)
    return np.array(table, dtype=np.float64).reshape(len(table), len(header))


def _number(path: Path, line: int, column: str, cell: str) -> float:
    if not NUMBER.fullmatch(cell):
        why = f"{cell[:40]!r} is not a number"
        if not cell or _NOT_FINITE.fullmatch(cell):
            why = f"{cell or 'an empty cell'} is not a value; leave out rows in which a sample is missing"
        raise refusal(Reason.WRONG_VALUE, path, line, column, why)
    value = float(cell)
    if not math.isfinite(value):
        raise refusal(Reason.WRONG_VALUE, path, line, column, f"{cell[:40]} is too large a number")
    if column.startswith("t_") and abs(value) >= LARGEST_TIME_S:
        raise refusal(Reason.WRONG_VALUE, path, line, column, f"{cell[:40]} is no time in seconds")
    return value


def _check_width(path: Path, line: int, cells: list[str], header: list[str]) -> None:
    if len(cells) != len(header):
        column = header[len(cells)] if len(cells) < len(header) else f"after {header[-1]}"
        why = f"{len(cells)} cells, but the header has {len(header)}"
        raise refusal(Reason.WRONG_FORMAT, path, line, column, why)


def refuse_wrong_units(path: Path, samples: TimedSamples) -> None:
    """Raise UnusableInputError for what no body does in SI."""
    step_s = float(np.median(np.diff(samples.t_s)))
    if step_s < 1.0 / FASTEST_HZ:
        why = f"its times are {step_s:.3g} s apart, and no sensor is so fast; they must be in seconds"
        raise UnusableInputError(Reason.WRONG_VALUE, f"{path}, column t_s: {why}")
    for columns, values in (("gyr_x,gyr_y,gyr_z", samples.gyr), ("acc_x,acc_y,acc_z", samples.acc)):
        if (largest := float(np.abs(values).max())) > _LARGEST_VALUE:
            why = f"a value of {largest:.3g}, which no sensor measures"
            raise UnusableInputError(Reason.WRONG_VALUE, f"{path}, columns {columns}: {why}")
    acc = float(np.median(_lengths(samples.acc)))
    lowest, highest = _REST_ACC_M_S2
    if not lowest <= acc <= highest:
        unit = "g (multiply by 9.80665)" if 0.3 <= acc < lowest else "another unit"
        raise UnusableInputError(
            Reason.WRONG_VALUE,
            f"{path}, columns acc_x,acc_y,acc_z: their median length is {acc:.3g}, near 9.8 m/s² is "
            f"expected; the values look like {unit}",
        )
    fast = _fast_turning_rad_s(samples)
    if fast > _IMPOSSIBLE_GYR_RAD_S:
        raise UnusableInputError(
            Reason.WRONG_VALUE,
            f"{path}, columns gyr_x,gyr_y,gyr_z: beyond {fast:.3g} for a hundredth of the time, and no "
            "body turns like that in rad/s; the values look like deg/s (multiply by 0.0174533)",
        )


def _fast_turning_rad_s(samples: TimedSamples) -> float:
    """Return the angular speed that is exceeded for a hundredth of the samples."""
    return float(np.quantile(_lengths(samples.gyr), 0.99))


def _lengths(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sqrt((vectors * vectors).sum(axis=1)))


def _wrong_header(path: Path, found: list[str], expected: str) -> UnusableInputError:
    shown = ",".join(found)[:120]
    return UnusableInputError(Reason.WRONG_HEADER, f"{path}, line 1: the header must be {expected}, found {shown!r}")


def refusal(reason: Reason, path: Path, line: int, column: str, why: str) -> UnusableInputError:
    """Say what is wrong with a cell, and where it stands."""
    return UnusableInputError(reason, f"{path}, line {line}, column {column}: {why}")
