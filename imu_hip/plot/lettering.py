"""Letters: how tall they must be to be read from the floor, and how a text is laid into a box at that height."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtGui import QFont, QFontMetricsF

FAMILIES = ["Inter", "Segoe UI", "SF Pro Display", "Noto Sans", "DejaVu Sans"]
SMALLEST_PX = 8

_SCREEN_MM = 174.3
"""Height of a 14-inch screen of 16:9, which fills the window; somebody lies 3 m away."""

ANGLE_CAP = 100.0 * 45.0 / _SCREEN_MM
PHASE_CAP = 100.0 * 15.0 / _SCREEN_MM
INSTRUCTION_CAP = 100.0 * 10.0 / _SCREEN_MM
FLOOR_CAP = 100.0 * 8.7 / _SCREEN_MM
"""Least heights of capital letters in hundredths of the screen: the angle; phase and seconds; what to do; the rest."""

LINE = 1.12
"""Distance of lines of floor text over the size of the font."""

_SQUEEZES = (1.0, 0.94, 0.88, 0.82, 0.76)
"""Letters may be made narrower, never lower: height is what is read from afar."""
_A_LITTLE = 3
"""How many of these are for letters that could be lower as well."""
_NARROWEST = 0.4
_DESCENDERS = frozenset("gjpqy,;Q()/")


@lru_cache(maxsize=512)
def font(px: float, bold: bool = True) -> QFont:
    """Return a font of this pixel size with figures of equal width."""
    result = QFont()
    result.setFamilies(FAMILIES)
    result.setPixelSize(max(SMALLEST_PX, round(px)))
    result.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Medium)
    if hasattr(result, "setFeature"):  # from Qt 6.7 on
        result.setFeature(QFont.Tag("tnum"), 1)
    return result


@lru_cache(maxsize=2048)
def text_width(text: str, px: float, bold: bool = True) -> float:
    """Return the advance of the text in pixels."""
    return QFontMetricsF(font(px, bold)).horizontalAdvance(text)


@lru_cache(maxsize=512)
def cap_height(px: float) -> float:
    """Return the height of capital letters in pixels."""
    return QFontMetricsF(font(px)).capHeight()


@lru_cache(maxsize=512)
def px_of_cap(cap: float) -> int:
    """Return the smallest font size whose capitals are at least `cap` pixels high."""
    px = max(SMALLEST_PX, int(cap))
    while cap_height(px) < cap:
        px += 1
    return px


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of one size; `squeeze` is how wide they are drawn over how wide they are."""

    lines: tuple[str, ...]
    px: int
    squeeze: float

    @property
    def step(self) -> float:
        """Return the distance of baselines in pixels."""
        return LINE * self.px

    @property
    def height(self) -> float:
        """Return the height from the first capital's top to the last baseline."""
        return cap_height(self.px) + (len(self.lines) - 1) * self.step

    @property
    def width(self) -> float:
        """Return the width of the widest line as it is drawn."""
        return max(self.squeeze * text_width(line, self.px) for line in self.lines)

    @property
    def is_easy(self) -> bool:
        """Return whether nothing had to be narrower than letters can well be."""
        return self.squeeze >= _SQUEEZES[-1]


@lru_cache(maxsize=512)
def fit(text: str, width: float, height: float, caps: tuple[float, ...], lines: int) -> Fitted:
    """Return the text in at most `lines` lines within a box, as tall as one of `caps` (pixels, falling) allows.

    It is never lower than the last of them: what does not fit then is drawn narrower.
    """
    for cap in caps:
        px = px_of_cap(cap)
        for most in range(1, lines + 1):
            for squeeze in _SQUEEZES if cap == caps[-1] else _SQUEEZES[:_A_LITTLE]:
                found = Fitted(_balanced(text, px, width / squeeze), px, squeeze)
                tall = found.height + descent(found.lines[-1], px)
                if len(found.lines) <= most and tall <= height and found.width <= width:
                    return found
    px = px_of_cap(caps[-1])
    room = max(1, min(lines, 1 + int((height - cap_height(px) - descent(text, px)) / (LINE * px))))
    squeeze = 1.0
    while squeeze > _NARROWEST and len(_wrapped(text, px, width / squeeze)) > room:
        squeeze -= 0.02
    found = Fitted(_wrapped(text, px, width / squeeze), px, squeeze)
    return Fitted(found.lines, px, squeeze * min(1.0, width / found.width))


def descent(line: str, px: float) -> float:
    """Return how far a line goes below its baseline: nothing for capitals and figures."""
    return QFontMetricsF(font(px)).descent() if _DESCENDERS.intersection(line) else 0.0


def _balanced(text: str, px: int, width: float) -> tuple[str, ...]:
    """Return the lines of a width, about equally long: the least width that gives as few."""
    lines = _wrapped(text, px, width)
    for share in (0.9, 0.8, 0.7, 0.6):
        if len(lines) == 1:
            break
        narrower = _wrapped(text, px, share * width)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _wrapped(text: str, px: int, width: float) -> tuple[str, ...]:
    """Return the lines, filled one after the other; a word that is wider than a line stands alone."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and text_width(longer, px) > width:
            lines.append(line)
            longer = word
        line = longer
    return (*lines, line)
