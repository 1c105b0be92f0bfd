"""BIP v1 as a driver: the session that firmware_protocol/bip_v1.md describes, from the receiver's side."""

from __future__ import annotations

from typing import Final

from imu_hip.codec import bip_v1, gatt
from imu_hip.model.driver import Advertised, Ask, Driver, Read, Subscribe, Timing
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import ControlOpcode, ControlReply, ControlRequest, SyncReply


def _request(opcode: ControlOpcode, *otherwise: Ask) -> Ask:
    def result(value: bytes) -> int | None:
        reply = bip_v1.decode_control_reply(value)
        return reply.result if isinstance(reply, ControlReply) and reply.opcode == opcode else None

    request = bip_v1.encode_control_request(ControlRequest(opcode))
    return Ask(Characteristic.CONTROL, request, Characteristic.CONTROL, result, otherwise=otherwise)


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
    # A run that somebody began before a lost connection is ended first.
    start=(_request(ControlOpcode.START, _request(ControlOpcode.STOP)),),
    stop=(_request(ControlOpcode.STOP),),
    identify=(Subscribe(Characteristic.CONTROL), _request(ControlOpcode.IDENTIFY)),
    decoder=lambda: bip_v1.decode,
    decode_streams=bip_v1.decode_streams,
    sync=_sync,
)
