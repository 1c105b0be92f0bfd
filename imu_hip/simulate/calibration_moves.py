"""The movements of the calibration: leg swings and bows."""

from __future__ import annotations

from math import radians, sin

import numpy as np

from imu_hip.simulate.moves import Moves
from imu_hip.simulate.person import Person, PersonParams
from imu_hip.simulate.plan import Channel

LEG_M = 0.9
"""Height of the hip when standing."""
_BOW_HIP_SHARE = 1.1
"""Hip flexion per bow angle: the legs lean back a little."""
_SWING_TILT_SHARE = 0.08
"""The pelvis rocks with the swinging leg."""


def swing(
    moves: Moves, person: Person, params: PersonParams, start_s: float, end_s: float, rng: np.random.Generator
) -> None:
    """Swing the straight leg, forward first."""
    cycles = int(rng.integers(3, 5))
    pace_s = (end_s - 0.3 - start_s) / (2 * cycles + 1)
    forward = float(rng.uniform(radians(35.0), radians(45.0)))
    back = -float(rng.uniform(radians(12.0), radians(18.0)))
    before = 0.0
    for place, angle in enumerate([forward, back] * cycles + [0.0]):
        at_s = start_s + place * pace_s
        moves.go(Channel.TILT, at_s, pace_s, _SWING_TILT_SHARE * angle)
        moves.go_by(Channel.FLEXION, at_s, pace_s, (1.0 - _SWING_TILT_SHARE) * angle)
        if params.circumduction_rad > 0.0:
            share = person.swing_adduction_share
            outward = 0.5 * share * (before + angle) - params.circumduction_rad
            moves.go_by(Channel.ADDUCTION, at_s, 0.5 * pace_s, outward)
            moves.go_by(Channel.ADDUCTION, at_s + 0.5 * pace_s, 0.5 * pace_s, share * angle)
        else:
            moves.go_by(Channel.ADDUCTION, at_s, pace_s, person.swing_adduction_share * angle)
        moves.go_by(Channel.ROTATION, at_s, pace_s, person.swing_rotation_share * angle)
        before = angle


def bow(moves: Moves, person: Person, start_s: float, end_s: float, rng: np.random.Generator) -> None:
    """Bow from the hips, forward first."""
    bows = 3
    pace_s = (end_s - 0.3 - start_s) / (2 * bows)
    depth = float(rng.uniform(radians(35.0), radians(45.0)))
    for place, angle in enumerate([depth, 0.0] * bows):
        at_s = start_s + place * pace_s
        moves.go(Channel.TILT, at_s, pace_s, -angle)
        moves.go_by(Channel.FLEXION, at_s, pace_s, _BOW_HIP_SHARE * angle)
        moves.go(Channel.LIST, at_s, pace_s, person.bow_list_share * angle)
        moves.go(Channel.TURN, at_s, pace_s, person.bow_turn_share * angle)
        moves.go(Channel.HIP_FORWARD_M, at_s, pace_s, -LEG_M * sin((_BOW_HIP_SHARE - 1.0) * angle))
