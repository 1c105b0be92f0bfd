"""Draw a view state in two lines of a terminal, over themselves, with the cues as lines above."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from imu_hip.feedback import wording
from imu_hip.model.event import Phase
from imu_hip.model.view_state import ViewState

BAR = 12

_STYLES = {Phase.HOLD: "bold green", Phase.BLOCK: "bold green", Phase.EXIT: "cyan", Phase.APPROACH: "cyan"}

Part = tuple[str, str]
"""Words and their style."""


class LiveLines:
    """Two lines at the bottom of a terminal; colours only where the terminal has them and NO_COLOR is not set."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._console = Console(file=stream, force_terminal=True, markup=False, emoji=False, highlight=False)
        self._live: Live | None = None

    def draw(self, first: Sequence[Part], second: Sequence[Part]) -> None:
        """Draw both lines anew; what does not fit is cut off."""
        if self._live is None:
            # Other writing to standard output and error stays where it goes.
            self._live = Live(console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
            self._live.start()
            self._console.show_cursor(True)  # hidden, it would stay so if the program were killed
        self._live.update(Group(self._text(first), self._text(second)), refresh=True)

    def write(self, text: str, style: str) -> None:
        """Write a line above, where it stays."""
        self._console.print(Text(wording.writable(text, self._stream), style=style))

    def finish(self) -> None:
        """Leave both lines standing."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _text(self, parts: Sequence[Part]) -> Text:
        text = Text(no_wrap=True, overflow="crop")
        for index, (words, style) in enumerate(parts):
            text.append(wording.writable(" · " if index else "", self._stream))
            text.append(wording.writable(words, self._stream), style)
        return text


def first_line(state: ViewState, phase: str, *, angle: bool = True) -> list[Part]:
    """Return when, phase, angle (where it means something), and the hold as a bar."""
    known = state.angle_deg is not None and state.sd_deg is not None
    parts = [(wording.clock(state.t_s), "dim"), (f"{phase:8}", _STYLES.get(state.phase, ""))]
    if angle:
        figure = f"{wording.known_angle(state.angle_deg, state.sd_deg):>10}"
        parts.append((figure, "bold" if known and not state.greyed else "dim"))
    if state.hold_s is not None:
        share = min(state.hold_s / state.hold_goal_s, 1.0) if state.hold_goal_s > 0.0 else 1.0
        full = int(share * BAR)
        parts.append((("━" * full).ljust(BAR, "─"), "green" if known else "yellow"))
        parts.append((wording.held(state.hold_s, state.hold_goal_s, paused=not known), ""))
    return parts
