"""Collect the holds of a strap gain: intervals that carry a phone's reading, and the strap's angle in them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from imu_hip.kinematics.strap_gain import HeldAngle, StrapGain, StrapGainParams, held_angle, phone_angle, strap_gain
from imu_hip.model.block import AngleBlock, Floats
from imu_hip.model.event import CalibrationStep, Event, StrapGainFound
from imu_hip.model.item import MarkLabel


@dataclass(frozen=True, slots=True)
class StrapHolds:
    """`holds` so far; of the interval that is open since `since_s`: the phone's reading in words, times and angles."""

    holds: tuple[HeldAngle, ...] = ()
    since_s: float | None = None
    detail: str = ""
    rows: tuple[tuple[Floats, Floats], ...] = field(default=())


def begin(state: StrapHolds, t_s: float, detail: str) -> StrapHolds:
    """Open an interval; the detail of its mark is the phone's reading in degrees, + inward."""
    return replace(state, since_s=t_s, detail=detail, rows=())


def follow(state: StrapHolds, block: AngleBlock) -> StrapHolds:
    """Keep what the strap shows while an interval is open."""
    if state.since_s is None:
        return state
    return replace(state, rows=(*state.rows, (block.t_s, block.angles_rad[:, 2])))


def end(params: StrapGainParams, state: StrapHolds, t_s: float) -> tuple[StrapHolds, tuple[Event, ...]]:
    """Close the interval; from the second hold on there is a gain, if the holds give one."""
    since_s, rows = state.since_s, state.rows
    if since_s is None:
        return state, ()
    closed = replace(state, since_s=None, detail="", rows=())
    phone = phone_angle(state.detail)
    times = np.concatenate([t for t, _ in rows]) if rows else np.empty(0)
    angles = np.concatenate([a for _, a in rows]) if rows else np.empty(0)
    held = phone if isinstance(phone, str) else held_angle(params, times, angles, phone)
    if isinstance(held, str):
        return closed, (CalibrationStep(since_s, t_s, MarkLabel.STRAP_GAIN, False, 0.0, held),)
    closed = replace(closed, holds=(*closed.holds, held))
    if len(closed.holds) < 2:
        return closed, (CalibrationStep(since_s, t_s, MarkLabel.STRAP_GAIN, True, 0.5, "first angle kept"),)
    found = strap_gain(params, closed.holds)
    if not isinstance(found, StrapGain):
        return closed, (CalibrationStep(since_s, t_s, MarkLabel.STRAP_GAIN, False, 0.0, found),)
    text = f"the shin turns {found.gain:.2f} ± {2.0 * found.sd:.2f} times as far as the strap"
    quality = max(0.0, 1.0 - found.sd / found.gain / params.most_relative_sd)
    step = CalibrationStep(since_s, t_s, MarkLabel.STRAP_GAIN, True, quality, text)
    return closed, (step, StrapGainFound(t_s, found.gain, found.sd, found.holds))
