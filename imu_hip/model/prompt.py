"""What the guide says: a line for eyes and ears, and the mark that goes with it."""

from __future__ import annotations

from dataclasses import dataclass

from imu_hip.model.item import MarkLabel


@dataclass(frozen=True, slots=True)
class Prompt:
    """One instruction: begins at `start_s` of the script, lasts `duration_s`; `label` is None when it writes no mark."""

    start_s: float
    duration_s: float
    text: str
    label: MarkLabel | None
    detail: str = ""
