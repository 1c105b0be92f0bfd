"""Packets: what the codec makes of bytes. Raw counts and sensor time, not yet SI, not yet a common clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.item import Role, Tick


class BadPacketReason(StrEnum):
    """Why bytes from the air were not believed."""

    TOO_SHORT = "too_short"
    WRONG_VERSION = "wrong_version"
    RESERVED_BIT = "reserved_bit"
    NO_SAMPLES = "no_samples"
    WRONG_LENGTH = "wrong_length"
    WRONG_CHECKSUM = "wrong_checksum"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_CHARACTERISTIC = "unknown_characteristic"
    NOT_TEXT = "not_text"


@dataclass(frozen=True, slots=True)
class BadPacket:
    """Bytes that do not decode: a counted event, never an exception."""

    reason: BadPacketReason


@dataclass(frozen=True, slots=True)
class StreamPacket:
    """Samples as the sensor counted them.

    `first_index` wraps at 2**16; `device_us` is the sensor time of the LAST sample in µs and wraps at 2**32.
    `counts`: int16, shape (n, 6) gyr x y z, acc x y z, or (n, 9) with mag x y z.
    """

    first_index: int
    device_us: int
    counts: NDArray[np.int16]
    resent: bool
    clipped: bool
    overran: bool


@dataclass(frozen=True, slots=True)
class StreamPackets:
    """Stream packets of one sensor as they came one behind the other, all with as many samples.

    The fields of `StreamPacket` (k,), and `counts` (k, n, 6 or 9).
    """

    first_index: NDArray[np.int64]
    device_us: NDArray[np.int64]
    counts: NDArray[np.int16]
    resent: NDArray[np.bool_]
    clipped: NDArray[np.bool_]
    overran: NDArray[np.bool_]

    def packet(self, k: int) -> StreamPacket:
        """Return one of them."""
        return StreamPacket(
            int(self.first_index[k]),
            int(self.device_us[k]),
            self.counts[k],
            bool(self.resent[k]),
            bool(self.clipped[k]),
            bool(self.overran[k]),
        )

    def cut(self, start: int, stop: int) -> StreamPackets:
        """Return those from `start` to before `stop`."""
        which = slice(start, stop)
        return StreamPackets(
            self.first_index[which],
            self.device_us[which],
            self.counts[which],
            self.resent[which],
            self.clipped[which],
            self.overran[which],
        )

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.counts)


@dataclass(frozen=True, slots=True)
class TimedSamples:
    """Samples of a foreign file, already in SI and float64.

    `t_s` (n,), `gyr` rad/s and `acc` m/s² (n, 3), `mag` µT or None.
    """

    t_s: NDArray[np.float64]
    gyr: NDArray[np.float64]
    acc: NDArray[np.float64]
    mag: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True)
class TimedTables:
    """Blocks of one foreign file as they came one behind the other.

    `t_s` (n,), `values` (n, 6) gyr x y z, acc x y z, or (n, 9) with mag x y z; `stops` (k,): where each block ends.
    """

    t_s: NDArray[np.float64]
    values: NDArray[np.float64]
    stops: NDArray[np.intp]

    def packet(self, k: int) -> TimedSamples:
        """Return one of them."""
        rows = slice(int(self.stops[k - 1]) if k else 0, int(self.stops[k]))
        values = self.values[rows]
        return TimedSamples(
            self.t_s[rows], values[:, :3], values[:, 3:6], values[:, 6:] if values.shape[1] > 6 else None
        )

    def cut(self, start: int, stop: int) -> TimedTables:
        """Return those from `start` to before `stop`."""
        first = int(self.stops[start - 1]) if start else 0
        rows = slice(first, int(self.stops[stop - 1]))
        return TimedTables(self.t_s[rows], self.values[rows], self.stops[start:stop] - first)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.stops)


@dataclass(frozen=True, slots=True)
class SensorSamples:
    """Samples in SI of a sensor that does not count them.

    `values` (n, 6) gyr x y z rad/s, acc x y z m/s², or (n, 9) with mag x y z µT. `device_us` (n,): sensor time of each
    in µs, which wraps at 2**32; None for a sensor that does not stamp them. `newest_us`: that of the newest sample
    that came with these, where it is not the last of them (it waits for what belongs to it).
    """

    device_us: NDArray[np.int64] | None
    values: NDArray[np.float64]
    clipped: bool = False
    newest_us: int | None = None


class Capability(IntFlag):
    """What a sensor can do besides streaming."""

    MAGNETOMETER = 1 << 0
    RESEND = 1 << 1
    SYNC = 1 << 2
    IDENTIFY = 1 << 3
    BATTERY = 1 << 4
    TAP = 1 << 5


@dataclass(frozen=True, slots=True)
class SensorInfo:
    """Who the sensor is. `boot_id` changes at every start: a rebooted sensor is a new clock."""

    protocol_version: int
    hardware_id: int
    firmware_version: tuple[int, int, int]
    capabilities: int
    boot_id: int
    serial: str


@dataclass(frozen=True, slots=True)
class SensorConfig:
    """How the sensor samples. Scales are SI units per count; `axis_map` gives sensor axes as signed 1, 2, 3.

    Sensor axis k reads sign(m[k]) * counts[:, abs(m[k]) - 1], for gyr, acc and mag alike; the map is a
    rotation. `mag_ut_per_lsb` is 0 without magnetometer.
    """

    rate_hz: int
    samples_per_packet: int
    gyr_rad_s_per_lsb: float
    acc_m_s2_per_lsb: float
    mag_ut_per_lsb: float
    axis_map: tuple[int, int, int]
    connection_interval_ms: float


@dataclass(frozen=True, slots=True)
class SyncReply:
    """Answer to a sync request: the token that was sent and the sensor time in µs (wraps at 2**32)."""

    token: int
    device_us: int


class ControlOpcode(IntEnum):
    """What the control point can be asked for."""

    STOP = 0
    START = 1
    IDENTIFY = 2
    RESEND = 3
    SET_CONFIG_DEFAULT = 4


class ControlResult(IntEnum):
    """How the control point answers; codes that are not listed are failures without a name."""

    SUCCESS = 0
    UNKNOWN_OPCODE = 1
    WRONG_LENGTH = 2
    OUT_OF_RANGE = 3
    NOT_SUPPORTED = 4
    WRONG_STATE = 5
    NOT_AVAILABLE = 6
    BUSY = 7
    SENSOR_FAULT = 8


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """A wish to the control point; `first_index` (32 bit, running) and `count` belong to RESEND alone."""

    opcode: ControlOpcode
    first_index: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class ControlReply:
    """Answer of the control point: the opcode that was asked for and a ControlResult, both as received."""

    opcode: int
    result: int


@dataclass(frozen=True, slots=True)
class BatteryLevel:
    """Battery charge in percent."""

    percent: int


Packet = (
    StreamPacket
    | SensorSamples
    | TimedSamples
    | SensorInfo
    | SensorConfig
    | SyncReply
    | ControlReply
    | BatteryLevel
    | BadPacket
)


@dataclass(frozen=True, slots=True)
class Received:
    """A decoded packet with the role it came from and its arrival (host time, ns)."""

    t_ns: int
    role: Role
    packet: Packet


@dataclass(frozen=True, slots=True)
class ReceivedTogether:
    """Stream packets, and ticks, with nothing else between them: arrivals `t_ns` (m,), in the total order.

    `packets` of each role that is there, and their places `at` (k,) among the m.
    """

    t_ns: NDArray[np.int64]
    at: Mapping[Role, NDArray[np.intp]]
    packets: Mapping[Role, StreamPackets | TimedTables]

    def cut(self, start: int, stop: int) -> ReceivedTogether:
        """Return what has the places from `start` to before `stop`."""
        at: dict[Role, NDArray[np.intp]] = {}
        packets: dict[Role, StreamPackets | TimedTables] = {}
        for role, places in self.at.items():
            first, last = map(int, places.searchsorted((start, stop)))
            if first < last:
                at[role], packets[role] = places[first:last] - start, self.packets[role].cut(first, last)
        return ReceivedTogether(self.t_ns[start:stop], at, packets)

    def apart(self) -> list[Received | Tick]:
        """Return each on its own."""
        items: list[Received | Tick] = [Tick(t_ns) for t_ns in self.t_ns.tolist()]
        for role, places in self.at.items():
            for k, place in enumerate(places.tolist()):
                items[place] = Received(items[place].t_ns, role, self.packets[role].packet(k))
        return items

    def __len__(self) -> int:
        """Return how many packets and ticks there are."""
        return len(self.t_ns)
