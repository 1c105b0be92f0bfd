"""What an exercise file may say: the ends of every number, as they are promised to whoever writes one."""

import pytest

from imu_hip.exercise import defaults
from imu_hip.exercise.defaults import Number, Pair

HIGHEST_FLOORS = {
    "enter_deg": 30.0,
    "leave_deg": 45.0,
    "still_deg_per_s": 60.0,
    "release_deg_per_s": 200.0,
    "drop_deg": 30.0,
    "step_deg": 30.0,
    "small_step_deg": 30.0,
    "climb_deg": 30.0,
    "grow_deg": 30.0,
    "least_deg": 30.0,
    "other_way_deg": 30.0,
}
ENDS = {
    "hold": {
        "settle_s": (0.0, 2.0),
        "min_dwell_s": (0.1, 60.0),
        "breath_s": (0.1, 600.0),
        "grace_s": (0.05, 2.0),
        "release_s": (0.0, 2.0),
        "drop_window_s": (0.1, 10.0),
        "merge_s": (0.0, 5.0),
        "back_date_s": (0.0, 5.0),
        "neutral_fraction": (0.01, 0.5),
        "smallest_end_range_deg": (1.0, 45.0),
    },
    "exit": {
        "controlled_per_s": (0.1, 20.0),
        "controlled_s": (0.0, 10.0),
        "flop_per_s": (0.1, 20.0),
        "flop_s": (0.0, 10.0),
        "timeout_s": (1.0, 120.0),
    },
    "block": {
        "lowest": (0.0, 1.0),
        "highest": (0.1, 2.0),
        "still_deg_per_s": (0.1, 60.0),
        "range_deg": (0.1, 30.0),
        "min_s": (0.5, 120.0),
    },
    "guide": {"whole_s": (2.0, 60.0), "let_go_s": (1.0, 60.0), "neutral_s": (1.0, 60.0)},
    "other": {
        "limit_deg": (2.0, 45.0),
        "kept": (0.1, 1.0),
        "line_s": (0.5, 600.0),
        "rounds": (1.0, 50.0),
        "sets": (1.0, 20.0),
        "rest_s": (5.0, 600.0),
    },
}
NUMBERS: dict[str, dict[str, Number]] = {
    "hold": defaults.HOLD_NUMBERS,
    "exit": defaults.EXIT_NUMBERS,
    "block": defaults.BLOCK_NUMBERS,
    "guide": defaults.GUIDE_NUMBERS,
    "other": {
        "limit_deg": defaults.COMPENSATION_LIMIT_DEG,
        "kept": defaults.ROTATION_KEPT,
        "line_s": defaults.LINE_S,
        "rounds": defaults.ROUNDS,
        "sets": defaults.SETS,
        "rest_s": defaults.SET_REST_S,
    },
}
PAIRS: dict[str, Pair] = {**defaults.HOLD_PAIRS, **defaults.COMPENSATION_PAIRS}


@pytest.mark.parametrize("table", ENDS)
def test_numbers_may_go_as_far_as_promised(table: str) -> None:
    assert {key: (number.lowest, number.highest) for key, number in NUMBERS[table].items()} == ENDS[table]


def test_floors_may_go_as_high_as_promised() -> None:
    assert {key: pair.highest_floor for key, pair in PAIRS.items()} == HIGHEST_FLOORS


def test_defaults_are_within_what_is_accepted() -> None:
    for number in (number for table in NUMBERS.values() for number in table.values()):
        assert number.lowest <= number.default <= number.highest
    for pair in PAIRS.values():
        assert 0.0 < pair.floor < pair.highest_floor
        assert 0.0 < pair.fraction < 1.0


def test_a_guided_repetition_lets_go_before_it_ends_and_what_nobody_sets_is_one_of_each() -> None:
    guide = {key: number.default for key, number in defaults.GUIDE_NUMBERS.items()}
    assert guide == {"whole_s": 5.0, "let_go_s": 3.25, "neutral_s": 2.25}
    assert (defaults.LINE_S.default, defaults.SET_REST_S.default) == (3.0, 30.0)
    assert (defaults.ROUNDS.default, defaults.SETS.default) == (1.0, 1.0)
    assert (defaults.COMPENSATION_LIMIT_DEG.default, defaults.ROTATION_KEPT.default) == (5.0, 0.5)
