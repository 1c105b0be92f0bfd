"""A picture of the window as it shows a view state, made without a screen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.view_state import ViewState
from imu_hip.plot.theme import Theme
from imu_hip.plot.window import LiveWindow


def render(state: ViewState, size: tuple[int, int], theme: Theme, path: Path) -> None:
    """Write the window as it shows `state` at `size` (width, height in pixels) to an image file (.png).

    Starts Qt without a screen when it is not running yet.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    application = QApplication.instance() or QApplication(["imu_hip", "-platform", "offscreen"])
    window = LiveWindow(lambda: None, theme)
    window.resize(*size)
    window.show_state(state)
    window.show()
    application.processEvents()
    written = window.grab().save(str(path))
    window.close()
    window.deleteLater()
    if not written:
        raise UsageError(Reason.NOT_WRITABLE, f"{path}: the picture cannot be written; check folder and ending")
