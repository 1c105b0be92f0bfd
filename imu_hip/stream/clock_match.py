"""The clock of one file against another's, when nothing but the movement is common to both.

Both sensors are on one body. When it moves, both turn: the magnitudes of their rates do not depend on how the sensors
sit, and say which movement is which. But one part leads the other, by a tenth of a second and more. What reaches both
within milliseconds are jolts: steps, landing, lying down, a foot put down. The quick part of the accelerations shows
them, and says to the hundredth of a second when they were.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt

from imu_hip.model.block import Floats
from imu_hip.model.setup import ClockMap
from imu_hip.quaternion import norm


@dataclass(frozen=True, slots=True)
class MatchParams:
    """When to believe a match.

    `rate_hz` of the comparison grid; jolts are what is quicker than `jolt_hz`. A second peak, more than `apart_s` away,
    may reach `most_second` of the best, else the movements fit in two ways. Stretches of `stretch_s` then vote for lag
    and rate within `search_s` and `most_rate`; before any vote, rates have the standard deviation `rate_sd`. A jolt
    travels from one sensor to the other in about `least_sd_s`. Where the votes have no peak, the coarse lag
    stands, with `coarse_sd_s`.
    """

    rate_hz: float = 100.0
    jolt_hz: float = 5.0
    least_correlation: float = 0.3
    apart_s: float = 2.0
    most_second: float = 0.8
    stretch_s: float = 5.0
    search_s: float = 0.5
    most_rate: float = 1.5e-4
    rate_sd: float = 5e-5
    coarse_sd_s: float = 0.03
    least_sd_s: float = 0.005


@dataclass(frozen=True, slots=True)
class Moved:
    """What one file holds: `t_s` (n,) on its own clock, `gyr` rad/s and `acc` m/s² (n, 3)."""

    t_s: Floats
    gyr: Floats
    acc: Floats


@dataclass(frozen=True, slots=True)
class ClockMatch:
    """`clock` maps the second file's time to the first's; `correlation` 0..1 at the best lag."""

    clock: ClockMap
    correlation: float


_LEAST_STRETCHES = 3
_ROUNDS = 5


def match(params: MatchParams, first: Moved, second: Moved) -> ClockMatch | None:
    """Return the map from the second clock to the first, or None when the movements do not show one."""
    a, b = _signs(params, first), _signs(params, second)
    if min(a.shape[1], b.shape[1]) < params.stretch_s * params.rate_hz:
        return None
    scores = 0.5 * (_scores(a[0], b[0]) + _scores(a[1], b[1]))
    best = int(np.argmax(scores))
    apart = np.abs(np.arange(len(scores)) - best) > params.apart_s * params.rate_hz
    runner_up = float(np.max(scores[apart], initial=0.0))
    if scores[best] < params.least_correlation or runner_up > params.most_second * scores[best]:
        return None
    lag = best - (b.shape[1] - 1)
    at_s, votes = _votes(params, a, b, lag)
    if len(at_s) < _LEAST_STRETCHES:
        return None
    fine_s, rate, sd_s = _elected(params, at_s, votes)
    middle_s = float(np.mean(at_s))
    offset_s = float(first.t_s[0]) - float(second.t_s[0]) + lag / params.rate_hz + fine_s
    clock = ClockMap(offset_s, rate, float(second.t_s[0]) + middle_s, sd_s)
    return ClockMatch(clock, float(scores[best]))


def _signs(params: MatchParams, moved: Moved) -> Floats:
    """Return (2, n) on an even grid from the first sample on: how fast it turns, and how hard it is jolted.

    Square roots, so that one fast movement does not rule; about their means, and of unit energy.
    """
    grid = np.arange(float(moved.t_s[0]), float(moved.t_s[-1]), 1.0 / params.rate_hz)
    quick = butter(2, params.jolt_hz, "highpass", fs=params.rate_hz, output="sos")
    acc = np.stack([np.interp(grid, moved.t_s, axis) for axis in moved.acc.T], axis=-1)
    jolts = norm(sosfilt(quick, acc - acc[:1], axis=0))
    root = np.sqrt(np.stack([np.interp(grid, moved.t_s, norm(moved.gyr)), jolts]))
    root -= root.mean(axis=1, keepdims=True)
    energy = (root * root).sum(axis=1, keepdims=True)
    return np.asarray(root / np.sqrt(np.maximum(energy, 1e-12)))


def _scores(a: Floats, b: Floats) -> Floats:
    """Return how well a[i + k] goes with b[i], -1..1, for every lag k from -(len(b) - 1) to len(a) - 1.

    Over the energy of both whole recordings: a short overlap must not win by chance.
    """
    n = 1 << (len(a) + len(b) - 1).bit_length()
    cross = np.fft.irfft(np.fft.rfft(a, n) * np.conj(np.fft.rfft(b, n)), n)
    return np.asarray(np.concatenate([cross[n - len(b) + 1 :], cross[: len(a)]]))


def _votes(params: MatchParams, a: Floats, b: Floats, lag: int) -> tuple[Floats, Floats]:
    """Return the middle of each stretch, s since b's start, and (stretches, lags) its scores around the overall lag."""
    length, reach = int(params.stretch_s * params.rate_hz), int(params.search_s * params.rate_hz)
    at_s, votes = [], []
    for start in range(max(0, reach - lag), b.shape[1] - length, length):
        if start + lag + length + reach > a.shape[1]:
            break
        piece = b[:, start : start + length]
        near = a[:, start + lag - reach : start + lag + length + reach]
        votes.append([float((near[:, k : k + length] * piece).sum()) for k in range(2 * reach + 1)])
        at_s.append((start + 0.5 * length) / params.rate_hz)
    return np.array(at_s), np.array(votes)


def _elected(params: MatchParams, at_s: Floats, votes: Floats) -> tuple[float, float, float]:
    """Return the extra lag at the mean time of the stretches, the rate, and the standard deviation at the ends.

    The line that the sum of the stretches' scores, each a parabola near its lag, likes best. How far that moves when
    each stretch in turn is left out says how well it is known (jackknife; Efron & Stein 1981,
    doi:10.1214/aos/1176345462).
    """
    t_s = at_s - at_s.mean()
    reach = votes.shape[1] // 2
    line = _coarse_line(params, t_s, votes)
    prior, end_s = 0.0, float(np.abs(t_s).max())
    for _ in range(_ROUNDS):
        at = np.clip(np.rint((line[0] + line[1] * t_s) * params.rate_hz).astype(int) + reach, 1, 2 * reach - 1)
        left, middle, right = (votes[np.arange(len(t_s)), at + side] for side in (-1, 0, 1))
        slope, bend = 0.5 * (right - left) * params.rate_hz, (2.0 * middle - left - right) * params.rate_hz**2
        pull = slope + bend * (at - reach) / params.rate_hz
        noise = slope + bend * ((at - reach) / params.rate_hz - line[0] - line[1] * t_s)
        prior = float((noise * noise).sum() / max(bend.sum(), 1e-12)) / params.rate_sd**2
        sums = np.stack([bend, bend * t_s, bend * t_s * t_s, pull, pull * t_s])
        line = _solved(sums.sum(axis=1), prior)
        if not abs(line[0]) < params.search_s:
            # No peak there to climb: all that is known is the coarse one.
            coarse = _coarse_line(params, t_s, votes)
            return coarse[0], coarse[1], params.coarse_sd_s
    without = np.array([_solved(rest, prior) for rest in (sums.sum(axis=1)[:, None] - sums).T])
    moved_s = np.stack([without[:, 0] + side * end_s * without[:, 1] for side in (-1.0, 1.0)])
    moved_s = np.clip(moved_s, -params.search_s, params.search_s)
    spread = (moved_s - moved_s.mean(axis=1, keepdims=True)) ** 2
    jackknife = float(spread.sum(axis=1).max()) * (len(t_s) - 1) / len(t_s)
    seen = max(float((bend * t_s * t_s).sum()), 0.0)
    from_prior_s = params.rate_sd * end_s * prior / (prior + seen)
    sd_s = math.sqrt(jackknife + from_prior_s**2 + params.least_sd_s**2)
    return line[0], line[1], sd_s


def _coarse_line(params: MatchParams, t_s: Floats, votes: Floats) -> tuple[float, float]:
    """Return the lag and rate with the highest sum, over rates that move the ends by two steps of the grid each."""
    reach, end_s = votes.shape[1] // 2, float(np.abs(t_s).max())
    step = 2.0 / params.rate_hz / end_s
    count = int(params.most_rate / step)
    best = (-np.inf, 0.0, 0.0)
    for rate in step * np.arange(-count, count + 1):
        shift = np.rint(rate * t_s * params.rate_hz).astype(int)
        far = int(np.abs(shift).max())
        if far >= reach:
            continue
        total = sum(row[far + k : 2 * reach + 1 - far + k] for row, k in zip(votes, shift, strict=True))
        at = int(np.argmax(total))
        best = max(best, (float(total[at]), (at + far - reach) / params.rate_hz, float(rate)))
    return best[1], best[2]


def _solved(sums: Floats, prior: float) -> tuple[float, float]:
    """Return lag and rate from the sums of bend, bend t, bend t², pull, pull t."""
    bend, bend_t, bend_tt, pull, pull_t = map(float, sums)
    bend_tt += prior
    determinant = bend * bend_tt - bend_t * bend_t
    if bend <= 0.0 or determinant <= 0.0:
        return math.inf, 0.0
    return (bend_tt * pull - bend_t * pull_t) / determinant, (bend * pull_t - bend_t * pull) / determinant
