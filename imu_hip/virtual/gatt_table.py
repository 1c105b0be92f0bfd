"""The GATT table of a virtual sensor: BIP v1, battery and device information."""

from __future__ import annotations

from collections.abc import Callable

from bumble import data_types
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from imu_hip.codec import gatt
from imu_hip.model.packet import SensorInfo

Writer = Callable[[Connection, bytes], None]

_READ = Characteristic.Properties.READ
_WRITE = Characteristic.Properties.WRITE
_WRITE_WITHOUT_RESPONSE = Characteristic.Properties.WRITE_WITHOUT_RESPONSE
_NOTIFY = Characteristic.Properties.NOTIFY
_INDICATE = Characteristic.Properties.INDICATE
_READABLE = Characteristic.Permissions.READABLE
_WRITEABLE = Characteristic.Permissions.WRITEABLE

_NOTHING = Characteristic.Permissions(0)

ADVERTISING_DATA = bytes(
    AdvertisingData(
        [
            data_types.Flags(AdvertisingData.Flags(0x06)),
            data_types.CompleteListOf128BitServiceUUIDs([UUID(gatt.BIP_SERVICE_UUID)]),
        ]
    )
)


class GattTable:
    """The services, and the characteristics that a sensor notifies or indicates."""

    def __init__(
        self,
        info: SensorInfo,
        *,
        read_info: Callable[[], bytes],
        read_config: Callable[[], bytes],
        write_config: Writer,
        write_control: Writer,
        write_sync: Writer,
        read_battery: Callable[[], bytes],
    ) -> None:
        self.control = _characteristic(
            gatt.BIP_CONTROL_UUID, _WRITE | _INDICATE, _WRITEABLE, CharacteristicValue(write=write_control)
        )
        self.stream = _characteristic(gatt.BIP_STREAM_UUID, _NOTIFY, _NOTHING, b"")
        self.sync = _characteristic(
            gatt.BIP_SYNC_UUID,
            _WRITE_WITHOUT_RESPONSE | _NOTIFY,
            _WRITEABLE,
            CharacteristicValue(write=write_sync),
        )
        self.battery = _characteristic(
            gatt.BATTERY_LEVEL_UUID,
            _READ | _NOTIFY,
            _READABLE,
            CharacteristicValue(read=lambda _connection: read_battery()),
        )
        said = CharacteristicValue(read=lambda _connection: read_info())
        config = CharacteristicValue(read=lambda _connection: read_config(), write=write_config)
        self.services = [
            Service(
                UUID(gatt.BIP_SERVICE_UUID),
                [
                    _characteristic(gatt.BIP_INFO_UUID, _READ, _READABLE, said),
                    _characteristic(gatt.BIP_CONFIG_UUID, _READ | _WRITE, _READABLE | _WRITEABLE, config),
                    self.control,
                    self.stream,
                    self.sync,
                ],
            ),
            Service(UUID(gatt.BATTERY_SERVICE_UUID), [self.battery]),
            Service(
                UUID(gatt.DEVICE_INFORMATION_SERVICE_UUID),
                [
                    _characteristic(uuid, _READ, _READABLE, text.encode())
                    for uuid, text in (
                        (gatt.MANUFACTURER_NAME_STRING_UUID, "imu_hip"),
                        (gatt.MODEL_NUMBER_STRING_UUID, "virtual sensor"),
                        (gatt.SERIAL_NUMBER_STRING_UUID, info.serial),
                        (gatt.HARDWARE_REVISION_STRING_UUID, str(info.hardware_id)),
                        (gatt.FIRMWARE_REVISION_STRING_UUID, ".".join(map(str, info.firmware_version))),
                    )
                ],
            ),
        ]
        self._subscribed: dict[Characteristic[bytes], Connection] = {}
        for characteristic in (self.control, self.sync, self.battery):
            characteristic.on(
                Characteristic.EVENT_SUBSCRIPTION,
                lambda connection, notified, indicated, which=characteristic: self._on_subscription(
                    which, connection, notified or indicated
                ),
            )

    def _on_subscription(self, characteristic: Characteristic[bytes], connection: Connection, subscribed: bool) -> None:
        if subscribed:
            self._subscribed[characteristic] = connection
        else:
            self._subscribed.pop(characteristic, None)

    def is_subscribed(self, characteristic: Characteristic[bytes], connection: Connection) -> bool:
        """Whether this connection has asked for the characteristic's notifications or indications."""
        return self._subscribed.get(characteristic) is connection


def scan_response_data(name: str) -> bytes:
    """Build a scan response that tells the name: at most 29 bytes of UTF-8."""
    data = bytes(AdvertisingData([data_types.CompleteLocalName(name)]))
    if len(data) > 31:
        raise ValueError(f"{name!r} does not fit into a scan response: 29 bytes at most")
    return data


def _characteristic(
    uuid: str,
    properties: Characteristic.Properties,
    permissions: Characteristic.Permissions,
    value: CharacteristicValue[bytes] | bytes,
) -> Characteristic[bytes]:
    return Characteristic(UUID(uuid), properties, permissions, value)
