"""The whole room: however a list of items is cut, rows, marks and troubles are the same to the bit."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.codec import float64_table
from imu_hip.codec.item_decoder import ItemDecoder
from imu_hip.model.block import AlignedBlock, SampleState
from imu_hip.model.event import RadioTrouble, Trouble, Warning
from imu_hip.model.item import (
    Characteristic,
    Drop,
    Edge,
    Item,
    LinkChange,
    LinkState,
    Mark,
    MarkLabel,
    Notification,
    NumberedItem,
    Role,
    Tick,
)
from imu_hip.model.packet import Received, ReceivedTogether, SensorSamples, TimedSamples
from imu_hip.model.setup import ClockMap, Setup
from imu_hip.stream import stage
from imu_hip.stream.pairing import PairingParams
from imu_hip.stream.stage import StreamInput, StreamOutput, StreamParams
from tests.stream.radio import CONFIG, bad_link, in_rows, info, packet, run, setup


def _bits(block: AlignedBlock) -> list[bytes]:
    arrays = [block.t_s, block.on_sample]
    for sensor in (block.pelvis, block.thigh):
        arrays += [sensor.gyr, sensor.acc, sensor.state]
    return [np.ascontiguousarray(a).tobytes() for a in arrays]


def _assert_same(found: StreamOutput, wanted: StreamOutput) -> None:
    assert _bits(found.block) == _bits(wanted.block)
    assert found.marks == wanted.marks
    assert found.troubles == wanted.troubles


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), lengths=st.lists(st.integers(0, 60), max_size=30))
def test_cutting_the_items_changes_no_bit(seed: int, lengths: list[int]) -> None:
    items = bad_link(seed, 12.0)
    whole_state, whole = run(items)
    state, found = run(items, lengths)
    _assert_same(found, whole)
    assert stage.statistics(state) == stage.statistics(whole_state)


@pytest.mark.parametrize("seed", [1, 2])
def test_one_item_at_a_time_changes_no_bit(seed: int) -> None:
    items = bad_link(seed)
    _assert_same(run(items, [1] * len(items))[1], run(items)[1])


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), lengths=st.lists(st.integers(0, 400), max_size=5))
def test_packets_taken_together_are_the_same_to_the_bit_as_in_turn(seed: int, lengths: list[int]) -> None:
    items = bad_link(seed, 12.0)
    in_turn_state, in_turn = run(items)
    pieces = [items[start:stop] for start, stop in itertools.pairwise([0, *itertools.accumulate(lengths), len(items)])]
    state, together = run([item for piece in pieces for item in in_rows(piece)])
    _assert_same(together, in_turn)
    assert stage.statistics(state) == stage.statistics(in_turn_state)


@pytest.mark.parametrize("deadline_s", [0.1, np.inf])
def test_of_a_good_link_all_packets_are_taken_together(deadline_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    params = StreamParams(pairing=PairingParams(deadline_s=deadline_s), zero_ns=0)
    first, rest = range(1), range(1, 600)
    ticks: list[StreamInput] = [Tick(round(1e9 * t_s)) for t_s in np.arange(0.1, 30.0, 0.25)]
    begun = _merged(_hello(), _packets(Role.PELVIS, first), _packets(Role.THIGH, first, at_s=0.02))
    items = _merged(_packets(Role.PELVIS, rest), _packets(Role.THIGH, rest, at_s=0.02), ticks)
    in_turn = run([*begun, *items], params=params)[1]
    monkeypatch.setattr(ReceivedTogether, "apart", None)
    together = run([*begun, *in_rows(items)], params=params)[1]
    _assert_same(together, in_turn)
    assert len(together.block.t_s) > 2990


def test_the_bad_link_of_these_tests_shows_every_trouble_that_it_should() -> None:
    troubles = [trouble for seed in range(10) for trouble in run(bad_link(seed))[1].troubles]
    kinds = {trouble.kind for trouble in troubles if isinstance(trouble, Trouble)}
    assert {RadioTrouble.GAP, RadioTrouble.DUPLICATE, RadioTrouble.LATE, RadioTrouble.CLOCK_RESTART} <= kinds


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10_000))
def test_rows_always_increase_and_a_mark_never_reaches_back(seed: int) -> None:
    items = bad_link(seed, 12.0)
    params = StreamParams(zero_ns=0)
    state = stage.start(params, setup())
    last_s = -np.inf
    for item in items:
        state, output = stage.step(params, state, [item])
        assert all(mark.t_s > last_s for mark in output.marks)
        assert np.all(np.diff(np.concatenate([[last_s], output.block.t_s])) > 0.0)
        last_s = max(last_s, output.block.t_s.max(initial=-np.inf))


def _timed(role: Role, t_s: np.ndarray) -> Received:
    samples = TimedSamples(t_s, np.outer(t_s, [1.0, 2.0, 3.0]), np.outer(t_s, [4.0, 5.0, 6.0]), None)
    return Received(round(t_s[-1] * 1e9), role, samples)


def _two_tables(pelvis_s: np.ndarray, thigh_s: np.ndarray) -> list[StreamInput]:
    return [_timed(Role.PELVIS, pelvis_s), _timed(Role.THIGH, thigh_s)]


def _numbered(items: Sequence[Item]) -> list[NumberedItem]:
    return [NumberedItem(number, item) for number, item in enumerate(items)]


def _tables(seed: int, *, mag: bool) -> list[Notification]:
    """Return blocks of two files: samples missing, blocks that come late or reach back, clocks of their own."""
    rng = np.random.default_rng(seed)
    items: list[tuple[float, Notification]] = []
    for role in Role:
        t_s = np.cumsum(rng.choice([0.01, 0.0101, 0.06], 600, p=[0.7, 0.295, 0.005]))
        for some in np.array_split(t_s, 60):
            back_s = 0.3 if rng.random() < 0.02 else 0.0
            vectors = rng.normal(size=(3, len(some), 3))
            payload = float64_table.encode(
                TimedSamples(some - back_s, vectors[0], vectors[1], vectors[2] if mag else None)
            )
            arrival_s = float(some[-1]) + (1.5 if rng.random() < 0.02 else 0.0)
            items.append((arrival_s, Notification(round(1e9 * arrival_s), role, Characteristic.STREAM, payload)))
    return [item for _, item in sorted(items, key=lambda pair: pair[0])]


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), mag=st.booleans(), rate=st.sampled_from([0.0, 40e-6]))
def test_blocks_of_files_taken_together_are_the_same_to_the_bit_as_in_turn(seed: int, mag: bool, rate: float) -> None:
    items = _tables(seed, mag=mag)
    clock = ClockMap(offset_s=0.004 if rate else 0.0, rate=rate, origin_s=1.0)
    of = setup("float64", 100.0)
    of = replace(of, sensors=(of.sensors[0], replace(of.sensors[1], clock=clock)))
    decoder = ItemDecoder(of.sensors)
    in_turn_state, in_turn = run([found for item in items for found in decoder.decode([NumberedItem(0, item)])], of=of)
    state, together = run(decoder.decode(_numbered(items)), of=of)
    _assert_same(together, in_turn)
    assert stage.statistics(state) == stage.statistics(in_turn_state)


def test_blocks_of_files_without_holes_are_never_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    t_s = np.arange(4000) / 100.0
    items = [
        Notification(
            round(1e9 * some[-1]), role, Characteristic.STREAM, float64_table.encode(TimedSamples(some, v, v, None))
        )
        for some in np.array_split(t_s, 160)
        for v in [np.ones((len(some), 3))]
        for role in Role
    ]
    of = setup("float64", 100.0)
    monkeypatch.setattr(ReceivedTogether, "apart", None)
    decoder = ItemDecoder(of.sensors)
    # As long as one sensor is alone, nothing is in time.
    _, output = run([*decoder.decode(_numbered(items[:2])), *decoder.decode(_numbered(items[2:]))], of=of)
    np.testing.assert_array_equal(output.block.t_s, t_s)


def test_a_table_passes_bit_for_bit() -> None:
    t_s = np.arange(100) / 100.0
    _, output = run(_two_tables(t_s, t_s), of=setup("float64", 100.0))
    np.testing.assert_array_equal(output.block.t_s, t_s)
    np.testing.assert_array_equal(output.block.thigh.gyr, np.outer(t_s, [1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(output.block.pelvis.acc, np.outer(t_s, [4.0, 5.0, 6.0]))
    assert output.troubles == ()


def test_holes_in_a_table_are_counted_also_between_blocks() -> None:
    t_s = np.arange(100) / 100.0
    kept = np.delete(t_s, [20, 21, 50])
    items = [_timed(Role.PELVIS, t_s), _timed(Role.THIGH, kept[:20]), _timed(Role.THIGH, kept[20:])]
    state, output = run(items, of=setup("float64", 100.0))
    gaps = [(t.kind, t.role, t.count, t.start_s, t.end_s) for t in output.troubles]
    assert gaps == [
        (RadioTrouble.GAP, Role.THIGH, 2, 0.19, 0.22),
        (RadioTrouble.GAP, Role.THIGH, 1, 0.49, 0.51),
    ]
    assert stage.statistics(state)[Role.THIGH].lost == 3
    assert stage.statistics(state)[Role.THIGH].rate_hz == pytest.approx(100.0)


def _packets(role: Role, numbers: range, at_s: float = 0.0) -> list[StreamInput]:
    return [Received(round((at_s + 0.05 * (k + 1)) * 1e9), role, packet(k, 50_000 * k)) for k in numbers]


def _merged(*lists: list[StreamInput]) -> list[StreamInput]:
    return sorted((item for items in lists for item in items), key=lambda item: item.t_ns)


def _hello() -> list[StreamInput]:
    return [Received(0, role, what) for role in Role for what in (info(), CONFIG)]


def test_samples_before_the_configuration_are_bad_packets() -> None:
    _, output = run(_packets(Role.PELVIS, range(3)))
    assert [trouble.kind for trouble in output.troubles] == [RadioTrouble.BAD_PACKET] * 3
    assert len(output.block.t_s) == 0


def test_a_thigh_that_never_starts_gives_rows_without_it_and_little_is_kept() -> None:
    items = _hello() + _packets(Role.PELVIS, range(600))
    params = StreamParams(zero_ns=0)
    state = stage.start(params, setup())
    most, rows = 0, 0
    for item in items:
        state, output = stage.step(params, state, [item])
        rows += len(output.block.t_s)
        assert np.all(output.block.thigh.state == SampleState.MISSING)
        most = max(most, sum(len(piece) for piece in state.pairing.pelvis.pieces))
    assert most < 120
    assert rows > 2800


def test_a_lost_packet_is_a_gap_from_the_sample_before_to_the_sample_after() -> None:
    pelvis = [item for k, item in enumerate(_packets(Role.PELVIS, range(20))) if k != 10]
    _, output = run(_merged(_hello(), pelvis, _packets(Role.THIGH, range(20))))
    (gap,) = output.troubles
    assert (gap.kind, gap.role, gap.count) == (RadioTrouble.GAP, Role.PELVIS, 5)
    assert gap.end_s - gap.start_s == pytest.approx(0.06)
    assert np.count_nonzero(~output.block.on_sample) == 5


def test_a_gap_after_a_sample_at_time_zero_begins_there() -> None:
    items = [_timed(Role.PELVIS, np.array([0.0])), _timed(Role.PELVIS, np.array([0.03]))]
    (gap,) = run(items, of=setup("float64", 100.0))[1].troubles
    assert (gap.start_s, gap.end_s, gap.count) == (0.0, 0.03, 2)


def test_a_reboot_starts_a_new_clock_and_the_rows_go_on() -> None:
    again = _packets(Role.THIGH, range(20), at_s=2.0)
    hello = [Received(again[0].t_ns - 1, Role.THIGH, info(boot_id=2))]
    items = _merged(_hello(), _packets(Role.PELVIS, range(60)), _packets(Role.THIGH, range(20)), hello, again)
    _, output = run(items)
    kinds = [trouble.kind for trouble in output.troubles]
    assert kinds == [RadioTrouble.CLOCK_RESTART]
    after = output.block.t_s > 2.06
    assert np.count_nonzero(after & (output.block.thigh.state == SampleState.MEASURED)) > 80


def test_link_and_queue_life_are_troubles() -> None:
    items: list[StreamInput] = [
        LinkChange(1_000_000_000, Role.THIGH, LinkState.LOST, "out of range"),
        LinkChange(1_500_000_000, Role.THIGH, LinkState.SEARCHING, "for 30 s"),
        LinkChange(1_600_000_000, Role.THIGH, LinkState.CONNECTED),
        Drop(2_000_000_000, Role.PELVIS, 7),
    ]
    lost, searching, full = run(items)[1].troubles
    assert (searching.kind, searching.role, searching.start_s) == (RadioTrouble.SEARCHING, Role.THIGH, 1.5)
    assert (lost.kind, lost.role, lost.start_s, lost.detail) == (RadioTrouble.LOST, Role.THIGH, 1.0, "out of range")
    assert (full.kind, full.role, full.count) == (RadioTrouble.QUEUE_FULL, Role.PELVIS, 7)


def test_time_zero_is_the_first_item_unless_the_setup_says_so() -> None:
    mark = Mark(7_500_000_000, MarkLabel.N_POSE, Edge.BEGIN)
    items: list[StreamInput] = [Tick(5_000_000_000), mark]
    assert run(items, params=StreamParams(zero_ns=None))[1].marks[0].t_s == 2.5
    assert run(items, params=StreamParams(zero_ns=7_000_000_000))[1].marks[0].t_s == 0.5


def test_a_mark_that_comes_behind_rows_that_are_out_takes_effect_right_after_them() -> None:
    t_s = np.arange(200) / 100.0
    items = [*_two_tables(t_s, t_s), Mark(1_000_000_000, MarkLabel.N_POSE, Edge.END)]
    _, output = run(items, of=setup("float64", 100.0))
    assert output.marks[0].t_s == np.nextafter(1.99, np.inf)


def test_many_packets_in_one_call_are_the_same_as_one_at_a_time() -> None:
    items = _merged(_hello(), _packets(Role.PELVIS, range(600)), _packets(Role.THIGH, range(600), at_s=0.02))
    _assert_same(run(items)[1], run(items, [1] * len(items))[1])


def _matched_within(sd_s: float) -> Setup:
    of = setup("float64", 100.0)
    return replace(of, sensors=(of.sensors[0], replace(of.sensors[1], clock=ClockMap(sd_s=sd_s))))


@pytest.mark.parametrize(("sd_s", "warned"), [(0.0, False), (0.019, False), (0.021, True)])
def test_clocks_that_agree_only_roughly_are_warned_of_once_at_the_end(sd_s: float, warned: bool) -> None:
    t_s = np.arange(100) / 100.0
    _, output = run(_two_tables(t_s, t_s), of=_matched_within(sd_s))
    warnings = [event for event in output.troubles if isinstance(event, Warning)]
    assert [warning.code for warning in warnings] == ["clock_uncertain"] * warned


LONG = replace(CONFIG, samples_per_packet=500)


def _in_long_packets(sensors: dict[Role, int], length_s: float = 60.0) -> list[StreamInput]:
    """Return items of sensors that send so many samples at once, the thigh's numbered on, without a counter."""
    items: list[StreamInput] = [Received(0, Role.PELVIS, CONFIG), Received(0, Role.THIGH, LONG)]
    for role, n in sensors.items():
        for first in range(0, int(length_s * 100) - n, n):
            numbers = first + np.arange(n)
            samples = SensorSamples(10_000 * numbers, np.repeat(numbers[:, None], 6, axis=1).astype(float))
            items.append(Received(round((0.01 * (first + n - 1) + 0.02) * 1e9), role, samples))
    items += [Tick(round(1e9 * t_s)) for t_s in np.arange(0.25, length_s, 0.5)]
    return sorted(items, key=lambda item: item.t_ns)


def test_a_row_waits_for_a_sensor_that_takes_long_to_fill_its_packets() -> None:
    items = _in_long_packets({Role.PELVIS: 5, Role.THIGH: 450})
    state, output = run(items)
    assert output.troubles == ()
    assert stage.statistics(state)[Role.THIGH].packet_s == 5.0
    thigh = output.block.thigh.state[output.block.t_s < state.pairing.thigh.last_s]
    assert len(thigh) > 5000
    assert np.all(thigh != SampleState.MISSING)
    hasty = [replace(item, packet=CONFIG) if getattr(item, "packet", None) is LONG else item for item in items]
    late = [trouble for trouble in run(hasty)[1].troubles if trouble.kind == RadioTrouble.LATE]
    assert sum(trouble.count for trouble in late) > 0.6 * stage.statistics(state)[Role.THIGH].samples


@settings(deadline=None, max_examples=20)
@given(lengths=st.lists(st.integers(0, 60), max_size=30), gap=st.integers(0, 1200))
def test_cutting_the_items_of_long_packets_changes_no_bit(lengths: list[int], gap: int) -> None:
    items = _in_long_packets({Role.PELVIS: 5, Role.THIGH: 173}, 30.0)
    del items[gap : gap + 80]
    _assert_same(run(items, lengths)[1], run(items)[1])


@pytest.mark.parametrize("zero_ns", [-(2**63), 2**63 + 5])
def test_a_zero_far_outside_gives_the_same_times_together_as_in_turn(zero_ns: int) -> None:
    items, params = bad_link(1, 12.0), StreamParams(zero_ns=zero_ns)
    _assert_same(run(in_rows(items), params=params)[1], run(items, params=params)[1])
