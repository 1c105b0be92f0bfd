"""Items of one call on their way to rows: each in its turn, or many packets at once where nothing is odd about them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from imu_hip.model.block import AlignedBlock
from imu_hip.model.event import RadioTrouble, Trouble
from imu_hip.model.item import (
    Characteristic,
    Command,
    Drop,
    LinkChange,
    LinkState,
    Mark,
    Note,
    Role,
    Tick,
    TimedMark,
    Write,
)
from imu_hip.model.packet import Packet, Received, ReceivedTogether, SensorConfig
from imu_hip.model.stream_run import LATEST_NS
from imu_hip.stream import pairing, sensor
from imu_hip.stream.device_clock import ClockParams
from imu_hip.stream.pairing import PairingParams, PairingState
from imu_hip.stream.sensor_state import SensorState

# Rows cut out together cost least, but each piece that waits is copied with every new one.
_MOST_PIECES = 512
# Fewer packets than this cost less one by one.
_LEAST_TOGETHER = 16

OneItem = Received | Write | Mark | LinkChange | Drop | Tick | Command | Note


@dataclass(slots=True)
class Intake:
    """What the items change, and what they bring: rows, marks and troubles in their order.

    `impatient`: how pairing waits for packets that are filled at once; `pairing` for those that these sensors send.
    """

    clock: ClockParams
    impatient: PairingParams
    sensors: dict[Role, SensorState]
    pairs: PairingState
    zero_ns: int | None
    period_s: float | None
    away: frozenset[Role]
    blocks: list[AlignedBlock] = field(default_factory=list)
    marks: list[TimedMark] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    pairing: PairingParams = field(init=False)

    def __post_init__(self) -> None:
        """Wait as long as the sensors need that are known so far."""
        self._be_patient()

    def take(self, item: OneItem) -> None:
        """Take in one item."""
        if self.zero_ns is None:
            self.zero_ns = item.t_ns
        t_s = (item.t_ns - self.zero_ns) / 1e9
        if pairing.overdue(self.pairing, self.pairs, t_s):
            self.pairs = pairing.expire(self.pairing, self.pairs, t_s)
            self.cut_rows()
        match item:
            case Received(role=role, packet=packet):
                self._receive(role, packet, t_s)
            case Write(role=role, characteristic=Characteristic.SYNC, payload=payload):
                self.sensors[role] = sensor.requested(self.sensors[role], payload, t_s)
            case Mark(label=label, edge=edge, detail=detail):
                self.marks.append(TimedMark(_effective(t_s, self.pairs.horizon_s), label, edge, detail))
            case LinkChange(role=role, state=LinkState.LOST, detail=detail):
                self.sensors[role] = sensor.interrupted(self.sensors[role])
                self.troubles.append(Trouble(t_s, t_s, role, RadioTrouble.LOST, 1, detail))
                self.away = self.away | {role}
            case LinkChange(role=role, state=LinkState.SEARCHING, detail=detail):
                self.troubles.append(Trouble(t_s, t_s, role, RadioTrouble.SEARCHING, 1, detail))
            case LinkChange(role=role, state=LinkState.STREAMING) if role in self.away:
                self.troubles.append(Trouble(t_s, t_s, role, RadioTrouble.BACK, 1))
                self.away = self.away - {role}
            case Drop(role=role, count=count):
                self.troubles.append(Trouble(t_s, t_s, role, RadioTrouble.QUEUE_FULL, count))
            case _:
                pass

    def take_together(self, items: ReceivedTogether) -> None:
        """Take in many packets at once; where something is odd, halves of them, and at last each in its turn."""
        if len(items) < _LEAST_TOGETHER:
            for item in items.apart():
                self.take(item)
        elif not self._follow(items):
            half = len(items) // 2
            self.take_together(items.cut(0, half))
            self.take_together(items.cut(half, len(items)))

    def cut_rows(self) -> None:
        """Cut out the rows that are final by now."""
        self.pairs, block = pairing.take(self.pairing, self.pairs)
        self.blocks.append(block)

    def _receive(self, role: Role, packet: Packet, t_s: float) -> None:
        self.sensors[role], samples, troubles = sensor.receive(self.clock, self.sensors[role], packet, t_s)
        self.troubles.extend(troubles)
        if isinstance(packet, SensorConfig):
            self._be_patient()
        if samples is None:
            return
        self._note_period(role)
        if len(self.pairs.pelvis.pieces) + len(self.pairs.thigh.pieces) >= _MOST_PIECES:
            self.cut_rows()
        self.pairs, late = pairing.add(self.pairs, role, samples, self.sensors[role].period_s)
        if late:
            self.troubles.append(Trouble(t_s, t_s, role, RadioTrouble.LATE, late))

    def _follow(self, items: ReceivedTogether) -> bool:
        """Take in all packets unless something is odd about one; then nothing has changed."""
        zero_ns = int(items.t_ns[0]) if self.zero_ns is None else self.zero_ns
        if not 0 <= zero_ns <= LATEST_NS:  # a difference to it may not be a number that an array can hold
            return False
        arrival_s = (items.t_ns - zero_ns) / 1e9
        followed = {}
        for role, packets in items.packets.items():
            found = sensor.follow(self.clock, self.sensors[role], packets, arrival_s[items.at[role]])
            if found is None:
                return False
            followed[role] = found
        ends_s = {role: (found.first_s, found.last_s) for role, found in followed.items()}
        if not pairing.in_time(self.pairing, self.pairs, arrival_s, items.at, ends_s):
            return False
        self.zero_ns = zero_ns
        for role, found in followed.items():
            self.sensors[role] = found.state
            self._note_period(role)
            self.pairs, _ = pairing.add(self.pairs, role, found.samples, found.state.period_s)
        return True

    def _be_patient(self) -> None:
        packet_s = max((known.packet_s for known in self.sensors.values()), default=0.0)
        self.pairing = self.impatient.patient(packet_s)

    def _note_period(self, role: Role) -> None:
        if self.period_s is None and role is Role.PELVIS:
            self.period_s = self.sensors[role].period_s


def _effective(t_s: float, horizon_s: float) -> float:
    """Return when a mark takes effect: it cannot reach back behind rows that are out already."""
    return t_s if t_s > horizon_s else math.nextafter(horizon_s, math.inf)
