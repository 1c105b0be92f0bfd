"""What the app remembers from one time to the next: how it sounds and looks, and what was chosen last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from imu_hip.model.action import ActionName
from imu_hip.model.app_state import Settings, StartView

_SWITCHES = {ActionName.TONES: "tones", ActionName.SPEECH: "speech", ActionName.FLASH: "flash"}
_CHOICES = ("exercise_id", "side", "person", "calibration")


def switched(settings: Settings, name: ActionName, value: str) -> Settings:
    """Return the settings after an action; others than those of settings change nothing."""
    if name in _SWITCHES:
        switch: dict[str, Any] = {_SWITCHES[name]: value == "on"}
        return replace(settings, **switch)
    if name is ActionName.VOLUME:
        return replace(settings, volume=min(1.0, max(0.0, float(value))))
    if name is ActionName.THEME:
        return replace(settings, dark=value == "dark")
    return settings


def to_plain(settings: Settings, start: StartView) -> dict[str, Any]:
    """Return what is kept."""
    kept = {name: getattr(settings, name) for name in ("tones", "speech", "flash", "volume", "dark")}
    return {**kept, **{name: getattr(start, name) for name in _CHOICES}}


def settings_from(kept: Mapping[str, Any]) -> Settings:
    """Return kept settings; what is missing or makes no sense is as in the beginning."""
    usual = Settings()
    flags = {name: kept[name] for name in ("tones", "speech", "flash", "dark") if isinstance(kept.get(name), bool)}
    volume = kept.get("volume", usual.volume)
    loud = float(volume) if isinstance(volume, int | float) and 0.0 <= volume <= 1.0 else usual.volume
    return replace(usual, **flags, volume=loud)


def choices_from(kept: Mapping[str, Any], start: StartView) -> StartView:
    """Return the start page with what was chosen last, as far as that still exists."""
    allowed = {
        "exercise_id": {choice.id for choice in start.exercises},
        "side": {"left", "right"},
        "person": set(start.persons),
        "calibration": {"standing", "lying"},
    }
    known = {name: kept[name] for name in _CHOICES if isinstance(kept.get(name), str) and kept[name] in allowed[name]}
    return replace(start, **known)
