"""Pages as arrays of pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from imu_hip.plot import screenshot
from imu_hip.plot.layout import Rect

Picture = NDArray[np.int16]


def pixels_of(image: QImage) -> Picture:
    """Return (height, width, 3) of an image."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).astype(np.int16)


def picture(page: QWidget, ratio: float = 1.0) -> Picture:
    """Return a page as it looks at its size."""
    return pixels_of(screenshot.picture(page, (page.width(), page.height()), ratio))


def share(pixels: Picture, code: str, tolerance: int = 12) -> float:
    """Return how much of a picture has about this colour."""
    wanted = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)])
    return float((np.abs(pixels - wanted).max(axis=2) <= tolerance).mean())


def within(pixels: Picture, box: Rect) -> Picture:
    """Return the part within a rectangle, without its border."""
    return pixels[int(box.y) + 2 : int(box.bottom) - 2, int(box.x) + 2 : int(box.right) - 2]
