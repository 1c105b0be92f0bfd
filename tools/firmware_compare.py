"""Compare the C library of BIP v1 with the Python codec, byte for byte, on random values."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from imu_hip.codec import bip_v1
from imu_hip.codec.gatt import AttError
from imu_hip.model.errors import UnusableInputError
from imu_hip.model.packet import BadPacket, BadPacketReason, SensorConfig, StreamPacket

CONFIG_REFUSALS = {
    BadPacketReason.TOO_SHORT: AttError.INVALID_ATTRIBUTE_VALUE_LENGTH,
    BadPacketReason.WRONG_LENGTH: AttError.INVALID_ATTRIBUTE_VALUE_LENGTH,
    BadPacketReason.WRONG_CHECKSUM: AttError.WRITE_REQUEST_REJECTED,
    BadPacketReason.OUT_OF_RANGE: AttError.OUT_OF_RANGE,
}


def compared(ffi: Any, lib: Any, count: int, seed: int) -> int:
    """Compare `count` random packets and as many configurations; return how many values were the same.

    Raises
    ------
    AssertionError
        One is not.
    """
    rng = np.random.default_rng(seed)
    for _ in range(count):
        _compare_packet(ffi, lib, rng)
        _compare_config(ffi, lib, rng)
    return 2 * count


def _compare_packet(ffi: Any, lib: Any, rng: np.random.Generator) -> None:
    n, axes = int(rng.integers(0, 30)), int(rng.choice([6, 9]))
    counts = rng.integers(-32768, 32768, (n, axes)).astype(np.int16)
    first, us = int(rng.integers(0, 1 << 16)), int(rng.integers(0, 1 << 32))
    resent, clipped, overran = (bool(flag) for flag in rng.integers(0, 2, 3))
    out = ffi.new("uint8_t[600]")
    flags = 8 * resent | 4 * clipped | 2 * overran
    length = lib.bip_encode_stream(first, us, ffi.from_buffer("int16_t[]", counts), n, axes, flags, out, 600)
    found = bytes(ffi.buffer(out, length))
    try:
        expected = bip_v1.encode_stream(StreamPacket(first, us, counts, resent, clipped, overran))
    except UnusableInputError:
        expected = b""
    if found != expected:
        raise AssertionError(f"packet {found.hex()} instead of {expected.hex()}")


def _compare_config(ffi: Any, lib: Any, rng: np.random.Generator) -> None:
    """Compare what becomes of bytes that are nearly a configuration."""
    body = struct.pack(
        "<HBfffbbbH",
        int(rng.integers(0, 1100)), int(rng.integers(0, 256)), *_scales(rng),
        *(int(axis) for axis in rng.choice([-4, -3, -2, -1, 0, 1, 2, 3], 3)), int(rng.integers(0, 3400)),
    )  # fmt: skip
    crc = bip_v1.crc16_ccitt_false(body) ^ int(rng.random() < 0.1)
    value = (body + struct.pack("<H", crc))[: None if rng.random() < 0.9 else int(rng.integers(0, 22))]
    if rng.random() < 0.3:
        value = bip_v1.encode_config(_valid(rng))
    config = ffi.new("bip_config *")
    error = lib.bip_decode_config(value, len(value), config)
    decoded = bip_v1.decode_config(value)
    wanted = CONFIG_REFUSALS[decoded.reason] if isinstance(decoded, BadPacket) else 0
    if error != wanted:
        raise AssertionError(f"config {value.hex()}: {error:#x} instead of {wanted:#x}")
    if isinstance(decoded, SensorConfig):
        out = ffi.new("uint8_t[22]")
        if bytes(ffi.buffer(out, lib.bip_encode_config(config, out, 22))) != value:
            raise AssertionError(f"config {value.hex()} is not written back")


def _scales(rng: np.random.Generator) -> list[float]:
    odd = [0.0, -0.0, -1.0, float("inf"), float("nan"), 1e-42]
    return [float(np.float32(rng.choice(odd) if rng.random() < 0.1 else rng.uniform(1e-6, 1.0))) for _ in range(3)]


def _valid(rng: np.random.Generator) -> SensorConfig:
    gyr, acc, mag = (float(np.float32(rng.uniform(1e-6, 1.0))) for _ in range(3))
    interval_ms = 1.25 * int(rng.integers(6, 3201))
    return SensorConfig(int(rng.integers(1, 1001)), int(rng.integers(1, 256)), gyr, acc, mag, (2, -1, 3), interval_ms)
