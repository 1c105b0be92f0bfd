"""What the guide says: a line for eyes and ears, and the mark that goes with it."""

from __future__ import annotations

from dataclasses import dataclass

from imu_hip.model.item import MarkLabel


@dataclass(frozen=True, slots=True)
class Prompt:
    """One instruction, from `start_s` of the script for `duration_s`; without a `label` the `detail` holds a Cue."""

    start_s: float
    duration_s: float
    text: str
    label: MarkLabel | None
    detail: str = ""
