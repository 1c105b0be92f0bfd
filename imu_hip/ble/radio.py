"""The computer's Bluetooth as one shared thing: which backends, and who may use it now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakCharacteristicNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from imu_hip.ble.unusable import what_to_do
from imu_hip.model.errors import LinkError, Reason

# What bleak's backends raise when the stack below them fails: BlueZ without D-Bus gives OSError, a bus that
# dies in the middle EOFError.
_STACK_ERRORS = (BleakError, OSError, EOFError)


class Radio:
    """Make one per process: scanning and connecting take turns under its lock, or systems lose connections.

    The backends default to the platform's own; tests and the demo inject virtual ones.
    """

    def __init__(
        self,
        scanner_backend: type[BaseBleakScanner] | None = None,
        client_backend: type[BaseBleakClient] | None = None,
    ) -> None:
        self.scanner_backend = scanner_backend
        self.client_backend = client_backend
        self.lock = asyncio.Lock()


@contextmanager
def adapter_errors() -> Iterator[None]:
    """Turn a Bluetooth stack that cannot be used at all into a LinkError."""
    try:
        yield
    except _STACK_ERRORS as error:
        raise LinkError(Reason.NO_ADAPTER, what_to_do(error)) from error


@contextmanager
def connect_errors(name: str) -> Iterator[None]:
    """Turn a failed attempt to connect into a LinkError."""
    try:
        yield
    except BleakBluetoothNotAvailableError:
        raise  # for adapter_errors
    except (*_STACK_ERRORS, TimeoutError) as error:
        raise LinkError(
            Reason.SENSOR_NOT_FOUND,
            f"{name} was seen but cannot be connected ({type(error).__name__}: {error}): is it near and "
            "charged, and not connected to another computer or phone?",
        ) from error


@contextmanager
def sensor_errors(name: str) -> Iterator[None]:
    """Turn a failed operation on a connected sensor into a LinkError: lost, or not what it should be."""
    try:
        yield
    except (BleakGATTProtocolError, BleakCharacteristicNotFoundError) as error:
        raise LinkError(
            Reason.WRONG_SENSOR, f"{name} refuses ({error}): it does not behave as its kind should, update its firmware"
        ) from error
    except (*_STACK_ERRORS, TimeoutError) as error:
        raise LinkError(
            Reason.SENSOR_LOST,
            f"{name} was lost ({type(error).__name__}: {error}): is it in range and charged?",
        ) from error
