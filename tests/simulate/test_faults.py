"""Faults: made in the repetition that was asked for, of the size that was asked for, and told in the truth."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.model.cue import Cue
from imu_hip.model.errors import UsageError
from imu_hip.model.exercise_spec import CompensationKind, Direction
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Side
from imu_hip.simulate.faults import Fault, KneeWay
from imu_hip.simulate.person import PersonParams
from imu_hip.simulate.session import SimulatedSession, SimulationParams, simulate_session
from imu_hip.simulate.soft_tissue import SoftTissueParams

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
    assert made.peak_rad == pytest.approx(SIZE_RAD, abs=np.radians(2.0))


def test_a_following_pelvis_turns_the_way_of_the_thigh() -> None:
    # To the left when a right thigh turns in: what integrates to a positive turn about the vertical. The habit of
    # turning the other way is gone.
    still = session(Cue.STAND_ON_ONE_LEG, Fault(CompensationKind.PELVIS_FOLLOWED, 1, 0.0))
    faulty = session(Cue.STAND_ON_ONE_LEG, Fault(CompensationKind.PELVIS_FOLLOWED, 1, SIZE_RAD))
    made = faulty.truth.compensations[0]
    assert made.toward == "internal"
    during = (still.t_s > made.start_s) & (still.t_s < made.start_s + 3.0)
    extra = np.sum((faulty.pelvis.gyr - still.pelvis.gyr)[during] * still.pelvis.acc[during], axis=1) / 9.81
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
    faulty = session(Cue.STAND_TO_HINGE, Fault(CompensationKind.ROTATION_LOST, 2, np.radians(50.0)))
    (made,) = faulty.truth.compensations
    row = int(np.searchsorted(clean.t_s, made.end_s))
    kept, lost = (of.truth.femur_internal_rotation_rad[row] for of in (clean, faulty))
    assert kept > 0.7 * np.max(clean.truth.femur_internal_rotation_rad)
    assert abs(lost) < 0.4 * kept
    assert made.peak_rad > 0.6 * kept


@pytest.mark.parametrize("size_deg", [2.0, 8.0])
def test_rotation_lost_is_as_much_as_was_asked_for(size_deg: float) -> None:
    clean = session(Cue.STAND_TO_HINGE)
    faulty = session(Cue.STAND_TO_HINGE, Fault(CompensationKind.ROTATION_LOST, 2, np.radians(size_deg)))
    (made,) = faulty.truth.compensations
    row = int(np.searchsorted(clean.t_s, made.start_s + 0.8 * (made.end_s - made.start_s)))
    lost = clean.truth.femur_internal_rotation_rad[row] - faulty.truth.femur_internal_rotation_rad[row]
    assert np.degrees(lost) == pytest.approx(size_deg, rel=0.05)


def test_rotation_cannot_be_lost_on_the_way_up_where_there_is_none() -> None:
    with pytest.raises(UsageError, match="hinge"):
        session(Cue.LIE_DOWN, Fault(CompensationKind.ROTATION_LOST, 1))


@pytest.mark.parametrize("size_deg", [0.0, 2.0, 8.0])
@pytest.mark.parametrize(
    ("stance", "fault", "column"),
    [
        (Cue.SIT_ON_MAT, Fault(CompensationKind.KNEE_MOVED, 2), 1),
        (Cue.LIE_DOWN, Fault(CompensationKind.KNEE_MOVED, 2, knee=KneeWay.AGAINST_ROTATION), 1),
        (Cue.LIE_DOWN, Fault(CompensationKind.KNEE_MOVED, 2, knee=KneeWay.UP), 0),
        (Cue.LIE_PRONE, Fault(CompensationKind.KNEE_MOVED, 2, knee=KneeWay.DOWN), 0),
    ],
)
def test_the_size_of_a_fault_is_the_change_that_there_is(
    stance: Cue, fault: Fault, column: int, size_deg: float
) -> None:
    made = session(stance, replace(fault, size_rad=np.radians(size_deg)))
    (found,) = made.truth.compensations
    at = np.searchsorted(made.t_s, [found.start_s - 0.5, found.start_s + 5.0])
    before, during = (float(np.mean(made.truth.angles_rad[row : row + 50, column])) for row in at)
    assert abs(np.degrees(during - before)) == pytest.approx(size_deg, abs=1.0)


@pytest.mark.parametrize("stance", [Cue.STAND_ON_ONE_LEG, Cue.LIE_DOWN, Cue.SIT_ON_MAT, Cue.LIE_PRONE])
def test_a_thigh_whose_pelvis_works_keeps_still_in_space(stance: Cue) -> None:
    params = PersonParams(
        faults=(Fault(CompensationKind.OTHER_LEG_MOVED, 2, SIZE_RAD),), wobble_rad=0.0, tremor_rad=0.0,
        one_leg_sway=0.0, lying_sway=0.0, sitting_sway=0.0, breath_rad=(0.0, 0.0),
    )  # fmt: skip
    skin = SoftTissueParams(under_read=(0.0, 0.0), cross_talk=(0.0, 0.0), bulge_rad=0.0)
    made = simulate_session(
        script(stance), Side.RIGHT, np.random.default_rng(1), SimulationParams(person=params, soft_tissue=skin)
    )
    (found,) = made.truth.compensations
    before, during = np.searchsorted(made.t_s, [found.start_s, found.start_s + 4.0])
    turned = {}
    for segment in ("pelvis", "thigh"):
        q = Rotation.from_quat(getattr(made.truth, f"earth_from_{segment}_sensor")[[before, during]], scalar_first=True)
        turned[segment] = np.degrees((q[0].inv() * q[1]).magnitude())
    assert turned["pelvis"] == pytest.approx(15.0, abs=1.0)
    assert turned["thigh"] < 1.5


@pytest.mark.parametrize(
    ("stance", "fault", "toward"),
    [
        (Cue.LIE_DOWN, Fault(CompensationKind.PELVIS_FOLLOWED, 2), "up"),
        (Cue.LIE_PRONE, Fault(CompensationKind.PELVIS_FOLLOWED, 2), "down"),
        (Cue.LIE_PRONE, Fault(CompensationKind.PELVIS_LIFTED, 2), "up"),
        (Cue.LIE_DOWN, Fault(CompensationKind.PELVIS_LIFTED, 2), "posterior"),
        (Cue.SIT_ON_CHAIR, Fault(CompensationKind.PELVIS_LIFTED, 2), "up"),
        (Cue.STAND_TO_HINGE, Fault(CompensationKind.HIP_OUT, 2), "adduction"),
        (Cue.LIE_DOWN, Fault(CompensationKind.KNEE_MOVED, 2, knee=KneeWay.DOWN), "extension"),
        (Cue.SIT_ON_MAT, Fault(CompensationKind.WRONG_DIRECTION, 2), "external"),
    ],
)
def test_the_truth_tells_which_way_it_went(stance: Cue, fault: Fault, toward: str) -> None:
    (made,) = session(stance, fault).truth.compensations
    assert made.toward == toward


def test_the_wrong_direction_keeps_its_side_in_the_block() -> None:
    prompts = (
        *script(Cue.LIE_DOWN, 1)[:4],
        Prompt(18.0, 8.0, "", None, Cue.BLOCK),
        Prompt(26.0, 8.0, "", None, Cue.LET_GO),
    )
    prompts = tuple(replace(p, duration_s=24.0) if p.label is MarkLabel.EXERCISE else p for p in prompts)
    params = SimulationParams(person=PersonParams(faults=(Fault(CompensationKind.WRONG_DIRECTION, 1),)))
    truth = simulate_session(prompts, Side.RIGHT, np.random.default_rng(0), params).truth
    assert [hold.angle_rad < 0.0 for hold in truth.holds] == [True]
    assert [block.angle_rad < 0.0 for block in truth.blocks] == [True]


def test_a_wrong_posture_as_a_fault_of_one_repetition_is_refused() -> None:
    with pytest.raises(UsageError, match="instead"):
        session(Cue.LIE_DOWN, Fault(CompensationKind.WRONG_POSTURE, 1))


def test_another_stance_can_be_taken_than_was_asked_for() -> None:
    params = SimulationParams(person=PersonParams(instead={Cue.LIE_DOWN: Cue.SIT_ON_MAT}))
    made = simulate_session(script(Cue.LIE_DOWN), Side.RIGHT, np.random.default_rng(0), params)
    (found,) = made.truth.compensations
    assert (found.kind, found.start_s, found.end_s) == (CompensationKind.WRONG_POSTURE, 10.0, 58.0)
    assert np.degrees(found.peak_rad) == pytest.approx(80.0, abs=12.0)
    sitting = made.t_s > 12.0
    assert np.degrees(np.median(made.truth.angles_rad[sitting, 0])) > 65.0
