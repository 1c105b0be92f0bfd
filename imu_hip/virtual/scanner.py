"""Bleak's scanner interface on the virtual adapter."""

from __future__ import annotations

from typing import Any, ClassVar, Literal
from uuid import UUID

from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason
from bumble import core
from bumble.core import AdvertisingData
from bumble.device import Advertisement

from imu_hip.virtual.adapter import Adapter

_UUID_BYTES = {
    AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
    AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
}


def uuid_text(uuid: core.UUID) -> str:
    """Write a UUID as bleak does: 128 bits, lower case, with dashes."""
    return str(UUID(bytes=uuid.to_bytes(force_128=True)[::-1]))


def require_adapter(adapter: Adapter | None) -> Adapter:
    """Return the adapter of a backend class, or raise bleak's own error when the class is bound to none."""
    if adapter is None:
        raise BleakBluetoothNotAvailableError(
            "this computer has no virtual adapter", BleakBluetoothNotAvailableReason.NO_BLUETOOTH
        )
    return adapter


class VirtualScanner(BaseBleakScanner):
    """A scanner for `BleakScanner(backend=...)`; a `VirtualWorld` has a subclass bound to its adapter."""

    adapter: ClassVar[Adapter | None] = None

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: Literal["active", "passive"],
        **kwargs: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        """Start listening to advertisements."""
        self.seen_devices = {}
        await require_adapter(self.adapter).start_scan(self._on_advertisement)

    async def stop(self) -> None:
        """Stop listening."""
        await require_adapter(self.adapter).stop_scan(self._on_advertisement)

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        data = advertisement.data
        uuids = [
            uuid_text(uuid)
            for kind, size in _UUID_BYTES.items()
            for uuid in AdvertisingData.uuid_list_to_objects(data.get(kind, raw=True) or b"", size)
        ]
        if not self.is_allowed_uuid(uuids):
            return
        name = data.get(AdvertisingData.COMPLETE_LOCAL_NAME)
        found = AdvertisementData(
            local_name=name,
            manufacturer_data={},
            service_data={},
            service_uuids=uuids,
            tx_power=None,
            rssi=advertisement.rssi,
            platform_data=(advertisement,),
        )
        address = advertisement.address.to_string(with_type_qualifier=False)
        device = self.create_or_update_device(address, address, name, None, found)
        self.call_detection_callbacks(device, found)
