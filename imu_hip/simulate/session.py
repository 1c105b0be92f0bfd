"""Simulate a session: a script, a side and a Generator in; samples of both sensors and the truth out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Side
from imu_hip.simulate.choreography import choreograph
from imu_hip.simulate.mirror import mirrored_mounting, mirrored_orientation, mirrored_readings
from imu_hip.simulate.motion import move_body
from imu_hip.simulate.person import PersonParams, draw_person
from imu_hip.simulate.placement import (
    PELVIS_FROM_HIP_M,
    THIGH_FROM_HIP_M,
    PlacementParams,
    draw_mounting,
    put_on,
    worn,
)
from imu_hip.simulate.sensors import SensorErrorParams, SensorReadings, add_errors, ideal_readings
from imu_hip.simulate.skeleton import Pose, pelvis_pose, thigh_pose
from imu_hip.simulate.soft_tissue import SoftTissueParams, strap_rotation
from imu_hip.simulate.truth import Truth, true_block, true_end_range, true_exit, true_hold, true_phase

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SimulationParams:
    """Everything that can be set; the samples go on for `tail_s` after the end of the script."""

    person: PersonParams = field(default_factory=PersonParams)
    soft_tissue: SoftTissueParams = field(default_factory=SoftTissueParams)
    placement: PlacementParams = field(default_factory=PlacementParams)
    sensor_errors: SensorErrorParams = field(default_factory=SensorErrorParams)
    rate_hz: float = 100.0
    tail_s: float = 2.0


@dataclass(frozen=True, slots=True)
class SimulatedSession:
    """Samples of both sensors at the true time `t_s` (n,), 0 where the script begins, and the truth."""

    t_s: Floats
    pelvis: SensorReadings
    thigh: SensorReadings
    truth: Truth


_DEFAULTS = SimulationParams()


def simulate_session(
    script: Sequence[Prompt], side: Side, rng: np.random.Generator, params: SimulationParams = _DEFAULTS
) -> SimulatedSession:
    """Simulate a person who follows `script` with a sensor on the pelvis and one on the thigh of `side`.

    The same state of the Generator gives the same bytes; a left session is the mirror image of the right one.

    Raises
    ------
    UsageError
        For a script that the simulated person cannot follow.
    """
    # Each part draws from its own stream, so that more errors in one do not change the other.
    for_person, for_moves, for_body, for_strap, for_pelvis, for_thigh = rng.spawn(6)
    person = draw_person(params.person, for_person)
    plan = choreograph(script, person, params.person, for_moves)
    end_s = script[-1].start_s + script[-1].duration_s + params.tail_s
    t_s = np.arange(round(end_s * params.rate_hz)) / params.rate_hz
    motion = move_body(t_s, plan, person, params.person, for_body)
    strap_rad = strap_rotation(motion, params.rate_hz, params.soft_tissue, for_strap)

    def wear(segment: Pose, lever_m: tuple[float, float, float], of: np.random.Generator) -> _Worn:
        segment_from_sensor = draw_mounting(params.placement, of)
        on_body = worn(segment, segment_from_sensor, lever_m)
        pose = put_on(t_s, on_body, plan.putting_on, params.placement, of)
        readings = add_errors(ideal_readings(pose, params.rate_hz), params.rate_hz, params.sensor_errors, of)
        sensor = _Worn(readings, pose.earth_from_body, segment_from_sensor)
        return _mirrored(sensor) if side is Side.LEFT else sensor

    pelvis_segment = pelvis_pose(motion)
    thigh_segment = thigh_pose(pelvis_segment, motion.flexion_rad, motion.adduction_rad, strap_rad)
    pelvis = wear(pelvis_segment, PELVIS_FROM_HIP_M, for_pelvis)
    thigh = wear(thigh_segment, THIGH_FROM_HIP_M, for_thigh)
    truth = Truth(
        angles_rad=np.stack([motion.flexion_rad, motion.adduction_rad, strap_rad], axis=-1),
        femur_internal_rotation_rad=motion.rotation_rad,
        worn=t_s >= plan.putting_on.end_s,
        phase=true_phase(t_s, plan),
        end_range_rad=true_end_range(t_s, strap_rad, plan),
        holds=tuple(true_hold(t_s, strap_rad, turn) for turn in plan.turns if not turn.is_block),
        blocks=tuple(true_block(t_s, strap_rad, turn) for turn in plan.turns if turn.is_block),
        exits=tuple(true_exit(t_s, strap_rad, leaving) for leaving in plan.exits),
        earth_from_pelvis_sensor=pelvis.earth_from_sensor,
        earth_from_thigh_sensor=thigh.earth_from_sensor,
        pelvis_from_sensor=pelvis.segment_from_sensor,
        thigh_from_sensor=thigh.segment_from_sensor,
    )
    return SimulatedSession(t_s, pelvis.readings, thigh.readings, truth)


@dataclass(frozen=True, slots=True)
class _Worn:
    """One sensor: what it reads, how it is turned, how it is mounted."""

    readings: SensorReadings
    earth_from_sensor: Floats
    segment_from_sensor: Floats


def _mirrored(sensor: _Worn) -> _Worn:
    return _Worn(
        mirrored_readings(sensor.readings),
        mirrored_orientation(sensor.earth_from_sensor),
        mirrored_mounting(sensor.segment_from_sensor),
    )
