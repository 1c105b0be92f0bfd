"""The label of a way back and the sentence that goes with it, for an end range of 30 degrees."""

import math

import pytest

from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.controlled_exit import graded_exit, open_exit
from imu_hip.exercise.levels import levels
from imu_hip.model.event import Exit, ExitVerdict
from imu_hip.model.exercise_spec import Direction
from tests.exercise.traces import as_rows, plain

SPEC = plain()
LEVELS = levels(Direction.INTERNAL, math.radians(30.0), SPEC.hold, SPEC.exit)


def grade(peak_deg_per_s: float, duration_s: float) -> Exit:
    """Grade a bell of this peak speed that ends `duration_s` after the hold did, at 5 s."""
    n = round(duration_s * 100.0)
    rows = [
        Sample(5.0 + i / 100.0, 0.0, -math.radians(peak_deg_per_s) * math.sin(math.pi * i / n), 0.01)
        for i in range(1, n + 1)
    ]
    assert SPEC.exit is not None
    return graded_exit(LEVELS, SPEC.exit, 5.0, as_rows(rows))


@pytest.mark.parametrize(
    ("peak_deg_per_s", "duration_s", "verdict", "why"),
    [
        (31.0, 1.4, ExitVerdict.CONTROLLED, "peak 31 °/s is under your limit of 45 °/s; took 1.4 s"),
        (44.9, 0.6, ExitVerdict.CONTROLLED, "peak 45 °/s is under your limit of 45 °/s; took 0.6 s"),
        (52.0, 1.0, ExitVerdict.FAST, "peak 52 °/s is over your limit of 45 °/s; took 1.0 s"),
        (
            40.0,
            0.5,
            ExitVerdict.FAST,
            "peak 40 °/s is under your limit of 45 °/s, but took only 0.50 s of at least 0.6 s",
        ),
        (76.0, 1.0, ExitVerdict.FLOP, "peak 76 °/s is far over your limit of 45 °/s; took 1.0 s"),
        (40.0, 0.34, ExitVerdict.FLOP, "back in neutral after only 0.34 s; peak 40 °/s"),
    ],
)
def test_label_and_reason(peak_deg_per_s: float, duration_s: float, verdict: ExitVerdict, why: str) -> None:
    found = grade(peak_deg_per_s, duration_s)
    assert (found.verdict, found.why) == (verdict, why)
    assert found.end_s - found.start_s == pytest.approx(duration_s)


def test_reaching_neutral_after_exactly_the_flop_time_is_no_flop() -> None:
    assert grade(40.0, 0.35).verdict is ExitVerdict.FAST


def test_an_exit_that_was_not_seen_knows_neither_speed_nor_smoothness() -> None:
    found = open_exit(LEVELS, 5.0, as_rows([]), "the data were lost on the way back")
    assert found.verdict is None
    assert found.end_s == found.start_s
    assert math.isnan(found.peak_rad_s)
    assert math.isnan(found.sparc)


def test_of_one_sample_there_is_a_speed_and_no_smoothness() -> None:
    assert SPEC.exit is not None
    one = graded_exit(LEVELS, SPEC.exit, 5.0, as_rows([Sample(5.8, 0.0, -math.radians(20.0), 0.01)]))
    assert one.peak_rad_s == pytest.approx(math.radians(20.0))
    assert math.isnan(one.sparc)
