"""The app window: five pages, drawn from the newest app state thirty times a second; it asks and decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QStackedWidget, QVBoxLayout, QWidget

from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import AppState, Page
from imu_hip.plot import app_wording as words
from imu_hip.plot.app_keys import AppKeys
from imu_hip.plot.form import again, dress, label
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.look import Look, unit
from imu_hip.plot.page_bar import NEEDS_SESSION, PageBar
from imu_hip.plot.replay_bar import ReplayBar
from imu_hip.plot.results_page import ResultsPage
from imu_hip.plot.sensors_page import SensorsPage
from imu_hip.plot.session_bar import EndQuestion, SessionBar
from imu_hip.plot.session_pages import SessionPage, session_pages
from imu_hip.plot.start_page import StartPage
from imu_hip.plot.theme import DARK, LIGHT, color

FRAME_MS = 33
SETTLED_MS = 60
SMALLEST = (800, 520)
STYLE = "fusion"
"""The one style that takes all its colours from the theme, on every system."""


class AppWindow(QWidget):
    """Shows what `read_state` returns and hands every wish to `act`.

    Alt+1 to Alt+5 open a page, Esc goes back, Q or Ctrl+Q closes, F full screen, D dark or light, M mute; in a session
    Space, P, E, R and S are what its buttons say, in a replay Space plays and the arrows step.

    `closed` is emitted once when the window closes, by whatever means.
    """

    closed = Signal()

    def __init__(
        self,
        read_state: Callable[[], AppState],
        act: Callable[[Action], None],
        make_session_pages: Callable[[], Mapping[Page, SessionPage]] = session_pages,
    ) -> None:
        super().__init__()
        if QApplication.style().name() != STYLE:  # setting it anew would dress every widget there is
            QApplication.setStyle(STYLE)
        self._read_state = read_state
        self._act = act
        self._state: AppState | None = None
        self._look = Look()
        self._dressed: dict[QWidget, Look] = {}
        self._asking = False
        self._guard = PaintGuard(self._draw_again)
        self._guards = {page: PaintGuard(self._draw_again) for page in Page}
        self._page_bar = PageBar(act, self.change_size)
        self._notice = label(kind="warning", wraps=True)
        self._start = StartPage(act, self._guards[Page.START])
        self._sensors = SensorsPage(act, self._guards[Page.SENSORS])
        self._results = ResultsPage(act)
        self._drawn = make_session_pages()
        self._session_bar = SessionBar(act)
        self._replay_bar = ReplayBar(act, PaintGuard(self._draw_again))
        self._question = EndQuestion(self._end, self.stay)
        self._message = label(kind="sentence", wraps=True)
        self._pages: dict[Page, QWidget] = {
            Page.START: self._start,
            Page.SENSORS: self._sensors,
            Page.RESULTS: self._results,
            **{page: widget for page, widget in self._drawn.items() if isinstance(widget, QWidget)},
        }
        self._keys = AppKeys(self, self, self._page_bar, self._session_bar, self._replay_bar)
        self._stack = QStackedWidget()
        self._arrange()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._draw_newest)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.timeout.connect(self._refresh)
        self._draw_newest()
        self._timer.start()

    def show_state(self, state: AppState) -> None:
        """Show this state now."""
        self._state = state
        self._refresh()

    def change_size(self) -> None:
        """Fill the screen, or stop filling it."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._refresh()

    def note(self) -> None:
        """Write down something about the moment of a replay, or the result that is shown; never while it measures."""
        if self._state is not None and self._state.replay is not None:
            self._replay_bar.note()
        elif self._state is not None and self._state.session is None and self._state.page is Page.RESULTS:
            self._results.note()

    def back(self) -> None:
        """Go back one page; ask once before a running session ends; close from the first page."""
        state = self._state
        typed = self.focusWidget()
        if isinstance(typed, QComboBox) and typed.isEditable():
            self._focus_page()
        elif self._asking:
            self._end()
        elif state is None:
            self.close()
        elif self._in_session(state) or (state.page is Page.START and _runs(state)):
            self._asking = True
            self._refresh()
        elif state.replay is not None and state.page in NEEDS_SESSION:
            self._act(Action(ActionName.END))
        elif state.page is Page.START:
            self.close()
        else:
            self._act(Action(ActionName.OPEN_PAGE, Page.START))

    def leave(self) -> None:
        """Close the window; ask before a running session ends, and end it the second time."""
        if self._asking:
            self._end()
        elif self._state is not None and _runs(self._state):
            self._asking = True
            self._refresh()
        else:
            self.close()

    def stay(self) -> None:
        """Go on with the session that was about to be ended."""
        self._asking = False
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Size letters and distances anew once the size has settled; every pixel of a drag would cost too much."""
        if self.isVisible():
            self._settled.start()
        else:
            self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Come up in the right size."""
        self._refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let the enter key press the button that the keyboard is on."""
        pressed = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(pressed, QAbstractButton):
            pressed.click()
        else:
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
            if state is not self._state:
                self.show_state(state)

    def _draw_again(self) -> None:
        QTimer.singleShot(0, self, self._refresh)

    def _refresh(self) -> None:
        state = self._state
        if state is None:
            return
        with self._guard:
            self._asking = self._asking and _runs(state)
            self._look = Look(DARK if state.settings.dark else LIGHT, unit(self.width(), self.height()))
            self._show_frame(state)
            self._show_page(state)

    def _show_frame(self, state: AppState) -> None:
        """Bring everything around the page to this state."""
        in_session = self._in_session(state)
        in_replay = state.replay is not None and state.page in NEEDS_SESSION
        if state.replay is not None:
            self._replay_bar.show_replay(state.replay)
        if state.session is not None:
            self._session_bar.show_paused(state.session.guide.paused)
        self._page_bar.show_state(state, self.isFullScreen(), in_session or in_replay)
        self._notice.setText(state.notice)
        again(self._notice, "news" if state.is_news else "warning")
        self._keys.allow(session=in_session, replay=in_replay, asking=self._asking)
        self._notice.setVisible(bool(state.notice))
        self._question.setVisible(self._asking)
        self._session_bar.setVisible(in_session and not self._asking)
        self._replay_bar.setVisible(in_replay)
        title = " – ".join(filter(None, (words.WINDOW_TITLE, words.PAGES[state.page], state.second_screen)))
        if self.windowTitle() != title:
            self.setWindowTitle(title)
        for part in (self._page_bar, self._notice, self._session_bar, self._replay_bar, self._question, self._message):
            self._dress(part)
        if self.palette().color(QPalette.ColorRole.Window) != color(self._look.theme.background):
            palette = QPalette()
            palette.setColor(QPalette.ColorRole.Window, color(self._look.theme.background))
            self.setPalette(palette)

    def _show_page(self, state: AppState) -> None:
        """Bring the open page to this state; one that cannot be drawn says so and leaves the others alone."""
        page, guard = self._pages[state.page], self._guards[state.page]
        message = words.NO_SESSION if state.page in NEEDS_SESSION and state.session is None else ""
        if not message:
            with guard:
                self._fill(state)
        if guard.failed:
            message = words.BROKEN
        self._message.setText(message)
        shown = self._message if message else page
        if self._stack.currentWidget() is not shown:
            self._stack.setCurrentWidget(shown)
            self._focus_page()

    def _fill(self, state: AppState) -> None:
        match state.page:
            case Page.START:
                self._dress(self._start)
                self._start.show_view(state.start, state.settings)
            case Page.SENSORS:
                self._dress(self._sensors)
                self._sensors.show_view(state.sensors)
            case Page.RESULTS:
                self._dress(self._results)
                self._results.show_view(state.results)
            case _:
                if state.session is not None:
                    self._drawn[state.page].show_state(state.session, self._look.theme, state.flash)

    def _dress(self, part: QWidget) -> None:
        if self._dressed.get(part) != self._look:
            self._dressed[part] = self._look
            dress(part, self._look)

    def _focus_page(self) -> None:
        """Put the keyboard where the open page begins."""
        shown = self._stack.currentWidget()
        first = shown.first if isinstance(shown, StartPage | SensorsPage | ResultsPage) else self
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _in_session(self, state: AppState) -> bool:
        return _runs(state) and state.page in NEEDS_SESSION

    def _end(self) -> None:
        self._asking = False
        self._act(Action(ActionName.END))
        self._refresh()

    def _arrange(self) -> None:
        self.setWindowTitle(words.WINDOW_TITLE)
        self.setMinimumSize(*SMALLEST)
        self.setAutoFillBackground(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for page in Page:
            self._stack.addWidget(self._pages[page])
        self._stack.addWidget(self._message)
        self._stack.setCurrentWidget(self._message)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for part in (self._page_bar, self._notice):
            rows.addWidget(part)
        rows.addWidget(self._stack, 1)
        for bar in (self._question, self._session_bar, self._replay_bar):
            rows.addWidget(bar)
            bar.hide()
        self._notice.hide()


def _runs(state: AppState) -> bool:
    """Return whether a session is under way that would be ended."""
    return state.session is not None and state.replay is None
