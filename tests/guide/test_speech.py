"""Speech: tones at once, one line at a time, the most urgent first, nothing over and over."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.guide.speech import OF_THE_GUIDE, PRIORITY, SpeechParams, SpeechState, step
from imu_hip.model.signal import Signal, SignalKind

PARAMS = SpeechParams()
TONES = (SignalKind.COUNT_IN, SignalKind.END_RANGE_REACHED, SignalKind.HOLD_TICK)


def line(t_s: float, kind: SignalKind, text: str = "words") -> Signal:
    return Signal(t_s, kind, text, tone=kind not in OF_THE_GUIDE)


def given_out(wanted: list[Signal], until_s: float = 60.0) -> list[Signal]:
    """Ask ten times a second."""
    state, found = SpeechState(), []
    for k in range(round(until_s * 10)):
        t_s = k / 10
        now = [signal for signal in wanted if (k - 1) / 10 < signal.t_s <= t_s]
        state, signals = step(PARAMS, state, t_s, now)
        found += signals
    return found


def lines(signals: list[Signal]) -> list[Signal]:
    return [signal for signal in signals if signal.text]


def test_every_kind_is_a_tone_or_has_its_place_among_the_lines() -> None:
    assert {*PRIORITY, *TONES} == set(SignalKind)
    assert len(PRIORITY) + len(TONES) == len(SignalKind)


def test_a_line_is_said_with_its_tone_when_nobody_speaks() -> None:
    assert given_out([line(1.0, SignalKind.FAULT)]) == [Signal(1.0, SignalKind.FAULT, "words")]


def test_a_tone_does_not_wait_for_its_words() -> None:
    found = given_out([line(1.0, SignalKind.INSTRUCTION, "turn in"), line(2.0, SignalKind.FAULT)])
    assert found[1] == Signal(2.0, SignalKind.FAULT)
    assert found[2] == Signal(3.5, SignalKind.FAULT, "words", tone=False)


def test_the_more_urgent_of_two_lines_is_said_first() -> None:
    asked = [line(1.0, SignalKind.REPETITION_DONE, "1 of 3"), line(1.0, SignalKind.SENSOR_LOST, "lost")]
    assert [signal.text for signal in lines(given_out(asked))] == ["lost", "1 of 3"]


def test_a_line_of_safety_breaks_in() -> None:
    asked = [line(1.0, SignalKind.INSTRUCTION, "turn in"), line(1.5, SignalKind.SAFETY, "stop")]
    assert [(signal.t_s, signal.text) for signal in given_out(asked)] == [(1.0, "turn in"), (1.5, "stop")]


def test_a_line_that_has_waited_too_long_is_not_said_any_more() -> None:
    urgent = [line(1.0, SignalKind.SENSOR_LOST, "a"), line(1.1, SignalKind.FAULT, "b")]
    found = given_out([*urgent, line(1.2, SignalKind.GO_FURTHER, "further")])
    assert [signal.text for signal in lines(found)] == ["a", "b"]
    assert Signal(1.2, SignalKind.GO_FURTHER) in found  # its tone was given


def test_the_guides_line_waits_until_it_is_said_or_replaced() -> None:
    urgent = [line(1.0, SignalKind.SENSOR_LOST, "a"), line(1.1, SignalKind.FAULT, "b")]
    asked = [*urgent, line(1.2, SignalKind.INSTRUCTION, "foot down"), line(2.0, SignalKind.INSTRUCTION, "turn in")]
    assert [(s.t_s, s.text) for s in lines(given_out(asked))] == [(1.0, "a"), (3.5, "b"), (6.0, "turn in")]


def test_the_same_is_not_given_again_within_eight_seconds() -> None:
    asked = [line(t_s, SignalKind.FAULT) for t_s in (1.0, 5.0, 8.9, 9.1)]
    assert [signal.t_s for signal in given_out(asked)] == [1.0, 9.1]


def test_the_guide_may_say_the_same_again() -> None:
    asked = [line(t_s, SignalKind.INSTRUCTION, "turn in") for t_s in (1.0, 5.0)]
    assert [signal.t_s for signal in given_out(asked)] == [1.0, 5.0]


def test_the_words_for_an_effort_find_nobody_speaking() -> None:
    state, near = step(PARAMS, SpeechState(), 8.0, [line(8.0, SignalKind.INSTRUCTION, "rest")], effort_s=10.0)
    _, then = step(PARAMS, state, 10.0, [line(10.0, SignalKind.INSTRUCTION, "turn in")])
    assert near == ()
    assert [signal.text for signal in then] == ["turn in"]
    _, early = step(PARAMS, SpeechState(), 7.0, [line(7.0, SignalKind.INSTRUCTION, "rest")], effort_s=10.0)
    assert [signal.text for signal in early] == ["rest"]


ANY = st.builds(
    lambda tenths, kind, text: line(tenths / 10, kind, "" if kind in TONES else text),
    st.integers(0, 500),
    st.sampled_from(SignalKind),
    st.sampled_from(["one", "two", "three"]),
)


@settings(deadline=None, max_examples=80)
@given(st.lists(ANY, max_size=40))
def test_lines_keep_their_distance_and_no_tone_is_late(wanted: list[Signal]) -> None:
    found = given_out(sorted(wanted, key=lambda signal: signal.t_s))
    said = lines(found)
    for one, following in pairwise(said):
        apart_s = following.t_s - one.t_s
        assert apart_s >= PARAMS.gap_s - 1e-9 or following.kind is SignalKind.SAFETY
    asked_s = {(signal.kind, signal.t_s) for signal in wanted}
    assert all((signal.kind, signal.t_s) in asked_s for signal in found if signal.tone)
    tones = [signal for signal in wanted if signal.kind in TONES]
    assert all(found.count(tone) == wanted.count(tone) for tone in tones)


def test_behind_a_line_of_safety_nothing_waits_any_more() -> None:
    wanted = [
        line(1.0, SignalKind.FAULT, "first"),
        line(1.0, SignalKind.TOO_FAST, "later"),
        line(2.0, SignalKind.SAFETY),
    ]
    assert [each.kind for each in lines(given_out(wanted))] == [SignalKind.FAULT, SignalKind.SAFETY]
