"""Cues: what is signalled when, from what was seen and what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import radians

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.app.catalogue import catalogue
from imu_hip.guide.cueing import Params, State, step
from imu_hip.guide.guidance import Guidance, Progress
from imu_hip.guide.moment import Moment, Seen
from imu_hip.guide.speech import OF_THE_GUIDE
from imu_hip.model.cue import Cue
from imu_hip.model.event import (
    Compensation,
    Cycle,
    Event,
    Exit,
    ExitVerdict,
    Hold,
    HoldVerdict,
    PartEnded,
    PartStarted,
    Phase,
    RadioTrouble,
    Trouble,
)
from imu_hip.model.exercise_spec import CompensationKind, Direction, Step
from imu_hip.model.item import MarkLabel, Role
from imu_hip.model.output import JudgeSnapshot
from imu_hip.model.signal import Signal, SignalKind

PARAMS = Params({spec.id: spec for spec in catalogue()})
AT_REST = JudgeSnapshot(radians(30.0), radians(24.0), None, 0, 0, (), "seated_ir")
SUPINE = replace(AT_REST, exercise_id="supine_ere")
FAULT = CompensationKind.PELVIS_FOLLOWED
HOLD = Hold(2.0, 9.0, Direction.INTERNAL, 1.0, 0.5, 0.02, 1.0, 0.0, 0.0, HoldVerdict.COMPLETE, "")

At = Callable[[float], Moment]


def neutral(t_s: float, snapshot: JudgeSnapshot = AT_REST) -> Moment:
    return Moment(t_s, Seen(t_s, 0.0, Phase.NEUTRAL), snapshot)


def holding(t_s: float, start_s: float, snapshot: JudgeSnapshot = SUPINE) -> Moment:
    return Moment(t_s, Seen(t_s, radians(29.0), Phase.HOLD), replace(snapshot, hold_start_s=start_s))


def run(at: At, until_s: float, every_s: float = 0.05, events: Sequence[tuple[float, Event]] = ()) -> list[Signal]:
    """Ask every `every_s`, with the events since the call before."""
    state, found, before_s = State(), [], -1.0
    for k in range(round(until_s / every_s) + 1):
        t_s = k * every_s
        seen = tuple(event for e_s, event in events if before_s < e_s <= t_s)
        state, signals = step(PARAMS, state, replace(at(t_s), events=seen))
        found += signals
        before_s = t_s
    return found


def kinds(signals: list[Signal]) -> list[SignalKind]:
    return [signal.kind for signal in signals]


def of(kind: SignalKind, signals: list[Signal]) -> list[Signal]:
    """Return the signals of a kind, without lines that follow their tone because somebody spoke."""
    return [signal for signal in signals if signal.kind is kind and (signal.tone or kind in OF_THE_GUIDE)]


# Holds


def one_hold(t_s: float) -> Moment:
    """Return a hold from 2 s to 12 s that is known from 2.4 s on."""
    return holding(t_s, 2.0) if 2.4 <= t_s < 12.0 else neutral(t_s, SUPINE)


def test_a_hold_is_greeted_ticked_at_whole_seconds_and_done_after_its_breath() -> None:
    found = run(one_hold, 15.0)
    (reached,) = of(SignalKind.END_RANGE_REACHED, found)
    assert reached.t_s == pytest.approx(2.4)
    ticks = of(SignalKind.HOLD_TICK, found)
    assert [(tick.t_s, tick.number) for tick in ticks] == [(2.0 + n, n) for n in range(1, 10)]
    (done,) = of(SignalKind.HOLD_DONE, found)
    assert (done.t_s, bool(done.text)) == (10.0, True)


def test_a_hold_that_is_taken_up_again_is_the_same() -> None:
    def dipping(t_s: float) -> Moment:
        return neutral(t_s, SUPINE) if 5.0 <= t_s < 5.5 else one_hold(t_s)

    assert kinds(run(dipping, 15.0)) == kinds(run(one_hold, 15.0))


def test_silence_in_a_hold_pauses_it_once_and_counts_for_nothing() -> None:
    def going_silent(t_s: float) -> Moment:
        moment = one_hold(min(t_s, 5.0))
        return replace(moment, t_s=t_s)

    found = run(going_silent, 11.0)
    (paused,) = of(SignalKind.HOLD_PAUSED, found)
    assert paused.t_s == pytest.approx(5.5, abs=0.051)
    assert len(of(SignalKind.HOLD_TICK, found)) == 3
    assert not of(SignalKind.HOLD_DONE, found)


def test_a_hold_goes_on_while_a_sensor_fills_its_packet() -> None:
    def in_long_packets(t_s: float) -> Moment:
        return replace(one_hold(1.5 * int(t_s / 1.5)), t_s=t_s, packet_s=1.5)

    found = run(in_long_packets, 15.0)
    assert not of(SignalKind.HOLD_PAUSED, found)
    assert [signal.number for signal in of(SignalKind.HOLD_TICK, found)] == list(range(1, 9))


def test_an_unknown_angle_pauses_the_hold_too() -> None:
    def blind(t_s: float) -> Moment:
        moment = one_hold(t_s)
        return replace(moment, seen=replace(moment.seen, angle_rad=None)) if 4.5 <= t_s < 4.8 else moment

    assert [signal.t_s for signal in of(SignalKind.HOLD_PAUSED, run(blind, 15.0))] == pytest.approx([4.5])


@settings(deadline=None, max_examples=40)
@given(st.floats(0.01, 0.4), st.floats(0.01, 0.4))
def test_tones_of_a_hold_do_not_depend_on_how_often_it_is_asked(one_s: float, other_s: float) -> None:
    def told(every_s: float) -> list[tuple[SignalKind, int | None]]:
        tones = (SignalKind.HOLD_TICK, SignalKind.HOLD_DONE, SignalKind.END_RANGE_REACHED)
        return [(signal.kind, signal.number) for signal in run(one_hold, 11.5, every_s) if signal.kind in tones]

    assert told(one_s) == told(other_s)


# The way out, the way back


def approaching(angle_deg: Callable[[float], float], asks: Cue | None = Cue.INTERNAL_HOLD) -> At:
    def at(t_s: float) -> Moment:
        guidance = Guidance("Turn in", since_s=0.0, asks=asks)
        return Moment(t_s, Seen(t_s, radians(angle_deg(t_s)), Phase.APPROACH), AT_REST, (), guidance)

    return at


def test_a_way_out_that_stalls_below_the_enter_level_is_urged_on_once() -> None:
    (urged,) = of(SignalKind.GO_FURTHER, run(approaching(lambda t_s: min(18.0, 10.0 * t_s)), 20.0))
    assert urged.t_s == pytest.approx(1.8 + 1.5, abs=0.2)


def test_the_external_way_out_is_urged_on_too() -> None:
    def at(t_s: float) -> Moment:
        moment = approaching(lambda t_s: -min(18.0, 10.0 * t_s))(t_s)
        return replace(moment, snapshot=replace(AT_REST, enter_rad=radians(-24.0), end_range_rad=radians(-30.0)))

    assert len(of(SignalKind.GO_FURTHER, run(at, 8.0))) == 1


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(approaching(lambda t_s: 25.0), id="there"),
        pytest.param(approaching(lambda t_s: 2.0 * t_s), id="on the way"),
        pytest.param(approaching(lambda t_s: 10.0, Cue.LET_GO), id="not asked"),
    ],
)
def test_nobody_is_urged_on_who_is_there_on_the_way_or_not_asked_to_go(at: At) -> None:
    assert not of(SignalKind.GO_FURTHER, run(at, 10.0))


def test_who_is_not_back_when_neutral_is_asked_for_is_reminded_once() -> None:
    def late(t_s: float) -> Moment:
        guidance = Guidance("Rest in neutral", since_s=1.0, asks=MarkLabel.NEUTRAL)
        return Moment(t_s, Seen(t_s, 0.3, Phase.EXIT), AT_REST, (), guidance if t_s >= 1.0 else None)

    assert [signal.t_s for signal in of(SignalKind.NEUTRAL_PLEASE, run(late, 15.0))] == pytest.approx([3.0], abs=0.06)


def exit_(t_s: float, verdict: ExitVerdict) -> Exit:
    return Exit(t_s - 1.0, t_s, Direction.INTERNAL, 2.0, -1.6, verdict, "")


@pytest.mark.parametrize(
    ("verdict", "told"), [(ExitVerdict.FAST, 1), (ExitVerdict.FLOP, 1), (ExitVerdict.CONTROLLED, 0)]
)
def test_only_an_exit_that_is_too_fast_is_told(verdict: ExitVerdict, told: int) -> None:
    found = run(neutral, 5.0, events=[(2.0, exit_(2.0, verdict))])
    assert len(of(SignalKind.TOO_FAST, found)) == told


# What is done


def test_repetitions_are_counted_by_their_holds_and_from_one_in_each_part() -> None:
    def at(t_s: float) -> Moment:
        away = t_s % 10.0 > 5.0
        progress = Progress(1, 1, int(t_s / 10.0) + 1, 3)
        seen = Seen(t_s, 0.0, Phase.HOLD if away else Phase.NEUTRAL)
        return Moment(t_s, seen, AT_REST, (), Guidance("Turn in", progress=progress))

    events = [(9.0, HOLD), (19.0, HOLD), (34.0, PartStarted(34.0, "seated_ir")), (39.0, HOLD)]
    done = of(SignalKind.REPETITION_DONE, run(at, 45.0, events=events))
    assert [(signal.number, signal.text) for signal in done] == [
        (1, "1 of 3 done"),
        (2, "2 of 3 done"),
        (1, "1 of 3 done"),
    ]


def test_cycles_are_told_with_what_was_left_out() -> None:
    cycle = Cycle(0.0, 1.0, False, (Step.INTERNAL_HOLD,), (Step.BLOCK,))
    found = run(lambda t_s: neutral(t_s, SUPINE), 5.0, events=[(1.0, cycle)])
    assert [signal.text for signal in of(SignalKind.CYCLE_DONE, found)] == ["Cycle without block"]


def test_the_end_of_a_part_is_the_end_of_a_set() -> None:
    found = run(neutral, 30.0, events=[(1.0, PartEnded(1.0, "seated_ir")), (20.0, PartEnded(20.0, "seated_ir"))])
    assert [signal.number for signal in of(SignalKind.SET_DONE, found)] == [1, 2]


# Faults


def faulty(faults: Callable[[float], bool], *, unsure: bool = False, repetition_s: float = 20.0) -> At:
    def at(t_s: float) -> Moment:
        away = t_s % repetition_s > 2.0
        made = (FAULT,) if faults(t_s) else ()
        snapshot = replace(AT_REST, faults=made, unsure=(FAULT,) if unsure else ())
        return Moment(t_s, Seen(t_s, 0.3, Phase.APPROACH if away else Phase.NEUTRAL), snapshot)

    return at


def test_a_fault_is_named_at_its_onset_once_in_each_repetition() -> None:
    on_and_off = faulty(lambda t_s: int(t_s) % 20 in (5, 6, 15, 16))
    assert [signal.t_s for signal in of(SignalKind.FAULT, run(on_and_off, 40.0))] == pytest.approx([5.0, 25.0])


def test_a_fault_that_cannot_be_told_from_error_is_never_named() -> None:
    assert not of(SignalKind.FAULT, run(faulty(lambda t_s: True, unsure=True), 40.0))


def test_a_fault_that_goes_on_is_not_named_again() -> None:
    assert len(of(SignalKind.FAULT, run(faulty(lambda t_s: t_s > 5.0), 60.0))) == 1


def test_a_fault_found_afterwards_is_named_then() -> None:
    event = (12.0, Compensation(6.0, 11.0, FAULT, 0.2))
    found = of(SignalKind.FAULT, run(faulty(lambda t_s: False), 19.0, events=[event]))
    assert [signal.t_s for signal in found] == pytest.approx([12.0])


def test_a_fault_that_was_named_is_not_named_again_when_it_becomes_final() -> None:
    event = (30.0, Compensation(5.0, 7.0, FAULT, 0.2))  # in the repetition after
    assert len(of(SignalKind.FAULT, run(faulty(lambda t_s: 5.3 <= t_s < 7.0), 35.0, events=[event]))) == 1


# The guide and the sensors


def test_each_line_of_the_guide_is_said_once() -> None:
    def at(t_s: float) -> Moment:
        first = Guidance("Turn in", since_s=0.0) if t_s < 5.0 else Guidance("Turn in", since_s=5.0)
        return replace(neutral(t_s), guidance=first)

    found = of(SignalKind.INSTRUCTION, run(at, 9.0))
    assert [(signal.t_s, signal.tone) for signal in found] == [(0.0, False), (pytest.approx(5.0), False)]


@pytest.mark.parametrize(("rest_s", "counted"), [(3.0, [3, 2, 1]), (5.0, [3, 2, 1]), (2.9, [])])
def test_an_effort_is_counted_in_where_there_is_time(rest_s: float, counted: list[int]) -> None:
    effort_s = 10.0

    def at(t_s: float) -> Moment:
        resting = effort_s - rest_s <= t_s < effort_s
        return replace(neutral(t_s), guidance=Guidance(effort_s=effort_s if resting else None, rest_s=rest_s))

    found = of(SignalKind.COUNT_IN, run(at, 12.0))
    assert [(signal.number, signal.t_s) for signal in found] == [(n, effort_s - n) for n in counted]


def test_a_lost_sensor_is_told_and_its_return() -> None:
    lost, back = (
        Trouble(t, t, Role.THIGH, kind, 1) for t, kind in ((1.0, RadioTrouble.LOST), (9.0, RadioTrouble.BACK))
    )
    found = run(neutral, 12.0, events=[(1.0, lost), (9.0, back)])
    assert [(signal.kind, signal.t_s) for signal in found] == [
        (SignalKind.SENSOR_LOST, pytest.approx(1.0)),
        (SignalKind.SENSOR_BACK, pytest.approx(9.0)),
    ]


# Pain


def test_after_pain_only_the_guide_speaks_until_the_person_goes_on() -> None:
    """The hold goes on, a fault is made and a cycle ends: none of it is told."""

    def hurt(t_s: float) -> Moment:
        moment = holding(t_s, 2.0, replace(SUPINE, faults=(FAULT,)))
        safety = Guidance("Stop", SignalKind.SAFETY, since_s=6.0, waits=True)
        return moment if t_s < 6.0 else replace(moment, guidance=safety)

    events = [(7.0, Exit(6.0, 7.0, Direction.INTERNAL, 2.0, -1.5, ExitVerdict.FLOP, "")), (8.0, PartEnded(8.0, ""))]
    found = [signal for signal in run(hurt, 20.0, events=events) if signal.t_s >= 6.0]
    assert [(signal.kind, signal.text) for signal in found] == [(SignalKind.SAFETY, "Stop")]
