"""BIP v1 as a driver: the session that firmware_protocol/bip_v1.md describes, from the receiver's side."""

from __future__ import annotations

from typing import Final

from imu_hip.codec import bip_v1, gatt
from imu_hip.model.driver import Advertised, Ask, Driver, Read, Subscribe, Timing
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import (
    ControlOpcode,
    ControlReply,
    ControlRequest,
    ControlResult,
    StreamPacket,
    SyncReply,
)

_MOST_RESENT: Final = 0xFFFF
_START: Final = ControlRequest(ControlOpcode.START)
_STOP: Final = ControlRequest(ControlOpcode.STOP)


def _request(request: ControlRequest, *otherwise: Ask, as_good: ControlResult = ControlResult.SUCCESS) -> Ask:
    """Return a request; `as_good`: a result that is as good as success."""

    def result(value: bytes) -> int | None:
        reply = bip_v1.decode_control_reply(value)
        if not isinstance(reply, ControlReply) or reply.opcode != request.opcode:
            return None
        return ControlResult.SUCCESS if reply.result == as_good else reply.result

    payload = bip_v1.encode_control_request(request)
    return Ask(Characteristic.CONTROL, payload, Characteristic.CONTROL, result, otherwise=otherwise)


def _resend(first_index: int, count: int) -> Ask:
    request = ControlRequest(ControlOpcode.RESEND, first_index, min(count, _MOST_RESENT))
    return _request(request, as_good=ControlResult.NOT_AVAILABLE)


def _counted(value: bytes) -> tuple[int, int] | None:
    packet = bip_v1.decode_stream(value)
    if not isinstance(packet, StreamPacket) or packet.resent:
        return None
    return packet.first_index, len(packet.counts)


def _sync(token: int) -> Ask:
    def result(value: bytes) -> int | None:
        reply = bip_v1.decode_sync_reply(value)  # answers to earlier questions may come late
        return 0 if isinstance(reply, SyncReply) and reply.token == token else None

    return Ask(Characteristic.SYNC, bip_v1.encode_sync_request(token), Characteristic.SYNC, result, response=False)


DRIVER: Final = Driver(
    family="bip1",
    product="BIP v1 sensor",
    timing=Timing.COUNTED,
    advertised=Advertised(service_uuids=(gatt.BIP_SERVICE_UUID,)),
    services=(gatt.BIP_SERVICE_UUID, gatt.BATTERY_SERVICE_UUID),
    uuids=gatt.UUID_OF,
    preparation=(
        Read(Characteristic.CONFIG),
        Read(Characteristic.BATTERY, optional=True),
        Subscribe(Characteristic.BATTERY, optional=True),
        Subscribe(Characteristic.CONTROL),
        Subscribe(Characteristic.SYNC),
        Subscribe(Characteristic.STREAM),
    ),
    # A run that somebody else began is ended first.
    start=(_request(_START, _request(_STOP)),),
    stop=(_request(_STOP),),
    identify=(Subscribe(Characteristic.CONTROL), _request(ControlRequest(ControlOpcode.IDENTIFY))),
    decoder=lambda: bip_v1.decode,
    decode_streams=bip_v1.decode_streams,
    sync=_sync,
    resume=(_request(_START, as_good=ControlResult.WRONG_STATE),),
    resend=_resend,
    busy=ControlResult.BUSY,
    counted=_counted,
)
