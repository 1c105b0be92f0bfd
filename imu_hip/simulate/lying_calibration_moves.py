"""The calibration of a person who stays on the back: straight legs, drawn-up feet, bridges, rocking knees."""

from __future__ import annotations

from math import asin, atan2, radians

import numpy as np

from imu_hip.quaternion import from_axis_angle, multiply, to_rows
from imu_hip.simulate.low_stances import MAT_M
from imu_hip.simulate.moves import Moves
from imu_hip.simulate.plan import Channel
from imu_hip.simulate.skeleton import in_turn_zxy
from imu_hip.simulate.stance import KNEELING_M, Body, Stage, Stance

_BRIDGES = 2
_LIFT_M_PER_RAD = 0.5
"""The pelvis turns over the shoulders."""
_BRIDGE_EFFORT = 0.6
_ROCKS = 3
_FLAT_RAD = radians(90.0)


def lie_straight(body: Body) -> Stance:
    """Sit down on the mat and lie back with straight legs, the kneecaps more or less to the ceiling."""
    sit = {
        Channel.HIP_HEIGHT_M: KNEELING_M,
        Channel.HIP_FORWARD_M: -0.2,
        Channel.FLEXION: radians(80.0),
    }
    tilt = _FLAT_RAD + _normal(body, body.usual.flat_sd_rad)
    back = {
        Channel.TILT: tilt,
        Channel.LIST: body.off(),
        Channel.TURN: body.off(),
        Channel.HIP_HEIGHT_M: MAT_M,
        # The thigh lies level.
        Channel.FLEXION: _FLAT_RAD - tilt + _normal(body, body.usual.flat_sd_rad),
        Channel.ADDUCTION: _normal(body, body.usual.apart_sd_rad),
        Channel.ROTATION: 2.0 * body.neutral(),
        Channel.SWAY: body.params.lying_sway,
    }
    return Stance((Stage(0.0, 0.32, sit), Stage(0.32, 0.4, back)), body.coupled(), turn_by_rad=body.person.mat_rad)


def bend_knees(body: Body) -> Stance:
    """Draw the feet up on the mat, one by one, the pelvis tipping back a little."""
    tilt = _FLAT_RAD + _normal(body, body.usual.flat_sd_rad) + body.between(body.usual.curl_rad)
    drawn_up = {
        Channel.TILT: tilt,
        Channel.LIST: body.off(),
        Channel.TURN: body.off(),
        Channel.FLEXION: _FLAT_RAD + body.between(body.usual.drawn_up_rad) - tilt,
        Channel.ADDUCTION: _normal(body, body.usual.apart_sd_rad),
        Channel.ROTATION: body.neutral(),
    }
    return Stance((Stage(0.0, 0.7, drawn_up),), body.coupled())


def bridge(moves: Moves, body: Body, start_s: float, end_s: float) -> None:
    """Lift the pelvis and lower it: it turns over the shoulders, the thighs over the feet."""
    usual = body.usual
    pace_s = (end_s - 0.3 - start_s) / (2 * _BRIDGES)
    lift = body.between(usual.bridge_rad)
    per_lift = {
        Channel.TILT: 1.0,
        Channel.LIST: _normal(body, usual.bridge_axis_sd),
        Channel.TURN: _normal(body, usual.bridge_axis_sd),
        Channel.FLEXION: -1.0 - body.between(usual.thigh_per_bridge),
        Channel.ADDUCTION: _normal(body, usual.bridge_axis_sd),
        Channel.ROTATION: _normal(body, usual.bridge_axis_sd),
        Channel.HIP_HEIGHT_M: _LIFT_M_PER_RAD,
    }
    rest = {channel: moves.target(channel) for channel in per_lift}
    for place, level in enumerate([lift, 0.0] * _BRIDGES):
        at_s = start_s + place * pace_s
        for channel, share in per_lift.items():
            moves.go(channel, at_s, pace_s, rest[channel] + share * level)
        moves.go(Channel.EFFORT, at_s, pace_s, _BRIDGE_EFFORT if level else 0.0)


def rock_knees(moves: Moves, body: Body, start_s: float, end_s: float) -> None:
    """Rock both knees from side to side: the thigh turns about the line from hip to foot, the pelvis rolls along."""
    usual = body.usual
    pace_s = (end_s - 0.3 - start_s) / (2 * _ROCKS + 1)
    side = float(body.rng.choice([-1.0, 1.0]))
    rolling = body.between(usual.rolling_share)
    off_rad = _normal(body, usual.rock_axis_sd_rad)
    list_share = _normal(body, usual.rock_axis_sd_rad)
    rest = {channel: moves.target(channel) for channel in (Channel.LIST, Channel.TURN, *_HIP)}
    for place in range(2 * _ROCKS + 1):
        at_s = start_s + place * pace_s
        swing = side * (1 - 2 * (place % 2)) * body.between(usual.rock_rad) if place < 2 * _ROCKS else 0.0
        moves.go(Channel.TURN, at_s, pace_s, rest[Channel.TURN] + rolling * swing)
        moves.go(Channel.LIST, at_s, pace_s, rest[Channel.LIST] + list_share * rolling * swing)
        rocked = _turned_in_pelvis([rest[channel] for channel in _HIP], off_rad, (1.0 - rolling) * swing)
        if place == 2 * _ROCKS:
            rocked = (*rocked[:2], body.neutral())
        for channel, angle in zip(_HIP, rocked, strict=True):
            moves.go(channel, at_s, pace_s, angle)


_HIP = (Channel.FLEXION, Channel.ADDUCTION, Channel.ROTATION)


def _turned_in_pelvis(angles_rad: list[float], off_rad: float, turn_rad: float) -> tuple[float, float, float]:
    """Return flexion, adduction, rotation after a turn about the pelvis' long axis, or `off_rad` beside it."""
    flexion, adduction, rotation = angles_rad
    axis = np.array([0.0, np.cos(off_rad), np.sin(off_rad)])
    hip = multiply(from_axis_angle(axis, turn_rad), in_turn_zxy(flexion, adduction, rotation))
    rows = to_rows(hip)
    return (
        atan2(-float(rows[0, 1]), float(rows[1, 1])),
        asin(float(rows[2, 1])),
        atan2(-float(rows[2, 0]), float(rows[2, 2])),
    )


def _normal(body: Body, sd: float) -> float:
    return float(body.rng.normal(0.0, sd))
