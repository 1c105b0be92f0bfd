"""Where everything stands in a window of a given size: rectangles only, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, fields

MARGIN = 1.6
GAP = 1.4
TOP_BAR = 8.0
FOOTER = 3.2
BANNER = 11.0
BOTTOM_ROW = 18.0
ANGLE_CARD = 54.0
SIDE_COLUMN = 56.0
PORTRAIT_HEIGHT = 158.0
"""From this height in u on, the cards of angle and hold stand side by side above the trace."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in pixels, y downward."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The first x beyond."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The first y beyond."""
        return self.y + self.height

    def inset(self, dx: float, dy: float) -> Rect:
        """Return the rectangle without a border of `dx` at the left and right and `dy` at top and bottom."""
        return Rect(self.x + dx, self.y + dy, self.width - 2.0 * dx, self.height - 2.0 * dy)

    def overlaps(self, other: Rect) -> bool:
        """Return whether the two share more than an edge (to a millionth of a pixel)."""
        tiny = 1e-6
        return (
            self.x + tiny < other.right
            and other.x + tiny < self.right
            and self.y + tiny < other.bottom
            and other.y + tiny < self.bottom
        )


@dataclass(frozen=True, slots=True)
class AngleParts:
    """Inside the angle card."""

    phase: Rect
    number: Rect
    spread: Rect
    gauge: Rect


@dataclass(frozen=True, slots=True)
class HoldParts:
    """Inside the hold card."""

    ring: Rect
    ring_label: Rect
    holds: Rect


@dataclass(frozen=True, slots=True)
class Layout:
    """All rectangles of the window; sizes of letters and lines are multiples of `u` pixels."""

    u: float
    top_bar: Rect
    trace: Rect
    banner: Rect
    cycle: Rect
    exit: Rect
    angle: Rect
    hold: Rect
    footer: Rect
    angle_parts: AngleParts
    hold_parts: HoldParts

    def cards(self) -> dict[str, Rect]:
        """Return the cards by name: none overlaps another."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, Rect)}


def arrange(width: float, height: float) -> Layout:
    """Return the layout of a window of this size in pixels."""
    u = min(height / 100.0, width / 150.0)
    margin, gap = MARGIN * u, GAP * u
    inner = width - 2.0 * margin
    top_bar = Rect(margin, 0.8 * u, inner, TOP_BAR * u)
    footer = Rect(margin, height - (FOOTER + 0.6) * u, inner, FOOTER * u)
    body = Rect(margin, top_bar.bottom + 0.6 * u, inner, footer.y - 0.6 * u - top_bar.bottom - 0.6 * u)
    if height >= PORTRAIT_HEIGHT * u:
        hero_height = max(ANGLE_CARD * u, 0.3 * height)
        angle_width = 0.56 * (inner - gap)
        angle = Rect(body.x, body.y, angle_width, hero_height)
        hold = Rect(angle.right + gap, body.y, inner - gap - angle_width, hero_height)
        left = Rect(body.x, angle.bottom + gap, inner, body.bottom - angle.bottom - gap)
        banner = Rect(left.x, left.y, left.width, BANNER * u)
        trace_y = banner.bottom + gap
        bottom_y = left.bottom - BOTTOM_ROW * u
        trace = Rect(left.x, trace_y, left.width, bottom_y - gap - trace_y)
    else:
        side_width = min(SIDE_COLUMN * u, 0.38 * width)
        side_x = body.right - side_width
        angle = Rect(side_x, body.y, side_width, ANGLE_CARD * u + 0.3 * (body.height - 84.0 * u))
        hold = Rect(side_x, angle.bottom + gap, side_width, body.bottom - angle.bottom - gap)
        left = Rect(body.x, body.y, side_x - gap - body.x, body.height)
        bottom_y = left.bottom - BOTTOM_ROW * u
        banner = Rect(left.x, bottom_y - gap - BANNER * u, left.width, BANNER * u)
        trace = Rect(left.x, left.y, left.width, banner.y - gap - left.y)
    cycle_width = 0.56 * (left.width - gap)
    cycle = Rect(left.x, bottom_y, cycle_width, BOTTOM_ROW * u)
    exit_card = Rect(cycle.right + gap, bottom_y, left.width - gap - cycle_width, BOTTOM_ROW * u)
    return Layout(
        u=u,
        top_bar=top_bar,
        trace=trace,
        banner=banner,
        cycle=cycle,
        exit=exit_card,
        angle=angle,
        hold=hold,
        footer=footer,
        angle_parts=_inside_angle(angle, u),
        hold_parts=_inside_hold(hold, u),
    )


def _inside_angle(card: Rect, u: float) -> AngleParts:
    """Divide the angle card: the number takes the height that the rest leaves."""
    room = card.inset(2.4 * u, 1.6 * u)
    phase = Rect(room.x, room.y, room.width, 9.0 * u)
    gauge = Rect(room.x, room.bottom - 5.4 * u, room.width, 4.2 * u)
    spread = Rect(room.x, gauge.y - 1.6 * u - 5.2 * u, room.width, 5.2 * u)
    number = Rect(room.x, phase.bottom, room.width, spread.y - phase.bottom)
    return AngleParts(phase, number, spread, gauge)


def _inside_hold(card: Rect, u: float) -> HoldParts:
    """Divide the hold card: list of holds beside the ring, or below it in a tall card."""
    room = card.inset(2.0 * u, 1.6 * u)
    label_height = 4.2 * u
    if card.height > card.width * 0.8:
        diameter = min(room.width, 0.62 * room.height - label_height)
        ring = Rect(room.x + (room.width - diameter) / 2.0, room.y, diameter, diameter)
        label = Rect(room.x, ring.bottom + 0.4 * u, room.width, label_height)
        holds = Rect(room.x, label.bottom + 1.0 * u, room.width, room.bottom - label.bottom - 1.0 * u)
    else:
        diameter = min(room.height - label_height - 0.4 * u, 0.42 * room.width)
        top = room.y + (room.height - diameter - label_height - 0.4 * u) / 2.0
        ring = Rect(room.x, top, diameter, diameter)
        label = Rect(room.x, ring.bottom + 0.4 * u, diameter, label_height)
        holds = Rect(ring.right + 2.6 * u, room.y, room.right - ring.right - 2.6 * u, room.height)
    return HoldParts(ring, label, holds)
