"""Where everything stands on the exercise page of a given size: rectangles only, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, fields

MARGIN = 1.6
GAP = 1.2
TOP_BAR = 7.8
FOOTER = 2.6
BANNER = 19.2
HERO = 0.655
"""Share of the height between bar and banner that angle and dial take; the rest is for hold and count."""
WIDE = (160.0, 100.0)
TALL = (106.0, 150.0)
"""Width and height in u for which the page is drawn, in a wide and in a tall window; u is as large as it can be."""


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

    @property
    def middle(self) -> tuple[float, float]:
        """The point in the middle."""
        return self.x + self.width / 2.0, self.y + self.height / 2.0

    def inset(self, dx: float, dy: float) -> Rect:
        """Return the rectangle without a border of `dx` at the left and right and `dy` at top and bottom."""
        return Rect(self.x + dx, self.y + dy, self.width - 2.0 * dx, self.height - 2.0 * dy)

    def top_part(self, height: float) -> Rect:
        """Return the uppermost part of this height."""
        return Rect(self.x, self.y, self.width, height)

    def below(self, y: float) -> Rect:
        """Return the part from `y` down."""
        return Rect(self.x, y, self.width, self.bottom - y)

    def beyond(self, x: float) -> Rect:
        """Return the part to the right of `x`."""
        return Rect(x, self.y, self.right - x, self.height)

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
class Arrangement:
    """Rectangles of a page; sizes of letters and lines are multiples of `u` pixels."""

    u: float
    top_bar: Rect
    footer: Rect

    def cards(self) -> dict[str, Rect]:
        """Return the cards by name: none overlaps another."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, Rect)}


@dataclass(frozen=True, slots=True)
class Layout(Arrangement):
    """The exercise page."""

    trace: Rect
    body: Rect
    log: Rect
    angle: Rect
    hold: Rect
    dial: Rect
    count: Rect
    banner: Rect


def unit(width: float, height: float) -> tuple[float, bool]:
    """Return u in pixels, and whether the page is a tall one."""
    wide, tall = (min(width / w, height / h) for w, h in (WIDE, TALL))
    return (tall, True) if tall > wide else (wide, False)


def frame(width: float, height: float, u: float) -> tuple[Rect, Rect, Rect]:
    """Return top bar, footer and what lies between them."""
    margin = MARGIN * u
    inner = width - 2.0 * margin
    top_bar = Rect(margin, 0.7 * u, inner, TOP_BAR * u)
    footer = Rect(margin, height - (FOOTER + 1.3) * u, inner, FOOTER * u)
    start = top_bar.bottom + 0.7 * u
    return top_bar, footer, Rect(margin, start, inner, footer.y - 0.3 * u - start)


def arrange(width: float, height: float) -> Layout:
    """Return the layout of the exercise page of this size in pixels."""
    u, tall = unit(width, height)
    gap = GAP * u
    top_bar, footer, body = frame(width, height, u)
    banner_height = (27.0 if tall else BANNER) * u
    banner = Rect(body.x, body.bottom - banner_height, body.width, banner_height)
    upper = Rect(body.x, body.y, body.width, banner.y - gap - body.y)
    if tall:
        figures = upper.top_part(65.0 * u + 0.5 * (upper.height - 106.0 * u))
        curves = upper.below(figures.bottom + gap)
        angle_width = 0.64 * (figures.width - gap)
    else:
        spare = upper.width - (WIDE[0] - 2.0 * MARGIN) * u
        curves = Rect(upper.x, upper.y, 53.6 * u + 0.62 * spare, upper.height)
        figures = upper.beyond(curves.right + gap)
        angle_width = 64.6 * u + 0.18 * spare
    hero = HERO * (figures.height - gap)
    angle = Rect(figures.x, figures.y, angle_width, hero)
    dial = Rect(angle.right + gap, figures.y, figures.right - angle.right - gap, hero)
    hold = Rect(angle.x, angle.bottom + gap, angle.width, figures.bottom - angle.bottom - gap)
    count = Rect(dial.x, hold.y, dial.width, hold.height)
    log_height = 5.4 * u
    log = Rect(curves.x, curves.bottom - log_height, curves.width, log_height)
    body_top = hold.y if not tall else log.y - gap - 14.0 * u
    channels = Rect(curves.x, body_top, curves.width, log.y - gap - body_top)
    trace = Rect(curves.x, curves.y, curves.width, channels.y - gap - curves.y)
    return Layout(u, top_bar, footer, trace, channels, log, angle, hold, dial, count, banner)
