"""What the corridor gives back for each handful of items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import AngleBlock
from imu_hip.model.event import Event
from imu_hip.model.exercise_spec import CompensationKind


@dataclass(frozen=True, slots=True)
class JudgeSnapshot:
    """What the judge thinks right now (live display only; not part of the result).

    `hold_start_s` is None outside a hold; `end_range_rad` None until known; `steps_done` of the running cycle.
    `faults`: those that are being made; `unsure`: those that cannot be told from error now. `neutral_rad`: every
    `Channel` in the last neutral, in their order; None before the first.
    """

    end_range_rad: float | None
    enter_rad: float | None
    hold_start_s: float | None
    cycle_number: int
    cycles_complete: int
    steps_done: tuple[str, ...]
    exercise_id: str | None
    faults: tuple[CompensationKind, ...] = ()
    unsure: tuple[CompensationKind, ...] = ()
    neutral_rad: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class LinkStatistics:
    """One sensor's radio life so far.

    `clock_sd_s`: standard deviation of its times on the common clock, at the newest sample (of a matched file: at its
    ends). `clock_delay_s`: about how much later than they were all of its samples may be stamped besides, because
    nothing but arrivals tells when they were taken; 0 where something does. `packet_s`: how long the sensor may take to
    fill a packet, which is how old its newest sample may be without anything being wrong; 0 where nothing tells.
    """

    samples: int
    lost: int
    rate_hz: float | None
    clock_ppm: float | None
    serial: str
    battery_percent: int | None
    last_t_s: float | None
    clock_sd_s: float | None = None
    clock_delay_s: float = 0.0
    packet_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Outputs:
    """Angles with their phases (n,), events in order, and snapshots for the screen."""

    angles: AngleBlock
    phases: NDArray[np.uint8]
    events: tuple[Event, ...]
