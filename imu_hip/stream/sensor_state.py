"""What is known of one sensor, and what is told of its radio life."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from imu_hip.model.block import Floats
from imu_hip.model.event import RadioTrouble, Trouble
from imu_hip.model.item import Role
from imu_hip.model.output import LinkStatistics
from imu_hip.model.packet import SensorConfig, SensorInfo
from imu_hip.model.setup import SensorSetup
from imu_hip.stream.device_clock import ClockState
from imu_hip.stream.samples import Samples
from imu_hip.stream.sequence import SequenceState


@dataclass(slots=True)
class SensorState:
    """All that is known of one sensor; `sent` holds sync requests that wait for their answer.

    `interrupted`: its connection was lost since its newest sample. Of one that does not stamp its samples
    (`is_stamped`), `lateness` has arrival and how much later than expected that was, of each packet of the last second.
    Of one whose samples wait for others, `offsets` has device time and the offset that was applied there, from the
    newest sample on that did not wait.
    """

    setup: SensorSetup
    info: SensorInfo | None = None
    config: SensorConfig | None = None
    sequence: SequenceState = field(default_factory=SequenceState)
    clock: ClockState = field(default_factory=ClockState)
    sent: tuple[tuple[bytes, float], ...] = ()
    battery_percent: int | None = None
    samples: int = 0
    lost: int = 0
    first_s: float | None = None
    last_s: float | None = None
    interrupted: bool = False
    is_stamped: bool = True
    lateness: tuple[tuple[float, float], ...] = ()
    offsets: tuple[tuple[float, float], ...] = ()

    @property
    def role(self) -> Role:
        """Where the sensor is worn."""
        return self.setup.role

    @property
    def period_s(self) -> float:
        """Nominal sample period, s (100 Hz until something better is known)."""
        if self.config is not None:
            return 1.0 / self.config.rate_hz
        return 1.0 / self.setup.rate_hz if self.setup.rate_hz else 0.01

    @property
    def interval_s(self) -> float:
        """Connection interval that the sensor asks for, s."""
        return 1e-3 * self.config.connection_interval_ms if self.config is not None else 0.0

    @property
    def packet_s(self) -> float:
        """How long the sensor may take to fill a packet, s."""
        return self.config.samples_per_packet * self.period_s if self.config is not None else 0.0


class Followed(NamedTuple):
    """What many packets brought: samples, and when each packet's first and last were taken, s (k,)."""

    state: SensorState
    samples: Samples
    first_s: Floats
    last_s: Floats


def statistics(state: SensorState) -> LinkStatistics:
    """Return the sensor's radio life so far; the rate counts what arrived and what was lost."""
    rate_hz = None
    if state.first_s is not None and state.last_s is not None and state.last_s > state.first_s:
        rate_hz = (state.samples + state.lost - 1) / (state.last_s - state.first_s)
    of_file = state.setup.family == "float64"
    return LinkStatistics(
        samples=state.samples,
        lost=state.lost,
        rate_hz=rate_hz,
        clock_ppm=state.setup.clock.rate * 1e6 if of_file else state.clock.rate_ppm,
        serial=state.info.serial if state.info else "",
        battery_percent=state.battery_percent,
        last_t_s=state.last_s,
        clock_sd_s=state.setup.clock.sd_s if of_file else state.clock.sd_s,
        clock_delay_s=0.0 if of_file or state.clock.delay_is_known else state.interval_s,
        packet_s=state.packet_s,
    )


def trouble(
    state: SensorState, kind: RadioTrouble, at_s: float, count: int, detail: str = "", from_s: float | None = None
) -> Trouble:
    """Return a trouble of this sensor, at a moment or from `from_s` to it."""
    return Trouble(at_s if from_s is None else from_s, at_s, state.role, kind, count, detail)
