"""Whole sessions: physics, truth, sides, seeds."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt
from scipy.spatial.transform import Rotation

from imu_hip.model.cue import Cue
from imu_hip.model.event import ExitVerdict, Phase
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Side
from imu_hip.simulate.person import PersonParams
from imu_hip.simulate.placement import PlacementParams, Slip
from imu_hip.simulate.sensors import GRAVITY_M_S2, NO_SENSOR_ERRORS
from imu_hip.simulate.session import SimulatedSession, SimulationParams, simulate_session

Floats = NDArray[np.float64]

LINES: tuple[tuple[float, MarkLabel | None, str], ...] = (
    (10.0, MarkLabel.TABLE_REST, ""),
    (4.0, None, Cue.PUT_ON),
    (4.0, MarkLabel.N_POSE, ""),
    (6.5, MarkLabel.LEG_SWINGS, ""),
    (6.0, MarkLabel.BOWS, ""),
    (5.0, None, Cue.LIE_DOWN),
    (3.0, MarkLabel.POSTURE_NEUTRAL, ""),
    (4.0, MarkLabel.MAX_REP, "internal"),
    (3.0, MarkLabel.NEUTRAL, ""),
    (4.0, MarkLabel.MAX_REP, "internal"),
    (3.0, MarkLabel.NEUTRAL, ""),
)
CYCLE: tuple[tuple[float, MarkLabel | None, str], ...] = (
    (11.0, None, Cue.INTERNAL_HOLD),
    (10.0, None, Cue.BLOCK),
    (11.0, None, Cue.INTERNAL_HOLD),
    (4.0, None, Cue.LET_GO),
    (3.0, MarkLabel.NEUTRAL, ""),
)


def script(cycles: int = 1) -> tuple[Prompt, ...]:
    prompts: list[Prompt] = []
    t_s = 0.0
    for place, (duration_s, label, detail) in enumerate(LINES + CYCLE * cycles):
        if place == len(LINES):
            whole_s = cycles * sum(line[0] for line in CYCLE)
            prompts.append(Prompt(t_s, whole_s, "", MarkLabel.EXERCISE, "supine_ere"))
        prompts.append(Prompt(t_s, duration_s, "", label, detail))
        t_s += duration_s
    return tuple(prompts)


SCRIPT = script()
IDEAL = SimulationParams(sensor_errors=NO_SENSOR_ERRORS)


def simulate(
    seed: int = 0,
    side: Side = Side.RIGHT,
    params: SimulationParams = IDEAL,
    prompts: Sequence[Prompt] = SCRIPT,
) -> SimulatedSession:
    return simulate_session(prompts, side, np.random.default_rng(seed), params)


@pytest.fixture(scope="module")
def session() -> SimulatedSession:
    return simulate()


def turns(q: Floats) -> Rotation:
    return Rotation.from_quat(q, scalar_first=True)


def during(session: SimulatedSession, label: MarkLabel, skip_s: float = 0.0) -> slice:
    prompt = next(prompt for prompt in SCRIPT if prompt.label is label)
    ends_s = [prompt.start_s + skip_s, prompt.start_s + prompt.duration_s]
    first, last = np.searchsorted(session.t_s, ends_s)
    return slice(int(first), int(last))


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("segment", ["pelvis", "thigh"])
def test_integrating_the_rates_gives_the_orientation(side: Side, segment: str) -> None:
    session = simulate(side=side)
    gyr = getattr(session, segment).gyr
    truth = turns(getattr(session.truth, f"earth_from_{segment}_sensor"))
    integrated = truth[0]
    for place, step in enumerate(Rotation.from_rotvec(gyr[1:] * 0.01), start=1):
        integrated = integrated * step
        if place % 500 == 0:
            assert (integrated.inv() * truth[place]).magnitude() < 1e-9


@pytest.mark.parametrize("side", Side)
def test_joint_angles_recomputed_from_orientations_are_the_true_ones(side: Side) -> None:
    truth = simulate(side=side).truth
    pelvis = turns(truth.earth_from_pelvis_sensor) * turns(truth.pelvis_from_sensor).inv()
    thigh = turns(truth.earth_from_thigh_sensor) * turns(truth.thigh_from_sensor).inv()
    r = (pelvis.inv() * thigh).as_matrix()[truth.worn]
    sign = 1.0 if side is Side.RIGHT else -1.0
    flexion = np.arctan2(-r[:, 0, 1], r[:, 1, 1])
    adduction = sign * np.arcsin(r[:, 2, 1])
    rotation = sign * np.arctan2(-r[:, 2, 0], r[:, 2, 2])
    recomputed = np.stack([flexion, adduction, rotation], axis=-1)
    recomputed[:, 2] -= truth.posture_offset_rad[truth.worn]
    assert np.max(np.abs(recomputed - truth.angles_rad[truth.worn])) < 1e-6


def test_specific_force_is_gravity_plus_the_acceleration_of_a_rigid_lever(session: SimulatedSession) -> None:
    # Both sensors hang on the same hip centre; once their lever arms are taken out they feel the same.
    centre = []
    for segment, lever in (("pelvis", [-0.10, 0.06, -0.085]), ("thigh", [0.04, -0.30, 0.06])):
        readings = getattr(session, segment)
        orientation = turns(getattr(session.truth, f"earth_from_{segment}_sensor"))
        arm = turns(getattr(session.truth, f"{segment}_from_sensor")).inv().apply(lever)
        # A rate is the mean over the step before; the middle of two steps is the sample's own time.
        rate = 0.5 * (readings.gyr[1:-1] + readings.gyr[2:])
        rate_change = np.diff(readings.gyr, axis=0)[1:] * 100.0
        pull = np.cross(rate_change, arm) + np.cross(rate, np.cross(rate, arm))
        centre.append(orientation[1:-1].apply(readings.acc[1:-1] - pull))
    swings, bows = during(session, MarkLabel.LEG_SWINGS), during(session, MarkLabel.BOWS)
    for span in (swings, bows):
        difference = centre[0][span] - centre[1][span]
        assert np.max(np.abs(difference)) < 0.02
    lever_effect = session.thigh.acc[swings] - turns(session.truth.earth_from_thigh_sensor[swings]).inv().apply(
        [0.0, 0.0, GRAVITY_M_S2]
    )
    assert np.max(np.abs(lever_effect)) > 1.0


def test_sensors_lie_perfectly_still_on_the_table(session: SimulatedSession) -> None:
    rest = during(session, MarkLabel.TABLE_REST)
    for readings in (session.pelvis, session.thigh):
        assert np.max(np.abs(readings.gyr[rest])) < 1e-12
        assert np.hypot.reduce(readings.acc[rest], axis=1) == pytest.approx(GRAVITY_M_S2, abs=1e-9)


def test_orientation_has_no_jump_anywhere_not_even_when_the_sensors_are_put_on() -> None:
    for seed in range(20):
        session = simulate(seed)
        for readings in (session.pelvis, session.thigh):
            assert np.max(np.abs(readings.gyr)) < np.radians(400.0)
            assert np.max(np.abs(readings.acc)) < 3 * GRAVITY_M_S2


def test_standing_is_upright_and_lying_is_on_the_back_with_the_thigh_at_45_degrees() -> None:
    up = [0.0, 0.0, 1.0]
    for side in Side:
        truth = simulate(side=side).truth
        session = simulate(side=side)
        stand, lie = during(session, MarkLabel.N_POSE), during(session, MarkLabel.POSTURE_NEUTRAL, 0.6)
        pelvis = turns(truth.earth_from_pelvis_sensor) * turns(truth.pelvis_from_sensor).inv()
        thigh = turns(truth.earth_from_thigh_sensor) * turns(truth.thigh_from_sensor).inv()
        assert np.min(pelvis[stand].inv().apply(up)[:, 1]) > 0.99
        assert np.min(thigh[stand].inv().apply(up)[:, 1]) > 0.99
        assert np.min(pelvis[lie].inv().apply(up)[:, 0]) > 0.99
        assert np.degrees(np.arcsin(thigh[lie].inv().apply(up)[:, 1])) == pytest.approx(-45.0, abs=8.0)


def test_swings_and_bows_turn_about_the_mediolateral_axis_in_the_instructed_direction() -> None:
    for seed in range(10):
        session = simulate(seed)
        for segment, label, sign in (("thigh", MarkLabel.LEG_SWINGS, 1.0), ("pelvis", MarkLabel.BOWS, -1.0)):
            segment_from_sensor = turns(getattr(session.truth, f"{segment}_from_sensor"))
            gyr = segment_from_sensor.apply(getattr(session, segment).gyr[during(session, label)])
            axis = np.linalg.svd(gyr, full_matrices=False)[2][0]
            assert abs(axis[2]) > np.cos(np.radians(20.0))
            onset = int(np.argmax(np.abs(gyr[:, 2]) > 0.2))
            assert sign * np.sum(gyr[onset : onset + 80, 2]) > 0.0


def test_a_left_session_is_the_mirror_image_of_the_right_one() -> None:
    right = simulate(params=SimulationParams())
    left = simulate(params=SimulationParams(), side=Side.LEFT)
    assert np.array_equal(left.truth.angles_rad, right.truth.angles_rad)
    for one, other in ((left.pelvis, right.pelvis), (left.thigh, right.thigh)):
        assert np.array_equal(one.gyr, other.gyr * [-1.0, -1.0, 1.0])
        assert np.array_equal(one.acc, other.acc * [1.0, 1.0, -1.0])


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not() -> None:
    one, again, other = (simulate(seed, params=SimulationParams()) for seed in (7, 7, 8))
    assert one.thigh.gyr.tobytes() == again.thigh.gyr.tobytes()
    assert one.pelvis.acc.tobytes() == again.pelvis.acc.tobytes()
    assert one.truth.angles_rad.tobytes() == again.truth.angles_rad.tobytes()
    assert one.thigh.gyr.tobytes() != other.thigh.gyr.tobytes()


def test_sensor_errors_do_not_change_what_the_body_does() -> None:
    assert np.array_equal(simulate(params=SimulationParams()).truth.angles_rad, simulate().truth.angles_rad)


def test_samples_come_at_the_stated_rate_and_outlast_the_script() -> None:
    session = simulate(params=replace(IDEAL, rate_hz=50.0, tail_s=1.0))
    assert np.diff(session.t_s) == pytest.approx(0.02)
    assert session.t_s[-1] == pytest.approx(SCRIPT[-1].start_s + SCRIPT[-1].duration_s + 1.0 - 0.02)
    assert len(session.thigh.gyr) == len(session.truth.angles_rad) == len(session.t_s)


def test_the_femur_reaches_a_personal_end_range_and_the_strap_shows_less_of_it() -> None:
    femur_tops = []
    for seed in range(10):
        session = simulate(seed)
        femur = float(np.max(session.truth.femur_internal_rotation_rad))
        shown = session.truth.end_range_rad
        assert shown is not None
        bulge_and_cross_talk = np.radians(7.0)
        assert 0.5 * femur - bulge_and_cross_talk < shown < 0.8 * femur + bulge_and_cross_talk
        femur_tops.append(np.degrees(femur))
    assert min(femur_tops) > 23.0
    assert max(femur_tops) < 44.0
    assert np.ptp(femur_tops) > 4.0


@pytest.mark.parametrize("seed", range(5))
def test_holds_are_still_and_at_end_range_on_the_noise_free_strap(seed: int) -> None:
    session = simulate(seed)
    assert session.truth.end_range_rad is not None
    assert len(session.truth.holds) == 2
    slow = sosfiltfilt(butter(2, 1.0, fs=100.0, output="sos"), session.truth.angles_rad[:, 2])
    for hold in session.truth.holds:
        assert hold.angle_rad > 0.85 * session.truth.end_range_rad
        assert hold.end_s - hold.start_s > 8.0
        inside = (session.t_s > hold.start_s + 0.5) & (session.t_s < hold.end_s - 0.5)
        assert np.degrees(np.ptp(slow[inside])) < 3.0


@pytest.mark.parametrize("seed", range(5))
def test_the_block_is_below_the_hold_and_lasts_a_breath(seed: int) -> None:
    truth = simulate(seed).truth
    (block,) = truth.blocks
    assert 0.05 < 1.0 - block.angle_rad / truth.holds[0].angle_rad < 0.45
    assert block.end_s - block.start_s > 8.0


def test_exits_on_the_strap_deserve_their_verdict() -> None:
    # The definition: controlled up to 1.5 end ranges per second, flop above 2.5, fast between.
    chosen = (ExitVerdict.CONTROLLED, ExitVerdict.FAST, ExitVerdict.FLOP)
    params = replace(IDEAL, person=PersonParams(exits=chosen, wobble_rad=0.0, tremor_rad=0.0))
    for seed in range(10):
        truth = simulate(seed, params=params, prompts=script(cycles=3)).truth
        assert truth.end_range_rad is not None
        assert tuple(exit_.verdict for exit_ in truth.exits) == chosen
        controlled, fast, flop = (exit_.peak_rad_s / truth.end_range_rad for exit_ in truth.exits)
        assert controlled <= 1.5
        assert 1.5 < fast <= 2.5
        assert flop > 2.5
        assert truth.exits[0].end_s - truth.exits[0].start_s >= 0.6


def test_phases_follow_the_cycle_and_are_unknown_outside_the_exercise(session: SimulatedSession) -> None:
    phase = session.truth.phase
    order = [int(phase[0]), *(int(b) for a, b in pairwise(phase) if a != b)]
    assert order == [
        Phase.UNKNOWN,
        Phase.NEUTRAL,
        Phase.APPROACH,
        Phase.HOLD,
        Phase.APPROACH,
        Phase.BLOCK,
        Phase.APPROACH,
        Phase.HOLD,
        Phase.EXIT,
        Phase.NEUTRAL,
        Phase.UNKNOWN,
    ]
    hold = session.truth.holds[0]
    inside = (session.t_s >= hold.start_s) & (session.t_s < hold.end_s)
    assert np.all(phase[inside] == Phase.HOLD)


def test_the_sensors_are_worn_before_the_n_pose_and_not_on_the_table() -> None:
    for seed in range(10):
        session = simulate(seed)
        assert not np.any(session.truth.worn[during(session, MarkLabel.TABLE_REST)])
        assert np.all(session.truth.worn[during(session, MarkLabel.N_POSE)])


def test_neutral_is_sloppy_by_the_stated_amount() -> None:
    neutrals = [
        session.truth.femur_internal_rotation_rad[during(session, MarkLabel.N_POSE)][-1]
        for session in (simulate(seed, prompts=SCRIPT[:3]) for seed in range(100))
    ]
    assert np.std(neutrals) == pytest.approx(PersonParams().neutral_sd_rad, rel=0.2)


@pytest.mark.parametrize("side", Side)
def test_a_slip_turns_the_sensor_and_not_the_limb(side: Side) -> None:
    slip = Slip(60.0, np.radians(15.0))
    still = simulate(side=side)
    slipped = simulate(side=side, params=replace(IDEAL, placement=PlacementParams(slips=(slip,))))
    assert np.array_equal(slipped.truth.angles_rad, still.truth.angles_rad)
    assert np.array_equal(slipped.pelvis.gyr, still.pelvis.gyr)
    one, other = (turns(each.truth.earth_from_thigh_sensor) for each in (still, slipped))
    apart = np.degrees((one.inv() * other).magnitude())
    assert np.max(apart[still.t_s <= 60.0]) < 1e-5
    assert apart[still.t_s >= 60.3] == pytest.approx(15.0)
