"""The clock of one file against another's, when nothing but the movement is common to both.

Both sensors are on one body: when it moves, both turn. The magnitudes of their rates do not depend on how the sensors
sit, and over a whole recording their correlation peaks where the clocks agree. A short stretch does not do: in leg
swings the thigh moves without the pelvis, in bows the pelvis without the thigh, and one part leads the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.model.setup import ClockMap
from imu_hip.quaternion import norm


@dataclass(frozen=True, slots=True)
class MatchParams:
    """When to believe a match.

    `rate_hz` of the comparison grid. A second peak, more than `apart_s` away, may reach `most_second` of the best, else
    the movements fit in two ways. Stretches of `stretch_s` are searched within `search_s` of the overall lag; a rate is
    only given when they span `least_span_s`, and never above `most_rate`. `sd_s`: body parts lead and lag by this.
    """

    rate_hz: float = 100.0
    least_correlation: float = 0.35
    apart_s: float = 2.0
    most_second: float = 0.8
    stretch_s: float = 120.0
    search_s: float = 0.5
    least_span_s: float = 1800.0
    most_rate: float = 1.5e-4
    sd_s: float = 0.03


@dataclass(frozen=True, slots=True)
class ClockMatch:
    """`clock` maps the second table's time to the first's; `correlation` 0..1 at the best lag."""

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
    scores = _scores(a, b)
    best = int(np.argmax(scores))
    apart = np.abs(np.arange(len(scores)) - best) > params.apart_s * params.rate_hz
    second = float(np.max(scores[apart], initial=0.0))
    if scores[best] < params.least_correlation or second > params.most_second * scores[best]:
        return None
    lag = best - (len(b) - 1)
    base_s = float(first_s[0]) - float(second_s[0]) + lag / params.rate_hz
    at_s, extra_s = _stretches(params, a, b, lag)
    rate = _slope(params, at_s, extra_s)
    offset_s = base_s + (float(np.median(extra_s - rate * (at_s - np.median(at_s)))) if rate else 0.0)
    origin_s = float(second_s[0]) + (float(np.median(at_s)) if rate else 0.0)
    return ClockMatch(ClockMap(offset_s, rate, origin_s, params.sd_s), float(scores[best]))


def _activity(params: MatchParams, t_s: Floats, gyr: Floats) -> Floats:
    """Magnitude of the rate on an even grid from the first sample on, about its mean.

    Compressed so that one fast movement does not rule.
    """
    grid = np.arange(float(t_s[0]), float(t_s[-1]), 1.0 / params.rate_hz)
    root = np.sqrt(np.interp(grid, t_s, norm(gyr)))
    return np.asarray(root - np.mean(root))


def _scores(a: Floats, b: Floats) -> Floats:
    """Return how well a[i + k] goes with b[i], -1..1, for every lag k from -(len(b) - 1) to len(a) - 1."""
    n = 1 << (len(a) + len(b) - 1).bit_length()
    cross = np.fft.irfft(np.fft.rfft(a, n) * np.conj(np.fft.rfft(b, n)), n)
    # Over the energy of both whole recordings: a short overlap must not win by chance.
    power = max(float((a * a).sum() * (b * b).sum()), 1e-12)
    return np.asarray(np.concatenate([cross[n - len(b) + 1 :], cross[: len(a)]]) / power**0.5)


def _stretches(params: MatchParams, a: Floats, b: Floats, lag: int) -> tuple[Floats, Floats]:
    """Return time since b's start and extra lag, in s, of each stretch whose best lag lies within reach."""
    length, reach = int(params.stretch_s * params.rate_hz), int(params.search_s * params.rate_hz)
    points: list[tuple[float, float]] = []
    for start in range(max(0, reach - lag), len(b) - length, length):
        if start + lag + length + reach > len(a):
            break
        near = a[start + lag - reach : start + lag + length + reach]
        scores = _scores(near, b[start : start + length])[length - 1 : length + 2 * reach]
        best = int(np.argmax(scores))
        if 0 < best < 2 * reach and scores[best] >= params.least_correlation:
            points.append(((start + 0.5 * length) / params.rate_hz, (best - reach) / params.rate_hz))
    return np.array([p[0] for p in points]), np.array([p[1] for p in points])


def _slope(params: MatchParams, at_s: Floats, extra_s: Floats) -> float:
    """Return the median slope of all pairs of stretches (Sen 1968, doi:10.1080/01621459.1968.10480934).

    0 when they span too little time to tell, or tell something that no clock does.
    """
    if len(at_s) < 3 or float(at_s[-1] - at_s[0]) < params.least_span_s:
        return 0.0
    i, j = np.triu_indices(len(at_s), 1)
    slope = float(np.median((extra_s[j] - extra_s[i]) / (at_s[j] - at_s[i])))
    return slope if abs(slope) < params.most_rate else 0.0
