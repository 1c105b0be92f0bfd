"""A picture of a page as it shows a state, made without a screen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from imu_hip.model.app_state import Flash, Page
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.view_state import ViewState
from imu_hip.plot.calibrate_page import CalibratePage
from imu_hip.plot.exercise_page import ExercisePage
from imu_hip.plot.theme import Theme


def picture(page: QWidget, size: tuple[int, int], ratio: float = 1.0) -> QImage:
    """Return any page as it would look at `size` (width, height) on a screen of this device pixel ratio."""
    page.resize(*size)
    page.show()
    QApplication.processEvents()
    image = QImage(round(size[0] * ratio), round(size[1] * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    page.render(image, QPoint(0, 0))
    return image


def save(page: QWidget, size: tuple[int, int], path: Path, ratio: float = 1.0) -> None:
    """Write any page as it is to an image file (.png).

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    if not picture(page, size, ratio).save(str(path)):
        raise UsageError(Reason.NOT_WRITABLE, f"{path}: the picture cannot be written; check folder and ending")


def render(
    state: ViewState,
    size: tuple[int, int],
    theme: Theme,
    path: Path,
    ratio: float = 1.0,
    *,
    page: Page = Page.EXERCISE,
    flash: Flash | None = None,
) -> None:
    """Write the exercise page, or that of the calibration, as it shows `state` to an image file (.png).

    `size` is (width, height) before the device pixel `ratio`. Starts Qt without a screen when it is not running yet.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    application = QApplication.instance() or QApplication(["imu_hip", "-platform", "offscreen"])
    shown = CalibratePage() if page is Page.CALIBRATE else ExercisePage()
    shown.show_state(state, theme, flash)
    try:
        save(shown, size, path, ratio)
    finally:
        shown.close()
        shown.deleteLater()
        application.processEvents()
