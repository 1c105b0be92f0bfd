"""Breaths seen in the tilt of the pelvis while lying (experimental: a count beside the pacer's, never a verdict).

The tilt is averaged in slots of 0.1 s that are fixed on the clock, band-passed, and its turning points are taken with
hysteresis. So the result depends neither on the sample rate nor on how the input was cut.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from imu_hip.model.exercise_spec import Posture

SLOT_HZ = 10.0
_KEPT_S = 120.0

AMPLITUDES_RAD: Mapping[Posture, float] = {
    Posture.SUPINE: math.radians(0.15),
    Posture.PRONE: math.radians(0.25),
}
"""How far the tilt must swing to either side for breathing to count as seen; no other posture shows it."""


@dataclass(frozen=True, slots=True)
class Params:
    """`lowest_hz` to `highest_hz`: the band of breathing. `turn_rad`: a turning point is one that is left by this.

    The filter needs `settle_s` after its start, and starts again after `hole_s` without a tilt.
    """

    lowest_hz: float = 0.06
    highest_hz: float = 0.5
    turn_rad: float = math.radians(0.12)
    settle_s: float = 10.0
    hole_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Turn:
    """A turning point of the filtered tilt, rad."""

    t_s: float
    value_rad: float


@dataclass(frozen=True, slots=True)
class State:
    """All that evolves.

    The slot that is being filled with its sum and count; the filter's memory (None: not started, then `started_s` and
    the first tilt `zero_rad` are not known either); the extreme that may become a turning point, and which it is; the
    turning points of the last two minutes.
    """

    slot: float = -math.inf
    total_rad: float = 0.0
    rows: int = 0
    memory: tuple[tuple[float, ...], ...] | None = None
    started_s: float = 0.0
    zero_rad: float = 0.0
    extreme: Turn | None = None
    rising: bool = True
    turns: tuple[Turn, ...] = ()


def step(params: Params, state: State, t_s: NDArray[np.float64], tilt_rad: NDArray[np.float64]) -> State:
    """Take rows in: times (n,) and pelvis tilt (n,), NaN where it is not known."""
    slot, total_rad, rows = state.slot, state.total_rad, state.rows
    for row_s, row_rad in zip(t_s.tolist(), tilt_rad.tolist(), strict=True):
        if not math.isfinite(row_rad):
            continue
        row_slot = math.floor(row_s * SLOT_HZ)
        if row_slot != slot:
            if rows:
                state = _filtered(params, state, slot / SLOT_HZ, total_rad / rows)
            if row_slot - slot > params.hole_s * SLOT_HZ:
                state = State(turns=state.turns)
            slot, total_rad, rows = row_slot, 0.0, 0
        total_rad += row_rad
        rows += 1
    return replace(state, slot=slot, total_rad=total_rad, rows=rows)


def breaths_since(state: State, start_s: float, amplitude_rad: float) -> int | None:
    """Return how many whole breaths went by since `start_s`; None while breathing of this amplitude is not seen."""
    if state.memory is None or state.extreme is None:
        return None
    recent = [*state.turns[-3:], state.extreme]
    swings = [abs(after.value_rad - before.value_rad) for before, after in itertools.pairwise(recent)]
    if len(swings) < 2 or sorted(swings)[len(swings) // 2] < 2.0 * amplitude_rad:
        return None
    return max(0, sum(turn.t_s >= start_s for turn in state.turns) - 1) // 2


def _filtered(params: Params, state: State, t_s: float, tilt_rad: float) -> State:
    """Pass one slot through the filter and look for a turning point."""
    sos = _band_pass(params.lowest_hz, params.highest_hz)
    if state.memory is None:
        memory, zero_rad, started_s = np.zeros((len(sos), 2)), tilt_rad, t_s
    else:
        memory, zero_rad, started_s = np.array(state.memory), state.zero_rad, state.started_s
    values, memory = sosfilt(sos, np.array([tilt_rad - zero_rad]), zi=memory)
    kept = tuple(tuple(row) for row in memory.tolist())
    turns, extreme, rising = state.turns, state.extreme, state.rising
    if t_s - started_s >= params.settle_s:
        turns, extreme, rising = _turned(params.turn_rad, state, Turn(t_s, float(values[0])))
    return State(memory=kept, started_s=started_s, zero_rad=zero_rad, extreme=extreme, rising=rising, turns=turns)


def _turned(turn_rad: float, state: State, now: Turn) -> tuple[tuple[Turn, ...], Turn, bool]:
    extreme = state.extreme
    if extreme is None:
        return state.turns, now, True
    ahead_rad = now.value_rad - extreme.value_rad if state.rising else extreme.value_rad - now.value_rad
    if ahead_rad >= 0.0:
        return state.turns, now, state.rising
    if ahead_rad > -turn_rad:
        return state.turns, extreme, state.rising
    kept = tuple(turn for turn in state.turns if now.t_s - turn.t_s < _KEPT_S)
    return (*kept, extreme), now, not state.rising


@cache
def _band_pass(lowest_hz: float, highest_hz: float) -> NDArray[np.float64]:
    return np.asarray(butter(2, [lowest_hz, highest_hz], "bandpass", fs=SLOT_HZ, output="sos"))
