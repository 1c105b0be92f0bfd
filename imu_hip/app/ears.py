"""Sound for a session: tones and speech put together, or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imu_hip.app import preferences
from imu_hip.feedback.announcer import Announcer
from imu_hip.feedback.player import Player
from imu_hip.feedback.speaker import Speaker


def ears_for(*, sound: bool, kept: Mapping[str, Any] | None) -> Announcer | None:
    """Return who gives cues to the ears, as was `kept` of the settings; None where it is to be silent."""
    if not sound:
        return None
    return Announcer(Player(), Speaker(), preferences.settings_from(kept or {}))
