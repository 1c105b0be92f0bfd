"""The breath pacer: four seconds in, five out, whole breaths counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.guide.breath_pacer import PacerParams, pace
from imu_hip.model.view_state import BreathPace


@pytest.mark.parametrize(
    ("since_s", "expected"),
    [
        (-1.0, BreathPace(True, 0.0, 0)),
        (0.0, BreathPace(True, 0.0, 0)),
        (2.0, BreathPace(True, 0.5, 0)),
        (4.0, BreathPace(False, 0.0, 0)),
        (6.5, BreathPace(False, 0.5, 0)),
        (9.0, BreathPace(True, 0.0, 1)),
        (31.0, BreathPace(False, 0.0, 3)),
    ],
)
def test_in_for_four_seconds_and_out_for_five(since_s: float, expected: BreathPace) -> None:
    assert pace(PacerParams(), since_s) == expected


@given(st.floats(0.5, 10.0), st.floats(0.5, 10.0), st.floats(0.0, 1e4))
def test_breaths_and_share_give_the_time_back(in_s: float, out_s: float, since_s: float) -> None:
    params = PacerParams(in_s, out_s)
    found = pace(params, since_s)
    within_s = found.share * in_s if found.inhaling else in_s + found.share * out_s
    assert found.breaths * params.breath_s + within_s == pytest.approx(since_s, abs=1e-6)
    assert 0.0 <= found.share <= 1.0
