"""Blocks: arrays of samples that the corridor carries.

A live notification makes a small one, a replay a few large ones.

Frames: sensor axes are right-handed; the world is z up; segment axes are ISB (x anterior, y cranial, z right).
Quaternions are scalar first and named target_from_source.

Nobody writes to a block. They are not frozen all the same: a live call makes ten of them, and freezing one takes
longer than filling it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class SampleState(IntEnum):
    """Where one sensor's values in a row come from."""

    MEASURED = 0
    """Measured at, or interpolated between two neighbouring samples around, this time."""
    BRIDGED = 1
    """Interpolated across lost samples, over at most 50 ms."""
    MISSING = 2
    """Not known: NaN."""


@dataclass(slots=True)
class SensorBlock:
    """One sensor on the common grid: `gyr` rad/s and `acc` m/s² (n, 3) in sensor axes, `state` (n,) of SampleState.

    `mag` µT (n, 3), NaN where not known; None without a magnetometer.
    """

    gyr: Floats
    acc: Floats
    state: NDArray[np.uint8]
    mag: Floats | None = None


@dataclass(slots=True)
class AlignedBlock:
    """Both sensors at the same times.

    `t_s` (n,) is strictly increasing, seconds on the recording's common clock. `on_sample` (n,) is False for rows that
    only fill a hole of the pelvis sensor so that filters keep their step; such rows are not shown or written out.
    """

    t_s: Floats
    pelvis: SensorBlock
    thigh: SensorBlock
    on_sample: NDArray[np.bool_]


@dataclass(slots=True)
class OrientationBlock:
    """Both sensors' orientations, each in its own heading: `earth_from_*` (n, 4); NaN where not known.

    `*_gyr` are rad/s in sensor axes with the bias removed. `*_restarted` marks rows at which a filter began anew
    (its heading has no relation to the one before). `*_mag` are µT in sensor axes, or None.
    """

    t_s: Floats
    earth_from_pelvis_sensor: Floats
    earth_from_thigh_sensor: Floats
    pelvis_gyr: Floats
    thigh_gyr: Floats
    pelvis_acc: Floats
    thigh_acc: Floats
    pelvis_restarted: NDArray[np.bool_]
    thigh_restarted: NDArray[np.bool_]
    on_sample: NDArray[np.bool_]
    pelvis_mag: Floats | None = None
    thigh_mag: Floats | None = None


@dataclass(slots=True)
class AngleBlock:
    """Hip angles and what judging needs beside them.

    `angles_rad` and `sd_rad` are (n, 3): flexion, adduction, internal rotation (+ as in the contract, on both sides);
    NaN where `valid` is False. `pelvis_tilt_rad`, `pelvis_list_rad`, `pelvis_yaw_rad` (n,): rotation of the pelvis
    about its z, x and the vertical axis since an arbitrary origin, signed so that + is anterior tilt, the trained
    side up, and turning toward the trained side's internal rotation. `thigh_rate_rad_s` (n, 3): thigh angular rate in
    segment axes.
    """

    t_s: Floats
    angles_rad: Floats
    sd_rad: Floats
    valid: NDArray[np.bool_]
    pelvis_tilt_rad: Floats
    pelvis_list_rad: Floats
    pelvis_yaw_rad: Floats
    thigh_rate_rad_s: Floats
    on_sample: NDArray[np.bool_]


Block = TypeVar("Block", SensorBlock, AlignedBlock, OrientationBlock, AngleBlock)


def joined(blocks: Sequence[Block]) -> Block:
    """Return the rows of at least one block, one behind the other; where some have no field, it is NaN."""
    if len(blocks) == 1:
        return blocks[0]
    values: list[Any] = [
        joined(parts) if isinstance(parts[0], SensorBlock) else _stacked(blocks, parts)
        for parts in zip(*(_columns(block) for block in blocks), strict=True)
    ]
    return type(blocks[0])(*values)


def cut(block: Block, start: int, stop: int) -> Block:
    """Return the rows [start, stop) of a block, as views; the block itself, if these are all."""
    if start == 0 and stop >= _length(block):
        return block
    values: list[Any] = [
        cut(rows, start, stop) if isinstance(rows, SensorBlock) else None if rows is None else rows[start:stop]
        for rows in _columns(block)
    ]
    return type(block)(*values)


def chosen(rows: OrientationBlock, which: NDArray[np.bool_]) -> OrientationBlock:
    """Return the rows at which `which` (n,) is true."""
    values: list[Any] = [None if whole is None else whole[which] for whole in _columns(rows)]
    return OrientationBlock(*values)


def _stacked(blocks: Sequence[Block], parts: tuple[Any, ...]) -> Any:
    """Return one column of all blocks."""
    if all(part is None for part in parts):
        return None
    known = [
        np.full((_length(block), 3), np.nan) if part is None else part
        for block, part in zip(blocks, parts, strict=True)
    ]
    return np.concatenate(known)


def _columns(block: Block) -> list[Any]:
    """Return the columns in the order of the constructor; a loop over `dataclasses.fields` takes twice as long."""
    return [getattr(block, name) for name in block.__slots__]


def _length(block: Block) -> int:
    return len(getattr(block, block.__slots__[0]))
