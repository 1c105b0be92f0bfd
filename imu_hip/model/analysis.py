"""The whole result of one recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import AngleBlock
from imu_hip.model.event import Event
from imu_hip.model.item import Role, TimedNote
from imu_hip.model.output import LinkStatistics
from imu_hip.model.setup import Setup


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a recording shows.

    Angles with their phases (n,), events in order, radio life, and the hash of all that is derived.

    `recording_sha256` is of the file; `duration_s` from the first to the last sample, None without any. `notes` were
    told, not derived: the hash of what is derived does not depend on them.
    """

    setup: Setup
    recording_sha256: str
    duration_s: float | None
    angles: AngleBlock
    phases: NDArray[np.uint8]
    events: tuple[Event, ...]
    link: dict[Role, LinkStatistics]
    result_sha256: str
    notes: tuple[TimedNote, ...] = ()
