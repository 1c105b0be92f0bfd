"""What a stance is: the way into a posture, and what goes along when the thigh turns there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import radians

import numpy as np

from imu_hip.simulate.person import Person, PersonParams, Range
from imu_hip.simulate.plan import Channel

KNEELING_M = 0.45
"""Height of the hip half-way between standing and the ground."""


@dataclass(frozen=True, slots=True)
class StanceParams:
    """How people sit, lie and stand for an exercise; all are assumptions.

    `posture_sd_rad`: how far a lying or sitting pelvis and thigh are off the straight line. `turn_rad`: how far the
    body turns while it sits or lies down. `free_*`: the leg in front whose heel rests on the ground; while it turns,
    the pelvis turns the opposite way by `dissociation_share` of it. `hinge_rad`: how far the pelvis bows, the thigh
    leaning back by `lean_rad`; `over_foot_share`: the part of the stance hip's rotation that comes from the pelvis
    turning over the planted leg. `*_tilt_rad`: how far a sitting pelvis leans back. `apart_rad`: thighs apart.
    `push_rad`: extension that pushes the thigh down. `side_*`: the upper leg at rest; in the stretch the hip is
    extended by `extension_rad` and the pelvis rolls back by `roll_rad`. Calibrating on the back: `flat_sd_rad` is how
    far pelvis and straight thighs are off level, `curl_rad` how far the pelvis tips back when the feet are drawn up,
    `drawn_up_rad` the slope of the thighs then and `apart_sd_rad` how far the knees are off the hips' width. A bridge
    lifts the pelvis by `bridge_rad`, the thighs by `thigh_per_bridge` of it; `bridge_axis_sd` is the share about other
    axes. Knees rock by `rock_rad` to each side, the pelvis rolling along by `rolling_share` of it; the lines that they
    turn about are off straight ahead by `rock_axis_sd_rad`.
    """

    posture_sd_rad: float = radians(2.0)
    turn_rad: Range = (radians(-60.0), radians(60.0))
    free_flexion_rad: Range = (radians(2.0), radians(10.0))
    free_abduction_rad: Range = (radians(0.0), radians(6.0))
    dissociation_share: Range = (0.05, 0.25)
    hinge_rad: Range = (radians(45.0), radians(65.0))
    lean_rad: Range = (radians(3.0), radians(10.0))
    over_foot_share: Range = (0.5, 0.8)
    mat_tilt_rad: Range = (radians(5.0), radians(18.0))
    chair_tilt_rad: Range = (radians(2.0), radians(15.0))
    apart_rad: Range = (radians(1.0), radians(8.0))
    push_rad: Range = (radians(1.0), radians(3.0))
    side_flexion_rad: Range = (radians(30.0), radians(55.0))
    side_adduction_rad: Range = (radians(0.0), radians(10.0))
    extension_rad: Range = (radians(5.0), radians(15.0))
    roll_rad: Range = (radians(10.0), radians(22.0))
    flat_sd_rad: float = radians(3.0)
    curl_rad: Range = (radians(2.0), radians(8.0))
    drawn_up_rad: Range = (radians(32.0), radians(58.0))
    apart_sd_rad: float = radians(4.0)
    bridge_rad: Range = (radians(14.0), radians(25.0))
    thigh_per_bridge: Range = (1.1, 1.5)
    bridge_axis_sd: float = 0.08
    rock_rad: Range = (radians(20.0), radians(35.0))
    rolling_share: Range = (0.15, 0.4)
    rock_axis_sd_rad: float = radians(5.0)


@dataclass(frozen=True, slots=True)
class Stage:
    """Part of the way into a posture: begins and lasts for shares of the time there is."""

    start: float
    duration: float
    targets: Mapping[Channel, float]


@dataclass(frozen=True, slots=True)
class Stance:
    """A posture: the way in, and how a repetition goes there.

    `per_rotation`: what moves per rad of internal rotation. `at_work`: what moves in every repetition, however far the
    thigh turns. `lifting`: what moves per rad by which the pelvis lifts. `way_s`, `max_way_s`: time to the end range,
    in a maximal repetition. `back_s`: time of what is at work on its way back (None: with the rotation), and `kept`:
    the share of it after which rotation is let go. `turn_by_rad`: how far the body turns in the first stage.
    """

    stages: tuple[Stage, ...] = ()
    per_rotation: Mapping[Channel, float] = field(default_factory=dict)
    at_work: Mapping[Channel, float] = field(default_factory=dict)
    lifting: Mapping[Channel, float] = field(default_factory=lambda: {Channel.TILT: 1.0, Channel.FLEXION: -1.0})
    way_s: Range = (0.9, 1.4)
    max_way_s: Range = (0.8, 1.0)
    back_s: Range | None = None
    kept: float = 0.0
    turn_by_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class Body:
    """What a stance is drawn from: the person, and what is usual."""

    person: Person
    params: PersonParams
    usual: StanceParams
    rng: np.random.Generator

    def neutral(self) -> float:
        """Return a neutral rotation, never quite the same."""
        return float(self.rng.normal(0.0, self.params.neutral_sd_rad))

    def between(self, ends: Range) -> float:
        """Draw from a range."""
        return float(self.rng.uniform(*ends))

    def off(self) -> float:
        """Draw how far a posture is off."""
        return float(self.rng.normal(0.0, self.usual.posture_sd_rad))

    def coupled(self) -> dict[Channel, float]:
        """Return what knee and pelvis take part in when this person turns a thigh."""
        return {
            Channel.FLEXION: self.person.knee_flexion_share,
            Channel.ADDUCTION: self.person.knee_adduction_share,
            Channel.TURN: self.person.pelvis_turn_share,
        }
