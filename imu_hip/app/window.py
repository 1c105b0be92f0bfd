"""Start-up of the window: the only place outside `plot` that knows Qt, and only when a window is wanted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec

from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.view_state import ViewState

_INTERRUPT_EVERY_MS = 200
_TRY_QT = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"


def require_window() -> None:
    """Refuse in one line where no window can be opened.

    Raises
    ------
    UsageError
        The extra is not installed, or there is no display that can be used.
    """
    if find_spec("PySide6") is None or find_spec("pyqtgraph") is None:
        raise UsageError(
            Reason.MISSING_EXTRA, "the window is not installed: pip install 'imu-hip[window]', or add --headless"
        )
    on_linux = sys.platform.startswith("linux")
    if on_linux and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        raise UsageError(Reason.WRONG_USAGE, "there is no display to open a window on: add --headless")
    # Qt ends the process when it cannot use the display, and a session with it: let another process try first.
    if on_linux and subprocess.run([sys.executable, "-c", _TRY_QT], capture_output=True, check=False).returncode:
        raise UsageError(
            Reason.WRONG_USAGE,
            "Qt cannot open a window here (no such display, or a system library such as libxcb-cursor0 is missing): "
            "add --headless",
        )


def show(
    read_state: Callable[[], ViewState | None], on_closed: Callable[[], None], is_over: Callable[[], bool]
) -> None:
    """Show the window until it is closed or `is_over` becomes true; `on_closed` is called at once then."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from imu_hip.plot.window import LiveWindow

    application = QApplication.instance() or QApplication(sys.argv[:1])
    window = LiveWindow(read_state)
    # What is left of a window must not wait for Python's garbage collection, which may run in another thread.
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    window.closed.connect(on_closed)
    # Python sees signals only between its own instructions: the timer gives it some.
    wake = QTimer()
    wake.timeout.connect(lambda: window.close() if is_over() else None)
    wake.start(_INTERRUPT_EVERY_MS)
    window.resize(1280, 800)
    window.show()
    application.exec()
