"""Read the tables that other sensors' programs export, by what their makers say is in them; never by a guess.

Sources: Movella DOT user manual (exported CSV: m/s², deg/s, SampleTimeFine in µs); x-IMU3 user manual (units stand in
the header); MTw Awinda and MT Manager user manuals (exported text: m/s², rad/s, SampleTimeFine in 100 µs, PacketCounter
of 16 bits). DOT and MT Manager name their columns alike, in different units: what stands above the table tells which.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.packet import TimedSamples
from imu_hip.session.foreign_csv import (
    LARGEST_TIME_S,
    NUMBER,
    STANDARD_GRAVITY_M_S2,
    read_sensor_csv,
    refuse_wrong_units,
    text_of,
)
from imu_hip.session.opensense import END_OF_HEADER

_NOTHING = {"", "nan", "n/a"}
_INERTIAL = "Inertial.csv"
_RATE = re.compile(r"//\s*(?:Update|Sample)\s*[Rr]ate:\s*(\d+(?:\.\d*)?)\s*Hz", re.ASCII)
_DOT_PREAMBLE = ("sep=", "DeviceTag:")
_XSENS_PREAMBLE = ("//",)
_XSENS_DELIMITERS = "\t,;"
_COUNTER = "PacketCounter"


class Layout(StrEnum):
    """Whose table it is."""

    CSV = "csv"
    DOT = "dot"
    XIMU3 = "ximu3"
    XSENS = "xsens"


@dataclass(frozen=True, slots=True)
class _Counter:
    """A column that counts time: seconds for each count, and where it begins again (0: nowhere)."""

    name: str
    unit_s: float
    wraps_at: int


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows below a header: their line numbers and cells."""

    path: Path
    names: list[str]
    lines: list[int]
    rows: list[list[str]]

    def numbers(self, name: str) -> Floats:
        """Return a column (n,), NaN where its cell is empty. Raises UnusableInputError."""
        column = self.names.index(name)
        return np.array([self._number(k, column) for k in range(len(self.rows))], dtype=float)

    def refusal(self, row: int, name: str, why: str) -> UnusableInputError:
        """Say what is wrong with a cell."""
        return UnusableInputError(Reason.WRONG_VALUE, f"{self.path}, line {self.lines[row]}, column {name}: {why}")

    def _number(self, row: int, column: int) -> float:
        cell = self.rows[row][column].strip()
        if cell.lower() in _NOTHING:
            return math.nan
        value = float(cell) if NUMBER.fullmatch(cell) else math.inf
        if not math.isfinite(value):
            raise self.refusal(row, self.names[column], f"{cell[:40]!r} is not a number")
        return value


def read_sensor_table(path: Path, layout: Layout) -> TimedSamples:
    """Read a sensor's table; rows without a gyroscope or accelerometer value are samples that are missing.

    Magnetic fields in arbitrary units are left out. Raises UnusableInputError.
    """
    return _READERS[layout](path)


def _read_dot(path: Path) -> TimedSamples:
    lines = _text(path).splitlines()
    table = _table(path, lines, _COUNTER, ",", "a Movella DOT export (CSV)")
    _refuse_another_program(path, lines, _DOT_PREAMBLE, Layout.XSENS)
    _refuse_free_acceleration(table)
    times_s = _times(table, _Counter("SampleTimeFine", 1e-6, 2**32))
    gyr, acc = _xyz("Gyr_{}"), _xyz("Acc_{}")
    return _samples(table, times_s, gyr, acc, math.radians(1.0), 1.0, zeros_are_missing=True)


def _read_xsens(path: Path) -> TimedSamples:
    lines = _text(path).splitlines()
    delimiter = next((mark for mark in _XSENS_DELIMITERS if _begins(lines, _COUNTER + mark)), "\t")
    table = _table(path, lines, _COUNTER, delimiter, "an export of MT Manager (text)")
    _refuse_another_program(path, lines, _XSENS_PREAMBLE, Layout.DOT)
    _refuse_free_acceleration(table)
    fine = "SampleTimeFine"
    if fine in table.names and not np.isnan(table.numbers(fine)).any():
        times_s = _times(table, _Counter(fine, 1e-4, 2**32))
    else:
        rate_hz = next((float(found[1]) for line in lines if (found := _RATE.match(line))), 0.0)
        if not 1.0 <= rate_hz <= 10_000.0:
            raise UnusableInputError(
                Reason.WRONG_FORMAT,
                f"{path}: neither SampleTimeFine nor an update rate; add the line '// Update Rate: 100.0Hz' above the "
                "table, with the rate it was measured at",
            )
        times_s = _times(table, _Counter(_COUNTER, 1.0 / rate_hz, 2**16))
    return _samples(table, times_s, _xyz("Gyr_{}"), _xyz("Acc_{}"), 1.0, 1.0)


def _read_ximu3(path: Path) -> TimedSamples:
    path = path / _INERTIAL if path.is_dir() else path
    lines = _text(path).splitlines()
    first = lines[0].split(",")[0].strip() if lines else ""
    counters = {"Timestamp (us)": _Counter(first, 1e-6, 0), "Time (s)": _Counter(first, 1.0, 0)}
    if first not in counters:
        raise UnusableInputError(
            Reason.WRONG_FORMAT, f"{path}, line 1: begins with {first[:40]!r}, not with 'Timestamp (us)' or 'Time (s)'"
        )
    table = _table(path, lines, first, ",", f"{_INERTIAL} of an x-IMU3")
    gyr, acc = (
        tuple(f"{what} {axis} ({unit})" for axis in "XYZ")
        for what, unit in (("Gyroscope", "deg/s"), ("Accelerometer", "g"))
    )
    return _samples(table, _times(table, counters[first]), gyr, acc, math.radians(1.0), STANDARD_GRAVITY_M_S2)


_READERS: dict[Layout, Callable[[Path], TimedSamples]] = {
    Layout.CSV: read_sensor_csv,
    Layout.DOT: _read_dot,
    Layout.XIMU3: _read_ximu3,
    Layout.XSENS: _read_xsens,
}


def _text(path: Path) -> str:
    text = text_of(path)
    if any(line.strip() == END_OF_HEADER for line in _head(text)):
        raise UnusableInputError(
            Reason.WRONG_FORMAT,
            f"{path}: an OpenSim file; import the sensors' own export, or where it holds their orientations "
            "(DataType=Quaternion) add --from opensense",
        )
    return text


def _table(path: Path, lines: Sequence[str], first: str, delimiter: str, what: str) -> _Table:
    """Return the rows below the line whose first cell is `first`."""
    at = next((k for k, line in enumerate(lines) if line.split(delimiter)[0].strip() == first), None)
    if at is None:
        raise UnusableInputError(
            Reason.WRONG_FORMAT,
            f"{path}: no line begins with {first!r} as it does in {what}; export it again, not through a spreadsheet",
        )
    names = [name.strip() for name in lines[at].split(delimiter)]
    numbered = [(k + 1, line.split(delimiter)) for k, line in enumerate(lines) if k > at and line.strip()]
    for number, cells in numbered:
        if not len(names) <= len(cells) <= len(names) + 1 or any(cell.strip() for cell in cells[len(names) :]):
            raise UnusableInputError(
                Reason.WRONG_FORMAT, f"{path}, line {number}: {len(cells)} cells, but the header has {len(names)}"
            )
    return _Table(path, names, [number for number, _ in numbered], [cells for _, cells in numbered])


def _times(table: _Table, counter: _Counter) -> Floats:
    """Return seconds (n,), counted on where the counter began again."""
    _require(table, [counter.name])
    counts = table.numbers(counter.name)
    if np.isnan(counts).any():
        raise table.refusal(int(np.argmax(np.isnan(counts))), counter.name, "an empty cell: a row without its time")
    steps = np.diff(counts, prepend=counts[:1])
    if counter.wraps_at:
        steps = np.where(steps < -0.5 * counter.wraps_at, steps + counter.wraps_at, steps)
    times_s = np.asarray((counts[:1] + np.cumsum(steps)) * counter.unit_s)
    beyond = (counts < 0.0) | (times_s >= LARGEST_TIME_S)
    if beyond.any():
        raise table.refusal(int(np.argmax(beyond)), counter.name, "is no time that a sensor's clock can show")
    backward = np.diff(times_s) <= 0.0
    if backward.any():
        raise table.refusal(int(np.argmax(backward)) + 1, counter.name, "is not after the row before")
    return times_s


def _samples(
    table: _Table,
    times_s: Floats,
    gyr: Sequence[str],
    acc: Sequence[str],
    gyr_rad_s: float,
    acc_m_s2: float,
    *,
    zeros_are_missing: bool = False,
) -> TimedSamples:
    """Return the samples in SI: a number in the table is so many rad/s or m/s².

    `zeros_are_missing`: six zeros stand for a sample that was not measured, as in the first row of a DOT recording.
    """
    _require(table, [*gyr, *acc])
    with np.errstate(over="ignore"):  # what becomes infinite is refused below
        turning = np.column_stack([table.numbers(name) for name in gyr]) * gyr_rad_s
        force = np.column_stack([table.numbers(name) for name in acc]) * acc_m_s2
    known = ~np.isnan(turning).any(axis=1) & ~np.isnan(force).any(axis=1)
    if zeros_are_missing:
        known &= turning.any(axis=1) | force.any(axis=1)
    if known.sum() < 2:
        raise UnusableInputError(Reason.EMPTY, f"{table.path}: {known.sum()} samples; at least 2 are needed")
    found = TimedSamples(times_s[known], turning[known], force[known], None)
    refuse_wrong_units(table.path, found)
    return found


def _require(table: _Table, names: Sequence[str]) -> None:
    missing = [name for name in names if name not in table.names]
    if missing:
        raise UnusableInputError(
            Reason.WRONG_FORMAT,
            f"{table.path}: no column {', '.join(missing)}; record and export gyroscope and accelerometer",
        )
    twice = [name for name in names if table.names.count(name) > 1]
    if twice:
        raise UnusableInputError(
            Reason.WRONG_FORMAT, f"{table.path}: column {twice[0]} stands there twice; export one sensor to a file"
        )


def _refuse_another_program(path: Path, lines: Sequence[str], preamble: tuple[str, ...], other: Layout) -> None:
    """Refuse a table that nothing above it says is this program's: the other one's units would be wrong."""
    if not _begins(_above(lines), *preamble):
        raise UnusableInputError(
            Reason.WRONG_FORMAT,
            f"{path}: no line above the table begins with {' or '.join(map(repr, preamble))}, so its units are not "
            f"known; export it again with its header, or if it is the other program's, use --from {other}",
        )


def _above(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines above the table's header."""
    for line in lines:
        if line.startswith(_COUNTER):
            return
        yield line


def _begins(lines: Iterable[str], *starts: str) -> bool:
    return any(line.startswith(starts) for line in lines)


def _refuse_free_acceleration(table: _Table) -> None:
    if "FreeAcc_X" in table.names and "Acc_X" not in table.names:
        raise UnusableInputError(
            Reason.WRONG_FORMAT,
            f"{table.path}: has FreeAcc, without gravity; measure in a mode that gives Acc (custom mode 5)",
        )


def _xyz(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.format(axis) for axis in "XYZ")


def looks_like(path: Path) -> Layout | None:
    """Return whose export a file seems to be that is no table of ours; None where nobody knows.

    Raises UnusableInputError where it is one that cannot be imported at all.
    """
    if path.is_dir():
        return Layout.XIMU3 if (path / _INERTIAL).is_file() else None
    head = list(_head(_text(path)))
    if _begins(head, *(_COUNTER + mark for mark in _XSENS_DELIMITERS)):
        for layout, preamble in ((Layout.XSENS, _XSENS_PREAMBLE), (Layout.DOT, _DOT_PREAMBLE)):
            if _begins(_above(head), *preamble):
                return layout
    if head and head[0].startswith(("Timestamp (us),Gyroscope", "Time (s),Gyroscope")):
        return Layout.XIMU3
    return None


def _head(text: str) -> Iterator[str]:
    yield from text[:4000].splitlines()[:30]
