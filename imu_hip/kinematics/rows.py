"""Rows of orientations to rows of angles: ticks of the heading filter between them, everything else on whole arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from imu_hip.kinematics import (
    heading_filter,
    link_heading,
    magnetic_heading,
    pauses,
    walking_alignment,
    walking_turns,
    zeroing,
)
from imu_hip.kinematics.calibration import CalibrationState
from imu_hip.kinematics.heading_filter import HeadingState
from imu_hip.kinematics.link_heading import LinkState
from imu_hip.kinematics.magnetic_heading import MagneticParams
from imu_hip.kinematics.mounting import MountingState
from imu_hip.kinematics.row_angles import Tick, angles_of, tick_at
from imu_hip.kinematics.sight import Orientations, Seen, Sight, see
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.model.block import AngleBlock, Floats, OrientationBlock, cut, joined
from imu_hip.model.event import Event


def no_rows() -> AngleBlock:
    """Return a block without rows."""
    empty, vectors, flags = np.empty(0), np.empty((0, 3)), np.empty(0, dtype=bool)
    return AngleBlock(empty, vectors, vectors, flags, empty, empty, empty, vectors, flags)


def run(
    params: KinematicsParams, state: KinematicsState, block: OrientationBlock, period_s: float
) -> tuple[KinematicsState, AngleBlock, tuple[Event, ...]]:
    """Compute the angles of rows between which neither mark nor new alignment falls."""
    if len(block.t_s) == 0:
        return state, no_rows(), ()
    seen, sight = see(params.holes, params.quiet_hz, state.seen, state.alignment, state.latest, block, period_s)
    calibration = _collected(params, state, sight.block, period_s)
    walked = state.mounting.walking
    if walked is not None and state.calibration.open_label is None:
        walked = walking_turns.accumulate(params.mounting.walking, walked, sight.block, period_s)
    before, ticks = state, list[Tick]()
    state, clock, events, fresh, other = _tick(params, state, sight, ticks, period_s)
    if other is not None:
        # The rows before keep their alignment, as they would if they had come by themselves.
        state, earlier, told = run(params, before, cut(block, 0, other), period_s)
        state, later, more = run(params, state, cut(block, other, len(block.t_s)), period_s)
        return state, joined([earlier, later]), (*told, *more)
    if state.calibration is not before.calibration:  # a pause has shown that an axis pointed the other way
        turned = state.calibration
        calibration = replace(calibration, pelvis_axis=turned.pelvis_axis, thigh_axis=turned.thigh_axis)
    link = state.link if clock.heading is None else link_heading.collected(state.link, sight.block, fresh)
    last = int(sight.newest_known[-1])
    if last >= 0:
        clock.latest = sight.orientations(last)
    sd_rad, angles = angles_of(params, state, sight, before.heading, ticks)
    mounting = state.mounting if walked is state.mounting.walking else replace(state.mounting, walking=walked)
    return clock.into(state, seen, calibration, mounting, link, sd_rad), angles, tuple(events)


def _tick(
    params: KinematicsParams, state: KinematicsState, sight: Sight, ticks: list[Tick], period_s: float
) -> tuple[KinematicsState, _Clock, list[Event], int, int | None]:
    """Lead on everything that ticks.

    Return also from which row on the rows belong to the window of the hip centre's motion that is still open, and the
    row, not the first, at which a pause shows that another alignment is needed: there it stops.
    """
    events: list[Event] = []
    fresh = 0
    t_s = sight.block.t_s
    alignment, clock = state.alignment, _Clock.of(state)
    while clock.next_tick_s <= t_s[-1]:
        row = int(t_s.searchsorted(clock.next_tick_s))
        clock.pass_time(params, state, sight, row)
        if clock.has_paused(params, state):
            state, new, _ = pauses.take(params, clock.noted(state), clock.now_s)
            clock = _Clock.of(state)
            if row > 0 and state.alignment is not alignment:
                return state, clock, events, fresh, row
            alignment = state.alignment
            events.extend(new)
        if clock.heading is not None and link_heading.is_over(params.link, state.link, sight.block, fresh, row):
            state, moved = _link(params, clock.noted(state), cut(sight.block, fresh, row + 1), period_s)
            clock = _Clock.of(state)
            events.extend(moved)
            fresh = row + 1
        if params.magnetic is not None:
            state, moved = _magnetic(params, params.magnetic, clock.noted(state), sight.block, row)
            clock = _Clock.of(state)
            events.extend(moved)
        if clock.heading is not None and clock.latest is not None:
            ticks.append(tick_at(sight, row, clock.heading, clock.latest, clock.tilt_rad2))
    return state, clock, events, fresh, None


def _link(
    params: KinematicsParams, state: KinematicsState, rows: OrientationBlock, period_s: float
) -> tuple[KinematicsState, list[Event]]:
    """Close a window of the hip centre's motion with its last rows."""
    window, state = (*state.link.rows, rows), replace(state, link=LinkState())
    if state.heading is None or state.alignment is None:
        return state, []
    found = link_heading.found(params.link, state.alignment, window, period_s)
    if found is None:
        return state, []
    before = zeroing.shown_angles(state)
    state = replace(state, heading=link_heading.measured(params.heading, state.heading, found))
    return state, zeroing.re_zero(params, state, float(rows.t_s[-1]), before)


def _magnetic(
    params: KinematicsParams, magnetic: MagneticParams, state: KinematicsState, block: OrientationBlock, row: int
) -> tuple[KinematicsState, list[Event]]:
    """Let the magnetometers say what they know at a row."""
    if state.heading is None or state.alignment is None:
        return state, []
    may_ask = (state.posture or params.posture) in magnetic.postures and state.quiet_since_s is not None
    told, heading = magnetic_heading.step(
        magnetic, params.heading, state.magnetic, state.heading, state.alignment, block, row, may_ask=may_ask
    )
    if heading is state.heading:
        return replace(state, magnetic=told), []
    before = zeroing.shown_angles(state)
    state = replace(state, magnetic=told, heading=heading)
    return state, zeroing.re_zero(params, state, float(block.t_s[row]), before)


@dataclass(slots=True)
class _Clock:
    """What of the state every tick changes, by itself: to make a whole new state each time would take far longer."""

    now_s: float
    next_tick_s: float
    heading: HeadingState | None
    tilt_rad2: float
    sums: Floats
    latest: Orientations | None
    quiet_since_s: float | None
    anchored: bool

    @classmethod
    def of(cls, state: KinematicsState) -> _Clock:
        return cls(
            state.last_tick_s, state.next_tick_s, state.heading, state.tilt_rad2, state.sums_at_tick, state.latest,
            state.quiet_since_s, state.anchored,
        )  # fmt: skip

    def noted(self, state: KinematicsState) -> KinematicsState:
        """Return the state with what this says, for those who look at a single tick."""
        return self.into(state, state.seen, state.calibration, state.mounting, state.link, state.sd_rad)

    def into(
        self,
        state: KinematicsState,
        seen: Seen,
        calibration: CalibrationState,
        mounting: MountingState,
        link: LinkState,
        sd_rad: Floats | None,
    ) -> KinematicsState:
        """Return the state behind some rows: this is every call's way, and `replace` would take four times as long."""
        return KinematicsState(
            calibration=calibration,
            mounting=mounting,
            alignment=state.alignment,
            heading=self.heading,
            posture=state.posture,
            bias_known_since_s=state.bias_known_since_s,
            pending=state.pending,
            next_tick_s=self.next_tick_s,
            last_tick_s=self.now_s,
            seen=seen,
            latest=self.latest,
            sums_at_tick=self.sums,
            tilt_rad2=self.tilt_rad2,
            link=link,
            magnetic=state.magnetic,
            quiet_since_s=self.quiet_since_s,
            neutral_mark=state.neutral_mark,
            neutral_since_s=state.neutral_since_s,
            anchored=self.anchored,
            posture_anchored=state.posture_anchored,
            prompted=state.prompted,
            repeating=state.repeating,
            contradiction=state.contradiction,
            strap=state.strap,
            sd_rad=sd_rad,
        )

    def pass_time(self, params: KinematicsParams, state: KinematicsState, sight: Sight, row: int) -> None:
        """Lead everything that ticks to a row."""
        t_s = float(sight.block.t_s[row])
        newest = int(sight.newest_known[row])
        self.latest = sight.orientations(newest) if newest >= 0 else self.latest
        # A limb that is not seen may be moving: what was quiet before a hole does not count behind it.
        least = params.quiet_rad_s if state.neutral_mark is None else params.quiet_prompted_rad_s
        is_quiet = bool(sight.known[row]) and sight.quiet_rad_s[row] < least
        self.quiet_since_s = (t_s if self.quiet_since_s is None else self.quiet_since_s) if is_quiet else None
        self.anchored = self.anchored and (is_quiet or state.neutral_mark is not None)
        if self.heading is None:
            self.next_tick_s = t_s + params.heading.tick_s
            return
        dt_s = t_s - self.now_s
        sums = sight.sums[:, row]
        turn, lost_heading, lost_tilt = (sums - self.sums).tolist()
        self.heading = heading_filter.predict(params.heading, self.heading, dt_s, turn, lost_heading)
        self.tilt_rad2 = self.tilt_rad2 * math.exp(-2.0 * dt_s / params.tilt_decay_s) + lost_tilt
        self.now_s, self.sums = t_s, sums
        while self.next_tick_s <= t_s:
            self.next_tick_s += params.heading.tick_s

    def has_paused(self, params: KinematicsParams, state: KinematicsState) -> bool:
        """Tell whether there is a pause that has not been used yet."""
        if self.heading is None or self.anchored or self.quiet_since_s is None:
            return False
        return pauses.is_due(params, state, self.quiet_since_s, self.now_s)


def _collected(
    params: KinematicsParams, state: KinematicsState, block: OrientationBlock, period_s: float
) -> CalibrationState:
    found = state.calibration
    if found.open_label is not None:
        found = replace(found, rows=(*found.rows, block))
    if zeroing.walks(state) and found.walking is not None:
        walking = walking_alignment.accumulate(params.calibration.walking, found.walking, block, period_s)
        found = replace(found, walking=walking)
    return found
