"""Two sensors onto one grid: the pelvis sensor's sample times, with the thigh interpolated there.

Rows become final in two ways: both sensors have samples beyond them, or `deadline_s` of arrival time has passed.
Samples that come for times already final are late: counted, and not used (a replay follows the same rule, so it sees
the same). Nothing is interpolated over more than `bridge_s`; a longer hole is MISSING. A hole of the pelvis sensor is
filled with rows at its nominal period (at most `fill_s` of them), so that every later stage keeps its step and sees
the hole.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import AlignedBlock, Floats, SampleState, SensorBlock
from imu_hip.model.item import Role


@dataclass(frozen=True, slots=True)
class PairingParams:
    """`deadline_s`: how long a row waits for a late sensor (infinite: for ever)."""

    deadline_s: float = 1.0
    bridge_s: float = 0.0505
    fill_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Samples:
    """One sensor's samples on the common clock: `t_s` (n,), `values` (n, 6) = gyr rad/s, acc m/s²."""

    t_s: Floats
    values: Floats


def _none() -> Samples:
    return Samples(np.empty(0), np.empty((0, 6)))


@dataclass(frozen=True, slots=True)
class Track:
    """One sensor's samples that may still be needed: pieces not yet joined, the newest time, the nominal period."""

    pieces: tuple[Samples, ...] = ()
    last_s: float = -np.inf
    period_s: float = 0.01


@dataclass(frozen=True, slots=True)
class PairingState:
    """Both tracks, the horizon up to which rows are final, the newest row, and how far pelvis samples were used."""

    pelvis: Track = field(default_factory=Track)
    thigh: Track = field(default_factory=Track)
    horizon_s: float = -np.inf
    last_row_s: float = -np.inf
    last_pelvis_s: float = -np.inf


def add(state: PairingState, role: Role, samples: Samples, period_s: float) -> tuple[PairingState, int]:
    """Take in samples of one sensor; return how many came too late (or backwards) and are left out."""
    track = state.pelvis if role is Role.PELVIS else state.thigh
    after = max(state.horizon_s, track.last_s)
    late = int(np.searchsorted(samples.t_s, after, side="right"))
    if late:
        samples = Samples(samples.t_s[late:], samples.values[late:])
    if len(samples.t_s):
        track = Track((*track.pieces, samples), float(samples.t_s[-1]), period_s)
    state = replace(state, pelvis=track) if role is Role.PELVIS else replace(state, thigh=track)
    return replace(state, horizon_s=max(state.horizon_s, min(state.pelvis.last_s, state.thigh.last_s))), late


def overdue(params: PairingParams, state: PairingState, arrival_s: float) -> bool:
    """Tell whether the passing of time alone makes rows final; they must then be taken before anything else arrives."""
    begun = max(state.pelvis.last_s, state.thigh.last_s) > -np.inf
    return begun and arrival_s - params.deadline_s > state.horizon_s


def expire(params: PairingParams, state: PairingState, arrival_s: float) -> PairingState:
    """Move the horizon to the deadline."""
    return replace(state, horizon_s=max(state.horizon_s, arrival_s - params.deadline_s))


def take(params: PairingParams, state: PairingState) -> tuple[PairingState, AlignedBlock]:
    """Return the rows that became final since the last call, and forget the samples that no later row can need."""
    pelvis, thigh = _join(state.pelvis), _join(state.thigh)
    new = (pelvis.t_s > state.last_pelvis_s) & (pelvis.t_s <= state.horizon_s)
    t_s, on_sample = _grid(params, state, pelvis.t_s[new])
    block = AlignedBlock(
        t_s=t_s,
        pelvis=_at(params, pelvis, state.pelvis.period_s, t_s),
        thigh=_at(params, thigh, state.thigh.period_s, t_s),
        on_sample=on_sample,
    )
    used = float(pelvis.t_s[new][-1]) if np.any(new) else state.last_pelvis_s
    last_row_s = float(t_s[-1]) if len(t_s) else state.last_row_s
    # Without a pelvis sample ahead, the next row lies beyond the horizon: the thigh must not pile up meanwhile.
    settled_s = max(last_row_s, state.horizon_s) if state.pelvis.last_s <= state.horizon_s else last_row_s
    return (
        replace(
            state,
            pelvis=replace(state.pelvis, pieces=_needed(pelvis, settled_s)),
            thigh=replace(state.thigh, pieces=_needed(thigh, settled_s)),
            last_row_s=last_row_s,
            last_pelvis_s=used,
        ),
        block,
    )


def _join(track: Track) -> Samples:
    if not track.pieces:
        return _none()
    if len(track.pieces) == 1:
        return track.pieces[0]
    return Samples(
        np.concatenate([piece.t_s for piece in track.pieces]),
        np.concatenate([piece.values for piece in track.pieces]),
    )


def _needed(samples: Samples, settled_s: float) -> tuple[Samples, ...]:
    """Keep the last sample at or before `settled_s`, as left neighbour of the next row, and all after it."""
    first = max(0, int(np.searchsorted(samples.t_s, settled_s, side="right")) - 1)
    if first == 0:
        return (samples,) if len(samples.t_s) else ()
    return (Samples(samples.t_s[first:].copy(), samples.values[first:].copy()),)


def _grid(params: PairingParams, state: PairingState, pelvis_s: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return row times.

    The pelvis samples, holes between (and, when overdue, after) them filled at the nominal period.
    """
    period_s = state.pelvis.period_s
    pieces: list[Floats] = []
    flags: list[NDArray[np.bool_]] = []
    start = 0
    before = np.concatenate([[state.last_pelvis_s], pelvis_s[:-1]]) if len(pelvis_s) else np.empty(0)
    for k in map(int, np.flatnonzero(pelvis_s - before > 1.5 * period_s)):
        pieces.append(pelvis_s[start:k])
        flags.append(np.ones(k - start, dtype=bool))
        start = k
        fill = _fill(params, state, float(before[k]), float(pelvis_s[k]) - 0.5 * period_s)
        pieces.append(fill)
        flags.append(np.zeros(len(fill), dtype=bool))
    pieces.append(pelvis_s[start:])
    flags.append(np.ones(len(pelvis_s) - start, dtype=bool))
    last_s = float(pelvis_s[-1]) if len(pelvis_s) else state.last_pelvis_s
    if state.pelvis.last_s <= state.horizon_s:
        # No later pelvis sample is known: only the deadline can have brought the horizon here.
        tail = _fill(params, state, last_s, state.horizon_s)
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
    """Interpolate a sensor at the row times; rows that fall on a sample take it unchanged."""
    n = len(samples.t_s)
    values = np.full((len(t_s), 6), np.nan)
    state = np.full(len(t_s), SampleState.MISSING, dtype=np.uint8)
    if n == 0 or len(t_s) == 0:
        return SensorBlock(values[:, :3], values[:, 3:], state)
    right = np.searchsorted(samples.t_s, t_s, side="left")
    exact = (right < n) & (samples.t_s[np.minimum(right, n - 1)] == t_s)
    between = ~exact & (right > 0) & (right < n)
    i = right[between]
    span_s = samples.t_s[i] - samples.t_s[i - 1]
    weight = ((t_s[between] - samples.t_s[i - 1]) / span_s)[:, None]
    inside = samples.values[i - 1] + weight * (samples.values[i] - samples.values[i - 1])
    usable = span_s <= max(params.bridge_s, 1.5 * period_s)
    rows = np.flatnonzero(between)[usable]
    values[rows] = inside[usable]
    state[rows] = np.where(span_s[usable] <= 1.5 * period_s, SampleState.MEASURED, SampleState.BRIDGED)
    values[exact] = samples.values[right[exact]]
    state[exact] = SampleState.MEASURED
    return SensorBlock(np.ascontiguousarray(values[:, :3]), np.ascontiguousarray(values[:, 3:]), state)
