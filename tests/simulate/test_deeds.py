"""Deeds: done in the repetition that was asked for, told in the truth, and no hold or block when they are none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from imu_hip.model.event import ExitVerdict
from imu_hip.model.exercise_spec import Step
from imu_hip.model.setup import Side
from imu_hip.simulate.deeds import Abort, BlockFailure, Deed, FailedBlock, Growth, Sag, Submaximal
from imu_hip.simulate.person import PersonParams
from imu_hip.simulate.plan import PlateauKind
from imu_hip.simulate.session import SimulatedSession, SimulationParams, simulate_session
from tests.scripts import script

FULL_CYCLE = (Step.INTERNAL_HOLD, Step.BLOCK, Step.INTERNAL_HOLD, Step.CONTROLLED_EXIT)


def session(*deeds: Deed, exercise: str = "supine_ere", cycles: int = 2, seed: int = 0) -> SimulatedSession:
    person = PersonParams(deeds=deeds, wobble_rad=0.0, tremor_rad=0.0)
    params = SimulationParams(person=person)
    return simulate_session(script(exercise, cycles), Side.RIGHT, np.random.default_rng(seed), params)


def femur_deg(made: SimulatedSession, start_s: float, end_s: float) -> NDArray[np.float64]:
    first, last = np.searchsorted(made.t_s, [start_s, end_s])
    return np.degrees(made.truth.femur_internal_rotation_rad[first:last])


def test_nobody_does_wrong_unasked() -> None:
    truth = session().truth
    assert truth.attempts == ()
    assert [repetition.steps for repetition in truth.repetitions] == [FULL_CYCLE] * 2
    assert truth.repetitions[0].end_s < truth.repetitions[1].start_s


@pytest.mark.parametrize("rate_deg_s", [0.5, 2.0])
def test_a_hold_sags_at_the_stated_rate_and_no_other_does(rate_deg_s: float) -> None:
    made = session(Sag(2, np.radians(rate_deg_s), hold=1))
    for place, hold in enumerate(made.truth.holds):
        angle = femur_deg(made, hold.start_s + 0.5, hold.end_s - 0.5)
        slope = np.polyfit(np.arange(len(angle)) * 0.01, angle, 1)[0]
        assert slope == pytest.approx(-rate_deg_s if place == 2 else 0.0, abs=0.02)


def test_a_hold_never_sags_beyond_neutral() -> None:
    made = session(Sag(1, np.radians(20.0)), exercise="seated_ir", cycles=1)
    hold = made.truth.holds[0]
    assert np.min(femur_deg(made, hold.start_s, hold.end_s)) > -0.5


@pytest.mark.parametrize("exercise", ["seated_ir", "hinge_ir", "standing_dissociation"])
def test_an_aborted_hold_is_a_touch_and_has_no_exit(exercise: str) -> None:
    made = session(Abort(2, 0.8), exercise=exercise, cycles=1)
    clean = session(exercise=exercise, cycles=1)
    assert len(made.truth.holds) == len(made.truth.exits) == len(clean.truth.holds) - 1
    (touch,) = made.truth.attempts
    assert touch.kind is PlateauKind.TOUCH
    assert touch.end_s - touch.start_s == pytest.approx(0.8)
    assert np.max(np.abs(femur_deg(made, touch.end_s + 3.0, touch.end_s + 4.0))) < 10.0


def test_who_aborts_a_cycle_leaves_the_rest_of_it_out() -> None:
    truth = session(Abort(1, 0.8)).truth
    assert [repetition.steps for repetition in truth.repetitions] == [(), FULL_CYCLE]
    truth = session(Abort(1, 0.8, hold=2)).truth
    assert [repetition.steps for repetition in truth.repetitions] == [FULL_CYCLE[:2], FULL_CYCLE]


def test_a_submaximal_hold_goes_as_far_as_stated_and_is_no_hold() -> None:
    made, clean = session(Submaximal(1, 0.6, hold=2)), session()
    (short,) = made.truth.attempts
    assert short.kind is PlateauKind.SUBMAXIMAL
    assert len(made.truth.holds) == 3
    reached = np.median(femur_deg(made, short.start_s, short.end_s))
    usual = np.median(femur_deg(clean, short.start_s, short.end_s))
    assert reached / usual == pytest.approx(0.6, abs=0.01)
    assert made.truth.repetitions[0].steps == FULL_CYCLE[:2]


def test_a_later_hold_goes_further_by_the_stated_share() -> None:
    made = session(Growth(2, 0.15))
    tops = [np.median(femur_deg(made, hold.start_s, hold.end_s)) for hold in made.truth.holds]
    assert tops[3] / tops[2] == pytest.approx(1.15, abs=0.005)
    assert 0.9 < tops[1] / tops[0] < 1.1


@pytest.mark.parametrize("how", [BlockFailure.FLOPS_OUT, BlockFailure.WANDERS, BlockFailure.CREEPS])
def test_a_block_that_fails_moves_by_the_stated_size_and_is_none(how: BlockFailure) -> None:
    made = session(FailedBlock(1, how, np.radians(12.0)))
    (failed,) = made.truth.attempts
    assert failed.kind is PlateauKind.FAILED_BLOCK
    assert np.ptp(femur_deg(made, failed.start_s, failed.end_s)) == pytest.approx(12.0, abs=0.2)
    assert len(made.truth.blocks) == 1
    assert Step.BLOCK not in made.truth.repetitions[0].steps
    assert made.truth.repetitions[1].steps == FULL_CYCLE


def test_a_knee_that_flops_out_is_there_within_half_a_second() -> None:
    made = session(FailedBlock(1, BlockFailure.FLOPS_OUT, np.radians(12.0)))
    (failed,) = made.truth.attempts
    assert np.ptp(femur_deg(made, failed.start_s, failed.start_s + 1.4)) < 0.2
    assert np.ptp(femur_deg(made, failed.start_s + 2.0, failed.end_s)) < 0.2


def test_a_wandering_knee_is_never_still_for_long() -> None:
    made = session(FailedBlock(1, BlockFailure.WANDERS, np.radians(12.0)))
    (failed,) = made.truth.attempts
    angle = femur_deg(made, failed.start_s, failed.end_s)
    assert min(np.ptp(angle[at : at + 300]) for at in range(0, len(angle) - 300, 20)) > 11.0


def test_who_skips_the_block_goes_on_holding() -> None:
    truth = session(FailedBlock(1, BlockFailure.SKIPPED)).truth
    assert [repetition.steps for repetition in truth.repetitions] == [
        (Step.INTERNAL_HOLD, Step.CONTROLLED_EXIT),
        FULL_CYCLE,
    ]
    assert truth.holds[0].end_s - truth.holds[0].start_s > 28.0


def test_who_lets_go_for_the_block_begins_another_repetition() -> None:
    truth = session(FailedBlock(1, BlockFailure.LETS_GO)).truth
    one_hold = (Step.INTERNAL_HOLD, Step.CONTROLLED_EXIT)
    assert [repetition.steps for repetition in truth.repetitions] == [one_hold, one_hold, FULL_CYCLE]


def test_exits_keep_their_order_when_a_repetition_has_none() -> None:
    person = PersonParams(deeds=(Abort(2, 0.5),), exits=tuple(ExitVerdict))
    made = simulate_session(script("seated_ir"), Side.RIGHT, np.random.default_rng(0), SimulationParams(person=person))
    controlled, _, flop = ExitVerdict
    assert [leaving.verdict for leaving in made.truth.exits] == [controlled, flop, controlled, ExitVerdict.FAST]


def test_an_exit_at_a_speed_of_its_own_has_no_verdict() -> None:
    person = PersonParams(exit_speed_per_s=(3.0, 3.0), wobble_rad=0.0, tremor_rad=0.0, neutral_sd_rad=0.0)
    made = simulate_session(script("seated_ir"), Side.RIGHT, np.random.default_rng(0), SimulationParams(person=person))
    end_range_deg = np.max(np.degrees(made.truth.femur_internal_rotation_rad))
    for leaving in made.truth.exits:
        assert leaving.verdict is None
        peak = np.max(np.abs(np.diff(femur_deg(made, leaving.start_s, leaving.end_s)))) * 100.0
        assert peak / end_range_deg == pytest.approx(3.0, rel=0.05)
