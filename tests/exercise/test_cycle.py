"""What a cycle consists of, and what is named when it is not complete."""

from collections.abc import Sequence
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.exercise.cycle import CycleState, add, close, missing
from imu_hip.model.event import Block, Cycle, Exit, ExitVerdict, Hold, HoldVerdict, Touch
from imu_hip.model.exercise_spec import Direction, Step

IN, BLOCK, OUT, EXIT = Step.INTERNAL_HOLD, Step.BLOCK, Step.EXTERNAL_HOLD, Step.CONTROLLED_EXIT
WANTED = (IN, BLOCK, IN, EXIT)


def a_hold(
    start_s: float = 0.0, direction: Direction = Direction.INTERNAL, verdict: HoldVerdict = HoldVerdict.COMPLETE
) -> Hold:
    return Hold(start_s, start_s + 9.0, direction, 0.5, 0.5, 0.03, 1.0, 0.0, 0.0, verdict, "")


def an_exit(verdict: ExitVerdict | None) -> Exit:
    return Exit(40.0, 41.0, Direction.INTERNAL, 0.5, -1.5, verdict, "")


def cycle(*events: Hold | Touch | Exit | Block, neutral_s: float | None = None) -> Cycle:
    state = CycleState(neutral_s=neutral_s)
    for event in events:
        add(state, event)
    (found,) = close(WANTED, state, 41.0)
    return found


def test_all_steps_in_order_are_a_complete_cycle_from_leaving_neutral() -> None:
    steps = (a_hold(2.0), Block(12.0, 20.0, 0.01), a_hold(21.0), an_exit(ExitVerdict.CONTROLLED))
    found = cycle(*steps, neutral_s=1.0)
    assert found.complete
    assert (found.steps, found.missing) == (WANTED, ())
    assert (found.start_s, found.end_s) == (1.0, 41.0)


@pytest.mark.parametrize("verdict", [ExitVerdict.FAST, ExitVerdict.FLOP, None])
def test_any_other_exit_is_named(verdict: ExitVerdict | None) -> None:
    found = cycle(a_hold(2.0), Block(12.0, 20.0, 0.01), a_hold(21.0), an_exit(verdict))
    assert not found.complete
    assert found.missing == (EXIT,)


def test_a_missing_block_is_named_and_nothing_else() -> None:
    assert cycle(a_hold(2.0), a_hold(21.0), an_exit(ExitVerdict.CONTROLLED)).missing == (BLOCK,)


def test_a_block_before_the_first_hold_does_not_count() -> None:
    found = cycle(Block(1.0, 6.0, 0.01), a_hold(7.0), a_hold(21.0), an_exit(ExitVerdict.CONTROLLED))
    assert found.missing == (BLOCK,)


def test_a_short_hold_counts_and_a_touch_does_not() -> None:
    short = a_hold(2.0, verdict=HoldVerdict.SHORT)
    touch = Touch(21.0, 22.0, Direction.INTERNAL)
    found = cycle(short, Block(12.0, 20.0, 0.01), touch, an_exit(ExitVerdict.CONTROLLED))
    assert found.steps == (IN, BLOCK, EXIT)
    assert found.missing == (IN,)


def test_back_in_neutral_without_a_step_is_no_cycle() -> None:
    assert close(WANTED, CycleState(), 3.0) == ()


def test_an_external_hold_has_its_own_name() -> None:
    assert cycle(a_hold(2.0, Direction.EXTERNAL)).steps == (OUT,)


@given(st.lists(st.sampled_from([IN, BLOCK, EXIT]), max_size=7))
def test_missing_is_the_shortest_that_helps(found: list[Step]) -> None:
    kept = max(
        len(places)
        for n in range(len(WANTED) + 1)
        for places in combinations(range(len(WANTED)), n)
        if _contains(found, [WANTED[place] for place in places])
    )
    lacking = missing(WANTED, found)
    assert len(lacking) == len(WANTED) - kept
    assert _contains(WANTED, lacking)


def test_only_what_contains_everything_in_order_lacks_nothing() -> None:
    for found in product([IN, BLOCK, EXIT], repeat=4):
        assert (missing(WANTED, found) == ()) is (found == WANTED)


def _contains(long: Sequence[Step], short: Sequence[Step]) -> bool:
    left = iter(long)
    return all(step in left for step in short)
