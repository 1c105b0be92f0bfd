"""The published test vectors: complete, parsable, and what the codec makes of them."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imu_hip.codec import bip_v1
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import (
    BadPacket,
    BadPacketReason,
    BatteryLevel,
    ControlOpcode,
    ControlReply,
    ControlRequest,
    SensorConfig,
    SensorInfo,
    StreamPacket,
    SyncReply,
)

VECTORS = Path(__file__).parents[2] / "firmware_protocol" / "vectors"
FILES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(VECTORS.glob("*.toml"))}
KINDS = {"valid", "minimum", "maximum", "invalid"}
REQUESTS = {"control_request", "sync_request"}


def cases(*, invalid: bool, requests: bool) -> list[Any]:
    return [
        pytest.param(name, vector, id=f"{name}: {vector['name']}")
        for name, file in FILES.items()
        for vector in file["vector"]
        if (vector["kind"] == "invalid") is invalid and (name in REQUESTS) is requests
    ]


def received(name: str, vector: dict[str, Any]) -> object:
    return bip_v1.decode(Characteristic(FILES[name]["characteristic"]), bytes.fromhex(vector["hex"]))


def plain(value: Any) -> Any:
    """Turn tuples and arrays into lists, as TOML writes them."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value


def fields(packet: Any) -> dict[str, Any]:
    return {field.name: plain(getattr(packet, field.name)) for field in dataclasses.fields(packet)}


def test_every_characteristic_has_vectors_of_what_the_sensor_sends() -> None:
    sent = {file["characteristic"] for name, file in FILES.items() if name not in REQUESTS}
    assert sent == {characteristic.value for characteristic in Characteristic}


def test_every_written_characteristic_has_vectors_of_what_the_receiver_sends() -> None:
    assert {FILES[name]["characteristic"] for name in REQUESTS} == {"control", "sync"}


@pytest.mark.parametrize("name", FILES)
def test_file_has_all_four_kinds_under_different_names(name: str) -> None:
    vectors = FILES[name]["vector"]
    assert {vector["kind"] for vector in vectors} == KINDS
    assert len({vector["name"] for vector in vectors}) == len(vectors)
    assert len({bytes.fromhex(vector["hex"]) for vector in vectors}) == len(vectors)


@pytest.mark.parametrize("name", FILES)
def test_vector_says_either_the_fields_or_why_not(name: str) -> None:
    for vector in FILES[name]["vector"]:
        outcome = {"fields"} if vector["kind"] != "invalid" else {"reason", "reply"}
        assert len(outcome & vector.keys()) == 1, vector["name"]
        assert vector.keys() <= {"name", "kind", "hex"} | outcome, vector["name"]


def test_every_reason_that_bytes_can_have_is_shown() -> None:
    shown = {vector["reason"] for file in FILES.values() for vector in file["vector"] if "reason" in vector}
    assert shown == {reason.value for reason in BadPacketReason} - {"unknown_characteristic"}


@pytest.mark.parametrize(("name", "vector"), cases(invalid=False, requests=False))
def test_decoding_gives_the_fields(name: str, vector: dict[str, Any]) -> None:
    assert fields(received(name, vector)) == vector["fields"]


@pytest.mark.parametrize(("name", "vector"), cases(invalid=True, requests=False))
def test_decoding_refuses_with_the_reason(name: str, vector: dict[str, Any]) -> None:
    assert received(name, vector) == BadPacket(BadPacketReason(vector["reason"]))


@pytest.mark.parametrize(("name", "vector"), cases(invalid=False, requests=False))
def test_encoding_the_fields_gives_the_bytes(name: str, vector: dict[str, Any]) -> None:
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in vector["fields"].items()
    }
    match name:
        case "info":
            payload = bip_v1.encode_info(SensorInfo(**given))
        case "config":
            payload = bip_v1.encode_config(SensorConfig(**given))
        case "stream":
            counts = np.array(given.pop("counts"), dtype=np.int16)
            payload = bip_v1.encode_stream(StreamPacket(counts=counts, **given))
        case "sync_reply":
            payload = bip_v1.encode_sync_reply(SyncReply(**given))
        case "control_reply":
            payload = bip_v1.encode_control_reply(ControlReply(**given))
        case _:
            payload = bip_v1.encode_battery_level(BatteryLevel(**given))
    assert payload == bytes.fromhex(vector["hex"])


@pytest.mark.parametrize(("name", "vector"), cases(invalid=False, requests=True))
def test_request_is_written_and_understood(name: str, vector: dict[str, Any]) -> None:
    payload = bytes.fromhex(vector["hex"])
    given = dict(vector["fields"])
    if name == "sync_request":
        assert bip_v1.encode_sync_request(given["token"]) == payload
        assert bip_v1.decode_sync_request(payload) == given["token"]
    else:
        request = ControlRequest(ControlOpcode[given.pop("opcode")], **given)
        assert bip_v1.encode_control_request(request) == payload
        assert bip_v1.decode_control_request(payload) == request


@pytest.mark.parametrize(("name", "vector"), cases(invalid=True, requests=True))
def test_request_is_refused_as_said(name: str, vector: dict[str, Any]) -> None:
    payload = bytes.fromhex(vector["hex"])
    answer = (bip_v1.decode_sync_request if name == "sync_request" else bip_v1.decode_control_request)(payload)
    if "reply" in vector:
        assert answer == ControlReply(*bytes.fromhex(vector["reply"]))
    else:
        assert answer == BadPacket(BadPacketReason(vector["reason"]))
