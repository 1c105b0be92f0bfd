"""Faults: made in the repetition that was asked for, of the size that was asked for, and told in the truth."""

import numpy as np
import pytest

from imu_hip.model.cue import Cue
from imu_hip.model.errors import UsageError
from imu_hip.model.event import CompensationKind
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Side
from imu_hip.simulate.faults import Fault
from imu_hip.simulate.person import PersonParams
from imu_hip.simulate.session import SimulatedSession, SimulationParams, simulate_session

REPETITION_S = 16.0
SIZE_RAD = np.radians(15.0)


def script(stance: Cue, repetitions: int = 3) -> tuple[Prompt, ...]:
    prompts = [Prompt(0.0, 4.0, "", None, Cue.PUT_ON), Prompt(4.0, 6.0, "", None, stance)]
    prompts.append(Prompt(10.0, repetitions * REPETITION_S, "", MarkLabel.EXERCISE, "any"))
    for place in range(repetitions):
        at_s = 10.0 + place * REPETITION_S
        prompts.append(Prompt(at_s, 8.0, "", None, Cue.INTERNAL_HOLD))
        prompts.append(Prompt(at_s + 8.0, 5.0, "", None, Cue.LET_GO))
        prompts.append(Prompt(at_s + 13.0, 3.0, "", MarkLabel.NEUTRAL))
    return tuple(prompts)


def session(stance: Cue, *faults: Fault, seed: int = 0) -> SimulatedSession:
    params = SimulationParams(person=PersonParams(faults=faults))
    return simulate_session(script(stance), Side.RIGHT, np.random.default_rng(seed), params)


def test_nobody_makes_a_fault_unasked() -> None:
    for stance in (Cue.STAND_ON_ONE_LEG, Cue.LIE_DOWN, Cue.STAND_TO_HINGE, Cue.LIE_PRONE):
        assert session(stance).truth.compensations == ()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("stance", "kind"),
    [
        (Cue.STAND_ON_ONE_LEG, CompensationKind.PELVIS_FOLLOWED),
        (Cue.LIE_PRONE, CompensationKind.PELVIS_FOLLOWED),
        (Cue.LIE_DOWN, CompensationKind.PELVIS_LIFTED),
        (Cue.LIE_PRONE, CompensationKind.PELVIS_LIFTED),
        (Cue.SIT_ON_MAT, CompensationKind.KNEE_MOVED),
        (Cue.STAND_TO_HINGE, CompensationKind.HIP_OUT),
        (Cue.STAND_ON_ONE_LEG, CompensationKind.OTHER_LEG_MOVED),
    ],
)
def test_a_fault_is_in_its_repetition_and_of_its_size(stance: Cue, kind: CompensationKind, seed: int) -> None:
    (made,) = session(stance, Fault(kind, 2, SIZE_RAD), seed=seed).truth.compensations
    assert made.kind is kind
    assert 26.0 < made.start_s < 27.0
    assert 34.0 < made.end_s < 42.0
    assert made.peak_rad == pytest.approx(SIZE_RAD, abs=np.radians(6.0))


def test_a_fault_leaves_the_other_repetitions_as_they_were() -> None:
    clean = session(Cue.SIT_ON_MAT)
    faulty = session(Cue.SIT_ON_MAT, Fault(CompensationKind.KNEE_MOVED, 2, SIZE_RAD))
    changed = clean.t_s[np.any(np.abs(clean.truth.angles_rad - faulty.truth.angles_rad) > 1e-9, axis=1)]
    (made,) = faulty.truth.compensations
    assert made.start_s < changed[0]
    assert changed[-1] < made.end_s + 0.011
    adduction = np.degrees(faulty.truth.angles_rad - clean.truth.angles_rad)[:, 1]
    assert np.max(adduction) == pytest.approx(15.0)


def test_a_following_pelvis_turns_the_way_of_the_thigh() -> None:
    # To the left when a right thigh turns in: what integrates to a positive turn about the vertical.
    clean = session(Cue.STAND_ON_ONE_LEG)
    faulty = session(Cue.STAND_ON_ONE_LEG, Fault(CompensationKind.PELVIS_FOLLOWED, 1, SIZE_RAD))
    (made,) = faulty.truth.compensations
    during = (clean.t_s > made.start_s) & (clean.t_s < made.start_s + 3.0)
    up = clean.truth.pelvis_from_sensor
    assert np.array_equal(up, faulty.truth.pelvis_from_sensor)
    extra = np.sum((faulty.pelvis.gyr - clean.pelvis.gyr)[during] * clean.pelvis.acc[during], axis=1) / 9.81
    assert np.degrees(np.sum(extra) * 0.01) == pytest.approx(15.0, abs=1.5)


@pytest.mark.parametrize("kind", [CompensationKind.THIGH_DID_NOT_ROTATE, CompensationKind.OTHER_LEG_MOVED])
def test_a_thigh_that_stays_still_makes_no_hold(kind: CompensationKind) -> None:
    truth = session(Cue.SIT_ON_MAT, Fault(kind, 2, SIZE_RAD)).truth
    assert [round(hold.start_s // REPETITION_S) for hold in truth.holds] == [0, 2]
    assert len(truth.exits) == 2
    assert [made.kind for made in truth.compensations] == [kind]


def test_the_wrong_direction_is_a_hold_at_the_other_end() -> None:
    truth = session(Cue.SIT_ON_MAT, Fault(CompensationKind.WRONG_DIRECTION, 2)).truth
    internal, external = Direction.INTERNAL, Direction.EXTERNAL
    assert [hold.direction for hold in truth.holds] == [internal, external, internal]
    assert [hold.angle_rad < 0.0 for hold in truth.holds] == [False, True, False]


def test_rotation_that_is_lost_is_gone_half_way_up() -> None:
    clean = session(Cue.STAND_TO_HINGE)
    faulty = session(Cue.STAND_TO_HINGE, Fault(CompensationKind.ROTATION_LOST, 2))
    (made,) = faulty.truth.compensations
    row = int(np.searchsorted(clean.t_s, made.end_s))
    kept, lost = (of.truth.femur_internal_rotation_rad[row] for of in (clean, faulty))
    assert kept > 0.7 * np.max(clean.truth.femur_internal_rotation_rad)
    assert abs(lost) < 0.4 * kept
    assert made.peak_rad > 0.6 * kept


def test_a_wrong_posture_is_another_script() -> None:
    with pytest.raises(UsageError, match="cue"):
        session(Cue.LIE_DOWN, Fault(CompensationKind.WRONG_POSTURE, 1))
