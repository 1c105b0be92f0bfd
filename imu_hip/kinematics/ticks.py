"""Lead the heading filter from tick to tick, up to one at which somebody else has to look: a pause, a window's end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import compiled
from imu_hip.kinematics import heading_filter, link_heading, pauses
from imu_hip.kinematics.heading_filter import HeadingState, pass_time
from imu_hip.kinematics.sight import Flags, Orientations, Sight
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.kinematics.unknowns import UNKNOWNS
from imu_hip.model.block import Floats

_STILL = np.zeros(3)
_NOT_KNOWN = np.full((2, 4), np.nan)


@dataclass(frozen=True, slots=True)
class Ticks:
    """What the heading filter said at k ticks, each from its row (k,) on.

    `x` (k, 14), `covariance` (k, 14, 14) and `scatter` (k,) are its own. `orientations` (k, 2, 4): the newest that are
    known, `gyr` (k, 2, 3), both of pelvis and thigh sensor; `tilt_rad2` (k,): variance of the inclination.
    """

    rows: NDArray[np.int64]
    x: Floats
    covariance: Floats
    scatter: Floats
    orientations: Floats
    gyr: Floats
    tilt_rad2: Floats


def together(ticks: Sequence[Ticks]) -> Ticks:
    """Return ticks that follow each other as one."""
    if len(ticks) == 1:
        return ticks[0]
    return Ticks(*(np.concatenate([getattr(each, field.name) for each in ticks]) for field in fields(Ticks)))


@dataclass(slots=True)
class Clock:
    """What of the state every tick changes."""

    now_s: float
    next_tick_s: float
    heading: HeadingState | None
    tilt_rad2: float
    sums: Floats
    latest: Orientations | None
    quiet_since_s: float | None
    anchored: bool

    @classmethod
    def of(cls, state: KinematicsState) -> Clock:
        """Return that of a state."""
        return cls(
            state.last_tick_s, state.next_tick_s, state.heading, state.tilt_rad2, state.sums_at_tick, state.latest,
            state.quiet_since_s, state.anchored,
        )  # fmt: skip

    def wait(self, params: KinematicsParams, state: KinematicsState, sight: Sight, row: int) -> None:
        """Pass a tick without a heading."""
        t_s = float(sight.block.t_s[row])
        newest = int(sight.newest_known[row])
        self.latest = sight.orientations(newest) if newest >= 0 else self.latest
        # A limb that is not seen may be moving: what was quiet before a hole does not count behind it.
        is_quiet = bool(sight.known[row]) and sight.quiet_rad_s[row] < _least_rad_s(params, state)
        self.quiet_since_s = (t_s if self.quiet_since_s is None else self.quiet_since_s) if is_quiet else None
        self.anchored = self.anchored and (is_quiet or state.neutral_mark is not None)
        self.next_tick_s = t_s + params.heading.tick_s

    def lead(
        self, params: KinematicsParams, state: KinematicsState, heading: HeadingState, sight: Sight, fresh: int
    ) -> tuple[Ticks, int | None, bool]:
        """Lead everything on, and return the ticks that nobody else has to look at.

        At the tick behind them, whose row is returned, somebody has; in a pause, where the last value says so. `fresh`:
        the first row of the window of the hip centre's motion that is not in the state yet.
        """
        block = sight.block
        most = max(0, int((block.t_s[-1] - self.next_tick_s) / params.heading.tick_s)) + 2
        rows, tilt = np.empty(most, np.int64), np.empty(most)
        x, covariance = np.empty((most, UNKNOWNS)), np.empty((most, UNKNOWNS, UNKNOWNS))
        orientations, gyr = np.empty((most, 2, 4)), np.empty((most, 2, 3))
        quiet_since_s = math.nan if self.quiet_since_s is None else self.quiet_since_s
        clock = np.array([self.next_tick_s, self.now_s, quiet_since_s, float(self.anchored), self.tilt_rad2])
        sums, led = self.sums.copy(), heading_filter.evolving(heading)
        latest = _NOT_KNOWN.copy() if self.latest is None else np.stack(self.latest)
        count, due, paused = _lead(
            params.heading.tick_s, params.tilt_decay_s, _least_rad_s(params, state), int(pauses.sought(state)),
            state.neutral_since_s, params.quiet_s, link_heading.begin_s(state.link, block, fresh),
            params.link.window_s, params.magnetic is not None, int(block.t_s.searchsorted(self.next_tick_s)),
            heading_filter.noise(params.heading, heading), block.t_s, sight.known, sight.newest_known,
            sight.quiet_rad_s, sight.sums, block.earth_from_pelvis_sensor, block.earth_from_thigh_sensor,
            block.pelvis_gyr, block.thigh_gyr, clock, sums, latest, *led, rows, x, covariance, orientations, gyr, tilt,
        )  # fmt: skip
        self.next_tick_s, self.now_s, quiet_since_s, _, self.tilt_rad2 = clock.tolist()
        self.quiet_since_s, self.anchored = None if math.isnan(quiet_since_s) else quiet_since_s, clock[3] > 0.0
        self.sums, self.latest, self.heading = sums, (latest[0], latest[1]), heading_filter.evolved(heading, *led)
        scatter = np.full(count, heading_filter.scatter(params.heading, heading))
        ticks = Ticks(
            rows[:count], x[:count], covariance[:count], scatter, orientations[:count], gyr[:count], tilt[:count]
        )
        return ticks, None if due < 0 else due, paused

    def tick(self, params: KinematicsParams, sight: Sight, row: int) -> tuple[Ticks, ...]:
        """Return what there is to say at a row, behind whoever had to look; rates that are not known count as none."""
        heading, latest, block = self.heading, self.latest, sight.block
        if heading is None or latest is None:
            return ()
        gyr = (block.pelvis_gyr[row], block.thigh_gyr[row]) if sight.known[row] else (_STILL, _STILL)
        scatter = heading_filter.scatter(params.heading, heading)
        return (
            Ticks(
                np.array([row]), heading.x[None], heading.covariance[None], np.array([scatter]),
                np.stack(latest)[None], np.stack(gyr)[None], np.array([self.tilt_rad2]),
            ),
        )  # fmt: skip


def _least_rad_s(params: KinematicsParams, state: KinematicsState) -> float:
    return params.quiet_rad_s if state.neutral_mark is None else params.quiet_prompted_rad_s


@compiled
def _lead(
    tick_s: float,
    tilt_decay_s: float,
    least_rad_s: float,
    how: int,
    prompted_since_s: float,
    quiet_s: float,
    link_begin_s: float,
    link_window_s: float,
    everywhere: bool,
    row: int,
    model: Floats,
    t_s: Floats,
    known: Flags,
    newest_known: NDArray[np.int64],
    quiet_rad_s: Floats,
    sums: Floats,
    pelvis: Floats,
    thigh: Floats,
    pelvis_gyr: Floats,
    thigh_gyr: Floats,
    clock: Floats,
    sums_at_tick: Floats,
    latest: Floats,
    heading: Floats,
    covariance: Floats,
    with_then: Floats,
    turned: Floats,
    rows_out: NDArray[np.int64],
    x_out: Floats,
    covariance_out: Floats,
    orientations_out: Floats,
    gyr_out: Floats,
    tilt_out: Floats,
) -> tuple[int, int, bool]:
    """Write the `*_out` of `Ticks`; lead `clock` and all up to `turned` on.

    `clock`: next tick, this one, since when the limb is quiet (NaN: it is not), whether a pause was used, variance of
    the inclination. The first tick is at `row` or later. Return how many ticks were written, the row of a further one
    that somebody has to look at (`how` pauses are sought, a window of the link ends, or `everywhere`) or -1, and
    whether there is a pause.
    """
    next_s, now_s, quiet_since_s, anchored, tilt_rad2 = clock
    count, due, paused = 0, -1, False
    while due < 0 and next_s <= t_s[-1]:
        while t_s[row] < next_s:
            row += 1
        t = t_s[row]
        newest = newest_known[row]
        if newest >= 0:
            latest[0], latest[1] = pelvis[newest], thigh[newest]
        # A limb that is not seen may be moving: what was quiet before a hole does not count behind it.
        is_quiet = known[row] and quiet_rad_s[row] < least_rad_s
        if not is_quiet:
            quiet_since_s = math.nan
        elif math.isnan(quiet_since_s):
            quiet_since_s = t
        if not is_quiet and how != pauses.Sought.PROMPTED:
            anchored = 0.0
        dt_s = t - now_s
        turn_rad, lost_rad2 = sums[0, row] - sums_at_tick[0], sums[1, row] - sums_at_tick[1]
        pass_time(model, heading, covariance, with_then, turned, dt_s, turn_rad, lost_rad2)
        lost_tilt_rad2 = sums[2, row] - sums_at_tick[2]
        tilt_rad2 = tilt_rad2 * math.exp(-2.0 * dt_s / tilt_decay_s) + lost_tilt_rad2
        now_s = t
        for k in range(3):
            sums_at_tick[k] = sums[k, row]
        while next_s <= t:
            next_s += tick_s
        if anchored == 0.0 and is_quiet:
            paused = pauses.is_due(how, prompted_since_s, quiet_s, quiet_since_s, t)
        if paused or everywhere or t - link_begin_s >= link_window_s:
            due = row
        else:
            rows_out[count], tilt_out[count] = row, tilt_rad2
            x_out[count], covariance_out[count], orientations_out[count] = heading, covariance, latest
            for axis in range(3):
                gyr_out[count, 0, axis] = pelvis_gyr[row, axis] if known[row] else 0.0
                gyr_out[count, 1, axis] = thigh_gyr[row, axis] if known[row] else 0.0
            count += 1
    clock[0], clock[1], clock[2], clock[3], clock[4] = next_s, now_s, quiet_since_s, anchored, tilt_rad2
    return count, due, paused
