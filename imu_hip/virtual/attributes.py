"""Attributes of virtual sensors, from their numbers to what bumble serves."""

from __future__ import annotations

from collections.abc import Callable

from bumble import data_types
from bumble.core import UUID, AdvertisingData, DataType
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

Reader = Callable[[], bytes]
Writer = Callable[[Connection, bytes], None]


def attribute(
    uuid: str,
    *,
    read: Reader | None = None,
    write: Writer | None = None,
    notifies: bool = False,
    without_response: bool = False,
) -> Characteristic[bytes]:
    """Return a characteristic that can be read, written and subscribed to as is given."""
    properties, permissions = Characteristic.Properties(0), Characteristic.Permissions(0)
    if read is not None:
        properties |= Characteristic.Properties.READ
        permissions |= Characteristic.Permissions.READABLE
    if write is not None:
        properties |= (
            Characteristic.Properties.WRITE_WITHOUT_RESPONSE if without_response else Characteristic.Properties.WRITE
        )
        permissions |= Characteristic.Permissions.WRITEABLE
    if notifies:
        properties |= Characteristic.Properties.NOTIFY
    value = CharacteristicValue(read=None if read is None else lambda _connection: read(), write=write)
    return Characteristic(UUID(uuid), properties, permissions, value)


def service(uuid: str, *attributes: Characteristic[bytes]) -> Service:
    """Return a primary service."""
    return Service(UUID(uuid), list(attributes))


def advertisement(name: str = "", service_uuid: str = "", company_id: int | None = None) -> bytes:
    """Return advertising data (or a scan response) with what is given of it, behind the flags."""
    fields: list[DataType] = [data_types.Flags(AdvertisingData.Flags(0x06))]
    if service_uuid:
        fields.append(data_types.CompleteListOf128BitServiceUUIDs([UUID(service_uuid)]))
    if company_id is not None:
        fields.append(data_types.ManufacturerSpecificData(company_id, b"\x00"))
    if name:
        fields.append(data_types.CompleteLocalName(name))
    data = bytes(AdvertisingData(fields))
    if len(data) > 31:
        raise ValueError(f"{len(data)} bytes do not fit into an advertisement")
    return data
