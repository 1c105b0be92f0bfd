"""Faults are told by kind, time, size and direction; what cannot be told is said to be so; nothing else is flagged."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from imu_hip.exercise import faults as fault_room
from imu_hip.exercise import habit, judge, moment
from imu_hip.exercise.neutral_before import NeutralState
from imu_hip.model.block import AngleBlock, Floats
from imu_hip.model.event import CalibrationStep, Compensation, NotJudged, ReZero
from imu_hip.model.exercise_spec import Channel, CompensationKind, Posture
from imu_hip.model.item import MarkLabel, TimedMark
from tests.exercise.traces import MAX_REP, RATE_HZ, block, catalogue, interval, movement, of, run

BEFORE_S = 14.0
"""Two maximal repetitions of 7 s each come before the exercise."""
OUT = ((0.0, 2.0), (30.0, 1.2), (30.0, 4.0), (0.0, 1.5), (0.0, 3.3))
OUT_S = 12.0
"""One repetition: out after 2 s, back at 8.7 s; neutral is prompted from 9 s on."""
POSTURE = {
    "standing_dissociation": Posture.STANDING,
    "supine_ere": Posture.SUPINE,
    "hinge_ir": Posture.HINGE,
    "seated_ir": Posture.LONG_SITTING,
    "prone_ir": Posture.PRONE,
    "arom_prone": Posture.PRONE,
}
BY_CHANNEL = [
    ("standing_dissociation", CompensationKind.PELVIS_FOLLOWED, Channel.PELVIS_TURN, 1.0, "internal"),
    ("supine_ere", CompensationKind.PELVIS_FOLLOWED, Channel.PELVIS_ROLL, 1.0, "up"),
    ("supine_ere", CompensationKind.KNEE_MOVED, Channel.ADDUCTION, 1.0, "adduction"),
    ("supine_ere", CompensationKind.KNEE_MOVED, Channel.ADDUCTION, -1.0, "abduction"),
    ("supine_ere", CompensationKind.KNEE_MOVED, Channel.FLEXION, -1.0, "extension"),
    ("seated_ir", CompensationKind.PELVIS_FOLLOWED, Channel.PELVIS_TURN, 1.0, "internal"),
    ("seated_ir", CompensationKind.KNEE_MOVED, Channel.ADDUCTION, -1.0, "abduction"),
    ("prone_ir", CompensationKind.PELVIS_FOLLOWED, Channel.PELVIS_ROLL, -1.0, "down"),
    ("prone_ir", CompensationKind.PELVIS_LIFTED, Channel.PELVIS_ROLL, 1.0, "up"),
    ("prone_ir", CompensationKind.KNEE_MOVED, Channel.FLEXION, 1.0, "flexion"),
]
IDS = [f"{exercise}-{kind}-{channel}-{toward}" for exercise, kind, channel, _, toward in BY_CHANNEL]


def along(size: float, begin: float = 2.0, back: float = 7.2) -> Floats:
    """Return a channel that moves with the first of two repetitions."""
    rep = movement((0.0, begin), (size, 1.2), (size, back - begin - 1.2), (0.0, 1.5), (0.0, OUT_S - back - 1.5))
    return np.concatenate([np.zeros(round(BEFORE_S * RATE_HZ)), rep, np.zeros(len(rep))])


def two_repetitions(
    exercise_id: str,
    moved: Mapping[Channel, Floats] | None = None,
    first: tuple[tuple[float, float], ...] = OUT,
    sd_deg: float | Floats = 1.5,
    thigh_turn_deg: Floats | None = None,
    detail: str = "",
) -> tuple[judge.Params, AngleBlock, list[TimedMark]]:
    angle = movement(*MAX_REP, *MAX_REP, *first, *OUT)
    whole = block(angle, posture=POSTURE[exercise_id], moved=moved, sd_deg=sd_deg, thigh_turn_deg=thigh_turn_deg)
    end_s = BEFORE_S + 2.0 * OUT_S
    marks = [
        *interval(MarkLabel.MAX_REP, 0.0, 5.0, "internal"),
        *interval(MarkLabel.MAX_REP, 7.0, 12.0, "internal"),
        *interval(MarkLabel.EXERCISE, BEFORE_S, end_s),
        *(
            m
            for k in (1, 2)
            for m in interval(MarkLabel.NEUTRAL, BEFORE_S + k * OUT_S - 3.0, BEFORE_S + k * OUT_S, detail)
        ),
    ]
    return judge.Params((catalogue(exercise_id),), exercise_id, RATE_HZ), whole, marks


def faults(given: tuple[judge.Params, AngleBlock, list[TimedMark]]) -> list[Compensation]:
    return of(Compensation, run(*given)[0])


@pytest.mark.parametrize("exercise_id", POSTURE)
def test_a_clean_repetition_has_no_fault(exercise_id: str) -> None:
    events, _ = run(*two_repetitions(exercise_id))
    assert of(Compensation, events) == []
    assert of(NotJudged, events) == []


@pytest.mark.parametrize(("exercise_id", "kind", "channel", "sign", "toward"), BY_CHANNEL, ids=IDS)
def test_eight_degrees_are_a_fault_of_their_kind_and_direction(
    exercise_id: str, kind: CompensationKind, channel: Channel, sign: float, toward: str
) -> None:
    found = faults(two_repetitions(exercise_id, {channel: along(8.0 * sign)}))
    assert [(fault.kind, fault.toward) for fault in found] == [(kind, toward)]
    (fault,) = found
    assert math.degrees(fault.peak_rad) == pytest.approx(8.0, abs=0.1)
    assert BEFORE_S + 2.0 < fault.start_s < BEFORE_S + 3.2 < fault.end_s < BEFORE_S + 9.0
    assert "8°" in fault.why


@pytest.mark.parametrize(("exercise_id", "kind", "channel", "sign", "toward"), BY_CHANNEL, ids=IDS)
def test_two_degrees_are_none(
    exercise_id: str, kind: CompensationKind, channel: Channel, sign: float, toward: str
) -> None:
    assert faults(two_repetitions(exercise_id, {channel: along(2.0 * sign)})) == []


@pytest.mark.parametrize(("size_deg", "told"), [(5.1, False), (6.0, True)])
def test_a_fault_is_larger_than_one_and_a_half_standard_deviations_of_the_change(size_deg: float, told: bool) -> None:
    n = round((BEFORE_S + 2.0 * OUT_S) * RATE_HZ)
    t_s = np.arange(n) / RATE_HZ
    away = (t_s > BEFORE_S + 2.6) & (t_s < BEFORE_S + 8.0)
    sd_deg = np.where(away, 3.55, 0.5)  # of the change 3.5
    found = faults(two_repetitions("supine_ere", {Channel.ADDUCTION: along(size_deg)}, sd_deg=sd_deg))
    assert [fault.kind for fault in found] == [CompensationKind.KNEE_MOVED] * told


def test_a_pelvis_that_turns_against_the_thigh_is_what_dissociation_asks_for() -> None:
    assert faults(two_repetitions("standing_dissociation", {Channel.PELVIS_TURN: along(-15.0)})) == []


def test_a_pelvis_that_tips_under_a_knee_that_stays_is_lifted_and_moves_no_knee() -> None:
    tipped = {Channel.PELVIS_TILT: along(-8.0), Channel.FLEXION: along(-8.0)}
    (fault,) = faults(two_repetitions("supine_ere", tipped))
    assert (fault.kind, fault.toward) == (CompensationKind.PELVIS_LIFTED, "posterior")
    assert math.degrees(fault.peak_rad) == pytest.approx(8.0, abs=0.1)


def hinged() -> Floats:
    """Return hip flexion in degrees over two maximal hinges and two repetitions."""
    rep = movement((0.0, 2.0), (55.0, 1.2), (55.0, 4.0), (0.0, 1.5), (0.0, 3.3))
    maximal = movement((0.0, 0.5), (55.0, 1.0), (55.0, 2.0), (0.0, 1.5), (0.0, 2.0))
    return np.concatenate([maximal, maximal, rep, rep])


@pytest.mark.parametrize("leak", [-0.12, 0.0, 0.12])
@pytest.mark.parametrize(("size", "out"), [(0.0, False), (2.0, False), (8.0, True), (12.0, True)])
def test_a_hip_is_out_beyond_what_bending_does_in_the_maximal_repetitions(leak: float, size: float, out: bool) -> None:
    bent = hinged()
    moved = {Channel.FLEXION: bent, Channel.PELVIS_TILT: 0.9 * bent, Channel.ADDUCTION: leak * bent + along(size)}
    found = faults(two_repetitions("hinge_ir", moved))
    assert [(fault.kind, fault.toward) for fault in found] == [(CompensationKind.HIP_OUT, "adduction")] * out
    assert all(math.degrees(fault.peak_rad) == pytest.approx(size, abs=0.5) for fault in found)


def test_a_correction_of_the_angles_is_no_movement() -> None:
    params, whole, marks = two_repetitions("supine_ere")
    jump = whole.t_s >= BEFORE_S + 3.0
    angles = whole.angles_rad + np.where(jump[:, None], np.radians([0.0, 9.0, -12.0]), 0.0)
    corrected = block(np.degrees(angles[:, 2]), moved={Channel.ADDUCTION: np.degrees(angles[:, 1])})
    corrected = replace(corrected, thigh_rate_rad_s=whole.thigh_rate_rad_s)
    zero = ReZero(BEFORE_S + 3.0, math.radians(-12.0), 0.0, math.radians(9.0))
    assert of(Compensation, judge.step(params, judge.State(), corrected, marks, [zero])[1].events) == []
    assert of(Compensation, judge.step(params, judge.State(), corrected, marks)[1].events) != []


def test_an_offset_that_is_there_before_and_stays_is_no_fault() -> None:
    angle = movement(*MAX_REP, *MAX_REP, *OUT, *OUT)
    assert faults(two_repetitions("supine_ere", {Channel.ADDUCTION: np.full(len(angle), 15.0)})) == []


def test_less_than_the_time_to_raise_is_no_fault() -> None:
    brief = np.zeros(len(movement(*MAX_REP, *MAX_REP, *OUT, *OUT)))
    begin = round((BEFORE_S + 5.0) * RATE_HZ)
    brief[begin : begin + 20] = 12.0
    assert faults(two_repetitions("supine_ere", {Channel.ADDUCTION: brief})) == []


def test_a_fault_that_comes_twice_in_a_repetition_is_told_once_with_its_whole_span() -> None:
    n = len(movement(*MAX_REP, *MAX_REP, *OUT, *OUT))
    twice = np.zeros(n)
    for begin_s, size in ((3.5, 8.0), (6.0, 11.0)):
        at = round((BEFORE_S + begin_s) * RATE_HZ)
        twice[at : at + 100] = size
    (fault,) = faults(two_repetitions("supine_ere", {Channel.ADDUCTION: twice}))
    assert fault.start_s == pytest.approx(BEFORE_S + 3.5, abs=0.11)
    assert fault.end_s == pytest.approx(BEFORE_S + 7.0, abs=0.11)
    assert math.degrees(fault.peak_rad) == pytest.approx(11.0)


def test_a_change_that_is_known_too_badly_is_not_judged_and_said_to_be_so() -> None:
    sd = 1.5 + np.abs(along(9.0))
    events, _ = run(*two_repetitions("supine_ere", {Channel.ADDUCTION: along(12.0)}, sd_deg=sd))
    assert of(Compensation, events) == []
    unsure = of(NotJudged, events)
    assert [each.kind for each in unsure] == [CompensationKind.KNEE_MOVED]
    assert math.degrees(unsure[0].sd_rad) == pytest.approx(math.sqrt(10.5**2 - 1.5**2), abs=0.1)


def test_a_standard_deviation_that_was_there_in_neutral_already_does_not_hide_a_fault() -> None:
    wide = two_repetitions("supine_ere", {Channel.ADDUCTION: along(8.0)}, sd_deg=7.0)
    assert [fault.kind for fault in faults(wide)] == [CompensationKind.KNEE_MOVED]


class TestAskedRepetition:
    def test_a_thigh_that_keeps_near_zero_did_not_rotate(self) -> None:
        ankle = ((0.0, 2.0), (2.0, 1.2), (2.0, 4.0), (0.0, 1.5), (0.0, 3.3))
        (fault,) = faults(two_repetitions("seated_ir", first=ankle))
        assert fault.kind is CompensationKind.THIGH_DID_NOT_ROTATE
        assert (fault.start_s, fault.end_s) == (BEFORE_S, BEFORE_S + OUT_S - 3.0)
        assert math.degrees(fault.peak_rad) == pytest.approx(2.0, abs=0.1)
        assert "ankle" in fault.why

    def test_six_tenths_of_the_range_are_a_rotation(self) -> None:
        less = ((0.0, 2.0), (18.0, 1.2), (18.0, 4.0), (0.0, 1.5), (0.0, 3.3))
        assert faults(two_repetitions("seated_ir", first=less)) == []

    def test_a_pelvis_that_works_while_the_thigh_is_still_in_space_is_the_other_leg(self) -> None:
        # The hip angle shows 12°, because the pelvis turns away from a thigh that stays.
        other = ((0.0, 2.0), (12.0, 1.2), (12.0, 4.0), (0.0, 1.5), (0.0, 3.3))
        n = len(movement(*MAX_REP, *MAX_REP, *OUT, *OUT))
        given = two_repetitions(
            "standing_dissociation", {Channel.PELVIS_TURN: along(-12.0)}, other, thigh_turn_deg=np.zeros(n)
        )
        found = [fault for fault in faults(given) if fault.start_s == BEFORE_S]
        assert [fault.kind for fault in found] == [CompensationKind.OTHER_LEG_MOVED]

    def test_without_angles_nothing_is_said(self) -> None:
        params, whole, marks = two_repetitions("seated_ir", first=((0.0, OUT_S),))
        known = np.ones(len(whole.t_s), bool)
        known[round((BEFORE_S + 1.0) * RATE_HZ) : round((BEFORE_S + 8.0) * RATE_HZ)] = False
        hidden = block(np.degrees(whole.angles_rad[:, 2]), valid=known, posture=Posture.LONG_SITTING)
        assert of(Compensation, run(params, hidden, marks)[0]) == []


class TestWrongDirection:
    OUTWARD = ((0.0, 2.0), (-20.0, 1.2), (-20.0, 4.0), (0.0, 1.5), (0.0, 3.3))

    def test_turning_out_is_wrong_where_only_turning_in_is_trained(self) -> None:
        (fault,) = faults(two_repetitions("supine_ere", first=self.OUTWARD))
        assert (fault.kind, fault.toward) == (CompensationKind.WRONG_DIRECTION, "external")
        assert math.degrees(fault.peak_rad) == pytest.approx(20.0, abs=0.2)

    def test_where_both_are_trained_it_is_not(self) -> None:
        assert faults(two_repetitions("standing_dissociation", first=self.OUTWARD)) == []

    def test_unless_the_neutral_before_named_the_other(self) -> None:
        given = two_repetitions("standing_dissociation", detail="external")
        assert [fault.kind for fault in faults(given)] == [CompensationKind.WRONG_DIRECTION]

    def test_a_small_overshoot_on_the_way_back_is_none(self) -> None:
        over = ((0.0, 2.0), (30.0, 1.2), (30.0, 4.0), (-5.0, 1.0), (0.0, 0.5), (0.0, 3.3))
        assert faults(two_repetitions("supine_ere", first=over)) == []

    def test_a_maximal_repetition_the_other_way_is_refused(self) -> None:
        angle = np.concatenate([-movement(*MAX_REP), movement(*MAX_REP, *OUT)])
        _, _, marks = two_repetitions("supine_ere")
        events, _ = run(judge.Params((catalogue("supine_ere"),), "supine_ere", RATE_HZ), block(angle), marks)
        refused = [step for step in of(CalibrationStep, events) if not step.accepted]
        assert [step.text.partition(":")[0] for step in refused] == ["the thigh turned outward, asked for was inward"]


class TestHinge:
    DOWN_S, BOTTOM_S = 2.8, 1.5

    def hinge(self, lost: bool) -> tuple[judge.Params, AngleBlock, list[TimedMark]]:
        up = ((0.0, 1.0), (0.0, 1.8)) if lost else ((30.0, 1.4), (0.0, 1.4))
        first = ((0.0, 1.0), (30.0, self.DOWN_S), (30.0, self.BOTTOM_S), *up, (0.0, OUT_S - 8.1))
        depth = movement((0.0, 1.0), (55.0, self.DOWN_S), (55.0, self.BOTTOM_S), (0.0, 2.8), (0.0, OUT_S - 8.1))
        flexion = np.concatenate([np.zeros(round(BEFORE_S * RATE_HZ)), depth, np.zeros(round(OUT_S * RATE_HZ))])
        return two_repetitions("hinge_ir", {Channel.FLEXION: flexion, Channel.PELVIS_TILT: 0.9 * flexion}, first)

    def test_rotation_that_is_kept_on_the_way_up_is_no_fault(self) -> None:
        assert faults(self.hinge(lost=False)) == []

    def test_rotation_that_is_gone_half_way_up_is_lost(self) -> None:
        (fault,) = faults(self.hinge(lost=True))
        assert fault.kind is CompensationKind.ROTATION_LOST
        bottom_s = BEFORE_S + 1.0 + self.DOWN_S + self.BOTTOM_S
        assert bottom_s - 0.2 < fault.start_s < fault.end_s < bottom_s + 1.5
        assert math.degrees(fault.peak_rad) == pytest.approx(15.0, abs=1.0)


class TestPosture:
    @pytest.mark.parametrize(
        ("exercise_id", "taken"),
        [
            (exercise_id, taken)
            for exercise_id, own in POSTURE.items()
            for taken in (Posture.STANDING, Posture.SUPINE, Posture.PRONE, Posture.SIDE_LYING)
            # Before it bends, a hinge is standing to gravity.
            if taken is not own and {own, taken} != {Posture.STANDING, Posture.HINGE}
        ],
    )
    def test_another_posture_is_told(self, exercise_id: str, taken: Posture) -> None:
        params, whole, marks = two_repetitions(exercise_id)
        lying = block(np.degrees(whole.angles_rad[:, 2]), posture=taken)
        found = of(Compensation, run(params, lying, marks)[0])
        wrong = [fault for fault in found if fault.kind is CompensationKind.WRONG_POSTURE]
        assert len(wrong) == 1
        assert wrong[0].start_s == pytest.approx(BEFORE_S, abs=0.1)

    def test_a_posture_is_wrong_when_it_has_been_so_for_two_seconds(self) -> None:
        spec = catalogue("supine_ere")
        state = fault_room.start(spec, 0.0, NeutralState(), habit.unknown())
        for k in range(21):
            standing = np.zeros((1, moment.COLUMNS))
            standing[0, 0] = 0.1 * k
            fault_room.run(state, standing, {})
            expected = (CompensationKind.WRONG_POSTURE,) if k == 20 else ()
            assert fault_room.showing(state) == expected, k

    def test_sitting_is_not_standing(self) -> None:
        params, whole, marks = two_repetitions("seated_ir")
        upright = block(np.degrees(whole.angles_rad[:, 2]), posture=Posture.STANDING)
        kinds = [fault.kind for fault in of(Compensation, run(params, upright, marks)[0])]
        assert CompensationKind.WRONG_POSTURE in kinds


def test_what_is_being_done_wrong_is_shown_at_once_and_no_longer_than_it_lasts() -> None:
    params, whole, marks = two_repetitions("supine_ere", {Channel.ADDUCTION: along(8.0)})
    state = judge.State()
    shown = []
    for row in range(len(whole.t_s)):
        due = [mark for mark in marks if (row == 0 or mark.t_s > whole.t_s[row - 1]) and mark.t_s <= whole.t_s[row]]
        piece = AngleBlock(*(getattr(whole, name)[row : row + 1] for name in AngleBlock.__slots__))
        state, _ = judge.step(params, state, piece, due)
        if judge.snapshot(params, state).faults:
            shown.append(float(whole.t_s[row]))
    above = along(8.0) > 5.0
    onset_s = float(whole.t_s[np.flatnonzero(above)[0]])
    assert onset_s + 0.3 <= shown[0] <= onset_s + 0.42
    assert shown[-1] <= BEFORE_S + 9.0
