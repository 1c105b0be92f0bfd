"""The layout fills any usual window without anything lying on anything else."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.plot.layout import Layout, Rect, arrange

SIZES = [(1024, 700), (1280, 800), (1366, 768), (1920, 1080), (800, 1280), (640, 480)]


def is_sound(layout: Layout, width: float, height: float) -> None:
    window = Rect(0.0, 0.0, width, height)
    cards = layout.cards()
    for name, card in cards.items():
        assert card.width > 4.0 * layout.u, name
        assert card.height > 3.0 * layout.u, name
        assert inside(card, window), name
    for (a, first), (b, second) in combinations(cards.items(), 2):
        assert not first.overlaps(second), (a, b)
    for card, parts in (
        (layout.angle, (layout.angle_parts.phase, layout.angle_parts.number)),
        (layout.angle, (layout.angle_parts.spread, layout.angle_parts.gauge)),
        (layout.angle, (layout.angle_parts.number, layout.angle_parts.spread)),
        (layout.hold, (layout.hold_parts.ring, layout.hold_parts.ring_label)),
        (layout.hold, (layout.hold_parts.ring_label, layout.hold_parts.holds)),
        (layout.hold, (layout.hold_parts.ring, layout.hold_parts.holds)),
    ):
        assert not parts[0].overlaps(parts[1])
        assert all(inside(part, card) and part.width > 0.0 and part.height > 0.0 for part in parts)


def inside(inner: Rect, outer: Rect) -> bool:
    tiny = 1e-6
    return (
        inner.x >= outer.x - tiny
        and inner.y >= outer.y - tiny
        and inner.right <= outer.right + tiny
        and inner.bottom <= outer.bottom + tiny
    )


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_overlaps_at_the_usual_sizes(width: int, height: int) -> None:
    is_sound(arrange(width, height), width, height)


@given(width=st.floats(640.0, 4000.0), height=st.floats(480.0, 4000.0))
def test_nothing_overlaps_at_any_size(width: float, height: float) -> None:
    is_sound(arrange(width, height), width, height)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_unit_is_a_hundredth_of_the_height_or_less_in_a_narrow_window(width: int, height: int) -> None:
    assert arrange(width, height).u == pytest.approx(min(height / 100.0, width / 150.0))


def test_portrait_puts_angle_and_hold_side_by_side() -> None:
    upright, wide = arrange(800, 1280), arrange(1280, 800)
    assert upright.angle.y == upright.hold.y
    assert wide.angle.x == wide.hold.x


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_number_has_room_to_be_as_tall_as_a_third_of_the_height(width: int, height: int) -> None:
    layout = arrange(width, height)
    assert layout.angle_parts.number.height >= 26.0 * layout.u


def test_sharing_an_edge_is_no_overlap() -> None:
    assert not Rect(0.0, 0.0, 10.0, 10.0).overlaps(Rect(10.0, 0.0, 5.0, 10.0))
    assert Rect(0.0, 0.0, 10.0, 10.0).overlaps(Rect(9.9, 9.9, 5.0, 5.0))
