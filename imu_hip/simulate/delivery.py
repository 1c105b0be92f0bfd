"""What arrives of a simulated session when every sensor has a clock of its own and samples get lost on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.item import Role
from imu_hip.simulate.person import Range
from imu_hip.simulate.sensors import SensorReadings
from imu_hip.simulate.session import SimulatedSession

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hole:
    """All that a sensor samples from a true time on is lost, for `duration_s`."""

    at_s: float
    duration_s: float
    role: Role = Role.THIGH


@dataclass(frozen=True, slots=True)
class DeliveryParams:
    """How samples are stamped and lost; all are assumptions about Bluetooth sensors.

    With `own_clocks` each sensor was switched on at another time (`offset_s`) and its quartz is off by up to `ppm`
    either way; without, both tables are on one clock, to which the thigh's was matched within `sync_s` (standard
    deviation). `jitter_s`: of each stamp (standard deviation). `loss`: share of samples that get lost, in bursts of
    `burst` samples (lowest and highest). `holes`: what gets lost besides.
    """

    own_clocks: bool = False
    offset_s: Range = (0.0, 1000.0)
    ppm: float = 50.0
    sync_s: float = 0.008
    jitter_s: float = 0.0003
    loss: float = 0.01
    burst: tuple[int, int] = (1, 3)
    holes: tuple[Hole, ...] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """What a clock shows: `offset_s` at the true time 0, and `rate` seconds per true second."""

    offset_s: float = 0.0
    rate: float = 1.0

    def shows(self, t_s: Floats) -> Floats:
        """Return what it shows at true times (n,)."""
        return self.offset_s + self.rate * t_s


@dataclass(frozen=True, slots=True)
class DeliveredTable:
    """The samples of one sensor that arrived: stamps (m,) on its clock, readings, and their rows in the session."""

    t_s: Floats
    readings: SensorReadings
    rows: NDArray[np.intp]
    clock: Clock


@dataclass(frozen=True, slots=True)
class Delivery:
    """Both tables. Marks are told on the clock of the pelvis."""

    pelvis: DeliveredTable
    thigh: DeliveredTable


_DEFAULTS = DeliveryParams()


def deliver(session: SimulatedSession, rng: np.random.Generator, params: DeliveryParams = _DEFAULTS) -> Delivery:
    """Return what arrives of a session; the same state of the Generator gives the same bytes."""
    for_pelvis, for_thigh = rng.spawn(2)
    if params.own_clocks:
        pelvis_clock, thigh_clock = _own_clock(params, for_pelvis), _own_clock(params, for_thigh)
    else:
        pelvis_clock, thigh_clock = Clock(), Clock(offset_s=float(for_thigh.normal(0.0, params.sync_s)))
    return Delivery(
        _table(Role.PELVIS, session.t_s, session.pelvis, pelvis_clock, params, for_pelvis),
        _table(Role.THIGH, session.t_s, session.thigh, thigh_clock, params, for_thigh),
    )


def _own_clock(params: DeliveryParams, rng: np.random.Generator) -> Clock:
    return Clock(float(rng.uniform(*params.offset_s)), 1.0 + 1e-6 * float(rng.uniform(-params.ppm, params.ppm)))


def _table(
    role: Role, t_s: Floats, readings: SensorReadings, clock: Clock, params: DeliveryParams, rng: np.random.Generator
) -> DeliveredTable:
    # Stamps that jitter past each other are told apart again by the order in which samples are counted.
    stamps = np.sort(clock.shows(t_s) + rng.normal(0.0, params.jitter_s, len(t_s)))
    lost = _lost(len(t_s), params, rng)
    for hole in params.holes:
        if hole.role is role:
            lost |= (t_s >= hole.at_s) & (t_s < hole.at_s + hole.duration_s)
    rows = np.flatnonzero(~lost)
    mag = None if readings.mag is None else readings.mag[rows]
    return DeliveredTable(stamps[rows], SensorReadings(readings.gyr[rows], readings.acc[rows], mag), rows, clock)


def _lost(n: int, params: DeliveryParams, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which samples are lost."""
    shortest, longest = params.burst
    begins = rng.random(n) < 2.0 * params.loss / (shortest + longest)
    lengths = rng.integers(shortest, longest + 1, n)
    lost = np.zeros(n, dtype=bool)
    for more in range(longest):
        lost[more:] |= (begins & (lengths > more))[: n - more]
    return lost
