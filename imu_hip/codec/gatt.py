"""GATT identifiers: services and characteristics as the Bluetooth SIG names them, and ours beside them.

Sources: Bluetooth Assigned Numbers (services, characteristics); firmware_protocol/bip_v1.md for BIP v1.
All UUIDs are lower case, 128 bit, with hyphens, as bleak gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from imu_hip.model.item import Characteristic

_BLUETOOTH_BASE: Final = "0000{:04x}-0000-1000-8000-00805f9b34fb"
_BIP_BASE: Final = "7e1d{:04x}-5b2a-4c3e-9d41-6f62e11e0001"

BATTERY_SERVICE_UUID: Final = _BLUETOOTH_BASE.format(0x180F)
BATTERY_LEVEL_UUID: Final = _BLUETOOTH_BASE.format(0x2A19)

DEVICE_INFORMATION_SERVICE_UUID: Final = _BLUETOOTH_BASE.format(0x180A)
MODEL_NUMBER_STRING_UUID: Final = _BLUETOOTH_BASE.format(0x2A24)
SERIAL_NUMBER_STRING_UUID: Final = _BLUETOOTH_BASE.format(0x2A25)
FIRMWARE_REVISION_STRING_UUID: Final = _BLUETOOTH_BASE.format(0x2A26)
HARDWARE_REVISION_STRING_UUID: Final = _BLUETOOTH_BASE.format(0x2A27)
MANUFACTURER_NAME_STRING_UUID: Final = _BLUETOOTH_BASE.format(0x2A29)

BIP_SERVICE_UUID: Final = _BIP_BASE.format(1)
BIP_INFO_UUID: Final = _BIP_BASE.format(2)
BIP_CONFIG_UUID: Final = _BIP_BASE.format(3)
BIP_CONTROL_UUID: Final = _BIP_BASE.format(4)
BIP_STREAM_UUID: Final = _BIP_BASE.format(5)
BIP_SYNC_UUID: Final = _BIP_BASE.format(6)

UUID_OF: Final[Mapping[Characteristic, str]] = MappingProxyType(
    {
        Characteristic.INFO: BIP_INFO_UUID,
        Characteristic.CONFIG: BIP_CONFIG_UUID,
        Characteristic.CONTROL: BIP_CONTROL_UUID,
        Characteristic.STREAM: BIP_STREAM_UUID,
        Characteristic.SYNC: BIP_SYNC_UUID,
        Characteristic.BATTERY: BATTERY_LEVEL_UUID,
    }
)
"""The UUID of every characteristic that yields packets."""

CHARACTERISTIC_OF: Final[Mapping[str, Characteristic]] = MappingProxyType(
    {uuid: characteristic for characteristic, uuid in UUID_OF.items()}
)
"""The same map from the other side."""


class AttError(IntEnum):
    """ATT error codes with which a sensor refuses a write.

    Sources: Bluetooth Core Specification, Vol 3 Part F section 3.4.1.1; its Supplement, Part B, from 0xE0 on.
    """

    INVALID_ATTRIBUTE_VALUE_LENGTH = 0x0D
    WRITE_REQUEST_REJECTED = 0xFC
    CCCD_IMPROPERLY_CONFIGURED = 0xFD
    PROCEDURE_ALREADY_IN_PROGRESS = 0xFE
    OUT_OF_RANGE = 0xFF
