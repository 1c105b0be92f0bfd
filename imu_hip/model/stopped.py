"""A guided session that was stopped before its exercise began: nothing in it was to be judged."""

from __future__ import annotations

from collections.abc import Iterable

from imu_hip.model.event import Event, Warning
from imu_hip.model.setup import Origin, Setup

NO_EXERCISE = "no_exercise_mark"
"""The code of the warning that no exercise interval was marked."""


def stopped_while_calibrating(setup: Setup, events: Iterable[Event]) -> bool:
    """Tell whether it is one; who imports data may leave the mark out."""
    guided = setup.origin in (Origin.LIVE, Origin.DEMO)
    return guided and any(isinstance(event, Warning) and event.code == NO_EXERCISE for event in events)
