"""When a hold begins, goes on and ends: analytic traces and the edges of every rule, for an end range of 30 degrees."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.exercise import hold
from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.hold import HoldEvent
from imu_hip.exercise.hold_rows import Mode
from imu_hip.exercise.levels import Levels, levels
from imu_hip.model.event import Exit, ExitVerdict, Hold, HoldVerdict, Touch
from imu_hip.model.exercise_spec import Direction, Threshold
from tests.exercise.traces import RATE_HZ, as_rows, movement, of, plain, samples

SPEC = plain()
LEVELS = levels(Direction.INTERNAL, math.radians(30.0), SPEC.hold, SPEC.exit)
BREATH = ((0.0, 0.5), (30.0, 1.2), (30.0, 9.0))
UP_S = 1.7
DOWN_S = 10.7
"""When the limb is up, and when it begins to come down."""


def run(rows: Sequence[Sample], own: Levels = LEVELS) -> list[HoldEvent]:
    state = hold.initial(own)
    return [*take(own, state, *rows), *hold.close(own, state)]


def take(own: Levels, state: hold.HoldState, *rows: Sample) -> list[HoldEvent]:
    given, phases = as_rows(rows), np.empty(len(rows), np.uint8)
    events: list[HoldEvent] = []
    at = 0
    while at < len(given):
        at, new = hold.run(own, state, given, at, phases)
        events += new
        at += 1
    return events


def kinds(events: Iterable[HoldEvent]) -> list[type]:
    return [type(event) for event in events]


def first(events: Iterable[HoldEvent]) -> Hold:
    return of(Hold, events)[0]


def way_back(events: Iterable[HoldEvent]) -> Exit:
    return of(Exit, events)[0]


def constant(angle_rad: float, duration_s: float) -> list[Sample]:
    return [Sample(i / RATE_HZ, angle_rad, 0.0, 0.01) for i in range(round(duration_s * RATE_HZ))]


def without(rows: Sequence[Sample], start_s: float, end_s: float) -> list[Sample]:
    """Make the samples of [start_s, end_s) unknown."""
    unseen = math.nan
    return [s if not start_s <= s.t_s < end_s - 1e-9 else Sample(s.t_s, unseen, unseen, unseen) for s in rows]


class TestStart:
    def test_start_is_the_first_sample_above_enter_that_is_still(self) -> None:
        angle = movement(*BREATH, (0.0, 1.5), (0.0, 1.0))
        speed = np.abs(np.gradient(angle) * RATE_HZ)
        at = int(np.argmax((angle >= 24.0) & (speed <= 7.5)))
        found = first(run(samples(angle)))
        assert found.start_s == pytest.approx(at / RATE_HZ)
        assert found.start_s < UP_S

    def test_start_is_known_after_the_settling_time(self) -> None:
        state = hold.initial(LEVELS)
        for sample in samples(movement(*BREATH)):
            take(LEVELS, state, sample)
            if state.mode is Mode.HOLD:
                break
        assert sample.t_s - state.now.start_s == pytest.approx(0.30)

    def test_plateau_exactly_at_enter_is_a_hold_and_just_below_is_nothing(self) -> None:
        assert kinds(run(constant(LEVELS.enter_rad, 5.0))) == [Hold]
        assert run(constant(math.nextafter(LEVELS.enter_rad, 0.0), 5.0)) == []

    def test_plateau_at_two_thirds_is_nothing(self) -> None:
        assert run(samples(movement((20.0, 1.0), (20.0, 8.0), (0.0, 1.5), (0.0, 1.0)))) == []

    def test_creeping_too_fast_does_not_settle(self) -> None:
        rows = [replace_rate(sample, LEVELS.still_rad_s * 1.001) for sample in constant(LEVELS.end_range_rad, 5.0)]
        assert run(rows) == []

    def test_a_hole_while_settling_begins_it_anew(self) -> None:
        rows = without(constant(LEVELS.end_range_rad, 5.0), 0.1, 0.6)
        assert first(run(rows)).start_s == pytest.approx(0.6)

    def test_entry_peak_is_the_highest_speed_of_the_way_up(self) -> None:
        found = first(run(samples(movement(*BREATH))))
        assert math.degrees(found.entry_peak_rad_s) == pytest.approx(1.875 * 30.0 / 1.2, rel=0.001)

    def test_a_small_end_range_does_not_let_a_hold_begin_in_neutral(self) -> None:
        own = levels(Direction.INTERNAL, math.radians(4.5), SPEC.hold, SPEC.exit)
        assert run(constant(math.radians(1.0), 5.0), own) == []
        assert kinds(run(constant(math.radians(1.3), 5.0), own)) == [Hold]


def replace_rate(sample: Sample, rate: float) -> Sample:
    return Sample(sample.t_s, sample.angle_rad, rate, sample.sd_rad)


class TestEnd:
    def test_end_is_dated_back_to_where_the_limb_began_to_fall(self) -> None:
        found = first(run(samples(movement(*BREATH, (0.0, 1.5), (0.0, 1.0)))))
        assert DOWN_S <= found.end_s <= DOWN_S + 0.15

    def test_end_is_known_within_the_grace(self) -> None:
        state = hold.initial(LEVELS)
        for sample in samples(movement(*BREATH, (0.0, 1.5), (0.0, 1.0))):
            take(LEVELS, state, sample)
            if state.mode is Mode.EXIT:
                break
        assert sample.t_s - state.now.end_s <= 0.40

    @pytest.mark.parametrize(("dip_s", "ended"), [(0.39, False), (0.41, True)])
    def test_hold_ends_when_below_leave_for_the_grace(self, dip_s: float, ended: bool) -> None:
        sag = movement((19.6, 12.0), start_deg=25.0)
        dip = np.full(round(dip_s * RATE_HZ), 19.4)
        rows = samples(np.concatenate([np.full(300, 25.0), sag, np.full(100, 19.6), dip, np.full(300, 19.6)]))
        found = first(run(rows))
        dip_at_s = 16.0
        if ended:
            assert found.end_s == pytest.approx(dip_at_s, abs=0.025)
        else:
            assert found.end_s == pytest.approx(rows[-1].t_s)

    @pytest.mark.parametrize(("fall", "ended"), [(0.14, False), (0.16, True)])
    def test_hold_ends_when_it_falls_by_the_drop_within_the_window(self, fall: float, ended: bool) -> None:
        down = np.linspace(30.0, 30.0 * (1.0 - fall), 151)
        below = np.linspace(down[-1], 22.0, 2000)
        found = first(run(samples(np.concatenate([np.full(500, 30.0), down, below]))))
        assert (found.end_s < 6.6) is ended

    def test_a_slow_sag_ends_at_the_leave_level(self) -> None:
        sag_deg_per_s = 1.0
        angle = np.concatenate([np.full(300, 30.0), 30.0 - sag_deg_per_s * np.arange(2200) / RATE_HZ])
        found = first(run(samples(angle)))
        assert found.end_s == pytest.approx(3.0 + (30.0 - 19.5) / sag_deg_per_s, abs=0.02)

    def test_a_fast_return_ends_it_before_it_has_dropped(self) -> None:
        rows = constant(LEVELS.end_range_rad, 4.0)
        fast = 1.001 * LEVELS.release_rad_s
        rows += [Sample(4.0 + i / RATE_HZ, LEVELS.end_range_rad, -fast, 0.01) for i in range(13)]
        state = hold.initial(LEVELS)
        modes = []
        for sample in rows:
            take(LEVELS, state, sample)
            modes.append(state.mode)
        assert modes[-2:] == [Mode.HOLD, Mode.EXIT]
        assert state.now.end_s == pytest.approx(3.99)

    def test_wobble_of_half_a_degree_does_not_split_a_hold(self) -> None:
        rng = np.random.default_rng(3)
        t_s = np.arange(3000) / RATE_HZ
        tones = [(f, rng.uniform(0.0, 2.0 * math.pi)) for f in (0.3, 0.7, 1.1, 1.9, 2.7)]
        wobble = np.sum([np.sin(2.0 * math.pi * f * t_s + p) for f, p in tones], axis=0)
        found = run(samples(30.0 + 0.5 * wobble / wobble.std()))
        assert kinds(found) == [Hold]
        assert math.degrees(first(found).wobble_rad) == pytest.approx(0.5, abs=0.02)


class TestDuration:
    def test_letting_go_after_a_second_is_a_touch_without_an_exit(self) -> None:
        found = run(samples(movement((0.0, 0.5), (30.0, 1.0), (30.0, 1.0), (0.0, 1.5), (0.0, 2.0))))
        assert kinds(found) == [Touch]

    @pytest.mark.parametrize(("held_s", "kind"), [(1.99, Touch), (2.0, Hold)])
    def test_the_minimum_dwell_parts_touch_and_hold(self, held_s: float, kind: type[Hold] | type[Touch]) -> None:
        rows = constant(LEVELS.end_range_rad, held_s)
        rows.append(Sample(held_s, LEVELS.end_range_rad, 0.0, 0.01))
        assert kinds(run(rows)) == [kind]

    @pytest.mark.parametrize(("held_s", "verdict"), [(7.99, HoldVerdict.SHORT), (8.0, HoldVerdict.COMPLETE)])
    def test_a_breath_makes_a_hold_complete(self, held_s: float, verdict: HoldVerdict) -> None:
        rows = constant(LEVELS.end_range_rad, held_s)
        rows.append(Sample(held_s, LEVELS.end_range_rad, 0.0, 0.01))
        assert first(run(rows)).verdict is verdict

    def test_a_very_long_hold_stays_bounded_and_keeps_its_start(self) -> None:
        state = hold.initial(LEVELS)
        for sample in constant(LEVELS.end_range_rad, 200.0):
            take(LEVELS, state, sample)
            assert len(state.trace) <= 12_000
        (found,) = hold.close(LEVELS, state)
        assert found.start_s == 0.0
        assert found.end_s == pytest.approx(199.99)


class TestLostData:
    @pytest.mark.parametrize("as_rows", [True, False])
    def test_a_short_hole_is_part_of_the_hold(self, as_rows: bool) -> None:
        rows = without(samples(movement(*BREATH, (0.0, 1.5), (0.0, 1.0))), 5.0, 5.3)
        found = run(rows if as_rows else [s for s in rows if s.angle_rad == s.angle_rad])
        assert kinds(found) == [Hold, Exit]
        assert first(found).end_s > DOWN_S

    @pytest.mark.parametrize("as_rows", [True, False])
    def test_a_long_hole_ends_the_hold_as_data_lost_and_the_rest_is_another(self, as_rows: bool) -> None:
        rows = without(samples(movement(*BREATH, (0.0, 1.5), (0.0, 1.0))), 5.0, 5.5)
        found = run(rows if as_rows else [s for s in rows if s.angle_rad == s.angle_rad])
        assert kinds(found) == [Hold, Hold, Exit]
        assert first(found).verdict is HoldVerdict.DATA_LOST
        assert first(found).end_s == pytest.approx(4.99)
        assert "the data were lost" in first(found).why
        assert found[1].start_s == pytest.approx(5.5)

    def test_losing_the_data_after_a_whole_breath_takes_nothing_away(self) -> None:
        found = first(run(without(samples(movement(*BREATH)), 10.0, 10.6)))
        assert found.verdict is HoldVerdict.COMPLETE
        assert "the data were lost" in found.why

    def test_letting_go_before_the_hole_is_not_blamed_on_the_data(self) -> None:
        angle = np.concatenate([np.full(500, 19.6), np.full(20, 19.4), np.full(300, 0.0)])
        own = replace(LEVELS, enter_rad=math.radians(19.5))
        found = run(without(samples(angle), 5.2, 7.0), own)
        assert first(found).end_s == pytest.approx(5.0, abs=0.025)
        assert first(found).verdict is HoldVerdict.SHORT

    def test_an_exit_with_a_long_hole_has_no_verdict(self) -> None:
        found = run(without(samples(movement(*BREATH, (0.0, 3.0), (0.0, 1.0))), 12.0, 12.5))
        assert kinds(found) == [Hold, Exit]
        assert way_back(found).verdict is None
        assert "data were lost" in way_back(found).why


class TestExit:
    @pytest.mark.parametrize(
        ("peak_per_s", "verdict"),
        [
            (1.48, ExitVerdict.CONTROLLED),
            (1.52, ExitVerdict.FAST),
            (2.48, ExitVerdict.FAST),
            (2.52, ExitVerdict.FLOP),
        ],
    )
    def test_label_follows_the_peak_speed_in_end_ranges_per_second(
        self, peak_per_s: float, verdict: ExitVerdict
    ) -> None:
        found = run(samples(movement(*BREATH, (0.0, 1.875 / peak_per_s), (0.0, 1.0))))
        assert kinds(found) == [Hold, Exit]
        assert way_back(found).verdict is verdict
        assert way_back(found).peak_rad_s == pytest.approx(peak_per_s * LEVELS.end_range_rad, rel=0.01)

    @pytest.mark.parametrize("way_s", [2.0, 3.0, 4.0, 6.0, 8.0])
    def test_a_slow_way_back_is_one_controlled_exit(self, way_s: float) -> None:
        found = run(samples(movement(*BREATH, (0.0, way_s), (0.0, 2.0))))
        assert kinds(found) == [Hold, Exit]
        assert way_back(found).verdict is ExitVerdict.CONTROLLED
        assert found[1].start_s == first(found).end_s

    def test_not_coming_back_to_neutral_gives_no_verdict(self) -> None:
        found = run(samples(movement(*BREATH, (15.0, 1.5), (15.0, 14.0), (0.0, 1.5), (0.0, 1.0))))
        assert kinds(found) == [Hold, Exit]
        assert way_back(found).verdict is None
        assert found[1].end_s - found[1].start_s == pytest.approx(12.0, abs=0.02)

    def test_the_end_of_the_recording_leaves_the_exit_open(self) -> None:
        found = run(samples(movement(*BREATH, (0.0, 2.0)))[:-80])
        assert kinds(found) == [Hold, Exit]
        assert way_back(found).verdict is None

    def test_where_exits_are_not_graded_there_are_none(self) -> None:
        own = levels(Direction.INTERNAL, math.radians(30.0), SPEC.hold, None)
        found = run(samples(movement(*BREATH, (15.0, 1.5), (15.0, 14.0), *BREATH, (0.0, 1.5), (0.0, 1.0))), own)
        assert kinds(found) == [Hold, Hold]


class TestAfterAHold:
    def test_relaxing_a_step_and_staying_there_is_no_second_hold(self) -> None:
        found = run(samples(movement(*BREATH, (25.0, 0.8), (25.0, 9.0), (0.0, 1.5), (0.0, 1.0))))
        assert kinds(found).count(Hold) == 1

    def test_climbing_back_to_the_level_is_a_second_hold(self) -> None:
        found = run(samples(movement(*BREATH, (23.0, 0.8), (23.0, 5.0), (30.0, 1.0), (30.0, 4.0))))
        assert kinds(found) == [Hold, Exit, Hold]
        assert way_back(found).verdict is None

    def test_after_neutral_the_basic_level_counts_again(self) -> None:
        found = run(samples(movement(*BREATH, (0.0, 1.5), (0.0, 1.0), (25.0, 1.0), (25.0, 4.0))))
        assert kinds(found) == [Hold, Exit, Hold]

    @pytest.mark.parametrize(("away_s", "holds"), [(0.7, 1), (0.9, 2)])
    def test_a_hold_is_taken_up_again_within_the_merge_time(self, away_s: float, holds: int) -> None:
        angle = np.concatenate([np.full(500, 30.0), np.full(round(away_s * RATE_HZ) - 1, 25.0), np.full(500, 30.0)])
        found = [event for event in run(samples(angle)) if isinstance(event, Hold)]
        assert len(found) == holds
        if holds == 1:
            assert found[0].start_s == 0.0
            assert found[0].end_s == pytest.approx(len(angle) / RATE_HZ - 0.01)

    def test_nothing_is_handed_out_before_it_is_final(self) -> None:
        state = hold.initial(LEVELS)
        for sample in samples(movement(*BREATH, (25.0, 0.5), (25.0, 3.0))):
            events = take(LEVELS, state, sample)
            if events:
                break
        assert kinds(events) == [Hold]
        assert sample.t_s - events[0].end_s == pytest.approx(0.8, abs=0.011)


class TestMetrics:
    def test_percent_drift_and_standard_deviation_are_those_of_the_plateau(self) -> None:
        rising = 27.0 + 0.3 * np.arange(1000) / RATE_HZ
        falling = np.linspace(30.0, 0.0, 100)
        found = first(run(samples(np.concatenate([rising, falling]), sd_deg=1.7)))
        assert math.degrees(found.drift_rad_s) == pytest.approx(0.3)
        middle_s = (0.5 + found.end_s - 0.3) / 2.0
        assert math.degrees(found.angle_rad) == pytest.approx(27.0 + 0.3 * middle_s, abs=0.01)
        assert found.fraction_of_end_range == pytest.approx(found.angle_rad / LEVELS.end_range_rad, abs=1e-3)
        assert math.degrees(found.sd_rad) == pytest.approx(1.7)
        assert found.wobble_rad == pytest.approx(0.0, abs=1e-9)
        assert found.why == "held 9.9 s (8 s asked for); 95 % of your end range; drifted +0.3 °/s"

    def test_a_drift_within_the_error_is_not_a_finding(self) -> None:
        t_s = np.arange(1000) / RATE_HZ
        assert "drifted" not in first(run(samples(29.0 + 0.14 * t_s))).why

    def test_a_short_hold_is_never_said_to_have_lasted_what_was_asked(self) -> None:
        why = first(run(constant(LEVELS.end_range_rad, 7.98))).why
        assert why == "held 7.9 s of the 8 s asked for; still held when the exercise ended; 100 % of your end range"


@settings(max_examples=40, deadline=None)
@given(
    scale=st.sampled_from([0.5, 2.0, 4.0]),
    way_s=st.floats(0.3, 5.0),
    level=st.floats(0.5, 1.05),
    held_s=st.floats(0.5, 6.0),
)
def test_scaling_angle_and_end_range_changes_no_event(scale: float, way_s: float, level: float, held_s: float) -> None:
    names = ("enter", "leave", "still", "release", "drop", "step")
    without_floors = {name: Threshold(0.0, getattr(SPEC.hold, name).fraction) for name in names}
    rule = replace(SPEC.hold, **without_floors)  # type: ignore[arg-type]  # all are thresholds
    way = movement((0.0, 0.5), (1.0, 1.0), (1.0, held_s), (level, 0.7), (level, 3.0), (0.0, way_s), (0.0, 1.0))
    found = []
    for size in (1.0, scale):
        own = levels(Direction.INTERNAL, math.radians(30.0 * size), rule, SPEC.exit)
        # The speed to which an end is dated back is the one absolute number left.
        with patch.object(hold, "_FALLING_RAD_S", math.radians(4.0) * size):
            found.append(run(samples(30.0 * size * way), own))
    assert kinds(found[0]) == kinds(found[1])
    for one, other in zip(*found, strict=True):
        assert (one.start_s, one.end_s) == (other.start_s, other.end_s)
        assert getattr(one, "verdict", None) == getattr(other, "verdict", None)
