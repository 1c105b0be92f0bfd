"""Text is laid into boxes without ever getting too low."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.plot.lettering import ANGLE_CAP, FLOOR_CAP, INSTRUCTION_CAP, PHASE_CAP, cap_height, fit, px_of_cap

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.parametrize(
    ("cap", "millimetres"), [(ANGLE_CAP, 45.0), (PHASE_CAP, 15.0), (INSTRUCTION_CAP, 10.0), (FLOOR_CAP, 8.7)]
)
def test_least_heights_are_those_for_three_metres(cap: float, millimetres: float) -> None:
    assert cap / 100.0 * 174.3 == pytest.approx(millimetres)


@pytest.mark.parametrize("cap", [9.0, 39.9, 61.0, 278.8])
def test_font_size_is_the_smallest_with_capitals_that_high(cap: float) -> None:
    px = px_of_cap(cap)
    assert cap_height(px) >= cap > cap_height(px - 1)


@given(
    text=st.text("abc defg WM", min_size=1, max_size=70).filter(str.strip),
    width=st.floats(200.0, 1500.0),
    height=st.floats(40.0, 300.0),
)
def test_text_is_whole_and_as_tall_as_asked_in_any_box(text: str, width: float, height: float) -> None:
    found = fit(text, width, height, (40.0, 30.0), 3)
    assert " ".join(found.lines).split() == text.split()
    assert cap_height(found.px) >= 30.0
    assert found.width <= width * 1.001


def test_larger_letters_are_preferred_to_fewer_lines() -> None:
    one = fit("Turn in and hold", 900.0, 60.0, (60.0, 30.0), 3)
    two = fit("Turn in and hold", 400.0, 160.0, (60.0, 30.0), 3)
    assert (len(one.lines), len(two.lines)) == (1, 2)
    assert cap_height(two.px) >= 60.0


def test_lines_are_about_equally_long() -> None:
    found = fit("one two three four five six seven eight", 800.0, 200.0, (40.0,), 2)
    assert len(found.lines) == 2
    assert 0.6 < len(found.lines[0]) / len(found.lines[1]) < 1.7
