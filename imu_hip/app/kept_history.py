"""A person's history out of the library, as the results page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from imu_hip.app.history import history_of
from imu_hip.app.history_words import shown_history
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.session.user_library import Library


def kept_history(library: Library, person: str, specs: Sequence[ExerciseSpec]) -> dict[str, Any]:
    """Return what the results page shows of it as of today, by the names of its view."""
    names = {spec.id: spec.name for spec in specs}
    return shown_history(history_of(library.sessions(person), date.today().toordinal(), names), person)
