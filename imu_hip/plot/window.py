"""The live window: asks for the newest view state thirty times a second and shows it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from imu_hip.model.view_state import ViewState
from imu_hip.plot import angle_card, bars, cycle_card, exit_card, hold_card, wording
from imu_hip.plot.canvas import Canvas, font
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.layout import Layout, arrange
from imu_hip.plot.panel import Drawing, Panel
from imu_hip.plot.theme import DARK, Theme, color, opposite
from imu_hip.plot.trace_plot import TracePlot

FRAME_MS = 33
SMALLEST = (640, 480)
WAITING = "Waiting for the first data…"


def _draw_trace_card(canvas: Canvas, layout: Layout, state: ViewState) -> None:
    canvas.card(layout.trace)


def _nothing(state: ViewState) -> tuple[object, ...]:
    return ()


DRAWINGS = {
    "top_bar": Drawing(bars.top_key, bars.draw_top),
    "trace": Drawing(_nothing, _draw_trace_card),
    "banner": Drawing(bars.banner_key, bars.draw_banner),
    "cycle": Drawing(cycle_card.key, cycle_card.draw),
    "exit": Drawing(exit_card.key, exit_card.draw),
    "angle": Drawing(angle_card.key, angle_card.draw),
    "hold": Drawing(hold_card.key, hold_card.draw),
    "footer": Drawing(bars.footer_key, bars.draw_footer),
}


class LiveWindow(QWidget):
    """Shows what `read_state` returns (None: nothing yet). F full screen, D dark or light, Esc or Q closes.

    `closed` is emitted once when the window closes, by whatever means.
    """

    closed = Signal()

    def __init__(self, read_state: Callable[[], ViewState | None], theme: Theme = DARK) -> None:
        super().__init__()
        self._read_state = read_state
        self._theme = theme
        self._state: ViewState | None = None
        self._guard = PaintGuard(lambda: QTimer.singleShot(0, self._refresh))
        self._panels = {name: Panel(drawing, self._guard, self) for name, drawing in DRAWINGS.items()}
        self._trace = TracePlot(self._guard, self)
        self._plain = QLabel(WAITING, self)
        self._plain.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._plain.setWordWrap(True)
        self._plain.setAutoFillBackground(True)
        self.setWindowTitle("imu_hip")
        self.setMinimumSize(*SMALLEST)
        self.setAutoFillBackground(True)
        for child in self.findChildren(QWidget):
            child.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._draw_newest)
        self._apply_theme()
        self._timer.start()

    def show_state(self, state: ViewState) -> None:
        """Show this state now."""
        self._state = state
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange everything anew."""
        self._refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Obey the few keys."""
        match event.key():
            case Qt.Key.Key_F:
                self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
            case Qt.Key.Key_D:
                self._theme = opposite(self._theme)
                self._apply_theme()
            case Qt.Key.Key_Escape | Qt.Key.Key_Q:
                self.close()
            case _:
                super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop drawing and tell whoever must stop measuring."""
        if self._timer.isActive():
            self._timer.stop()
            self.closed.emit()
        event.accept()

    def _draw_newest(self) -> None:
        with self._guard:
            state = self._read_state()
            if state is not None and state is not self._state:
                self.show_state(state)

    def _refresh(self) -> None:
        """Bring every part to the newest state; fall back to plain text when drawing has failed."""
        layout = arrange(self.width(), self.height())
        state = self._state
        if state is not None and not self._guard.failed:
            with self._guard:
                self.setWindowTitle(f"imu_hip – {state.exercise} ({state.mode})")
                self._trace.place(layout, self._theme)
                self._trace.show_state(state)
                boxes = layout.cards()
                for name, panel in self._panels.items():
                    panel.place(boxes[name])
                    panel.show_state(layout, self._theme, state)
        drawn = state is not None and not self._guard.failed
        self._plain.setVisible(not drawn)
        if not drawn:
            self._plain.setGeometry(self.rect())
            self._plain.setFont(font(6.0 * layout.u))
            self._plain.setText(WAITING if state is None else wording.plain_text(state))
            self._plain.raise_()

    def _apply_theme(self) -> None:
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, color(self._theme.background))
        palette.setColor(QPalette.ColorRole.WindowText, color(self._theme.text))
        self.setPalette(palette)
        self._refresh()
