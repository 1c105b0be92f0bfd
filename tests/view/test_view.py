"""The view stage keeps what a screen needs and says it in degrees."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from math import radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.app.catalogue import exercise
from imu_hip.model.block import AngleBlock
from imu_hip.model.coaching_words import FAULTS
from imu_hip.model.event import (
    CalibrationStep,
    Compensation,
    Event,
    Exit,
    ExitVerdict,
    HoldVerdict,
    PartStarted,
    Phase,
    RadioTrouble,
    ReZero,
    Trial,
    Trouble,
    Warning,
)
from imu_hip.model.exercise_spec import CompensationKind, Direction, Step
from imu_hip.model.item import LinkState, MarkLabel, Role
from imu_hip.model.output import JudgeSnapshot, LinkStatistics, Outputs
from imu_hip.model.signal import Signal, SignalKind
from imu_hip.model.view_state import BreathPace, ViewState
from imu_hip.view import view, wording
from tests.plot.scenes import PARAMS, angle_block, hold, link

IN_PART = JudgeSnapshot(radians(40.0), radians(32.0), None, 1, 0, (), "supine_ere")
BEFORE = JudgeSnapshot(None, None, None, 0, 0, (), None)


def outputs(t_s: np.ndarray, angle_deg: np.ndarray, *events: Event, phase: Phase = Phase.NEUTRAL) -> Outputs:
    known = np.isfinite(angle_deg)
    block = angle_block(t_s, angle_deg, np.full(t_s.size, 1.5), known)
    return Outputs(block, np.full(t_s.size, phase, np.uint8), events)


def only(*events: Event) -> Outputs:
    return outputs(np.empty(0), np.empty(0), *events)


def shown(
    *given_outputs: Outputs,
    now_s: float,
    snapshot: JudgeSnapshot = IN_PART,
    statistics: dict[Role, LinkStatistics] | None = None,
    prompt: str = "",
    alarm: str = "",
) -> ViewState:
    state = view.initial()
    statistics = link(now_s) if statistics is None else statistics
    for piece in given_outputs:
        state = view.step(PARAMS, state, piece, snapshot, statistics, prompt, now_s, alarm)
    return view.view_state(PARAMS, state)


def second_of(angle_deg: float, end_s: float, *events: Event, phase: Phase = Phase.NEUTRAL) -> Outputs:
    t_s = end_s - 1.0 + np.arange(1, 101) * 0.01
    return outputs(t_s, np.full(100, angle_deg), *events, phase=phase)


def same(a: ViewState, b: ViewState) -> bool:
    for field in fields(a):
        if field.name != "trace" and getattr(a, field.name) != getattr(b, field.name):
            return False
    return all(getattr(a.trace, f.name).tobytes() == getattr(b.trace, f.name).tobytes() for f in fields(a.trace))


def cut(whole: Outputs, borders: list[int]) -> list[Outputs]:
    """Cut outputs at sample indices; events stay in order, spread over the pieces by their count."""
    n = whole.phases.size
    edges = [0, *sorted(borders), n]
    pieces = []
    for k, (a, b) in enumerate(pairwise(edges)):
        rows = slice(a, b)
        block = AngleBlock(*(getattr(whole.angles, f.name)[rows] for f in fields(AngleBlock)))
        first, beyond = (len(whole.events) * i // (len(edges) - 1) for i in (k, k + 1))
        pieces.append(Outputs(block, whole.phases[rows], whole.events[first:beyond]))
    return pieces


@settings(max_examples=60, deadline=None)
@given(
    rate_hz=st.sampled_from([50.0, 100.0, 104.17, 400.0, 1000.0]),
    duration_s=st.floats(0.1, 45.0),
    borders=st.lists(st.integers(0, 4000), max_size=12),
    seed=st.integers(0, 2**16),
)
def test_any_cutting_of_the_outputs_gives_the_same_view_state(
    rate_hz: float, duration_s: float, borders: list[int], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    t_s = 5.0 + np.arange(0.0, duration_s, 1.0 / rate_hz)
    angle = np.where(rng.random(t_s.size) < 0.05, np.nan, 20.0 * np.sin(t_s))
    block = replace(outputs(t_s, angle).angles, on_sample=rng.random(t_s.size) < 0.9)
    end = float(t_s[-1])
    events = (
        PartStarted(5.0, "supine_ere"),
        Trouble(6.0, 6.1, Role.THIGH, RadioTrouble.LOST, 1),
        Trouble(6.2, 6.3, Role.THIGH, RadioTrouble.BACK, 1),
        hold(6.0, 15.0, 40.0, HoldVerdict.COMPLETE),
        Exit(15.0, end, Direction.INTERNAL, 2.0, -1.9, ExitVerdict.FLOP, "fast"),
        Warning("no_max_rep", "No largest repetition"),
    )
    whole = Outputs(block, rng.integers(0, 6, t_s.size).astype(np.uint8), events)
    pieces = cut(whole, [b for b in borders if b <= t_s.size])
    assert same(shown(whole, now_s=end + 0.02), shown(*pieces, now_s=end + 0.02))


@pytest.mark.parametrize("rate_hz", [100.0, 1000.0, 20000.0])
def test_memory_is_bounded_at_any_rate_and_length(rate_hz: float) -> None:
    state = view.initial()
    for k in range(80):
        t_s = k + np.arange(0.0, 1.0, 1.0 / rate_hz)
        piece = outputs(t_s, np.full(t_s.size, 3.0), *[hold(0.0, 3.0, 30.0, HoldVerdict.SHORT)] * 5)
        state = view.step(PARAMS, state, piece, IN_PART, link(k + 1.0), "", k + 1.0)
    assert state.trace.t_s.size <= 60 * 200 + 1
    assert all(array.base is None for array in (state.trace.t_s, state.trace.angle_deg, state.trace.phase))
    assert len(state.holds) <= view.MAX_HOLDS


def test_trace_is_read_only_and_relative_to_now() -> None:
    picture = shown(second_of(12.0, 20.0), now_s=20.5)
    assert picture.trace.t_s[-1] == pytest.approx(-0.5)
    assert picture.trace.angle_deg == pytest.approx(np.full(100, 12.0))
    with pytest.raises(ValueError, match="read-only"):
        picture.trace.t_s[0] = 0.0
    with pytest.raises(ValueError, match="read-only"):
        picture.trace.angle_deg[0] = 0.0


def test_an_earlier_view_state_stays_as_it_was_when_more_arrives() -> None:
    state = view.step(PARAMS, view.initial(), second_of(12.0, 20.0), IN_PART, link(20.0), "", 20.0)
    earlier = view.view_state(PARAMS, state)
    before = earlier.trace.angle_deg.tobytes()
    view.step(PARAMS, state, second_of(35.0, 21.0), IN_PART, link(21.0), "", 21.0)
    assert earlier.trace.angle_deg.tobytes() == before


def test_trace_holds_a_minute_and_slides_on_in_silence() -> None:
    t_s = np.arange(0.0, 80.0, 0.01)
    assert shown(outputs(t_s, np.zeros(t_s.size)), now_s=80.0).trace.t_s[0] == pytest.approx(-60.0, abs=0.02)
    later = shown(outputs(t_s, np.zeros(t_s.size)), now_s=100.0)
    assert later.trace.t_s[0] >= -60.0
    assert later.trace.t_s[-1] == pytest.approx(-20.0, abs=0.02)


def test_rows_that_only_fill_a_hole_are_not_shown() -> None:
    whole = second_of(10.0, 20.0)
    on_sample = np.arange(100) < 60
    piece = replace(whole, angles=replace(whole.angles, on_sample=on_sample))
    assert shown(piece, now_s=20.0).trace.t_s.size == 60


def test_angle_is_internal_rotation_in_degrees_with_its_deviation() -> None:
    picture = shown(second_of(-7.5, 20.0), now_s=20.0)
    assert picture.angle_deg == pytest.approx(-7.5)
    assert picture.sd_deg == pytest.approx(1.5)


def test_unknown_angle_is_absent_and_not_the_last_value() -> None:
    t_s = np.array([19.98, 19.99, 20.0])
    picture = shown(outputs(t_s, np.array([30.0, 30.0, np.nan])), now_s=20.0)
    assert picture.angle_deg is None
    assert picture.sd_deg is None


@pytest.mark.parametrize(("age_s", "known"), [(0.4, True), (0.6, False)])
def test_old_angle_is_not_shown(age_s: float, known: bool) -> None:
    picture = shown(second_of(30.0, 20.0, phase=Phase.HOLD), now_s=20.0 + age_s)
    assert (picture.angle_deg is not None) is known
    assert (picture.phase is Phase.HOLD) is known


@pytest.mark.parametrize(("age_s", "known"), [(3.9, True), (4.1, False)])
def test_what_comes_in_long_packets_may_be_older_and_that_it_does_is_told(age_s: float, known: bool) -> None:
    statistics = link(20.0 + age_s, thigh_age_s=age_s)
    statistics[Role.THIGH] = replace(statistics[Role.THIGH], packet_s=3.5)
    picture = shown(second_of(30.0, 20.0, phase=Phase.HOLD), now_s=20.0 + age_s, statistics=statistics)
    assert (picture.angle_deg is not None) is known
    assert picture.warning == ("" if known else "No data from the thigh sensor for 4 s")
    assert [sensor.is_late for sensor in picture.sensors] == [False, True]
    assert picture.sensors[1].age_s == pytest.approx(age_s)


@pytest.mark.parametrize(("sd_deg", "greyed"), [(7.9, False), (8.1, True)])
def test_number_is_greyed_above_eight_degrees_of_deviation(sd_deg: float, greyed: bool) -> None:
    block = angle_block(np.array([20.0]), np.array([30.0]), np.array([sd_deg]), np.array([True]))
    picture = shown(Outputs(block, np.array([Phase.HOLD], np.uint8), ()), now_s=20.0)
    assert picture.greyed is greyed
    assert (picture.warning != "") is greyed


def test_band_reaches_from_enter_level_to_end_range() -> None:
    picture = shown(second_of(30.0, 20.0), now_s=20.0)
    assert picture.band_deg == pytest.approx((32.0, 40.0))
    assert picture.end_range_deg == pytest.approx(40.0)
    assert shown(only(), now_s=20.0, snapshot=BEFORE).band_deg is None


def test_a_raised_level_beyond_the_end_range_leaves_one_line_to_reach() -> None:
    raised = replace(IN_PART, enter_rad=radians(41.0))
    assert shown(only(), now_s=20.0, snapshot=raised).band_deg == pytest.approx((41.0, 41.0))
    outward = replace(IN_PART, end_range_rad=radians(-40.0), enter_rad=radians(-41.0))
    assert shown(only(), now_s=20.0, snapshot=outward).band_deg == pytest.approx((-41.0, -41.0))


def test_hold_time_counts_to_the_newest_sample_only() -> None:
    snapshot = replace(IN_PART, hold_start_s=15.0)
    assert shown(second_of(38.0, 20.0), now_s=20.9, snapshot=snapshot).hold_s == pytest.approx(5.0)
    assert shown(second_of(38.0, 20.0), now_s=20.9).hold_s is None


def test_steps_count_only_in_the_order_of_the_cycle() -> None:
    def done(*steps: Step) -> int:
        snapshot = replace(IN_PART, steps_done=tuple(steps))
        return shown(only(), now_s=20.0, snapshot=snapshot).cycle_steps_done

    assert done() == 0
    assert done(Step.INTERNAL_HOLD, Step.BLOCK) == 2
    assert done(Step.INTERNAL_HOLD, Step.INTERNAL_HOLD, Step.CONTROLLED_EXIT) == 1


def test_holds_and_last_exit_are_shown_in_degrees_and_cleared_by_a_new_part() -> None:
    events = (
        hold(1.0, 10.5, 39.0, HoldVerdict.COMPLETE),
        Exit(10.5, 13.0, Direction.INTERNAL, radians(20.0), -1.5, ExitVerdict.CONTROLLED, "even"),
    )
    picture = shown(only(*events), now_s=20.0)
    assert picture.holds[0].duration_s == pytest.approx(9.5)
    assert picture.holds[0].angle_deg == pytest.approx(39.0)
    assert picture.last_exit is not None
    assert picture.last_exit.peak_deg_per_s == pytest.approx(20.0)
    cleared = shown(only(*events, PartStarted(14.0, "supine_ere")), now_s=20.0)
    assert cleared.holds == ()
    assert cleared.last_exit is None


def test_a_measurement_shows_its_trials_and_asks_for_no_hold() -> None:
    spec = exercise("arom_seated")
    params = replace(PARAMS, setup=replace(PARAMS.setup, exercises=(spec,), exercise_id=spec.id))
    trials = [
        Trial(5.0, 9.0, direction, radians(angle_deg), radians(1.5))
        for direction, angle_deg in ((Direction.INTERNAL, 38.0), (Direction.EXTERNAL, 45.0))
    ]
    snapshot = replace(IN_PART, exercise_id=spec.id)
    at_first = view.step(params, view.initial(), only(PartStarted(4.0, spec.id)), snapshot, {}, "", 4.0)
    assert view.view_state(params, at_first).trials == ()
    state = view.step(params, at_first, only(*trials), snapshot, {}, "", 10.0)
    picture = view.view_state(params, state)
    assert picture.hold_goal_s == 0.0
    assert picture.trials is not None
    assert [(trial.direction, trial.angle_deg) for trial in picture.trials] == [
        ("internal", pytest.approx(38.0)),
        ("external", pytest.approx(45.0)),
    ]
    again = view.step(params, state, only(PartStarted(60.0, spec.id)), snapshot, {}, "", 60.0)
    assert view.view_state(params, again).trials == ()


def test_where_holds_are_judged_there_are_no_trials() -> None:
    assert shown(only(), now_s=20.0).trials is None


def test_degrees_are_strap_degrees_until_the_strap_gain_is_known() -> None:
    gain = CalibrationStep(1.0, 2.0, MarkLabel.STRAP_GAIN, True, 0.9, "")
    assert not shown(only(), now_s=20.0).strap_calibrated
    assert shown(only(gain), now_s=20.0).strap_calibrated


def test_sensor_states_follow_the_link() -> None:
    statistics = {Role.PELVIS: LinkStatistics(900, 100, 99.0, 3.0, "A1", 80, 19.75)}
    lost = Trouble(18.0, 20.0, Role.THIGH, RadioTrouble.LOST, 1)
    pelvis, thigh = shown(only(lost), now_s=20.0, statistics=statistics).sensors
    assert (pelvis.role, pelvis.state, pelvis.lost, pelvis.received) == (
        Role.PELVIS,
        LinkState.STREAMING,
        100,
        900,
    )
    assert pelvis.age_s == pytest.approx(0.25)
    assert (thigh.state, thigh.age_s) == (LinkState.LOST, None)


LOST = Trouble(19.0, 19.5, Role.THIGH, RadioTrouble.LOST, 1)
REFUSED = CalibrationStep(18.0, 19.0, MarkLabel.N_POSE, False, 0.1, "you moved")
FLOP = Exit(19.0, 19.3, Direction.INTERNAL, 2.9, -1.9, ExitVerdict.FLOP, "fast")
FAULT = Compensation(19.0, 19.5, CompensationKind.PELVIS_FOLLOWED, 0.2)
BEGUN = PartStarted(1.0, "supine_ere")
MOVED = ReZero(19.5, radians(3.0))
DOUBT = Warning("no_max_rep", "No largest repetition: end range taken from holds")


def stale_link() -> dict[Role, LinkStatistics]:
    return link(20.0, thigh_age_s=1.4)


def test_warnings_come_by_priority() -> None:
    ladder: list[tuple[str, Outputs, dict[Role, LinkStatistics] | None, str]] = [
        (
            "Thigh sensor lost: hold paused",
            only(DOUBT, MOVED, FAULT, FLOP, REFUSED, LOST),
            stale_link(),
            "disk full",
        ),
        (
            "No data from the thigh sensor for 1 s",
            only(DOUBT, MOVED, FAULT, FLOP, REFUSED),
            stale_link(),
            "disk full",
        ),
        ("Disk full", only(DOUBT, MOVED, FAULT, FLOP, REFUSED), None, "disk full"),
        ("Standing still: you moved", only(DOUBT, MOVED, FAULT, FLOP, REFUSED), None, ""),
        ("You let it flop: ease out of it", only(DOUBT, MOVED, FAULT, FLOP), None, ""),
        ("Pelvis turned along: keep it still", only(DOUBT, MOVED, FAULT), None, ""),
        ("Angle corrected by 3°", only(DOUBT, MOVED), None, ""),
        ("No largest repetition: end range taken from holds", only(DOUBT), None, ""),
        ("", only(), None, ""),
    ]
    for expected, piece, statistics, alarm in ladder:
        picture = shown(only(BEGUN), piece, now_s=20.0, statistics=statistics, alarm=alarm)
        assert picture.warning == expected


@pytest.mark.parametrize("event", [FLOP, FAULT, MOVED], ids=["exit", "fault", "re_zero"])
def test_brief_warnings_end_after_five_seconds(event: Event) -> None:
    assert shown(only(BEGUN, event), now_s=23.0).warning != ""
    assert shown(only(BEGUN, event), now_s=26.0).warning == ""


def test_a_correction_while_calibrating_is_no_warning() -> None:
    assert shown(only(MOVED), now_s=20.0).warning == ""
    assert shown(only(MOVED, BEGUN), now_s=20.0).warning == ""


@pytest.mark.parametrize(
    ("event", "end"),
    [
        (LOST, Trouble(21.0, 21.0, Role.THIGH, RadioTrouble.BACK, 1)),
        (REFUSED, CalibrationStep(20.0, 25.0, MarkLabel.N_POSE, True, 0.9, "")),
        (REFUSED, PartStarted(30.0, "supine_ere")),
        (DOUBT, hold(21.0, 30.0, 39.0, HoldVerdict.COMPLETE)),
        (FLOP, Exit(21.0, 24.0, Direction.INTERNAL, 0.3, -1.5, ExitVerdict.CONTROLLED, "")),
    ],
    ids=["sensor back", "calibration accepted", "part started", "hold done", "better exit"],
)
def test_warning_is_withdrawn_by_what_makes_it_good(event: Event, end: Event) -> None:
    assert shown(only(event), now_s=20.0).warning != ""
    assert shown(only(event, end), now_s=20.0).warning == ""


def test_one_sensor_coming_back_leaves_the_other_lost() -> None:
    pelvis_lost = replace(LOST, role=Role.PELVIS)
    thigh_back = Trouble(21.0, 21.0, Role.THIGH, RadioTrouble.BACK, 1)
    picture = shown(only(LOST, pelvis_lost, thigh_back), now_s=21.0)
    assert picture.warning == "Pelvis sensor lost: hold paused"


def test_a_hold_that_ended_with_the_data_is_not_blamed_on_the_person() -> None:
    picture = shown(only(hold(10.0, 19.0, 39.0, HoldVerdict.DATA_LOST)), now_s=20.0)
    assert picture.warning == "Hold ended: data were lost, not you"


def test_a_text_that_begins_with_its_own_name_is_not_given_it_again() -> None:
    assert (
        wording.about("Neutral", "neutral not used: you were still moving") == "Neutral not used: you were still moving"
    )
    assert wording.about("Bows", "too small") == "Bows: too small"


def test_long_texts_are_cut_between_words_and_onto_one_line() -> None:
    text = "An instruction that goes on\nand on, far longer than anybody can read from three metres away"
    prompt = shown(only(), now_s=20.0, snapshot=BEFORE, prompt=text).prompt
    assert len(prompt) <= 64
    assert prompt.endswith("…")
    assert text.replace("\n", " ").startswith(prompt[:-1])
    assert text.replace("\n", " ")[len(prompt) - 1] in " ,"


def test_prompt_of_the_guide_comes_before_our_own_words() -> None:
    hint = second_of(20.0, 20.0, phase=Phase.APPROACH)
    assert shown(hint, now_s=20.0, prompt="Turn in").prompt == "Turn in"
    assert shown(hint, now_s=20.0).prompt == "12° more to your end range"
    assert shown(hint, now_s=20.0, snapshot=BEFORE).prompt == ""


def test_nothing_is_asked_while_a_judged_limb_is_not_seen() -> None:
    assert shown(second_of(38.0, 20.0), now_s=23.0, prompt="Hold").prompt == ""


def test_outward_exercises_are_coached_outward() -> None:
    outward = replace(IN_PART, end_range_rad=radians(-40.0), enter_rad=radians(-32.0))
    picture = shown(second_of(-20.0, 20.0, phase=Phase.APPROACH), now_s=20.0, snapshot=outward)
    assert picture.band_deg == pytest.approx((-40.0, -32.0))
    assert picture.prompt == "12° more to your end range"


def told(*signals: Signal, now_s: float, prompt: str = "", **more: object) -> ViewState:
    state = view.step(
        PARAMS, view.initial(), second_of(12.0, now_s), more.pop("snapshot", IN_PART), link(now_s), prompt, now_s,
        signals=signals, **more,
    )  # fmt: skip
    return view.view_state(PARAMS, state)


def test_the_newest_cue_stands_where_the_prompt_would_until_it_is_old() -> None:
    cue = Signal(20.0, SignalKind.GO_FURTHER, "Further")
    tick = Signal(20.0, SignalKind.HOLD_TICK, number=3)
    assert told(cue, tick, now_s=20.0).prompt == "Further"
    assert told(cue, now_s=20.0, prompt="Turn in").prompt == "Turn in"
    assert told(cue, now_s=26.0).prompt == "Turn in to your end range"


def test_a_cue_that_the_warning_says_already_is_not_said_twice() -> None:
    kind = CompensationKind.PELVIS_LIFTED
    cue = Signal(20.0, SignalKind.FAULT, FAULTS[kind].line)
    picture = told(cue, now_s=20.0, snapshot=replace(IN_PART, faults=(kind,)))
    assert picture.warning == FAULTS[kind].line
    assert picture.prompt == "Turn in to your end range"


def test_a_fault_is_shown_while_it_is_made_and_an_unsure_one_is_not() -> None:
    kind = CompensationKind.PELVIS_LIFTED
    sure = told(now_s=20.0, snapshot=replace(IN_PART, faults=(kind,)))
    unsure = told(now_s=20.0, snapshot=replace(IN_PART, faults=(kind,), unsure=(kind,)))
    assert (sure.warning, sure.faults) == (FAULTS[kind].line, (kind,))
    assert (unsure.warning, unsure.unsure) == ("", (kind,))


def test_count_pace_and_breaths_are_shown_as_they_are_given() -> None:
    pace = BreathPace(True, 0.5, 1)
    picture = told(now_s=20.0, count="Set 1 of 2", pace=pace, breaths_measured=2)
    assert (picture.count, picture.pace, picture.breaths_measured) == ("Set 1 of 2", pace, 2)
    assert told(now_s=20.0).pace is None


@pytest.mark.parametrize("kind", CompensationKind)
def test_every_fault_has_a_name_and_a_correction_that_can_be_read(kind: CompensationKind) -> None:
    assert FAULTS[kind].name
    assert FAULTS[kind].correction
    assert len(FAULTS[kind].line) <= wording.MAX_LINE
