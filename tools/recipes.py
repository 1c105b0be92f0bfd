"""The sample recordings: who does what on which leg, and what gets lost on the way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from imu_hip.app.catalogue import exercise
from imu_hip.guide.script import script
from imu_hip.model.cue import Cue
from imu_hip.model.event import ExitVerdict
from imu_hip.model.exercise_spec import CompensationKind
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Side
from imu_hip.simulate.deeds import Abort, BlockFailure, FailedBlock, Growth, Sag, Submaximal
from imu_hip.simulate.faults import Fault, KneeWay
from imu_hip.simulate.person import PersonParams
from imu_hip.simulate.placement import PlacementParams, Slip
from imu_hip.simulate.session import SimulationParams

ALL_RAD = math.radians(60.0)
"""More than there is to lose."""
_CLEAR_STEP = (0.18, 0.30)
"""Relaxation into the block that nobody can take for a hold."""


@dataclass(frozen=True, slots=True)
class Loss:
    """The thigh sensor loses what it samples: `after_s` into a hold (counted from 1 on)."""

    hold: int
    after_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a sample recording is made; its script ends after so many repetitions of the exercise."""

    exercise_id: str
    side: Side
    seed: int
    repetitions: int
    person: PersonParams = field(default_factory=PersonParams)
    slips: tuple[Slip, ...] = ()
    losses: tuple[Loss, ...] = ()

    @property
    def simulation(self) -> SimulationParams:
        """Return who is simulated."""
        person = replace(self.person, relaxation=_CLEAR_STEP)
        return SimulationParams(person=person, placement=PlacementParams(slips=self.slips))

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """Return what the person is told."""
        return first_repetitions(script(exercise(self.exercise_id)), self.repetitions)


def first_repetitions(prompts: tuple[Prompt, ...], repetitions: int) -> tuple[Prompt, ...]:
    """Return the script up to the rest after so many repetitions of its exercise."""
    at = next(place for place, prompt in enumerate(prompts) if prompt.label is MarkLabel.EXERCISE)
    rests = [place for place, prompt in enumerate(prompts) if place > at and prompt.label is MarkLabel.NEUTRAL]
    steps = prompts[at + 1 : rests[repetitions - 1] + 1]
    end_s = steps[-1].start_s + steps[-1].duration_s
    return (*prompts[:at], replace(prompts[at], duration_s=end_s - prompts[at].start_s), *steps)


def _makes(*faults: Fault) -> PersonParams:
    return PersonParams(faults=faults)


_KIND = CompensationKind

RECIPES: Mapping[str, Recipe] = {
    "standing_dissociation_right": Recipe("standing_dissociation", Side.RIGHT, 11, 2),
    "standing_dissociation_left_pelvis_followed": Recipe(
        "standing_dissociation", Side.LEFT, 12, 2,
        _makes(Fault(_KIND.PELVIS_FOLLOWED, 1), Fault(_KIND.OTHER_LEG_MOVED, 2, math.radians(15.0))),
    ),
    "supine_ere_right": Recipe("supine_ere", Side.RIGHT, 1, 1),
    "supine_ere_left": Recipe("supine_ere", Side.LEFT, 2, 1),
    "supine_ere_left_flop": Recipe("supine_ere", Side.LEFT, 3, 1, PersonParams(exits=(ExitVerdict.FLOP,))),
    "supine_ere_right_lost_samples": Recipe(
        "supine_ere", Side.RIGHT, 4, 1, losses=(Loss(1, 2.0, 0.3), Loss(1, 4.5, 2.0))
    ),
    "supine_ere_left_block_flops_out": Recipe(
        "supine_ere", Side.LEFT, 5, 1,
        PersonParams(deeds=(FailedBlock(1, BlockFailure.FLOPS_OUT, math.radians(15.0)), Growth(1, 0.12))),
    ),
    "supine_ere_right_pelvis_lifted": Recipe("supine_ere", Side.RIGHT, 6, 1, _makes(Fault(_KIND.PELVIS_LIFTED, 1))),
    "supine_ere_left_wrong_posture": Recipe(
        "supine_ere", Side.LEFT, 7, 1, PersonParams(instead={Cue.LIE_DOWN: Cue.SIT_ON_MAT})
    ),
    "hinge_ir_right_hip_out": Recipe("hinge_ir", Side.RIGHT, 23, 2, _makes(Fault(_KIND.HIP_OUT, 2))),
    "hinge_ir_left_rotation_lost": Recipe(
        "hinge_ir", Side.LEFT, 22, 2, _makes(Fault(_KIND.ROTATION_LOST, 2, ALL_RAD))
    ),
    "seated_ir_right_ankle_only": Recipe(
        "seated_ir", Side.RIGHT, 31, 3, _makes(Fault(_KIND.THIGH_DID_NOT_ROTATE, 2), Fault(_KIND.KNEE_MOVED, 3))
    ),
    "seated_ir_left_short_and_aborted": Recipe(
        "seated_ir", Side.LEFT, 32, 3, PersonParams(deeds=(Submaximal(2), Abort(3, 0.6)))
    ),
    "prone_ir_right_pelvis_lifted": Recipe(
        "prone_ir", Side.RIGHT, 41, 3,
        _makes(Fault(_KIND.PELVIS_LIFTED, 2), Fault(_KIND.KNEE_MOVED, 3, knee=KneeWay.UP)),
    ),
    "prone_ir_left_wrong_direction": Recipe(
        "prone_ir", Side.LEFT, 42, 3,
        PersonParams(
            faults=(Fault(_KIND.WRONG_DIRECTION, 2),),
            exits=(ExitVerdict.CONTROLLED, ExitVerdict.CONTROLLED, ExitVerdict.FAST),
        ),
    ),
    "prone_ir_left_slipped": Recipe("prone_ir", Side.LEFT, 43, 4, slips=(Slip(69.0, math.radians(20.0)),)),
    "brettzel_right": Recipe("brettzel", Side.RIGHT, 51, 1),
    "brettzel_left_sagging": Recipe("brettzel", Side.LEFT, 52, 1, PersonParams(deeds=(Sag(1, math.radians(0.3)),))),
    "arom_seated_right": Recipe("arom_seated", Side.RIGHT, 61, 6),
    "arom_prone_left": Recipe("arom_prone", Side.LEFT, 62, 6),
}  # fmt: skip
