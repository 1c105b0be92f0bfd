"""Turn foreign tables into the items of a recording: lossless blocks of samples, marks between them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.codec import float64_table
from imu_hip.codec.registry import FLOAT64_TABLE
from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.item import Characteristic, Edge, Item, Mark, Notification, NumberedItem, Role
from imu_hip.model.packet import TimedSamples
from imu_hip.model.setup import ClockMap, SensorSetup
from imu_hip.session.foreign_csv import MarkedInterval
from imu_hip.session.layout import LATEST_NS

BLOCK_S = 0.25


@dataclass(frozen=True, slots=True)
class ImportedItems:
    """The items, and what the setup of their recording must say: t_s = (t_ns - zero_ns) / 1e9."""

    items: tuple[NumberedItem, ...]
    zero_ns: int
    sensors: tuple[SensorSetup, SensorSetup]


def import_items(
    pelvis: TimedSamples,
    thigh: TimedSamples,
    marks: Sequence[MarkedInterval] = (),
    *,
    thigh_clock: ClockMap | None = None,
) -> ImportedItems:
    """Cut both tables into blocks of a quarter second and put them and the marks in order of time.

    A block carries the time of its last sample, so that nothing is known before it has happened; at equal
    times samples come before marks, and the end of an interval before the begin of the next. `thigh_clock`
    maps the thigh file's times to the pelvis file's, which are the common clock; samples keep their own.

    Raises
    ------
    UnusableInputError
        Their times span more than a recording can hold.
    """
    clock = ClockMap() if thigh_clock is None else thigh_clock
    thigh_common_s = thigh.t_s + clock.offset_s + clock.rate * (thigh.t_s - clock.origin_s)
    first_s = min([float(pelvis.t_s[0]), float(thigh_common_s[0]), *(mark.start_s for mark in marks)])
    zero_ns = max(0, math.ceil(-first_s)) * 1_000_000_000
    items: list[Item] = [
        *_blocks(Role.PELVIS, pelvis, pelvis.t_s, zero_ns),
        *_blocks(Role.THIGH, thigh, thigh_common_s, zero_ns),
        *_mark_items(marks, zero_ns),
    ]
    items.sort(key=_order)
    if items[-1].t_ns > LATEST_NS:
        why = f"the times of the tables lie {items[-1].t_ns / 1e9:.3g} s apart, more than a recording can hold"
        raise UnusableInputError(Reason.WRONG_VALUE, f"{why}; take out what is not of this session")
    return ImportedItems(
        tuple(NumberedItem(number, item) for number, item in enumerate(items)),
        zero_ns,
        (
            SensorSetup(Role.PELVIS, FLOAT64_TABLE, _rate_hz(pelvis)),
            SensorSetup(Role.THIGH, FLOAT64_TABLE, _rate_hz(thigh), clock),
        ),
    )


def _blocks(role: Role, samples: TimedSamples, common_s: NDArray[np.float64], zero_ns: int) -> Iterator[Notification]:
    quarter = np.floor(common_s / BLOCK_S)
    starts = np.flatnonzero(np.diff(quarter, prepend=-np.inf))
    for start, end in zip(starts, [*starts[1:], len(common_s)], strict=True):
        block = TimedSamples(
            samples.t_s[start:end],
            samples.gyr[start:end],
            samples.acc[start:end],
            None if samples.mag is None else samples.mag[start:end],
        )
        t_ns = _ns(float(common_s[end - 1]), zero_ns)
        yield Notification(t_ns, role, Characteristic.STREAM, float64_table.encode(block))


def _mark_items(marks: Sequence[MarkedInterval], zero_ns: int) -> Iterator[Mark]:
    for mark in marks:
        yield Mark(_ns(mark.start_s, zero_ns), mark.label, Edge.BEGIN, mark.detail)
        yield Mark(_ns(mark.end_s, zero_ns), mark.label, Edge.END, mark.detail)


def _order(item: Item) -> tuple[int, int]:
    """Sort by time; sorting is stable, so the pelvis comes before the thigh and marks keep their order."""
    if isinstance(item, Mark):
        return item.t_ns, 1 if item.edge is Edge.END else 2
    return item.t_ns, 0


def _ns(t_s: float, zero_ns: int) -> int:
    return round(t_s * 1e9) + zero_ns


def _rate_hz(samples: TimedSamples) -> float:
    return 1.0 / float(np.median(np.diff(samples.t_s)))
