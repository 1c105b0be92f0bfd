"""A sensor's clock against the common clock, from delays that are never negative.

Model: common time = device time + offset + rate * (device time). A packet arrives after its samples were taken, so
the offset is never more than arrival minus device time; a request reaches the sensor after it was sent, so the offset
is never less than sending minus device time. Delays are heavily one-sided (connection events, retransmissions, fades):
averages would keep them, bounds do not. Changes of the estimate are slewed, so that mapped times stay strictly
increasing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np

from imu_hip.compiled import compiled
from imu_hip.model.block import Floats


@dataclass(frozen=True, slots=True)
class ClockParams:
    """Tuning of the clock estimate.

    The earliest arrival of each `window_s` is kept, for the newest `most_windows`; exchanges for as long. Rates have
    the standard deviation `rate_sd` before anything is seen, with the tails of a Student distribution of 3 degrees.
    Where packets come at every moment between connection events alike, the earliest of each window is later than
    possible by chance, at least `least_late_s` on average, and `by_chance_share` of the windows count. Where they come
    in step with the events, it is later by a part of the interval that hardly changes: all windows together then count
    as `in_step_windows`, at least `in_step_late` intervals late on average. A rate by which answers come before their
    requests is `impossible_s` likely to 1/e.
    An error of the applied offset fades with the time constant `settle_s`, but never slower than `slew` (s/s) nor
    faster than `most_slew`.
    """

    window_s: float = 5.0
    most_windows: int = 60
    rate_sd: float = 4e-5
    least_late_s: float = 2e-4
    by_chance_share: float = 0.25
    in_step_windows: float = 3.0
    in_step_late: float = 0.3
    impossible_s: float = 2e-4
    slew: float = 1e-3
    most_slew: float = 0.4
    settle_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Earliest:
    """The packet of a window with the least arrival minus device time; `in_step`: 0..1, with connection events."""

    device_s: float
    offset_s: float
    in_step: float


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that the sensor read at `device_s`: sending and receiving minus device time."""

    device_s: float
    least_offset_s: float
    most_offset_s: float


@dataclass(frozen=True, slots=True)
class ClockLine:
    """Offset `offset_s` at device time `at_s`, changing by `rate`, with standard deviations of both.

    `ahead_s`: how much later than by this line anything can come at the earliest. `delay_s`: how much later the
    earliest packets come, and its standard deviation; 0 where no exchange has shown it.
    """

    at_s: float
    offset_s: float
    rate: float
    sd_s: float
    rate_sd: float
    ahead_s: float
    delay_s: float
    delay_sd_s: float


@dataclass(slots=True)
class ClockState:
    """All that the estimate knows, built anew for every packet. Times in s; `offset` means common minus device time.

    `window`: (device time, arrival minus device time) of each packet since `window_start_s`. `stale`: there is more to
    know than the line does. `below_s`: how far packets came below what the line allows.
    """

    windows: tuple[Earliest, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    window_start_s: float | None = None
    window: tuple[tuple[float, float], ...] = ()
    line: ClockLine | None = None
    stale: bool = True
    below_s: float = 0.0
    applied_s: float | None = None
    applied_at_s: float = 0.0

    @property
    def rate_ppm(self) -> float | None:
        """How much faster common time runs than the sensor's, in ppm; None before two windows."""
        return None if len(self.windows) < 2 or self.line is None else self.line.rate * 1e6

    @property
    def delay_is_known(self) -> bool:
        """Whether exchanges have shown how late the earliest packets are."""
        return self.line is not None and self.line.delay_sd_s > 0.0

    @property
    def sd_s(self) -> float | None:
        """Standard deviation of the mapped time of the newest packet, s; None before any.

        Without an exchange, the shortest delay of the link stays in the offset and is not part of it.
        """
        if self.line is None or self.applied_s is None:
            return None
        elapsed_s = max(0.0, self.applied_at_s - self.line.at_s)
        target_s = self.line.offset_s + self.line.rate * elapsed_s - self.below_s
        return self.line.sd_s + self.line.rate_sd * elapsed_s + abs(target_s - self.applied_s)


def synchronise(state: ClockState, sent_s: float, device_s: float, received_s: float) -> ClockState:
    """Take in a request and its answer: the sensor read `device_s` after the one and before the other."""
    if received_s < sent_s:
        return state
    exchange = Exchange(device_s, sent_s - device_s, received_s - device_s)
    return replace(state, exchanges=(*state.exchanges, exchange), stale=True)


def observe(params: ClockParams, state: ClockState, device_s: float, arrival_s: float, interval_s: float) -> ClockState:
    """Take in one packet: the device time of its last sample and its arrival; `interval_s` of connection events."""
    delay_s = arrival_s - device_s
    windows, exchanges, start_s, window = state.windows, state.exchanges, state.window_start_s, state.window
    line, stale, below_s = state.line, state.stale, state.below_s
    if start_s is None:
        start_s = device_s
    elif device_s - start_s >= params.window_s and window:
        windows = (*windows, _earliest(window, interval_s))[-params.most_windows :]
        start_s, window, stale = device_s, (), True
    window = (*window, (device_s, delay_s))
    if line is None or stale:
        since_s = device_s - params.window_s * params.most_windows
        exchanges = tuple(exchange for exchange in exchanges if exchange.device_s >= since_s)
        line = _fit(params, (*windows, _earliest(window, interval_s)), exchanges, line, device_s, interval_s)
        below_s = 0.0
    if state.applied_s is None:
        offset_s = line.offset_s + line.rate * (device_s - line.at_s)
        below_s = max(below_s, offset_s + line.ahead_s - delay_s)
        applied_s, applied_at_s = offset_s - below_s, device_s
    else:
        applied = (below_s, state.applied_s, state.applied_at_s)
        below_s, applied_s, applied_at_s = _applied(_slew(params), _bounds(line), applied, device_s, delay_s)
    # This is every packet's way: `replace` would take several times as long.
    return ClockState(windows, exchanges, start_s, window, line, False, below_s, applied_s, applied_at_s)


def follow(
    params: ClockParams, state: ClockState, device_s: Floats, arrival_s: Floats, interval_s: float
) -> tuple[ClockState, Floats]:
    """Take in many packets (k,); return the offset that was applied to each. The same as to observe each in turn."""
    delay_s = arrival_s - device_s
    applied_s = np.empty(len(device_s))
    at = 0
    while at < len(device_s):
        # What is new is found out with the first packet of a window; up to the next window the line stays.
        state = observe(params, state, float(device_s[at]), float(arrival_s[at]), interval_s)
        if state.line is None or state.window_start_s is None or state.applied_s is None:
            raise ValueError("a clock that has observed a packet has a line")
        applied_s[at] = state.applied_s
        stop = int((device_s - state.window_start_s).searchsorted(params.window_s))
        row = slice(at + 1, max(stop, at + 1))
        applied = (state.below_s, state.applied_s, state.applied_at_s)
        applied = _applied_to_each(
            _slew(params), _bounds(state.line), applied, device_s[row], delay_s[row], applied_s[row]
        )
        seen = zip(device_s[row].tolist(), delay_s[row].tolist(), strict=True)
        state = ClockState(
            state.windows,
            state.exchanges,
            state.window_start_s,
            (*state.window, *seen),
            state.line,
            False,
            *applied,
        )
        at = row.stop
    return state, applied_s


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


def stretches(before: ClockState, device_s: Floats, applied_s: Floats) -> Floats:
    """Return the stretch of each of many packets (k,) from the one before, with the offsets that `follow` applied."""
    first = 0.0 if before.applied_s is None else before.applied_s
    return np.asarray(1.0 + np.diff(applied_s, prepend=first) / np.diff(device_s, prepend=before.applied_at_s))


def _slew(params: ClockParams) -> tuple[float, float, float]:
    return params.slew, params.settle_s, params.most_slew


def _bounds(line: ClockLine) -> tuple[float, float, float, float]:
    return line.at_s, line.offset_s, line.rate, line.ahead_s


@compiled
def _applied(
    slew: tuple[float, float, float],
    line: tuple[float, float, float, float],
    before: tuple[float, float, float],
    device_s: float,
    delay_s: float,
) -> tuple[float, float, float]:
    """Return how far packets came below the line, the offset that is applied, and since which device time."""
    least_slew, settle_s, most_slew = slew
    at_s, line_s, rate, ahead_s = line
    below_s, applied_s, applied_at_s = before
    offset_s = line_s + rate * (device_s - at_s)
    below_s = max(below_s, offset_s + ahead_s - delay_s)
    if device_s > applied_at_s:
        error_s = offset_s - below_s - applied_s
        # A first packet may come out of a fade, seconds late: what is far off is put right at once, the rest gently.
        fastest = min(max(least_slew, abs(error_s) / settle_s), most_slew)
        most_s = (device_s - applied_at_s) * fastest
        applied_s += min(max(error_s, -most_s), most_s)
        applied_at_s = device_s
    return below_s, applied_s, applied_at_s


@compiled
def _applied_to_each(
    slew: tuple[float, float, float],
    line: tuple[float, float, float, float],
    applied: tuple[float, float, float],
    device_s: Floats,
    delay_s: Floats,
    applied_s: Floats,
) -> tuple[float, float, float]:
    """Fill in the offset that is applied to each of many packets that come while the line stays."""
    for k in range(len(device_s)):
        applied = _applied(slew, line, applied, device_s[k], delay_s[k])
        applied_s[k] = applied[1]
    return applied


def _earliest(window: tuple[tuple[float, float], ...], interval_s: float) -> Earliest:
    """Return a window's earliest packet, and whether packets come in step with connection events.

    If they meet every moment of the interval alike, a tenth of them comes within a tenth of it, or more where events
    are missed; half of that is still taken for alike.
    """
    in_order = sorted(window, key=itemgetter(1))
    device_s, offset_s = in_order[0]
    tenth_s = in_order[len(in_order) // 10][1] - offset_s
    alike = tenth_s / (0.05 * interval_s) if interval_s > 0.0 else 1.0
    return Earliest(device_s, offset_s, max(0.0, 1.0 - alike))


# Rates are tried in steps that grow with them, in units of `rate_sd`. Student's t with 3 degrees of freedom, over steps
# that are as wide as the hyperbolic cosine.
_STEPS: Floats = np.linspace(-4.0, 4.0, 81)
_RATES: Floats = np.sinh(_STEPS)
_LOG_PRIOR: Floats = -3.0 * np.log(np.cosh(_STEPS))


def _fit(
    params: ClockParams,
    windows: tuple[Earliest, ...],
    exchanges: tuple[Exchange, ...],
    before: ClockLine | None,
    now_s: float,
    interval_s: float,
) -> ClockLine:
    """Return mean and standard deviation of offset and rate over all rates that are possible.

    For each rate the offset is at most that of the earliest packet and of the earliest answer, and at least that of the
    latest request. When exchanges are long ago, the delay of the earliest packets is what it was then.
    """
    rates = params.rate_sd * _RATES
    packets = [(window.device_s, window.offset_s) for window in windows]
    offsets_s = _moved(packets, rates, now_s)
    highest = offsets_s.min(axis=0)
    late_s = offsets_s.mean(axis=0) - highest
    log_weight = _LOG_PRIOR - late_s / _scale(params, windows, late_s, interval_s)
    upper, width = highest, np.zeros_like(rates)
    if exchanges:
        answers = _moved([(e.device_s, e.most_offset_s) for e in exchanges], rates, now_s).min(axis=0)
        requests = _moved([(e.device_s, e.least_offset_s) for e in exchanges], rates, now_s).max(axis=0)
        upper = np.minimum(highest, answers)
        width = np.maximum(upper - requests, 0.0)
        log_weight += np.minimum(upper - requests, 0.0) / params.impossible_s
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    middle = upper - 0.5 * width
    offset_s, rate, ahead_s, delay_s = (
        float((weight * values).sum()) for values in (middle, rates, upper - middle, highest - middle)
    )
    variance = float((weight * ((middle - offset_s) ** 2 + width * width / 12.0)).sum())
    delay_sd_s = float((weight * width).sum()) / math.sqrt(12.0)
    if not exchanges and before is not None:
        ahead_s, delay_s, delay_sd_s = before.delay_s, before.delay_s, before.delay_sd_s
        offset_s, variance = offset_s - delay_s, variance + delay_sd_s**2
    rate_sd = math.sqrt(float((weight * (rates - rate) ** 2).sum()))
    return ClockLine(now_s, offset_s, rate, math.sqrt(variance), rate_sd, ahead_s, delay_s, delay_sd_s)


def _moved(points: Sequence[tuple[float, float]], rates: Floats, now_s: float) -> Floats:
    """Return (points, rates): what the offset of each point has become by now at each rate."""
    t_s, offset_s = np.array(points).T[:, :, None]
    return np.asarray(offset_s + rates * (now_s - t_s))


def _scale(params: ClockParams, windows: tuple[Earliest, ...], late_s: Floats, interval_s: float) -> float:
    """Return by how much a rate may make the windows later on average and be 1/e as likely."""
    n, least_s = len(windows), float(late_s.min())
    in_step = sum(window.in_step for window in windows) / n
    by_chance_s = max(params.least_late_s, least_s) / max(params.by_chance_share * (n - 1), 1.0)
    in_step_s = max(params.in_step_late * interval_s, least_s) / min(max(n - 1, 1), params.in_step_windows)
    return in_step * in_step_s + (1.0 - in_step) * by_chance_s
