"""Start-up of the window: the only place outside `plot` that knows Qt, and only when a window is wanted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

from imu_hip.app.controller import Controller
from imu_hip.app.ears import ears_for
from imu_hip.app.interrupts import interrupts
from imu_hip.app.watching import Running, Watching, share
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.extras import install_extra
from imu_hip.session.user_library import Library

NOT_INSTALLED = f"the window is not installed: {install_extra('window')}, or say --headless to run, replay or demo"
NO_DISPLAY = "there is no display to open a window on"
ADD_HEADLESS = "add --headless"
WITHOUT_WINDOW = "imu-hip demo --headless needs none, nor do run and replay with --headless"
OPEN = "The window is open: Esc closes it, then the summary follows here."
UNSEEN = "The window is drawn where nobody sees it (QT_QPA_PLATFORM): it closes itself at the end."
_UNSEEN = ("offscreen", "minimal")
"""Qt's platforms that draw for nobody's eyes."""
CANNOT_OPEN = "Qt cannot open a window here (no such display, or a system library such as libxcb-cursor0 is missing)"
NO_FONT = "no font is installed, so a window would be empty: install one (fonts-dejavu-core)"

_INTERRUPT_EVERY_MS = 200
_TRY_QT = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
_TRY_LETTERS = (
    "from PySide6.QtGui import QGuiApplication, QFont, QFontMetricsF; a = QGuiApplication([]); "
    "raise SystemExit(QFontMetricsF(QFont()).horizontalAdvance('0') <= 0.0)"
)


def require_window(*, letters: bool = False, instead: str = ADD_HEADLESS) -> None:
    """Refuse in one line where no window can be opened; with `letters` also where there is no font.

    `instead` is what to do without one.

    Raises
    ------
    UsageError
        The extra is not installed, or there is no display that can be used.
    """
    if find_spec("PySide6") is None or find_spec("pyqtgraph") is None:
        raise UsageError(Reason.MISSING_EXTRA, NOT_INSTALLED)
    on_linux = sys.platform.startswith("linux")
    if on_linux and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        raise UsageError(Reason.WRONG_USAGE, f"{NO_DISPLAY}: {instead}")
    # Qt ends the process when it cannot use the display, and a session with it: let another process try first.
    if on_linux and subprocess.run([sys.executable, "-c", _TRY_QT], capture_output=True, check=False).returncode:
        raise UsageError(Reason.WRONG_USAGE, f"{CANNOT_OPEN}: {instead}")
    if letters and subprocess.run([sys.executable, "-c", _TRY_LETTERS], capture_output=True, check=False).returncode:
        raise UsageError(Reason.WRONG_USAGE, NO_FONT)


def is_seen() -> bool:
    """Tell whether somebody could see a window, and close it."""
    return os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0] not in _UNSEEN


def show_app(library: Library, specs: tuple[ExerciseSpec, ...]) -> None:
    """Show the window on its start page until it is closed."""
    with ExitStack() as stack, interrupts(lambda: None) as interrupted:
        controller = _controller(library, specs, Watching(headless=False), stack)
        _show(controller, interrupted.is_set)


def show_session(
    running: Running,
    path: Path | None,
    how: Watching,
    library: Library,
    specs: tuple[ExerciseSpec, ...],
    interrupted: Callable[[], bool],
) -> None:
    """Show the window on the page of a session that was asked for, until it is closed or interrupted.

    One that nobody sees, and so nobody can close, closes itself at the end of the session.
    """
    print(OPEN if is_seen() else UNSEEN, file=sys.stderr)
    with ExitStack() as stack:
        controller = _controller(library, specs, how, stack)
        controller.enter(running, path)
        controller.share_by(share(controller.session_view, how, stack))
        said = {""}

        def is_over() -> bool:
            if (note := controller.sound_note) not in said:
                said.add(note)
                print(note, file=sys.stderr)
            return interrupted() or (controller.is_over and not is_seen())

        _show(controller, is_over)
    if controller.failure is not None:
        raise controller.failure


def _controller(library: Library, specs: tuple[ExerciseSpec, ...], how: Watching, stack: ExitStack) -> Controller:
    ears = ears_for(sound=how.sound, kept=library.settings())
    if ears is not None:
        stack.callback(ears.close)
    controller = Controller(library, specs, ears=ears, demo_possible=find_spec("bumble") is not None)
    stack.callback(controller.close)
    return controller


def _show(controller: Controller, is_over: Callable[[], bool]) -> None:
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from imu_hip.plot.app_window import AppWindow

    application = QApplication.instance() or QApplication(sys.argv[:1])
    window = AppWindow(controller.state, controller.act)
    # What is left of a window must not wait for Python's garbage collection, which may run in another thread.
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    # Python sees signals only between its own instructions: the timer gives it some.
    wake = QTimer()
    wake.timeout.connect(lambda: window.close() if is_over() else None)
    wake.start(_INTERRUPT_EVERY_MS)
    window.resize(1280, 800)
    window.show()
    application.exec()
