"""What the body does besides turning the thigh: which channels are shown of an exercise, and their values."""

from __future__ import annotations

from collections.abc import Sequence
from math import degrees

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import AngleBlock
from imu_hip.model.exercise_spec import Channel, ChannelRule, CompensationKind, ExerciseSpec
from imu_hip.model.view_state import ChannelView

CHANNELS = tuple(Channel)
"""The order of columns."""

_PELVIS = (CompensationKind.PELVIS_FOLLOWED, CompensationKind.PELVIS_LIFTED)
_KNEE = (CompensationKind.KNEE_MOVED, CompensationKind.HIP_OUT)
_NAMES = {
    Channel.PELVIS_TURN: "pelvis turn",
    Channel.PELVIS_ROLL: "pelvis roll",
    Channel.PELVIS_TILT: "pelvis tilt",
    Channel.ADDUCTION: "knee inward",
    Channel.FLEXION: "hip flexion",
    Channel.THIGH_RAISE: "knee up",
}


def rows_deg(angles: AngleBlock, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return every channel (n, 6) at these rows, degrees; NaN where the angles are not known."""
    tilt, flexion = angles.pelvis_tilt_rad[rows], angles.angles_rad[rows, 0]
    adduction = angles.angles_rad[rows, 1]
    turn, roll = angles.pelvis_yaw_rad[rows], angles.pelvis_list_rad[rows]
    values: NDArray[np.float64] = np.degrees(np.stack([turn, roll, tilt, adduction, flexion, flexion - tilt], axis=1))
    values[~angles.valid[rows]] = np.nan
    return values


def shown(spec: ExerciseSpec | None) -> tuple[ChannelRule, ...]:
    """Return what is shown of an exercise: how the pelvis would give itself away first, and how the knee."""
    rules = spec.faults.channels if spec is not None else ()
    firsts = (next((rule for rule in rules if rule.kind in kinds), None) for kinds in (_PELVIS, _KNEE))
    return tuple(rule for rule in firsts if rule is not None)


def since_neutral_deg(
    body_deg: NDArray[np.float64], rules: Sequence[ChannelRule], neutral_rad: tuple[float, ...] | None
) -> NDArray[np.float64]:
    """Return the channels of the rules (n, k), each since the last neutral: all NaN before there was one."""
    if neutral_rad is None:
        return np.full((len(body_deg), len(rules)), np.nan)
    places = [CHANNELS.index(rule.channel) for rule in rules]
    change: NDArray[np.float64] = body_deg[:, places] - np.degrees([neutral_rad[place] for place in places])
    whole_turns = np.round(change / 360.0)
    return np.subtract(change, 360.0 * whole_turns)


def channel_views(
    rules: Sequence[ChannelRule],
    change_deg: NDArray[np.float64],
    at_fault: Sequence[CompensationKind],
    unsure: Sequence[CompensationKind],
) -> tuple[ChannelView, ...]:
    """Return how the channels stand at the newest row; `change_deg` (n, k) may be empty."""
    newest = change_deg[-1].tolist() if len(change_deg) else [float("nan")] * len(rules)
    return tuple(
        ChannelView(
            name=_NAMES[rule.channel],
            change_deg=change if change == change else None,
            limit_deg=degrees(rule.limit_rad),
            unsure=rule.kind in unsure,
            at_fault=rule.kind in at_fault and rule.kind not in unsure,
        )
        for rule, change in zip(rules, newest, strict=True)
    )
