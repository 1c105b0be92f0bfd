"""Meeting a sensor that advertises: connect, and ask who it is."""

from __future__ import annotations

import asyncio

from imu_hip.ble.connection import SensorConnection
from imu_hip.ble.radio import Radio
from imu_hip.ble.scan import FoundSensor
from imu_hip.model.errors import LinkError, Reason
from imu_hip.model.packet import SensorInfo

_ATTEMPTS = 3
_FIRST_PAUSE_S = 0.1


async def meet(
    radio: Radio, found: FoundSensor, *, attempts: int = _ATTEMPTS
) -> tuple[SensorConnection, SensorInfo, bytes]:
    """Return the connection, who the sensor is, and that as it was read.

    Raises
    ------
    LinkError
        Bluetooth cannot be used, or the sensor does not answer, is lost or is not what it seems, at every attempt.
    """
    pause_s = _FIRST_PAUSE_S
    for attempt in range(1, attempts + 1):
        connection = SensorConnection(radio, found)
        try:
            await connection.open()
            info, payload = await connection.identify()
        except LinkError as error:
            await connection.close()
            if attempt == attempts or error.reason in (Reason.NO_ADAPTER, Reason.WRONG_SENSOR):
                raise
        except BaseException:
            await connection.close()
            raise
        else:
            return connection, info, payload
        await asyncio.sleep(pause_s)
        pause_s *= 2.0
    raise AssertionError("the last attempt returns or raises")
