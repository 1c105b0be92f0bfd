"""The person: how far, how fast, how steadily this one moves, drawn once a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import radians

import numpy as np

from imu_hip.model.cue import Cue
from imu_hip.model.event import ExitVerdict
from imu_hip.model.exercise_spec import Direction
from imu_hip.simulate.deeds import Deed
from imu_hip.simulate.faults import Fault

Range = tuple[float, float]
"""Lowest and highest of a uniform draw."""


@dataclass(frozen=True, slots=True)
class PersonParams:
    """What people are drawn from: ranges are uniform, `_sd` normal. Values without a source are assumptions.

    `end_range_rad`, `external_range_rad`: active rotation of the femur in any posture, around the 29.6-37.9° inward
    and 38.5-41.8° outward of Kouyoumdjian 2012 (OTSR 98:17-23), who found no significant difference between supine,
    prone and seated. `reaction_s`: from a prompt to the movement. `neutral_sd_rad`: repeatability of internal rotation
    in every neutral and in the N-pose; `stance_sd_rad`: the same of flexion and adduction. `axis_sd`: share of a swing
    or bow that happens about another axis; `circumduction_rad`: how far a swinging leg goes out on its way (0: it stays
    in its plane). `coupling_sd`: share of the hip's rotation that knee and pelvis take part in. `relaxation`: share of
    the hold's angle that is given up for the block. `sway_rad`: slow wandering of the standing pelvis per axis (SD,
    0.1-0.6 Hz), on one leg `one_leg_sway`, sitting `sitting_sway`, lying `lying_sway` of it. `stride_hz`, `speed_m_s`:
    strides of two steps per second, and speed, of unhurried walking indoors. `wobble_rad` (SD, 0.8-3 Hz) and
    `tremor_rad` (SD, 6-11 Hz): unsteadiness of the working thigh. `breath_rad`: pelvis tilt per breath, peak to peak.
    `exits`: how the person comes back, one per repetition of the exercise, over and over; `exit_speed_per_s`: at these
    peak speeds instead, in end ranges per second. `faults`: compensations. `deeds`: what is done instead of a hold or
    a block. `instead`: stances that are taken for others, the one that is asked for first.
    """

    end_range_rad: Range = (radians(25.0), radians(40.0))
    external_range_rad: Range = (radians(30.0), radians(48.0))
    reaction_s: Range = (0.2, 0.6)
    neutral_sd_rad: float = radians(2.5)
    stance_sd_rad: float = radians(1.0)
    thigh_flexion_rad: Range = (radians(42.0), radians(48.0))
    axis_sd: float = 0.05
    circumduction_rad: float = 0.0
    coupling_sd: float = 0.03
    relaxation: Range = (0.10, 0.30)
    sway_rad: Range = (radians(0.2), radians(0.35))
    one_leg_sway: float = 2.5
    sitting_sway: float = 0.5
    lying_sway: float = 0.2
    stride_hz: Range = (0.8, 1.0)
    speed_m_s: Range = (0.8, 1.2)
    wobble_rad: float = radians(0.25)
    tremor_rad: float = radians(0.12)
    breath_rad: Range = (radians(0.3), radians(1.0))
    exits: tuple[ExitVerdict, ...] = (ExitVerdict.CONTROLLED,)
    exit_speed_per_s: Range | None = None
    faults: tuple[Fault, ...] = ()
    deeds: tuple[Deed, ...] = ()
    instead: Mapping[Cue, Cue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """One drawn person; angles in rad, `*_share` of the main movement's angle."""

    end_range_rad: float
    standing_flexion_rad: float
    standing_adduction_rad: float
    lying_flexion_rad: float
    lying_adduction_rad: float
    lying_tilt_rad: float
    lying_turn_rad: float
    facing_rad: float
    mat_rad: float
    swing_adduction_share: float
    swing_rotation_share: float
    bow_list_share: float
    bow_turn_share: float
    knee_adduction_share: float
    knee_flexion_share: float
    pelvis_turn_share: float
    sway_rad: float
    breath_rad: float
    external_range_rad: float
    stride_hz: float
    speed_m_s: float

    def range_rad(self, direction: Direction) -> float:
        """Return the end of the range in a direction, >= 0."""
        return self.end_range_rad if direction is Direction.INTERNAL else self.external_range_rad


def draw_person(params: PersonParams, rng: np.random.Generator) -> Person:
    """Draw a person."""

    def normal(sd: float) -> float:
        return float(rng.normal(0.0, sd))

    return Person(
        end_range_rad=float(rng.uniform(*params.end_range_rad)),
        standing_flexion_rad=normal(params.stance_sd_rad),
        standing_adduction_rad=normal(params.stance_sd_rad),
        lying_flexion_rad=float(rng.uniform(*params.thigh_flexion_rad)),
        lying_adduction_rad=normal(params.stance_sd_rad),
        lying_tilt_rad=radians(90.0) + normal(params.stance_sd_rad),
        lying_turn_rad=normal(params.stance_sd_rad),
        facing_rad=float(rng.uniform(-np.pi, np.pi)),
        mat_rad=float(rng.uniform(radians(-60.0), radians(60.0))),
        swing_adduction_share=normal(params.axis_sd),
        swing_rotation_share=normal(params.axis_sd),
        bow_list_share=normal(params.axis_sd),
        bow_turn_share=normal(params.axis_sd),
        knee_adduction_share=normal(params.coupling_sd),
        knee_flexion_share=normal(params.coupling_sd),
        pelvis_turn_share=abs(normal(params.coupling_sd)),
        sway_rad=float(rng.uniform(*params.sway_rad)),
        breath_rad=float(rng.uniform(*params.breath_rad)),
        external_range_rad=float(rng.uniform(*params.external_range_rad)),
        stride_hz=float(rng.uniform(*params.stride_hz)),
        speed_m_s=float(rng.uniform(*params.speed_m_s)),
    )
