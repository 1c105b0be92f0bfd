"""The two drawn pages of a session: loaded when there is a window, and known to it by what they do."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol

from imu_hip.model.app_state import Flash, Page
from imu_hip.model.view_state import ViewState
from imu_hip.plot.theme import Theme


class SessionPage(Protocol):
    """A drawn page of a session; it is a widget."""

    def show_state(self, state: ViewState, theme: Theme, flash: Flash | None) -> None:
        """Draw this state."""


def session_pages() -> Mapping[Page, SessionPage]:
    """Make the drawn pages; they are loaded only here."""
    return {
        Page.CALIBRATE: import_module("imu_hip.plot.calibrate_page").CalibratePage(),
        Page.EXERCISE: import_module("imu_hip.plot.exercise_page").ExercisePage(),
    }
