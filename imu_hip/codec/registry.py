"""Which codec reads a sensor family's bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from imu_hip.codec import bip_v1, float64_table
from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import Packet, StreamPackets, TimedTables

Decoder = Callable[[Characteristic, bytes], Packet]
"""Makes a packet of any bytes: what makes no sense becomes a BadPacket, nothing is ever raised."""

StreamsDecoder = Callable[[Sequence[bytes]], StreamPackets | TimedTables | None]
"""Makes packets of the values of many notifications of one sensor's stream, unless they are too different for that."""

BIP_V1: Final = "bip1"
FLOAT64_TABLE: Final = "float64"

_DECODERS: Final[dict[str, Decoder]] = {BIP_V1: bip_v1.decode, FLOAT64_TABLE: float64_table.decode}
_STREAMS_DECODERS: Final[dict[str, StreamsDecoder]] = {
    BIP_V1: bip_v1.decode_streams,
    FLOAT64_TABLE: float64_table.decode_streams,
}


def decoder(family: str) -> Decoder:
    """Find the decoder of a sensor family.

    Raises
    ------
    UnusableInputError
        No such family: the recording is of a newer version, or its setup is damaged.
    """
    found = _DECODERS.get(family)
    if found is None:
        raise UnusableInputError(
            Reason.NEWER_FORMAT,
            f"sensor family {family!r} is not known to this version; it knows {', '.join(sorted(_DECODERS))}",
        )
    return found


def streams_decoder(family: str) -> StreamsDecoder | None:
    """Find what decodes many stream notifications at once; None where the family is not known."""
    return _STREAMS_DECODERS.get(family)
