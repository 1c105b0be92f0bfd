"""Samples of a file on the common clock, its missing rows noticed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import Floats
from imu_hip.model.event import RadioTrouble, Trouble
from imu_hip.model.packet import TimedSamples, TimedTables
from imu_hip.stream.samples import Samples
from imu_hip.stream.sensor_state import Followed, SensorState


def follow(state: SensorState, tables: TimedTables) -> Followed | None:
    """Take in many blocks of a file, unless samples are missing."""
    t_s = _on_common_clock(state, tables.t_s)
    if _missing(state, t_s).any():
        return None
    samples = Samples(t_s, tables.values)
    new_state = _with_samples(state, samples, 0)
    return Followed(new_state, samples, t_s[np.concatenate([[0], tables.stops[:-1]])], t_s[tables.stops - 1])


def _on_common_clock(state: SensorState, t_s: Floats) -> Floats:
    clock = state.setup.clock
    # A table's own arrays cannot be written to; compiled loops would be compiled again for those.
    if clock.offset_s == 0.0 and clock.rate == 0.0:
        return t_s.copy()
    return t_s + clock.offset_s + clock.rate * (t_s - clock.origin_s)


def _missing(state: SensorState, t_s: Floats) -> NDArray[np.int64]:
    """Return how many samples of a file are missing before each (n,)."""
    steps = np.diff(t_s, prepend=_before_s(state, t_s)) / state.period_s
    return np.maximum(np.rint(steps).astype(np.int64) - 1, 0)


def _before_s(state: SensorState, t_s: Floats) -> float:
    """Return when the sample before these was taken."""
    return state.last_s if state.last_s is not None else float(t_s[0]) - state.period_s


def receive(state: SensorState, table: TimedSamples) -> tuple[SensorState, Samples | None, tuple[Trouble, ...]]:
    """Take in one block of a file; return its samples, if it has any, and what is missing."""
    if len(table.t_s) == 0:
        return state, None, ()
    t_s = _on_common_clock(state, table.t_s)
    before_s, missing = _before_s(state, t_s), _missing(state, t_s)
    troubles = tuple(
        Trouble(before_s if k == 0 else float(t_s[k - 1]), float(t_s[k]), state.role, RadioTrouble.GAP, int(missing[k]))
        for k in np.flatnonzero(missing)
    )
    vectors = (table.gyr, table.acc) if table.mag is None else (table.gyr, table.acc, table.mag)
    samples = Samples(t_s, np.concatenate(vectors, axis=1))
    return _with_samples(state, samples, int(missing.sum())), samples, troubles


def _with_samples(state: SensorState, samples: Samples, lost: int) -> SensorState:
    return replace(
        state,
        samples=state.samples + len(samples),
        lost=state.lost + lost,
        first_s=samples.first_s if state.first_s is None else state.first_s,
        last_s=samples.last_s,
    )
