"""Identifiers: well-formed, distinct, and those that the protocol's document publishes."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest

from imu_hip.codec import gatt
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import BadPacketReason, Capability, ControlOpcode, ControlResult

DOCUMENT = (Path(__file__).parents[2] / "firmware_protocol" / "bip_v1.md").read_text(encoding="utf-8")
UUIDS = {name: value for name, value in vars(gatt).items() if name.endswith("_UUID")}


def rows(pattern: str) -> list[tuple[str, ...]]:
    return re.findall(pattern, DOCUMENT, re.MULTILINE)


def test_uuids_are_canonical_and_distinct() -> None:
    assert all(str(uuid.UUID(value)) == value for value in UUIDS.values())
    assert len(set(UUIDS.values())) == len(UUIDS)


def test_every_characteristic_has_a_uuid_and_back() -> None:
    assert set(gatt.UUID_OF) == set(Characteristic)
    assert all(gatt.CHARACTERISTIC_OF[gatt.UUID_OF[c]] is c for c in Characteristic)


def test_standard_numbers_are_those_of_the_assigned_numbers() -> None:
    assert gatt.BATTERY_SERVICE_UUID == "0000180f-0000-1000-8000-00805f9b34fb"
    assert gatt.BATTERY_LEVEL_UUID == "00002a19-0000-1000-8000-00805f9b34fb"
    assert gatt.DEVICE_INFORMATION_SERVICE_UUID == "0000180a-0000-1000-8000-00805f9b34fb"
    assert gatt.MODEL_NUMBER_STRING_UUID == "00002a24-0000-1000-8000-00805f9b34fb"
    assert gatt.SERIAL_NUMBER_STRING_UUID == "00002a25-0000-1000-8000-00805f9b34fb"
    assert gatt.FIRMWARE_REVISION_STRING_UUID == "00002a26-0000-1000-8000-00805f9b34fb"
    assert gatt.HARDWARE_REVISION_STRING_UUID == "00002a27-0000-1000-8000-00805f9b34fb"
    assert gatt.MANUFACTURER_NAME_STRING_UUID == "00002a29-0000-1000-8000-00805f9b34fb"


def test_refusals_have_the_numbers_of_the_core_specification() -> None:
    assert {error.name: error.value for error in gatt.AttError} == {
        "INVALID_ATTRIBUTE_VALUE_LENGTH": 0x0D,
        "WRITE_REQUEST_REJECTED": 0xFC,
        "CCCD_IMPROPERLY_CONFIGURED": 0xFD,
        "PROCEDURE_ALREADY_IN_PROGRESS": 0xFE,
        "OUT_OF_RANGE": 0xFF,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("**BIP service**", gatt.BIP_SERVICE_UUID),
        ("Info", gatt.BIP_INFO_UUID),
        ("Config", gatt.BIP_CONFIG_UUID),
        ("Control", gatt.BIP_CONTROL_UUID),
        ("Stream", gatt.BIP_STREAM_UUID),
        ("Sync", gatt.BIP_SYNC_UUID),
        ("**Battery Service**", gatt.BATTERY_SERVICE_UUID),
        ("Battery Level", gatt.BATTERY_LEVEL_UUID),
        ("**Device Information Service**", gatt.DEVICE_INFORMATION_SERVICE_UUID),
    ],
)
def test_document_publishes_the_uuid(name: str, value: str) -> None:
    assert f"| {name} | `{value}` |" in DOCUMENT


def test_document_names_the_opcodes() -> None:
    named = rows(r"^\| 0x([0-9A-F]{2}) \| ([A-Z_]+) \| (?:none|offset 1)")
    assert {name: int(code, 16) for code, name in named} == {o.name: o.value for o in ControlOpcode}


def test_document_names_the_results() -> None:
    section = DOCUMENT.partition("| result | name |")[2].partition("\n\n")[0]
    named = re.findall(r"^\| 0x([0-9A-F]{2}) \| ([A-Z_]+) \|", section, re.MULTILINE)
    assert {name: int(code, 16) for code, name in named} == {r.name: r.value for r in ControlResult}


def test_document_names_the_capabilities() -> None:
    section = DOCUMENT.partition("| bit | capability |")[2].partition("\n\n")[0]
    named = re.findall(r"^\| (\d+) \| ([a-z]+) \|", section, re.MULTILINE)
    assert {name.upper(): 1 << int(bit) for bit, name in named} == {c.name: c.value for c in Capability}


def test_document_names_the_att_errors() -> None:
    section = DOCUMENT.partition("| ATT error | code |")[2].partition("\n\n")[0]
    named = {int(code, 16) for code in re.findall(r"\| 0x([0-9A-F]{2}) \|", section)}
    assert named == set(gatt.AttError) - {gatt.AttError.CCCD_IMPROPERLY_CONFIGURED}


def test_document_says_why_bytes_are_refused() -> None:
    section = DOCUMENT.partition("## Refused bytes")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)) == {r.value for r in BadPacketReason}
