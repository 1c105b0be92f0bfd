"""The clock of one file against another's, when nothing but the movement is common to both.

Both sensors are on one body: when it moves, both turn. The magnitudes of their rates do not depend on how the sensors
sit, and their correlation peaks where the clocks agree. One search over all lags gives the offset; the lag of each
stretch with enough movement gives offset and rate by a robust line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.model.setup import ClockMap
from imu_hip.quaternion import norm


@dataclass(frozen=True, slots=True)
class MatchParams:
    """`rate_hz` of the comparison grid; stretches of `stretch_s` are searched within `search_s` of the overall lag.

    A rate is only given when the matched stretches span `least_span_s` and would be steeper than `most_rate` if they
    were chance.
    """

    rate_hz: float = 100.0
    stretch_s: float = 20.0
    search_s: float = 0.5
    least_overlap_s: float = 5.0
    least_correlation: float = 0.3
    least_span_s: float = 120.0
    most_rate: float = 5e-4


@dataclass(frozen=True, slots=True)
class ClockMatch:
    """`clock` maps the second table's time to the first's.

    `correlation` 0..1 at the best lag; `sd_s` how well it is known.
    """

    clock: ClockMap
    correlation: float


def match(
    params: MatchParams, first_s: Floats, first_gyr: Floats, second_s: Floats, second_gyr: Floats
) -> ClockMatch | None:
    """Return the map from the second clock to the first, or None when the movements do not show one.

    Times (n,) in s on each table's own clock, rates (n, 3) in rad/s.
    """
    a = _activity(params, first_s, first_gyr)
    b = _activity(params, second_s, second_gyr)
    lag, correlation = _best_lag(params, a, b)
    if correlation < params.least_correlation:
        return None
    base = float(first_s[0]) - float(second_s[0]) + lag / params.rate_hz
    points = _stretches(params, a, b, lag)
    offset_s, rate, origin_s, sd_s = base, 0.0, float(second_s[0]), 0.05
    if points:
        at = np.array([p[0] for p in points]) + float(second_s[0])
        residual = np.array([p[1] for p in points])
        origin_s = float(np.median(at))
        rate = _slope(params, at, residual)
        level = residual - rate * (at - origin_s)
        offset_s = base + float(np.median(level))
        sd_s = max(0.005, 1.48 * float(np.median(np.abs(level - np.median(level)))))
    return ClockMatch(ClockMap(offset_s, rate, origin_s, sd_s), correlation)


def _activity(params: MatchParams, t_s: Floats, gyr: Floats) -> Floats:
    """Magnitude of the rate on an even grid from the first sample on.

    Compressed so that one fast movement does not rule.
    """
    grid = np.arange(float(t_s[0]), float(t_s[-1]), 1.0 / params.rate_hz)
    return np.asarray(np.sqrt(np.interp(grid, t_s, norm(gyr))))


def _best_lag(params: MatchParams, a: Floats, b: Floats) -> tuple[int, float]:
    """Return the lag k (grid steps) at which a[i + k] goes with b[i], and the normalised correlation there."""
    n = 1 << (len(a) + len(b) - 1).bit_length()
    a0, b0 = a - np.mean(a), b - np.mean(b)
    cross = np.fft.irfft(np.fft.rfft(a0, n) * np.conj(np.fft.rfft(b0, n)), n)
    # Energy of the overlapping parts, so that a short overlap cannot win by chance nor lose by its length.
    power_a = np.fft.irfft(np.fft.rfft(a0 * a0, n) * np.conj(np.fft.rfft(np.ones(len(b)), n)), n)
    power_b = np.fft.irfft(np.fft.rfft(np.ones(len(a)), n) * np.conj(np.fft.rfft(b0 * b0, n)), n)
    lags = np.arange(n)
    lags = np.where(lags < len(a), lags, lags - n)
    overlap = np.minimum(len(a) - lags, len(b)) - np.maximum(0, -lags)
    enough = overlap >= max(params.least_overlap_s * params.rate_hz, 0.3 * min(len(a), len(b)))
    score = np.where(enough, cross / np.sqrt(np.maximum(power_a * power_b, 1e-12)), -1.0)
    k = int(np.argmax(score))
    return int(lags[k]), float(score[k])


def _stretches(params: MatchParams, a: Floats, b: Floats, lag: int) -> list[tuple[float, float]]:
    """Return (time since b's start, extra lag) in s for each stretch whose movements match clearly."""
    length, reach = int(params.stretch_s * params.rate_hz), int(params.search_s * params.rate_hz)
    points: list[tuple[float, float]] = []
    for start in range(max(0, -lag + reach), len(b) - length, length // 2):
        if start + lag - reach < 0 or start + lag + length + reach > len(a):
            continue
        y = b[start : start + length] - np.mean(b[start : start + length])
        scores = np.array(
            [_correlation(a[start + lag + k : start + lag + k + length], y) for k in range(-reach, reach + 1)]
        )
        best = int(np.argmax(scores))
        if scores[best] < 2.0 * params.least_correlation or best in (0, 2 * reach):
            continue
        left, top, right = scores[best - 1], scores[best], scores[best + 1]
        shift = best - reach + 0.5 * (left - right) / (left - 2.0 * top + right)
        points.append(((start + 0.5 * length) / params.rate_hz, float(shift) / params.rate_hz))
    return points


def _correlation(x: Floats, y: Floats) -> float:
    x0 = x - np.mean(x)
    power = float((x0 * x0).sum() * (y * y).sum())
    return float((x0 * y).sum()) / power**0.5 if power > 0.0 else 0.0


def _slope(params: MatchParams, at: Floats, residual: Floats) -> float:
    """Theil-Sen: the median slope of all pairs (Sen 1968, doi:10.1080/01621459.1968.10480934).

    0 when the span is too short.
    """
    if len(at) < 3 or float(at[-1] - at[0]) < params.least_span_s:
        return 0.0
    i, j = np.triu_indices(len(at), 1)
    slope = float(np.median((residual[j] - residual[i]) / (at[j] - at[i])))
    return slope if abs(slope) < params.most_rate else 0.0
