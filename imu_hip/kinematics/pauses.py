"""Neutral pauses: prompted ones, and where nobody prompts those that are found in the movement itself.

A pause is a measurement of the heading filter (`neutral_anchor`). The sensors may contradict it, and are believed
then; but when two pauses a while apart contradict the filter in the same way, it is the filter that has gone wrong.
"""

from __future__ import annotations

import math
from dataclasses import replace
from enum import IntEnum

from imu_hip.compiled import compiled
from imu_hip.kinematics import mounting
from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.heading_filter import HeadingState, contradicted, remembered
from imu_hip.kinematics.neutral_anchor import TEMPLATES, PostureTemplate, Refusal, anchor, looks_like, zeroed
from imu_hip.kinematics.pose_quality import neutral_quality
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.kinematics.unknowns import corrected, of_angles
from imu_hip.kinematics.zeroing import re_zero, shown_angles, slipped, turn_round
from imu_hip.model.block import Floats
from imu_hip.model.event import CalibrationStep, Event, Warning, ZeroRefined
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import MarkLabel
from imu_hip.quaternion import multiply

_STANDING = TEMPLATES[Posture.STANDING]
_LEAST_REFINED_RAD = math.radians(0.05)


def begin_prompt(state: KinematicsState, label: MarkLabel, begin_s: float) -> KinematicsState:
    """Note that the person is told to be in neutral; from now on only what is prompted counts."""
    return replace(state, neutral_mark=label, neutral_since_s=begin_s, anchored=False, prompted=True)


class Sought(IntEnum):
    """Whether a quiet limb is in a pause."""

    NOT = 0
    PROMPTED = 1
    BY_ITSELF = 2


def sought(state: KinematicsState) -> Sought:
    """Return whether pauses are sought now."""
    if state.neutral_mark is not None:
        return Sought.PROMPTED
    found_by_itself = not state.prompted and state.calibration.open_label is None and not state.repeating
    return Sought.BY_ITSELF if found_by_itself else Sought.NOT


@compiled
def is_due(how: int, prompted_since_s: float, quiet_s: float, quiet_since_s: float, t_s: float) -> bool:
    """Tell whether a limb that has been quiet since then has been so for long enough to look for a pause."""
    if how == Sought.PROMPTED:
        return t_s - max(quiet_since_s, prompted_since_s) >= quiet_s
    return how == Sought.BY_ITSELF and t_s - quiet_since_s > quiet_s


def end_prompt(
    params: KinematicsParams, state: KinematicsState, end_s: float
) -> tuple[KinematicsState, tuple[Event, ...]]:
    """Close a prompted pause; one that was never used is reported with the reason."""
    label, begin_s = state.neutral_mark or MarkLabel.NEUTRAL, state.neutral_since_s
    events: tuple[Event, ...] = ()
    if state.heading is not None and not state.anchored:
        quiet_s = 0.0 if state.quiet_since_s is None else end_s - max(state.quiet_since_s, begin_s)
        refusal: Refusal | None = Refusal("you were still moving")
        if quiet_s >= params.quiet_at_end_s:
            state, events, refusal = take(params, state, end_s)
            if refusal is not None:
                state, moved = look(params, state, end_s)
                if moved:
                    # Behind a slip that is known of the pause may be believed.
                    state, events, refusal = take(params, state, end_s)
                    events = (*moved, *events)
            state = replace(state, next_tick_s=min(state.next_tick_s, end_s))
        if refusal is not None and refusal.rotation_rad is not None and state.heading is not None:
            # Whoever is wrong, person or filter: what is shown is less certain than it seemed.
            state = replace(state, heading=contradicted(params.heading, state.heading))
        if refusal is not None:
            text = f"neutral not used: {refusal.why}"
            seen = _doubt(params, state) if label is MarkLabel.POSTURE_NEUTRAL else ""
            text = f"{text}; {seen}" if seen else text
            events = (
                *events,
                CalibrationStep(begin_s, end_s, label, False, 0.0, text),
            )
    return replace(state, neutral_mark=None), events


def take(
    params: KinematicsParams, state: KinematicsState, t_s: float
) -> tuple[KinematicsState, tuple[Event, ...], Refusal | None]:
    """Use the newest orientations as a neutral pause; the last value says why they were not believed."""
    alignment, heading, latest = state.alignment, state.heading, state.latest
    if alignment is None or heading is None or latest is None:
        return state, (), Refusal("the sensors are not aligned yet")
    before = shown_angles(state)
    pelvis, thigh = _segments(alignment, latest)
    turned: list[Event] = []
    if state.neutral_mark is MarkLabel.POSTURE_NEUTRAL:
        seen = mounting.in_posture(params.mounting, state.posture or params.posture, pelvis, thigh)
        axes = (state.calibration.pelvis_axis, state.calibration.thigh_axis)
        if seen is not None and seen.turn_round and all(a is not None and a.source == "movement" for a in axes):
            state, turned = turn_round(params, state, t_s, seen.turn_round)
            turned = [*turned, Warning("axis_turned_round", seen.text)]
            alignment, heading = state.alignment, state.heading
            if alignment is None or heading is None:
                return state, tuple(turned), Refusal("the sensors are not aligned yet")
            pelvis, thigh = _segments(alignment, latest)
    template = _template(params, state, pelvis, thigh)
    first = template is not _STANDING and not state.posture_anchored
    prompted = state.neutral_mark is not None
    heading, refusal = anchor(
        params.anchor, params.heading, heading, template, pelvis, thigh, first=first, prompted=prompted
    )
    if refusal is not None:
        state, recovered = _contradicted(params, state, template, refusal, t_s)
        if recovered is None:
            # A pause that nobody prompted is looked at once; a prompted one until it ends.
            if not prompted and abs(refusal.rotation_rad or math.inf) < params.anchor.perhaps_neutral_rad:
                state = replace(state, heading=contradicted(params.heading, heading))
            return replace(state, anchored=not prompted), tuple(turned), refusal
        heading = recovered
    in_posture = state.posture_anchored or template is not _STANDING
    heading, refined = _refined(state, heading, pelvis, thigh, t_s)
    state = replace(state, heading=heading, anchored=True, posture_anchored=in_posture, contradiction=None)
    text = "neutral pause taken as zero" if prompted else "a pause that nobody prompted taken as zero"
    posture = Posture.STANDING if template is _STANDING else state.posture or params.posture
    facing = mounting.in_posture(params.mounting, posture, pelvis, thigh)
    quality = 1.0 if facing is None else neutral_quality(params.calibration.standing, facing).quality
    used = CalibrationStep(_began_s(state), t_s, state.neutral_mark or MarkLabel.NEUTRAL, True, quality, text)
    state, moved = look(params, state, t_s)
    return state, (*turned, used, *re_zero(params, state, t_s, before), *refined, *moved), None


def _refined(
    state: KinematicsState, heading: HeadingState, pelvis: Floats, thigh: Floats, t_s: float
) -> tuple[HeadingState, list[ZeroRefined]]:
    """Tell what a pause says of the angles before it; that on entering a posture is where they are counted from."""
    if state.neutral_mark is MarkLabel.POSTURE_NEUTRAL:
        both = corrected(pelvis, thigh, heading.x, heading.mounted)
        return remembered(heading, of_angles(*both, heading.mounted)[2]), []
    change_rad = heading.since_then_rad
    if abs(change_rad) < _LEAST_REFINED_RAD:
        return heading, []
    return replace(heading, since_then_rad=0.0), [ZeroRefined(t_s, change_rad)]


def look(params: KinematicsParams, state: KinematicsState, t_s: float) -> tuple[KinematicsState, list[Event]]:
    """Compare this pause with those before it in the same posture, once, for a sensor that has slipped."""
    if state.alignment is None or state.latest is None or state.mounting.looked_s >= _began_s(state):
        return state, []
    pelvis, thigh = _segments(state.alignment, state.latest)
    template = _template(params, state, pelvis, thigh)
    if not looks_like(params.anchor, template, pelvis, thigh):
        return state, []
    posture = Posture.STANDING if template is _STANDING else state.posture or params.posture
    mounted, slips = mounting.at_pause(params.mounting, state.mounting, posture, t_s, state.latest)
    return slipped(replace(state, mounting=mounted), slips)


def _doubt(params: KinematicsParams, state: KinematicsState) -> str:
    """Return what gravity contradicts in the posture, if it does."""
    if state.alignment is None or state.latest is None:
        return ""
    seen = mounting.in_posture(
        params.mounting, state.posture or params.posture, *_segments(state.alignment, state.latest)
    )
    return "" if seen is None else seen.text


def _began_s(state: KinematicsState) -> float:
    if state.neutral_mark is not None or state.quiet_since_s is None:
        return state.neutral_since_s
    return state.quiet_since_s


def _segments(alignment: Alignment, latest: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    return multiply(latest[0], alignment.sensor_from_pelvis), multiply(latest[1], alignment.sensor_from_thigh)


def _template(params: KinematicsParams, state: KinematicsState, pelvis: Floats, thigh: Floats) -> PostureTemplate:
    """Return the posture of the exercise, or standing where gravity shows that the person stands."""
    wanted = TEMPLATES[state.posture or params.posture]
    if looks_like(params.anchor, wanted, pelvis, thigh) or not looks_like(params.anchor, _STANDING, pelvis, thigh):
        return wanted
    return _STANDING


def _contradicted(
    params: KinematicsParams, state: KinematicsState, template: PostureTemplate, refusal: Refusal, t_s: float
) -> tuple[KinematicsState, HeadingState | None]:
    """Return a heading that has been let go of, when pauses keep contradicting it in the same way."""
    value, before, heading = refusal.rotation_rad, state.contradiction, state.heading
    trusted = state.neutral_mark is not None or template.thigh_elevation_rad == _STANDING.thigh_elevation_rad
    if value is None or heading is None or state.alignment is None or state.latest is None or not trusted:
        return state, None
    # A long pause is looked at again and again while it is prompted, and contradicts only once.
    if before is not None and before[0] >= _began_s(state):
        return state, None
    if before is None or t_s - before[0] > params.contradiction_s:
        if before is not None and abs(value - before[1]) < params.contradiction_rad:
            covariance = heading.covariance.copy()
            covariance[0, 0] += params.lost_heading_rad**2
            covariance[1, 1] += params.lost_rate_rad_s**2
            freed = replace(heading, covariance=covariance)
            pelvis, thigh = _segments(state.alignment, state.latest)
            freed = zeroed(params.heading, freed, pelvis, thigh, params.anchor.neutral_sd_rad, is_pause=True)
            return state, freed
        return replace(state, contradiction=(t_s, value)), None
    return state, None
