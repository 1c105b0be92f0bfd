"""What talking to a family of sensors takes, as data: how it is found, what is read, written and waited for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from imu_hip.model.item import Characteristic
from imu_hip.model.packet import Packet, StreamPackets, TimedTables
from imu_hip.model.stream_run import Payloads

Decoder = Callable[[Characteristic, bytes], Packet]
"""Makes a packet of any bytes: what makes no sense becomes a BadPacket, nothing is ever raised."""

StreamsDecoder = Callable[[Payloads], StreamPackets | TimedTables | None]
"""Makes packets of the values of many notifications of one sensor's stream, unless they are too different for that."""


class Timing(StrEnum):
    """How a family's samples are placed in time, the best first."""

    COUNTED = "counted"
    """Samples are counted and stamped: every lost one is known."""
    STAMPED = "stamped"
    """Samples are stamped: lost ones show as holes in the stamps."""
    UNSTAMPED = "unstamped"
    """Neither: times come from arrivals, and a lost sample cannot be told from a late one."""


@dataclass(frozen=True, slots=True)
class Read:
    """Read a value; where it is optional, a sensor without it is as good."""

    characteristic: Characteristic
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Have a value notified or indicated."""

    characteristic: Characteristic
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Tell:
    """Write a value that nothing answers."""

    characteristic: Characteristic
    payload: bytes
    response: bool = True


@dataclass(frozen=True, slots=True)
class Ask:
    """Write a request and wait for its answer on a characteristic that is subscribed to.

    `result` of a value is 0 where it grants the request, another number where it refuses, None where it answers
    something else. What is refused is asked once more after the steps of `otherwise`, if there are any. `refusals` say
    what a result means and what to do; where the question is `optional`, no answer is as good.
    """

    characteristic: Characteristic
    request: bytes
    answered_on: Characteristic
    result: Callable[[bytes], int | None]
    response: bool = True
    otherwise: tuple[Step, ...] = ()
    refusals: Mapping[int, str] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Give the sensor time."""

    duration_s: float


Step = Read | Subscribe | Tell | Ask | Pause


@dataclass(frozen=True, slots=True)
class Advertised:
    """By what an advertisement shows the family: any one of these is enough."""

    service_uuids: tuple[str, ...] = ()
    name_prefixes: tuple[str, ...] = ()
    company_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Driver:
    """One family of sensors.

    `services` (UUIDs) are what is looked at after connecting, `uuids` the characteristics there. Without one for INFO
    the sensor cannot say who it is, and its address (of which the decoder makes the serial number) has to do. The
    steps: `preparation` before the stream, `start` and `stop` of it, `identify` to be seen or heard (empty where it
    cannot). `sync` makes a question for the sensor's clock of a token, 0 to 255. A notification must be able to carry
    `least_payload_bytes`. `resume` goes on with a run that was begun before the connection was lost (empty: it begins
    anew). `resend` makes a request for samples again, by the first index of the run and their number, which is granted
    as far as the sensor has them, unless its result is `busy`; `counted` returns first index (16 bits) and number of
    samples of a live packet. A sensor may take `packet_s` to fill what it sends, where that is long.
    `decoder` makes a fresh decoder: it may keep what earlier bytes said. `limits`: what a person should know of such
    sensors, in short sentences.
    """

    family: str
    product: str
    timing: Timing
    advertised: Advertised
    services: tuple[str, ...]
    uuids: Mapping[Characteristic, str]
    preparation: tuple[Step, ...]
    start: tuple[Step, ...]
    stop: tuple[Step, ...]
    identify: tuple[Step, ...]
    decoder: Callable[[], Decoder]
    decode_streams: StreamsDecoder | None = None
    sync: Callable[[int], Ask] | None = None
    resume: tuple[Step, ...] = ()
    resend: Callable[[int, int], Ask] | None = None
    busy: int = -1
    counted: Callable[[bytes], tuple[int, int] | None] | None = None
    least_payload_bytes: int = 20
    packet_s: float = 0.0
    limits: tuple[str, ...] = ()

    def recognises(self, name: str, service_uuids: Sequence[str], company_ids: Sequence[int]) -> bool:
        """Whether an advertisement is one of this family."""
        shown = self.advertised
        return (
            any(uuid in service_uuids for uuid in shown.service_uuids)
            or any(name.startswith(prefix) for prefix in shown.name_prefixes)
            or any(company in company_ids for company in shown.company_ids)
        )
