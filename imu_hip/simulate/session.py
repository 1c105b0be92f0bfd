"""Simulate a session: a script, a side and a Generator in; samples of both sensors and the truth out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import Role
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Side
from imu_hip.simulate.choreography import choreograph
from imu_hip.simulate.gait import GaitParams
from imu_hip.simulate.magnetic_field import MagneticFieldParams, draw_room, with_magnetometer
from imu_hip.simulate.mirror import mirrored_errors, mirrored_mounting, mirrored_orientation, mirrored_readings
from imu_hip.simulate.motion import move_body
from imu_hip.simulate.person import PersonParams, draw_person
from imu_hip.simulate.placement import (
    PELVIS_FROM_HIP_M,
    THIGH_FROM_HIP_M,
    PlacementParams,
    draw_mounting,
    put_on,
    slipping,
    worn,
)
from imu_hip.simulate.plan import AS_ASKED, PlateauKind
from imu_hip.simulate.sensors import (
    SensorErrorParams,
    SensorErrors,
    SensorReadings,
    draw_errors,
    ideal_readings,
    with_errors,
)
from imu_hip.simulate.skeleton import Pose, pelvis_pose, thigh_pose
from imu_hip.simulate.soft_tissue import SoftTissueParams, draw_soft_tissue, shaken_lever, strap_rotation
from imu_hip.simulate.stance import StanceParams
from imu_hip.simulate.truth import (
    Truth,
    posture_offset,
    true_attempt,
    true_block,
    true_compensation,
    true_end_range,
    true_exit,
    true_hold,
    true_phase,
    true_repetitions,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SimulationParams:
    """Everything that can be set; the samples go on for `tail_s` after the end of the script.

    `magnetic_field`: None for sensors without a magnetometer.
    """

    person: PersonParams = field(default_factory=PersonParams)
    stances: StanceParams = field(default_factory=StanceParams)
    gait: GaitParams = field(default_factory=GaitParams)
    soft_tissue: SoftTissueParams = field(default_factory=SoftTissueParams)
    placement: PlacementParams = field(default_factory=PlacementParams)
    sensor_errors: SensorErrorParams = field(default_factory=SensorErrorParams)
    magnetic_field: MagneticFieldParams | None = None
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
    for_person, for_moves, for_body, for_strap, for_pelvis, for_thigh, for_room, *for_magnetometers = rng.spawn(9)
    person = draw_person(params.person, for_person)
    plan = choreograph(script, person, params.person, for_moves, params.stances)
    end_s = script[-1].start_s + script[-1].duration_s + params.tail_s
    t_s = np.arange(round(end_s * params.rate_hz)) / params.rate_hz
    motion = move_body(t_s, plan, person, params.person, params.gait, for_body)
    tissue = draw_soft_tissue(params.soft_tissue, for_strap)
    strap_rad = strap_rotation(motion, params.rate_hz, tissue)
    magnetic = params.magnetic_field
    room = None if magnetic is None else draw_room(magnetic, for_room)

    def wear(
        role: Role, segment: Pose, lever_m: Floats, of: np.random.Generator, of_magnetometer: np.random.Generator
    ) -> _Worn:
        segment_from_sensor = draw_mounting(params.placement, of)
        slipped = slipping(t_s, segment_from_sensor, [slip for slip in params.placement.slips if slip.role is role])
        on_body = worn(segment, slipped, lever_m)
        pose = put_on(t_s, on_body, plan.putting_on, params.placement, of)
        errors = draw_errors(len(t_s), params.rate_hz, params.sensor_errors, of)
        readings = with_errors(ideal_readings(pose, params.rate_hz), errors, params.sensor_errors)
        if magnetic is not None and room is not None:
            readings = with_magnetometer(readings, pose, room, magnetic, of_magnetometer)
        sensor = _Worn(readings, pose.earth_from_body, segment_from_sensor, errors)
        return _mirrored(sensor) if side is Side.LEFT else sensor

    pelvis_segment = pelvis_pose(motion)
    thigh_segment = thigh_pose(pelvis_segment, motion.flexion_rad, motion.adduction_rad, strap_rad)
    pelvis_lever_m = shaken_lever(PELVIS_FROM_HIP_M, params.soft_tissue.pelvis_shock_m, motion)
    thigh_lever_m = shaken_lever(THIGH_FROM_HIP_M, params.soft_tissue.thigh_shock_m, motion)
    pelvis = wear(Role.PELVIS, pelvis_segment, pelvis_lever_m, for_pelvis, for_magnetometers[0])
    thigh = wear(Role.THIGH, thigh_segment, thigh_lever_m, for_thigh, for_magnetometers[1])
    offset_rad = posture_offset(t_s, motion.flexion_rad, plan, tissue.cross_talk)
    shown_rad = strap_rad - offset_rad
    truth = Truth(
        angles_rad=np.stack([motion.flexion_rad, motion.adduction_rad, shown_rad], axis=-1),
        posture_offset_rad=offset_rad,
        femur_internal_rotation_rad=motion.rotation_rad,
        worn=t_s >= plan.putting_on.end_s,
        phase=true_phase(t_s, plan),
        end_range_rad=true_end_range(t_s, shown_rad, plan, Direction.INTERNAL),
        external_end_range_rad=true_end_range(t_s, shown_rad, plan, Direction.EXTERNAL),
        holds=tuple(true_hold(t_s, shown_rad, turn) for turn in plan.turns if turn.kind is PlateauKind.HOLD),
        blocks=tuple(true_block(t_s, shown_rad, turn) for turn in plan.turns if turn.kind is PlateauKind.BLOCK),
        attempts=tuple(true_attempt(t_s, shown_rad, turn) for turn in plan.turns if turn.kind not in AS_ASKED),
        exits=tuple(true_exit(t_s, shown_rad, leaving) for leaving in plan.exits),
        repetitions=true_repetitions(plan),
        compensations=tuple(true_compensation(t_s, motion, fault) for fault in plan.faults),
        earth_from_pelvis_sensor=pelvis.earth_from_sensor,
        earth_from_thigh_sensor=thigh.earth_from_sensor,
        pelvis_from_sensor=pelvis.segment_from_sensor,
        thigh_from_sensor=thigh.segment_from_sensor,
        pelvis_errors=pelvis.errors,
        thigh_errors=thigh.errors,
        soft_tissue=tissue,
    )
    return SimulatedSession(t_s, pelvis.readings, thigh.readings, truth)


@dataclass(frozen=True, slots=True)
class _Worn:
    """One sensor: what it reads, how it is turned, how it is mounted, how far it is off."""

    readings: SensorReadings
    earth_from_sensor: Floats
    segment_from_sensor: Floats
    errors: SensorErrors


def _mirrored(sensor: _Worn) -> _Worn:
    return _Worn(
        mirrored_readings(sensor.readings),
        mirrored_orientation(sensor.earth_from_sensor),
        mirrored_mounting(sensor.segment_from_sensor),
        mirrored_errors(sensor.errors),
    )
