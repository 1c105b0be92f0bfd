"""A sensor's clock against the common clock, from one-sided arrival delays and, where offered, two-way exchanges.

Model: arrival = device time + offset + rate * device time + delay, with a delay that is never negative and heavily
one-sided (connection events, retransmissions, fades). Regression would average the delay; the minimum of each window
does not know it. A robust line through the window minima gives offset and rate. Changes of the estimate are slewed,
so that mapped times stay strictly increasing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ClockParams:
    """Tuning of the clock estimate.

    A window's minimum is a point of the line; points further than `reject_mads` median absolute deviations plus
    `reject_floor_s` from it are left out. An error of the applied offset fades with the time constant `settle_s`, but
    never slower than `slew` (s/s) nor faster than `most_slew`.
    """

    window_s: float = 5.0
    most_windows: int = 60
    reject_mads: float = 3.0
    reject_floor_s: float = 1e-4
    slew: float = 1e-3
    most_slew: float = 0.1
    settle_s: float = 5.0


@dataclass(frozen=True, slots=True)
class ClockState:
    """All that the estimate knows. Times in s; `offset` means common minus device time.

    `points`: (device time, offset) at the minimum of each finished window. `sync_offset_s`: the smallest-round-trip
    two-way offset, at the device time `sync_at_s`; `one_way_s`: the minimum delay it revealed, removed from the line.
    """

    points: tuple[tuple[float, float], ...] = ()
    window_start_s: float | None = None
    window_best: tuple[float, float] | None = None
    line: tuple[float, float, float] | None = None
    applied_s: float | None = None
    applied_at_s: float = 0.0
    sync_offset_s: float | None = None
    sync_round_trip_s: float = 0.0
    sync_at_s: float = 0.0
    one_way_s: float = 0.0

    @property
    def rate_ppm(self) -> float | None:
        """How much faster common time runs than the sensor's, in ppm; None before two windows."""
        return None if len(self.points) < 2 or self.line is None else self.line[2] * 1e6

    @property
    def uncertainty_s(self) -> float:
        """Bound of the constant error that stays: half the best round trip.

        Unknown minimum delay otherwise (30 ms stated).
        """
        return 0.5 * self.sync_round_trip_s if self.sync_offset_s is not None else 0.030


def synchronise(state: ClockState, sent_s: float, device_s: float, received_s: float) -> ClockState:
    """Take in one two-way exchange; only the one with the smallest round trip counts."""
    round_trip_s = received_s - sent_s
    if round_trip_s < 0.0 or (state.sync_offset_s is not None and round_trip_s >= state.sync_round_trip_s):
        return state
    offset_s = 0.5 * (sent_s + received_s) - device_s
    return replace(state, sync_offset_s=offset_s, sync_round_trip_s=round_trip_s, sync_at_s=device_s)


def observe(params: ClockParams, state: ClockState, device_s: float, arrival_s: float) -> ClockState:
    """Take in one packet: the device time of its last sample and its arrival."""
    delay_s = arrival_s - device_s
    if state.window_start_s is None:
        state = replace(state, window_start_s=device_s)
    elif device_s - state.window_start_s >= params.window_s and state.window_best is not None:
        points = (*state.points, state.window_best)[-params.most_windows :]
        state = replace(state, points=points, window_start_s=device_s, window_best=None, line=_line(params, points))
        state = replace(state, one_way_s=_one_way(params, state))
    if state.window_best is None or delay_s < state.window_best[1]:
        state = replace(state, window_best=(device_s, delay_s))
    return _slew(params, state, device_s)


def common_time(state: ClockState, device_s: float) -> float:
    """Return the common time of a device time near the last one observed, s."""
    if state.applied_s is None:
        raise ValueError("the clock has not observed any packet yet")
    return device_s + state.applied_s


def stretch(before: ClockState, after: ClockState) -> float:
    """Return how much longer common time ran than device time between two packets; 1 where there was none before."""
    elapsed_s = after.applied_at_s - before.applied_at_s
    if before.applied_s is None or after.applied_s is None or elapsed_s <= 0.0:
        return 1.0
    return 1.0 + (after.applied_s - before.applied_s) / elapsed_s


def _one_way(params: ClockParams, state: ClockState) -> float:
    """Return the shortest one-way delay: the line's windows still hold it, the two-way offset does not.

    Once the line has left the exchange behind, what it was stays.
    """
    if state.sync_offset_s is None or state.line is None:
        return 0.0
    if len(state.points) == params.most_windows and state.sync_at_s < state.points[0][0]:
        return state.one_way_s
    at_s, offset_s, rate = state.line
    return max(0.0, offset_s + rate * (state.sync_at_s - at_s) - state.sync_offset_s)


def _slew(params: ClockParams, state: ClockState, device_s: float) -> ClockState:
    target_s = _target(state, device_s)
    if state.applied_s is None:
        return replace(state, applied_s=target_s, applied_at_s=device_s)
    elapsed_s = max(0.0, device_s - state.applied_at_s)
    error_s = target_s - state.applied_s
    # A first packet may come out of a fade, seconds late; what is far off is put right at once, what is near gently.
    most_s = elapsed_s * min(max(params.slew, abs(error_s) / params.settle_s), params.most_slew)
    change_s = min(max(error_s, -most_s), most_s)
    return replace(state, applied_s=state.applied_s + change_s, applied_at_s=max(device_s, state.applied_at_s))


def _target(state: ClockState, device_s: float) -> float:
    if len(state.points) >= 2 and state.line is not None:
        at_s, offset_s, rate = state.line
        return offset_s + rate * (device_s - at_s) - state.one_way_s
    if state.sync_offset_s is not None:
        return state.sync_offset_s
    best = min(offset for _, offset in (*state.points, *([state.window_best] if state.window_best else [])))
    return best


def _line(params: ClockParams, points: tuple[tuple[float, float], ...]) -> tuple[float, float, float]:
    """Return (time, offset there, rate) of the least-squares line after rejecting outliers once."""
    line = _least_squares(points)
    residuals = [offset - (line[1] + line[2] * (t - line[0])) for t, offset in points]
    middle = _median(residuals)
    spread = _median([abs(r - middle) for r in residuals])
    limit = params.reject_mads * spread + params.reject_floor_s
    kept = tuple(p for p, r in zip(points, residuals, strict=True) if abs(r - middle) <= limit)
    return _least_squares(kept) if len(kept) >= 2 else line


def _least_squares(points: tuple[tuple[float, float], ...]) -> tuple[float, float, float]:
    n = len(points)
    t0 = sum(t for t, _ in points) / n
    y0 = sum(y for _, y in points) / n
    tt = sum((t - t0) * (t - t0) for t, _ in points)
    ty = sum((t - t0) * (y - y0) for t, y in points)
    return t0, y0, ty / tt if tt > 0.0 else 0.0


def _median(values: list[float]) -> float:
    ordered = sorted(values)
    n = len(ordered)
    return ordered[n // 2] if n % 2 else 0.5 * (ordered[n // 2 - 1] + ordered[n // 2])
