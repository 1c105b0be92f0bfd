"""The pages fill any usual window without anything lying on anything else."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.plot import calibrate_page, layout
from imu_hip.plot.flash_frame import EDGE
from imu_hip.plot.layout import Arrangement, Rect, arrange

SIZES = [(1024, 640), (1280, 800), (1366, 768), (1920, 1080), (3840, 2160), (800, 1280), (640, 480)]
Arrange = Callable[[float, float], Arrangement]
PAGES = pytest.mark.parametrize("arranged", [layout.arrange, calibrate_page.arrange], ids=["exercise", "calibrate"])


def is_sound(found: Arrangement, width: float, height: float) -> None:
    window = Rect(0.0, 0.0, width, height).inset(EDGE * found.u, EDGE * found.u - 1e-6)
    cards = found.cards()
    for name, card in cards.items():
        assert card.width > 20.0 * found.u, name
        assert card.height > 2.5 * found.u, name
        # The frame lit by a flash hides nothing but the top bar, which it replaces.
        assert name == "top_bar" or inside(card, window), name
    for (a, first), (b, second) in combinations(cards.items(), 2):
        assert not first.overlaps(second), (a, b)


def inside(inner: Rect, outer: Rect) -> bool:
    tiny = 1e-6
    return (
        inner.x >= outer.x - tiny
        and inner.y >= outer.y - tiny
        and inner.right <= outer.right + tiny
        and inner.bottom <= outer.bottom + tiny
    )


@PAGES
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_overlaps_at_the_usual_sizes(arranged: Arrange, width: int, height: int) -> None:
    is_sound(arranged(width, height), width, height)


@PAGES
@given(width=st.floats(640.0, 4000.0), height=st.floats(480.0, 4000.0))
def test_nothing_overlaps_at_any_size(arranged: Arrange, width: float, height: float) -> None:
    is_sound(arranged(width, height), width, height)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080), (3840, 2160), (2560, 1080)])
def test_unit_is_a_hundredth_of_the_height_on_every_wide_screen(width: int, height: int) -> None:
    assert arrange(width, height).u == pytest.approx(height / 100.0)


def test_a_tall_window_puts_the_curves_below_the_figures() -> None:
    upright, wide = arrange(800, 1280), arrange(1280, 800)
    assert upright.trace.y > upright.hold.bottom
    assert wide.trace.right < wide.angle.x
    assert wide.trace.y == wide.angle.y == wide.dial.y


def test_sharing_an_edge_is_no_overlap() -> None:
    assert not Rect(0.0, 0.0, 10.0, 10.0).overlaps(Rect(10.0, 0.0, 5.0, 10.0))
    assert Rect(0.0, 0.0, 10.0, 10.0).overlaps(Rect(9.9, 9.9, 5.0, 5.0))
