"""Judge a sensor by what it sent: rate, losses, clock, gravity, and whether gyroscope and accelerometer agree.

A turning sensor sees gravity go round: in its own axes the way up changes by u × ω. Where the rates are scaled, swapped
or turned round against the accelerations, it changes as if by another ω: S ω, with S fitted by least squares. What an
accelerometer that reads downward looks like is the same, so that is told by gravity at rest only, by its size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.model.event import RadioTrouble, Trouble
from imu_hip.model.finding import Finding, Level
from imu_hip.model.packet import Received
from imu_hip.model.setup import SensorSetup
from imu_hip.stream import sensor
from imu_hip.stream.device_clock import ClockParams
from imu_hip.stream.samples import Samples, in_si
from imu_hip.stream.sensor_state import SensorState, statistics

_G = 9.80665
_STILL_RAD_S = math.radians(3.0)
_LEAST_STILL_S = 2.0
_WINDOW_S = 0.25
_TURNING_RAD_S = math.radians(15.0)
_LEAST_TURNED_RAD = math.radians(60.0)
"""So far the sensor has to be turned about an axis before that axis is judged."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is remarkable, or wrong."""

    rate: float = 0.01
    lost_share: float = 0.001
    most_lost_share: float = 0.02
    clock_ppm: float = 100.0
    jitter_s: float = 0.1
    gravity: float = 0.03
    bias_rad_s: float = math.radians(1.0)
    most_bias_rad_s: float = math.radians(5.0)
    scale: float = 0.03
    most_scale: float = 0.10


def check(
    setup: SensorSetup, received: Sequence[Received], zero_ns: int, limits: Limits | None = None
) -> list[Finding]:
    """Return what can be said of a sensor by what it sent; `zero_ns` is the time of arrival that counts as 0."""
    limits = Limits() if limits is None else limits
    state, samples, troubles, arrivals_s = _followed(setup, received, zero_ns)
    if state.config is None or len(samples) < 2:
        text = "nothing that can be read came" if state.config is not None else "it did not say how it samples"
        return [Finding("stream", Level.FAIL, text, "see that it streams after it was started")]
    return [
        *_link(limits, state, troubles, arrivals_s),
        *_values(limits, samples.t_s, samples.values[:, :3], samples.values[:, 3:6]),
    ]


def _followed(
    setup: SensorSetup, received: Sequence[Received], zero_ns: int
) -> tuple[SensorState, Samples, list[Trouble], Floats]:
    state, pieces, troubles, arrivals = SensorState(setup), [], list[Trouble](), []
    for item in received:
        arrival_s = (item.t_ns - zero_ns) / 1e9
        state, new, noticed = sensor.receive(ClockParams(), state, item.packet, arrival_s)
        troubles += noticed
        if new is not None:
            pieces.append(new)
            arrivals.append(arrival_s)
    return state, in_si(pieces), troubles, np.array(arrivals)


def _link(limits: Limits, state: SensorState, troubles: Sequence[Trouble], arrivals_s: Floats) -> Iterator[Finding]:
    link = statistics(state)
    nominal_hz = 1.0 / state.period_s
    rate_hz = link.rate_hz or 0.0
    off = rate_hz / nominal_hz - 1.0
    level = Level.OK if abs(off) <= limits.rate else Level.FAIL
    told = f"{rate_hz:.2f} Hz, {1e6 * off:+.0f} ppm from the {nominal_hz:g} Hz that it says"
    yield Finding("rate", level, told, "" if level is Level.OK else "say the rate that is sampled at in Config")
    share = link.lost / max(1, link.samples + link.lost)
    level = Level.OK if share <= limits.lost_share else Level.WARN if share <= limits.most_lost_share else Level.FAIL
    told = f"{link.lost} of {link.samples + link.lost} samples lost ({100.0 * share:.2f} %)"
    yield Finding("loss", level, told, "" if level is Level.OK else "ask for a connection interval of 15 to 30 ms")
    yield _counted(troubles, RadioTrouble.OVERRUN, "overruns", "send more samples in a packet, or fewer a second")
    yield _counted(troubles, RadioTrouble.BAD_PACKET, "packets", "compare them with the test vectors", Level.FAIL)
    yield _counted(troubles, RadioTrouble.DUPLICATE, "duplicates", "send each sample once")
    yield _counted(troubles, RadioTrouble.CLOCK_RESTART, "clock", "let counter and time run on together", Level.FAIL)
    if len(arrivals_s) > 2:
        gaps = np.diff(arrivals_s)
        worst_s, usual_s = float(np.percentile(gaps, 99.0)), float(np.median(gaps))
        level = Level.OK if worst_s - usual_s <= max(limits.jitter_s, state.packet_s) else Level.WARN
        told = f"a packet every {1e3 * usual_s:.0f} ms, 99 of 100 within {1e3 * worst_s:.0f} ms"
        yield Finding("jitter", level, told, "" if level is Level.OK else "look for what holds the radio up")
    if not state.is_stamped:
        yield Finding("clock", Level.WARN, "samples are not stamped", "times are those of arrival")
    elif link.clock_ppm is not None and state.clock.line is not None:
        sd_ppm = 1e6 * state.clock.line.rate_sd
        level = Level.OK if abs(link.clock_ppm) <= limits.clock_ppm + 2.0 * sd_ppm else Level.WARN
        told = f"{-link.clock_ppm:+.0f} ppm ± {2.0 * sd_ppm:.0f} (2 SD) against this computer"
        yield Finding("clock rate", level, told, "" if level is Level.OK else "clock the counter by the crystal")


def _counted(
    troubles: Sequence[Trouble], kind: RadioTrouble, rule: str, advice: str, bad: Level = Level.WARN
) -> Finding:
    found = [trouble for trouble in troubles if trouble.kind is kind]
    if not found:
        return Finding(rule, Level.OK, f"no {kind.value.replace('_', ' ')}")
    details = sorted({trouble.detail for trouble in found if trouble.detail})
    said = f" ({', '.join(details)})" if details else ""
    return Finding(rule, bad, f"{len(found)} times {kind.value.replace('_', ' ')}{said}", advice)


def _values(limits: Limits, t_s: Floats, gyr: Floats, acc: Floats) -> Iterator[Finding]:
    period_s = float(np.median(np.diff(t_s)))
    slow = np.linalg.norm(gyr - np.median(gyr, axis=0), axis=1) < _STILL_RAD_S
    if np.count_nonzero(slow) * period_s < _LEAST_STILL_S:
        yield Finding("rest", Level.UNSEEN, "it was never still for 2 s", "lay it on a table while it is checked")
    else:
        yield from _at_rest(limits, gyr[slow], acc[slow])
    yield from _turning(limits, t_s, gyr - np.median(gyr[slow], axis=0) if slow.any() else gyr, acc)


def _at_rest(limits: Limits, gyr: Floats, acc: Floats) -> Iterator[Finding]:
    gravity = float(np.median(np.sqrt((acc * acc).sum(axis=1))))
    off = gravity / _G - 1.0
    level = Level.OK if abs(off) <= limits.gravity else Level.FAIL
    advice = "" if level is Level.OK else "check range and scale of the accelerometer (counts to m/s²)"
    yield Finding("gravity", level, f"{gravity:.2f} m/s², {100.0 * off:+.1f} % of standard gravity", advice)
    bias = np.median(gyr, axis=0)
    worst = float(np.abs(bias).max())
    level = Level.OK if worst <= limits.bias_rad_s else Level.WARN if worst <= limits.most_bias_rad_s else Level.FAIL
    told = "at rest " + ", ".join(f"{math.degrees(value):+.2f}" for value in bias) + " deg/s"
    yield Finding("bias", level, told, "" if level is Level.OK else "calibrate the gyroscope at rest")


def _turning(limits: Limits, t_s: Floats, gyr: Floats, acc: Floats) -> Iterator[Finding]:
    """Fit what the rates look like to the accelerometer, and judge each axis that was turned about."""
    turned = np.abs(gyr).sum(axis=0) * float(np.median(np.diff(t_s)))
    if turned.min() < _LEAST_TURNED_RAD:
        unseen = [axis for axis, angle in zip("xyz", turned, strict=True) if angle < _LEAST_TURNED_RAD]
        told = f"it was hardly turned about {' and '.join(unseen)}"
        yield Finding("axes", Level.UNSEEN, told, "turn it slowly by 90° and back about each of its axes")
        return
    fitted = _seen_by_gravity(t_s, gyr, acc)
    if fitted is None:
        yield Finding("axes", Level.UNSEEN, "it was shaken rather than turned", "turn it slowly about each axis")
        return
    nearest = np.rint(fitted)
    told = "; ".join(
        f"{axis}: {', '.join(f'{value:+.2f}' for value in row)}" for axis, row in zip("xyz", fitted, strict=True)
    )
    if not np.array_equal(np.abs(nearest).sum(axis=0), np.ones(3)) or not np.array_equal(
        np.abs(nearest).sum(axis=1), np.ones(3)
    ):
        advice = "its gyroscope and accelerometer do not belong together: check both scales"
        yield Finding("axes", Level.FAIL, f"rates as gravity sees them: {told}", advice)
        return
    if not np.array_equal(nearest, np.eye(3)):
        wrong = [
            axis for axis, row, right in zip("xyz", nearest, np.eye(3), strict=True) if not np.array_equal(row, right)
        ]
        hand = (
            "left-handed (determinant −1)" if round(float(_determinant(nearest))) < 0 else "turned against each other"
        )
        advice = f"gyroscope and accelerometer are {hand}: mend the sign or order of {' and '.join(wrong)}"
        yield Finding("axes", Level.FAIL, f"rates as gravity sees them: {told}", advice)
        return
    yield Finding("axes", Level.OK, "right-handed (determinant +1), gyroscope and accelerometer agree")
    scale = np.diag(fitted)
    worst = float(np.abs(scale - 1.0).max())
    level = Level.OK if worst <= limits.scale else Level.WARN if worst <= limits.most_scale else Level.FAIL
    told = "gyroscope reads " + ", ".join(f"{100.0 / value:.1f}" for value in scale) + " % of what gravity shows"
    yield Finding("gyro scale", level, told, "" if level is Level.OK else "check range and scale of the gyroscope")


def _seen_by_gravity(t_s: Floats, gyr: Floats, acc: Floats) -> Floats | None:
    """Return S (3, 3) of du/dt = u × S ω, over windows in which the sensor turned and was not shaken."""
    size = np.sqrt((acc * acc).sum(axis=1))
    up = acc / size[:, None]
    n = max(2, round(_WINDOW_S / float(np.median(np.diff(t_s)))))
    rows, changes = [], []
    for start in range(0, len(t_s) - n, n):
        window = slice(start, start + n)
        lasting_s = float(t_s[start + n] - t_s[start])
        turns = np.sqrt((gyr[window] ** 2).sum(axis=1)).mean() > _TURNING_RAD_S
        if not turns or np.abs(size[start : start + n + 1] / _G - 1.0).max() > 0.1 or lasting_s > 2.0 * _WINDOW_S:
            continue
        steps_s = np.diff(t_s[start : start + n + 1])
        middle_up = 0.5 * (up[start : start + n] + up[start + 1 : start + n + 1])
        middle_gyr = 0.5 * (gyr[start : start + n] + gyr[start + 1 : start + n + 1])
        row = np.zeros((3, 3, 3))
        for k, (a, b) in enumerate(((1, 2), (2, 0), (0, 1))):  # (u × w)_k = u_a w_b - u_b w_a
            row[k, b] += (middle_up[:, a, None] * middle_gyr * steps_s[:, None]).sum(axis=0)
            row[k, a] -= (middle_up[:, b, None] * middle_gyr * steps_s[:, None]).sum(axis=0)
        rows.append(row.reshape(3, 9))
        changes.append(up[start + n] - up[start])
    if len(rows) < 6:
        return None
    design, change = np.concatenate(rows), np.concatenate(changes)
    found, _, rank, _ = np.linalg.lstsq(design, change, rcond=None)
    return None if rank < 9 else np.asarray(found).reshape(3, 3)


def _determinant(m: Floats) -> float:
    return float(
        m[0, 0] * (m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1])
        - m[0, 1] * (m[1, 0] * m[2, 2] - m[1, 2] * m[2, 0])
        + m[0, 2] * (m[1, 0] * m[2, 1] - m[1, 1] * m[2, 0])
    )
