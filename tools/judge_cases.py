"""Simulated sessions to judge the judge by: who does what, in which exercise, and what gets lost on the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from monte_carlo import MEASUREMENTS

from imu_hip.app.catalogue import exercise
from imu_hip.guide.script import script
from imu_hip.model.cue import Cue
from imu_hip.model.event import ExitVerdict
from imu_hip.model.exercise_spec import CompensationKind
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Side
from imu_hip.simulate.deeds import Abort, BlockFailure, Deed, FailedBlock, Growth, Sag, Submaximal
from imu_hip.simulate.delivery import Hole
from imu_hip.simulate.faults import Fault, KneeWay
from imu_hip.simulate.person import PersonParams
from imu_hip.simulate.session import SimulatedSession, SimulationParams, simulate_session
from imu_hip.simulate.soft_tissue import SoftTissueParams

SETS = {"supine_ere": 4, "hinge_ir": 2, "brettzel": 2}
"""How often the set of an exercise is gone through; others once."""

ALL_EXITS = tuple(ExitVerdict)
FAULT_SIZES_DEG = (0.0, 2.0, 8.0, 12.0)
LARGEST_UNSEEN_DEG = 2.0
"""Faults up to this size must not be flagged."""
UNDER_READ = 0.2
"""Of the strap where the end range is to be of a certain size on it."""

UNSIZED = (CompensationKind.THIGH_DID_NOT_ROTATE, CompensationKind.WRONG_DIRECTION)
ALL_RAD = math.radians(60.0)
"""A rotation that is lost altogether, instead of by the size of the case."""
_KNEE = tuple(Fault(CompensationKind.KNEE_MOVED, 0, knee=way) for way in KneeWay)
_IN_AND_OUT = _KNEE[:2]


def _faults(*kinds: CompensationKind) -> tuple[Fault, ...]:
    return tuple(Fault(kind, 0) for kind in (*kinds, *UNSIZED))


FAULTS = {
    "standing_dissociation": _faults(CompensationKind.PELVIS_FOLLOWED, CompensationKind.OTHER_LEG_MOVED),
    "supine_ere": (
        *_faults(
            CompensationKind.PELVIS_FOLLOWED, CompensationKind.PELVIS_LIFTED, CompensationKind.OTHER_LEG_MOVED
        ),
        *_KNEE,
    ),
    "hinge_ir": (
        *_faults(CompensationKind.HIP_OUT, CompensationKind.ROTATION_LOST),
        Fault(CompensationKind.ROTATION_LOST, 0, ALL_RAD),
    ),
    "seated_ir": (
        *_faults(CompensationKind.PELVIS_FOLLOWED, CompensationKind.OTHER_LEG_MOVED), *_IN_AND_OUT, _KNEE[2]
    ),
    "prone_ir": (
        *_faults(
            CompensationKind.PELVIS_FOLLOWED, CompensationKind.PELVIS_LIFTED, CompensationKind.OTHER_LEG_MOVED
        ),
        *_IN_AND_OUT,
    ),
    "brettzel": (),
    "arom_seated": (*_faults(CompensationKind.PELVIS_FOLLOWED, CompensationKind.PELVIS_LIFTED), *_IN_AND_OUT),
    "arom_prone": (*_faults(CompensationKind.PELVIS_LIFTED), *_IN_AND_OUT),
}  # fmt: skip
"""What can go wrong where; the repetition is chosen later."""

WRONG_POSTURES = {
    "standing_dissociation": {Cue.STAND_ON_ONE_LEG: Cue.SIT_ON_MAT},
    "supine_ere": {Cue.LIE_DOWN: Cue.SIT_ON_MAT},
    "hinge_ir": {Cue.STAND_TO_HINGE: Cue.LIE_DOWN},
    "seated_ir": {Cue.SIT_ON_MAT: Cue.LIE_DOWN},
    "prone_ir": {Cue.LIE_PRONE: Cue.LIE_DOWN},
    "brettzel": {Cue.LIE_ON_SIDE: Cue.SIT_ON_MAT},
    "arom_seated": {Cue.SIT_ON_CHAIR: Cue.LIE_PRONE},
    "arom_prone": {Cue.LIE_PRONE: Cue.SIT_ON_CHAIR},
}

TOUCH_S = {"prone_ir": 0.2, "hinge_ir": 0.3}
"""How long a touch stays at the end range, others 0.6 s: with the ways there and back it has to be below the dwell."""


@dataclass(frozen=True, slots=True)
class Case:
    """A session: what was asked for, what the person does, and how long the holes in its holds are."""

    exercise_id: str
    name: str
    seed: int
    simulation: SimulationParams
    hole_s: float = 0.0

    @property
    def side(self) -> Side:
        """Even seeds train the right leg."""
        return Side.LEFT if self.seed % 2 else Side.RIGHT

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """What the person is told."""
        return prompts(self.exercise_id)

    def simulate(self) -> SimulatedSession:
        """Return the session; every case of a seed is another person."""
        rng = np.random.default_rng([self.seed, *self.name.encode()])
        return simulate_session(self.prompts, self.side, rng, self.simulation)

    def holes(self, session: SimulatedSession) -> tuple[Hole, ...]:
        """Return a hole in every other hold, behind its middle."""
        if not self.hole_s:
            return ()
        return tuple(
            Hole(hold.start_s + 0.6 * (hold.end_s - hold.start_s), self.hole_s) for hold in session.truth.holds[::2]
        )


def cases(exercise_id: str, seed: int) -> tuple[Case, ...]:
    """Return all sessions of one seed."""
    usual = PersonParams(exits=ALL_EXITS)

    def case(name: str, person: PersonParams, hole_s: float = 0.0, *, on_strap: bool = False) -> Case:
        tissue = SoftTissueParams(under_read=(UNDER_READ, UNDER_READ)) if on_strap else SoftTissueParams()
        return Case(exercise_id, name, seed, SimulationParams(person=person, soft_tissue=tissue), hole_s)

    def sized(name: str, strap_deg: float) -> Case:
        femur = math.radians(strap_deg) / (1.0 - UNDER_READ)
        person = replace(
            usual, end_range_rad=(femur, femur), external_range_rad=(femur, femur), deeds=_short(exercise_id, seed)
        )
        return case(name, person, on_strap=True)

    measured = exercise_id in MEASUREMENTS
    wrong = () if measured else (case("wrong", replace(usual, deeds=_wrong(exercise_id, seed))),)
    holes = () if measured else (case("0.3 s lost", usual, 0.3), case("2 s lost", usual, 2.0))
    sizes = FAULT_SIZES_DEG if FAULTS[exercise_id] else ()
    return (
        case("usual", usual),
        case("any speed", replace(usual, exit_speed_per_s=(0.5, 4.0))),
        *wrong,
        sized("15 deg", 15.0),
        sized("50 deg", 50.0),
        *holes,
        *(case(f"faults {size:g}", PersonParams(faults=faults(exercise_id, seed, size))) for size in sizes),
        case("wrong posture", PersonParams(instead=WRONG_POSTURES[exercise_id])),
    )


def prompts(exercise_id: str) -> tuple[Prompt, ...]:
    """Return the script of a session."""
    return script(exercise(exercise_id), SETS.get(exercise_id, 1))


def repetitions(exercise_id: str) -> int:
    """Return how many repetitions a session asks for."""
    told = prompts(exercise_id)
    backs = sum(prompt.detail == Cue.LET_GO for prompt in told)
    return backs - sum(prompt.label is MarkLabel.MAX_REP for prompt in told)


def faults(exercise_id: str, seed: int, size_deg: float) -> tuple[Fault, ...]:
    """Return one fault in each repetition but the first, other ones with each seed."""
    made = [fault for fault in FAULTS[exercise_id] if size_deg > LARGEST_UNSEEN_DEG or is_sized(fault)]
    numbers = range(2, repetitions(exercise_id) + 1)
    first = seed * len(numbers)
    chosen = (made[(first + place) % len(made)] for place in range(len(numbers)))
    return tuple(
        replace(fault, repetition=number, size_rad=math.radians(size_deg) if is_sized(fault) else fault.size_rad)
        for number, fault in zip(numbers, chosen, strict=True)
    )


def is_sized(fault: Fault) -> bool:
    """Tell whether a fault is made as large as the case says."""
    return fault.kind not in UNSIZED and fault.size_rad < ALL_RAD


def _short(exercise_id: str, seed: int) -> tuple[Deed, ...]:
    if exercise_id in MEASUREMENTS:
        return ()
    last = repetitions(exercise_id)
    return (Submaximal(last - seed % 2), Abort(last - 1 + seed % 2, TOUCH_S.get(exercise_id, 0.6)))


def _wrong(exercise_id: str, seed: int) -> tuple[Deed, ...]:
    """Return deeds for a session: all holds of the exercise may go wrong, each seed begins elsewhere."""
    touch_s = TOUCH_S.get(exercise_id, 0.6)
    makers: Sequence[Callable[[int], Deed]] = (
        lambda number: Sag(number, math.radians(0.5)),
        lambda number: Abort(number, touch_s),
        lambda number: Submaximal(number),
        lambda number: Sag(number, math.radians(3.0)),
        lambda number: Submaximal(number, 0.5),
    )
    if exercise_id == "supine_ere":
        makers = (
            lambda number: FailedBlock(number, BlockFailure.FLOPS_OUT, math.radians(15.0)),
            lambda number: Abort(number, touch_s, hold=2),
            lambda number: FailedBlock(number, BlockFailure.WANDERS),
            lambda number: Growth(number, 0.15),
            lambda number: Submaximal(number, hold=2),
            lambda number: FailedBlock(number, BlockFailure.SKIPPED),
            lambda number: Sag(number, math.radians(1.0)),
            lambda number: FailedBlock(number, BlockFailure.CREEPS, math.radians(18.0)),
            lambda number: Submaximal(number, hold=1),
            *makers[:2],
        )
    numbers = range(1, repetitions(exercise_id) + 1)
    return tuple(makers[(seed * len(numbers) + place) % len(makers)](number) for place, number in enumerate(numbers))
