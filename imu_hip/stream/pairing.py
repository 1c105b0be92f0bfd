"""Two sensors onto one grid: the pelvis sensor's sample times, with the thigh interpolated there.

Rows become final in two ways: both sensors have samples beyond them, or `deadline_s` of arrival time has passed: more
where a sensor takes so long to fill its packets.
Samples that come for times already final are late: counted, and not used (a replay follows the same rule, so it sees
the same). Nothing is interpolated over more than `bridge_s`; a longer hole is MISSING. A hole of the pelvis sensor is
filled with rows at its nominal period (at most `fill_s` of them), so that every later stage keeps its step and sees
the hole.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import AlignedBlock, Floats, SensorBlock
from imu_hip.model.item import Role
from imu_hip.model.patience import patience_s
from imu_hip.stream.interpolation import has_hole, interpolate
from imu_hip.stream.samples import CountedSamples, Samples, in_si


@dataclass(frozen=True, slots=True)
class PairingParams:
    """`deadline_s`: how long a row waits for a late sensor (infinite: for ever)."""

    deadline_s: float = 1.0
    bridge_s: float = 0.0505
    fill_s: float = 2.0

    def patient(self, packet_s: float) -> PairingParams:
        """Return those that wait for packets which take so long to fill."""
        deadline_s = patience_s(self.deadline_s, packet_s)
        return self if deadline_s == self.deadline_s else replace(self, deadline_s=deadline_s)


@dataclass(slots=True)
class Track:
    """One sensor's samples that may still be needed: pieces not yet joined, the newest time, the nominal period."""

    pieces: tuple[Samples | CountedSamples, ...] = ()
    last_s: float = -math.inf
    period_s: float = 0.01


@dataclass(slots=True)
class PairingState:
    """Both tracks, the horizon up to which rows are final, the newest row, and how far pelvis samples were used.

    `next_pelvis_s`: the first pelvis sample that was not used yet; infinite where there is none.
    """

    pelvis: Track = field(default_factory=Track)
    thigh: Track = field(default_factory=Track)
    horizon_s: float = -math.inf
    last_row_s: float = -math.inf
    last_pelvis_s: float = -math.inf
    next_pelvis_s: float = math.inf


def add(
    state: PairingState, role: Role, samples: Samples | CountedSamples, period_s: float
) -> tuple[PairingState, int]:
    """Take in at least one sample of one sensor; return how many came too late (or backwards) and are left out."""
    pelvis, thigh = state.pelvis, state.thigh
    track = pelvis if role is Role.PELVIS else thigh
    after_s, late = max(state.horizon_s, track.last_s), 0
    if samples.first_s <= after_s:
        samples = in_si([samples])
        late = int(samples.t_s.searchsorted(after_s, side="right"))
        samples = Samples(samples.t_s[late:], samples.values[late:])
        if len(samples) == 0:
            return state, late
    track = Track((*track.pieces, samples), samples.last_s, period_s)
    next_pelvis_s = state.next_pelvis_s
    if role is Role.PELVIS:
        pelvis, next_pelvis_s = track, min(next_pelvis_s, samples.first_s)
    else:
        thigh = track
    horizon_s = max(state.horizon_s, min(pelvis.last_s, thigh.last_s))
    return PairingState(pelvis, thigh, horizon_s, state.last_row_s, state.last_pelvis_s, next_pelvis_s), late


def in_time(
    params: PairingParams,
    state: PairingState,
    arrival_s: Floats,
    at: Mapping[Role, NDArray[np.intp]],
    ends_s: Mapping[Role, tuple[Floats, Floats]],
) -> bool:
    """Tell whether many packets may be added at once: none is late, and at no arrival (m,) anything is overdue.

    Of each role that sent any, `at` are its packets' places among the arrivals, `ends_s` the times of their first and
    last samples (k,).
    """
    newest_s = []
    for role, track in ((Role.PELVIS, state.pelvis), (Role.THIGH, state.thigh)):
        known_s, places = np.array([track.last_s]), np.empty(0, dtype=np.intp)
        if role in ends_s:
            first_s, last_s = ends_s[role]
            known_s, places = np.concatenate([known_s, last_s]), at[role]
            if first_s[0] <= state.horizon_s or np.any(first_s <= known_s[:-1]):
                return False
        newest_s.append(known_s[places.searchsorted(np.arange(len(arrival_s)))])
    horizon_s = np.maximum(state.horizon_s, np.minimum(*newest_s))
    return bool(np.all(arrival_s - params.deadline_s <= horizon_s))


def overdue(params: PairingParams, state: PairingState, arrival_s: float) -> bool:
    """Tell whether the passing of time alone makes rows final; they must then be taken before anything else arrives."""
    # A horizon is there as soon as both sensors are; that of one alone moves with time.
    if arrival_s - params.deadline_s <= state.horizon_s:
        return False
    return max(state.pelvis.last_s, state.thigh.last_s) > -math.inf


def expire(params: PairingParams, state: PairingState, arrival_s: float) -> PairingState:
    """Move the horizon to the deadline."""
    return replace(state, horizon_s=max(state.horizon_s, arrival_s - params.deadline_s))


def take(params: PairingParams, state: PairingState) -> tuple[PairingState, AlignedBlock]:
    """Return the rows that became final since the last call, and forget the samples that no later row can need."""
    if state.horizon_s < min(state.next_pelvis_s, state.pelvis.last_s):
        return state, _NO_ROWS
    pelvis, thigh = in_si(state.pelvis.pieces), in_si(state.thigh.pieces)
    first = bisect_right(pelvis.t_s, state.last_pelvis_s)
    stop = bisect_right(pelvis.t_s, state.horizon_s, first)
    new_s = pelvis.t_s[first:stop]
    t_s, on_sample = _grid(params, state, new_s)
    block = AlignedBlock(
        t_s,
        _at(params, pelvis, state.pelvis.period_s, t_s),
        _at(params, thigh, state.thigh.period_s, t_s),
        on_sample,
    )
    last_row_s = float(t_s[-1]) if len(t_s) else state.last_row_s
    # Without a pelvis sample ahead, the next row lies beyond the horizon: the thigh must not pile up meanwhile.
    settled_s = max(last_row_s, state.horizon_s) if state.pelvis.last_s <= state.horizon_s else last_row_s
    new_state = PairingState(
        Track(_needed(pelvis, settled_s), state.pelvis.last_s, state.pelvis.period_s),
        Track(_needed(thigh, settled_s), state.thigh.last_s, state.thigh.period_s),
        state.horizon_s,
        last_row_s,
        float(new_s[-1]) if len(new_s) else state.last_pelvis_s,
        float(pelvis.t_s[stop]) if stop < len(pelvis) else math.inf,
    )
    return new_state, block


def _needed(samples: Samples, settled_s: float) -> tuple[Samples, ...]:
    """Keep the last sample at or before `settled_s`, as left neighbour of the next row, and all after it."""
    first = max(0, bisect_right(samples.t_s, settled_s) - 1)
    if first == 0:
        return (samples,) if len(samples) else ()
    return (Samples(samples.t_s[first:], samples.values[first:]),)


def _grid(params: PairingParams, state: PairingState, pelvis_s: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return row times.

    The pelvis samples, holes between (and, when overdue, after) them filled at the nominal period.
    """
    period_s = state.pelvis.period_s
    # Beyond the last pelvis sample that is known, only the deadline can have brought the horizon.
    is_overdue = state.pelvis.last_s < state.horizon_s
    if not is_overdue and not has_hole(pelvis_s, state.last_pelvis_s, 1.5 * period_s):
        return pelvis_s, np.ones(len(pelvis_s), dtype=bool)
    before_s = np.concatenate([[state.last_pelvis_s], pelvis_s])
    after_hole = np.diff(before_s) > 1.5 * period_s
    pieces: list[Floats] = []
    flags: list[NDArray[np.bool_]] = []
    start = 0
    for k in map(int, np.flatnonzero(after_hole)):
        fill = _fill(params, state, float(before_s[k]), float(pelvis_s[k]) - 0.5 * period_s)
        pieces += [pelvis_s[start:k], fill]
        flags += [np.ones(k - start, dtype=bool), np.zeros(len(fill), dtype=bool)]
        start = k
    pieces.append(pelvis_s[start:])
    flags.append(np.ones(len(pelvis_s) - start, dtype=bool))
    if is_overdue:
        tail = _fill(params, state, float(before_s[-1]), state.horizon_s)
        pieces.append(tail)
        flags.append(np.zeros(len(tail), dtype=bool))
    return np.concatenate(pieces), np.concatenate(flags)


def _fill(params: PairingParams, state: PairingState, from_s: float, to_s: float) -> Floats:
    """Return times at the nominal period after `from_s`, up to `to_s` or `fill_s`.

    Without those that are out already.
    """
    if not np.isfinite(from_s):
        return np.empty(0)
    period_s = state.pelvis.period_s
    steps = int(min(to_s - from_s, params.fill_s) / period_s)
    times: Floats = from_s + period_s * np.arange(1, max(steps, 0) + 1, dtype=float)
    return times[(times > state.last_row_s) & (times <= to_s)]


def _at(params: PairingParams, samples: Samples, period_s: float, t_s: Floats) -> SensorBlock:
    """Return a sensor's values at the row times."""
    vectors = np.empty((samples.values.shape[1] // 3, len(t_s), 3))
    state = np.empty(len(t_s), dtype=np.uint8)
    most_s = 1.5 * period_s
    interpolate(samples.t_s, samples.values, t_s, most_s, max(params.bridge_s, most_s), vectors, state)
    return SensorBlock(vectors[0], vectors[1], state, vectors[2] if len(vectors) == 3 else None)


_NO_VECTORS = np.empty((0, 3))
_NO_SAMPLES = SensorBlock(_NO_VECTORS, _NO_VECTORS, np.empty(0, dtype=np.uint8))
_NO_ROWS = AlignedBlock(np.empty(0), _NO_SAMPLES, _NO_SAMPLES, np.empty(0, dtype=bool))
