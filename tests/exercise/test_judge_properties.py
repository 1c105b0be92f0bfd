"""Whatever comes, nothing raises, holds never overlap, and no cutting changes an event or a phase."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.exercise import judge
from imu_hip.model.block import AngleBlock
from imu_hip.model.event import Compensation, Event, Exit, Hold, NotJudged, PartEnded, PartStarted, Touch, Trial
from imu_hip.model.exercise_spec import Channel, Direction, Posture
from imu_hip.model.item import Edge, MarkLabel, TimedMark
from tests.exercise.traces import RATE_HZ, block, catalogue, movement, run

PARAMS = [
    judge.Params(tuple(map(catalogue, (name, "supine_ere"))), name, RATE_HZ)
    for name in ("supine_ere", "standing_dissociation", "arom_prone", "brettzel", "hinge_ir", "prone_ir", "seated_ir")
]
UP_CHANNELS = tuple(channel for channel in Channel if channel is not Channel.THIGH_RAISE)
Recording = tuple[AngleBlock, list[TimedMark]]
LABELS = (
    MarkLabel.EXERCISE,
    MarkLabel.MAX_REP,
    MarkLabel.NEUTRAL,
    MarkLabel.POSTURE_NEUTRAL,
    MarkLabel.TABLE_REST,
    MarkLabel.N_POSE,
)
DETAILS = ("", "internal", "external", "supine_ere", "something")


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    """Draw plateaus and ways of a hip (or of nothing human), wobble, unknown rows, absent rows and marks."""
    human = st.sampled_from([0.0, 30.0, 30.0, 28.0, 24.0, 20.0, -30.0, 5.0])
    targets = st.one_of(human, human, st.floats(-179.0, 179.0))
    ways = st.one_of(st.just(0.0), st.floats(0.05, 3.0))
    steps = draw(st.lists(st.tuples(targets, ways, st.floats(0.1, 4.0)), min_size=1, max_size=6))
    legs = [leg for target, way_s, stay_s in steps for leg in ((target, way_s), (target, stay_s))]
    angle = movement(*legs)
    n = len(angle)
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    angle = angle + draw(st.sampled_from([0.0, 0.3, 3.0])) * rng.normal(size=n)
    valid, present = np.ones(n, bool), np.ones(n, bool)
    for kind in (valid, present):
        for _ in range(draw(st.integers(0, 3))):
            start = draw(st.integers(0, n))
            kind[start : start + draw(st.sampled_from([1, 3, 6, 30, 50, 200]))] = False
    t_s = np.arange(n) / RATE_HZ + draw(st.sampled_from([0.0, 0.003])) * rng.uniform(size=n)
    marks = [
        TimedMark(
            draw(st.floats(-1.0, n / RATE_HZ + 1.0)),
            draw(st.sampled_from(LABELS)),
            draw(st.sampled_from(Edge)),
            draw(st.sampled_from(DETAILS)),
        )
        for _ in range(draw(st.integers(0, 8)))
    ]
    posture = draw(st.sampled_from(Posture))
    moved = {
        channel: size * (rng.integers(-2, 3) + share * angle / 30.0)
        for channel in draw(st.sets(st.sampled_from(list(UP_CHANNELS))))
        for size, share in [(draw(st.sampled_from([1.0, 5.0, 20.0])), draw(st.sampled_from([-1.0, 0.0, 1.0])))]
    }
    sd_deg = draw(st.sampled_from([0.5, 1.5, 9.0])) + draw(st.sampled_from([0.0, 0.2])) * np.abs(angle)
    whole = block(
        angle[present],
        t_s[present],
        valid[present],
        posture,
        {channel: np.asarray(values)[present] for channel, values in moved.items()},
        sd_deg[present],
        None if draw(st.booleans()) else np.zeros(np.count_nonzero(present)),
    )
    return whole, sorted(marks, key=lambda mark: mark.t_s)


def exactly(events: tuple[Event, ...], phases: list[int]) -> tuple[str, list[int]]:
    """Return what is equal only if everything is, NaN included."""
    return repr(events), phases


@settings(max_examples=80, deadline=None)
@given(recording=recordings(), params=st.sampled_from(PARAMS))
def test_whatever_comes_holds_do_not_overlap_and_lie_within_their_part(
    recording: Recording, params: judge.Params
) -> None:
    whole, marks = recording
    events, phases = run(params, whole, marks)
    assert len(phases) == len(whole.t_s)
    part_s = None
    ends: dict[Direction, float] = {}
    for event in events:
        match event:
            case PartStarted():
                assert part_s is None
                part_s, ends = event.t_s, {}
            case PartEnded():
                assert part_s is not None
                assert event.t_s >= part_s
                part_s = None
            case Hold() | Touch():
                assert part_s is not None
                assert max(part_s - 0.1, ends.get(event.direction, -math.inf)) <= event.start_s <= event.end_s
                ends[event.direction] = event.end_s
                if isinstance(event, Hold):
                    numbers = (event.angle_rad, event.drift_rad_s, event.wobble_rad, event.sd_rad)
                    assert all(map(math.isfinite, (*numbers, event.entry_peak_rad_s, event.fraction_of_end_range)))
            case Exit():
                assert event.start_s == ends[event.direction]
                assert event.end_s >= event.start_s
                assert event.verdict is None or math.isfinite(event.peak_rad_s)
            case Compensation() | NotJudged():
                assert part_s is not None
                # A neutral before the part, and flags on the way, reach back a little.
                assert part_s - 0.1 <= event.start_s <= event.end_s
                size = event.peak_rad if isinstance(event, Compensation) else event.sd_rad
                assert math.isfinite(size)
                assert size >= 0.0
                assert event.why
            case Trial():
                assert event.angle_rad > 0.0
                assert event.start_s <= event.end_s
    assert part_s is None


@settings(max_examples=30, deadline=None)
@given(recording=recordings(), params=st.sampled_from(PARAMS), data=st.data())
def test_no_cutting_changes_an_event_or_a_phase(
    recording: Recording, params: judge.Params, data: st.DataObject
) -> None:
    whole, marks = recording
    n = len(whole.t_s)
    cuts = sorted(data.draw(st.lists(st.integers(0, n), max_size=12)))
    assert exactly(*run(params, whole, marks, cuts)) == exactly(*run(params, whole, marks))


@settings(max_examples=3, deadline=None)
@given(recording=recordings(), params=st.sampled_from(PARAMS))
def test_one_row_at_a_time_is_the_same_as_all_at_once(recording: Recording, params: judge.Params) -> None:
    whole, marks = recording
    cuts = range(1, len(whole.t_s))
    assert exactly(*run(params, whole, marks, cuts)) == exactly(*run(params, whole, marks))


@pytest.mark.parametrize("params", PARAMS, ids=lambda params: params.exercise_id)
def test_a_recording_without_any_angle_gives_no_hold(params: judge.Params) -> None:
    whole = block(np.zeros(500), valid=[False] * 500)
    events, phases = run(params, whole, [TimedMark(0.0, MarkLabel.EXERCISE, Edge.BEGIN)])
    assert not [event for event in events if isinstance(event, Hold | Touch | Exit)]
    assert set(phases) == {0}
