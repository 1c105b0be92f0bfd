"""The breath pacer: which part of a slow breath is due, from the time since it began."""

from __future__ import annotations

from dataclasses import dataclass

from imu_hip.model.view_state import BreathPace


@dataclass(frozen=True, slots=True)
class PacerParams:
    """How long to breathe in and out, s; both above 0."""

    in_s: float = 4.0
    out_s: float = 5.0

    @property
    def breath_s(self) -> float:
        """One whole breath, s."""
        return self.in_s + self.out_s


def pace(params: PacerParams, since_s: float) -> BreathPace:
    """Return what to do `since_s` after the pacer began; a time before that counts as its beginning."""
    breaths, within_s = divmod(max(0.0, since_s), params.breath_s)
    if within_s < params.in_s:
        return BreathPace(True, within_s / params.in_s, int(breaths))
    return BreathPace(False, (within_s - params.in_s) / params.out_s, int(breaths))
