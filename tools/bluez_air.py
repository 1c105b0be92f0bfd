"""The far end of the emulated machine's Bluetooth chip: virtual sensors, told over standard input what to do.

Each line is a command and what it is about; each is answered with the monotonic time (s) at which it was done.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from bumble import hci
from bumble.transport import open_transport
from bumble.transport.common import Transport

from imu_hip.virtual.air import AirLink, AirQuality
from imu_hip.virtual.controller import AirController
from imu_hip.virtual.motion import RecordedMotion
from imu_hip.virtual.sensor import SensorPlan, VirtualSensor
from imu_hip.virtual.world_time import WorldTime

ADDRESSES = {"VP-0001": "F0:00:00:00:00:01", "VT-0001": "F0:00:00:00:00:02"}
"""The sensors by their serial numbers."""
SUPERVISION_S = 4.0

_STILL = RecordedMotion(100.0, np.zeros((1, 3)), np.tile([0.0, 0.0, 9.81], (1, 1)))
_CHIP = hci.Address("C0:FF:EE:00:00:01", hci.Address.PUBLIC_DEVICE_ADDRESS)


class Air:
    """Two sensors and the chip of a computer, which can be pulled out."""

    def __init__(self) -> None:
        self._air = AirLink(AirQuality(supervision_s=SUPERVISION_S), seed=0)
        self._time = WorldTime()
        self._chip: tuple[AirController, Transport] | None = None
        self._sensors = {serial: self._sensor(serial, address) for serial, address in ADDRESSES.items()}

    def _sensor(self, serial: str, address: str) -> VirtualSensor:
        return VirtualSensor(SensorPlan(serial, _STILL), address, self._air, self._time, seed=0)

    async def obey(self, words: Sequence[str]) -> None:
        """Do what a line says."""
        match words:
            case ["plug"]:
                await self._plug()
            case ["unplug"]:
                await self._unplug()
            case ["on", serial]:
                await self._sensors[serial].power_on()
            case ["off", serial]:
                await self._sensors[serial].power_off()
            case ["drop", serial]:
                await self._sensors[serial].drop_link()
            case ["fade", serial]:
                self._air.fade(self._sensors[serial].address)
            case ["unfade", serial]:
                self._air.unfade(self._sensors[serial].address)
            case ["reboot", serial]:
                await self._sensors[serial].reboot()
            case ["move", serial, address]:
                await self._move(serial, address)
            case _:
                raise ValueError(f"no such command: {words}")

    async def _plug(self) -> None:
        transport = await open_transport("vhci")
        chip = AirController("chip", self._air)
        chip.public_address = _CHIP
        chip.host = transport.sink
        transport.source.set_packet_sink(chip)
        self._chip = chip, transport

    async def _unplug(self) -> None:
        if self._chip is None:
            return
        chip, transport = self._chip
        self._chip = None
        for connection in tuple(chip.le_connections.values()):
            self._air.fade(connection.peer_address.to_string(with_type_qualifier=False))
        await transport.close()
        self._air.remove_controller(chip)
        await asyncio.sleep(1.2 * SUPERVISION_S)
        for sensor in self._sensors.values():
            self._air.unfade(sensor.address)

    async def _move(self, serial: str, address: str) -> None:
        """Let a sensor take another address, as some do at every start."""
        before = self._sensors[serial]
        await before.power_off()
        self._sensors[serial] = after = self._sensor(serial, address)
        after.plan = replace(before.plan)
        await after.power_on()


async def main() -> None:
    """Obey until standard input ends."""
    air = Air()
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        await air.obey(line.decode().split())
        print(time.monotonic(), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
