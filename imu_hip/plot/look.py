"""The unit of all sizes, the sizes of letters, and what a widget that paints itself must know."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from imu_hip.plot.theme import DARK, Theme

TEXT, SMALL, TITLE, SENTENCE, FIGURE = 2.1, 1.8, 2.9, 3.0, 2.5
"""Sizes of letters in u; `SMALLEST` are the pixels below which nobody reads them."""
SMALLEST = 11

WIDEST_U, HIGHEST_U = 150.0, 100.0


@dataclass(frozen=True, slots=True)
class Look:
    """A theme, and the unit of all sizes in pixels."""

    theme: Theme = DARK
    u: float = 8.0

    def px(self, size: float, least: int = 1) -> int:
        """Return `size` u in whole pixels."""
        return max(least, round(size * self.u))

    @property
    def border(self) -> int:
        """The thickness of an outline: the one that shows where the keyboard is must be seen from afar."""
        return self.px(0.32, 2)


def unit(width: float, height: float) -> float:
    """Return the unit of a window of this size in pixels, the same as the drawn pages have."""
    return min(height / HIGHEST_U, width / WIDEST_U)


class Painted:
    """A widget that paints itself, and therefore must be told the look."""

    look = Look()

    def dress(self, look: Look) -> None:
        """Take the look; sizes and pixels follow."""
        self.look = look
        if isinstance(self, QWidget):
            self.updateGeometry()
            self.update()
