"""Start-up of the window: the only place outside `plot` that knows Qt, and only when a window is wanted."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from importlib.util import find_spec

from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.view_state import ViewState

_INTERRUPT_EVERY_MS = 200


def require_window() -> None:
    """Refuse in one line where no window can be opened.

    Raises
    ------
    UsageError
        The extra is not installed, or there is no display.
    """
    if find_spec("PySide6") is None or find_spec("pyqtgraph") is None:
        raise UsageError(
            Reason.MISSING_EXTRA, "the window is not installed: pip install 'imu-hip[window]', or add --headless"
        )
    on_linux = sys.platform.startswith("linux")
    if on_linux and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        raise UsageError(Reason.WRONG_USAGE, "there is no display to open a window on: add --headless")


def show(read_state: Callable[[], ViewState | None], on_closed: Callable[[], None]) -> None:
    """Show the window until it is closed or the process is interrupted; `on_closed` is called at once then."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from imu_hip.plot.window import LiveWindow

    application = QApplication.instance() or QApplication(sys.argv[:1])
    window = LiveWindow(read_state)
    window.closed.connect(on_closed)
    # Python sees signals only between its own instructions: a timer gives it some.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: window.close())
    wake = QTimer()
    wake.start(_INTERRUPT_EVERY_MS)
    wake.timeout.connect(lambda: None)
    window.resize(1280, 800)
    window.show()
    application.exec()
