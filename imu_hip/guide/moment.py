"""What the cues are made from: everything that is known at one moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.guide.guidance import Guidance
from imu_hip.model.block import AngleBlock
from imu_hip.model.event import Event, Phase
from imu_hip.model.output import JudgeSnapshot


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest row: its time (None before the first), internal rotation (None when not known) and phase."""

    t_s: float | None = None
    angle_rad: float | None = None
    phase: Phase = Phase.UNKNOWN


@dataclass(frozen=True, slots=True)
class Moment:
    """One call of the cues: `t_s` is the present, `events` those since the call before.

    `guidance` is None where nobody guides (a replay). `packet_s`: how long the slower sensor may take to fill a packet.
    """

    t_s: float
    seen: Seen
    snapshot: JudgeSnapshot
    events: tuple[Event, ...] = ()
    guidance: Guidance | None = None
    packet_s: float = 0.0

    @property
    def silent_s(self) -> float:
        """How old the newest row is."""
        return 0.0 if self.seen.t_s is None else self.t_s - self.seen.t_s


def newest(before: Seen, angles: AngleBlock, phases: NDArray[np.uint8]) -> Seen:
    """Return the newest row after a block, `before` when it has none."""
    if angles.t_s.size == 0:
        return before
    known = bool(angles.valid[-1])
    return Seen(float(angles.t_s[-1]), float(angles.angles_rad[-1, 2]) if known else None, Phase(int(phases[-1])))
