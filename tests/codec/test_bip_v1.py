"""BIP v1 against hostile bytes, against itself, and against an independent reading of its rules."""

from __future__ import annotations

import itertools
import math
import struct
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.codec import bip_v1
from imu_hip.model.errors import UnusableInputError
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
from imu_hip.model.stream_run import payloads_of

VECTORS = Path(__file__).parents[2] / "firmware_protocol" / "vectors"
OUT_OF_RANGE = BadPacket(BadPacketReason.OUT_OF_RANGE)

CONFIG = SensorConfig(
    rate_hz=100,
    samples_per_packet=5,
    gyr_rad_s_per_lsb=2.0**-10,
    acc_m_s2_per_lsb=2.0**-8,
    mag_ut_per_lsb=0.0,
    axis_map=(1, 2, 3),
    connection_interval_ms=15.0,
)
INFO = SensorInfo(
    protocol_version=1,
    hardware_id=3,
    firmware_version=(1, 2, 3),
    capabilities=0b1111,
    boot_id=77,
    serial="HIP-0042",
)

ENCODERS: dict[Characteristic, Callable[[Any], bytes]] = {
    Characteristic.INFO: bip_v1.encode_info,
    Characteristic.CONFIG: bip_v1.encode_config,
    Characteristic.CONTROL: bip_v1.encode_control_reply,
    Characteristic.STREAM: bip_v1.encode_stream,
    Characteristic.SYNC: bip_v1.encode_sync_reply,
    Characteristic.BATTERY: bip_v1.encode_battery_level,
}

floats32 = st.floats(min_value=0.0, exclude_min=True, allow_infinity=False, width=32)
u8, u16, u32 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32))


def determinant(axis_map: tuple[int, ...]) -> int:
    """Compute the determinant of the matrix that a map stands for; 0 with entries that name no axis."""
    matrix = np.zeros((3, 3))
    for row, entry in enumerate(axis_map):
        if not 1 <= abs(entry) <= 3:
            return 0
        matrix[row, abs(entry) - 1] = np.sign(entry)
    return round(float(np.linalg.det(matrix)))


ROTATIONS = [m for m in itertools.product((-3, -2, -1, 1, 2, 3), repeat=3) if determinant(m) == 1]


def bitwise_crc(data: bytes) -> int:
    """CRC-16/CCITT-FALSE straight from its definition."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def config_bytes(**changes: Any) -> bytes:
    """Config as a sensor with arbitrary values would send it, with a right checksum."""
    values: dict[str, Any] = {
        "rate": 100,
        "n": 5,
        "gyr": 1e-3,
        "acc": 4e-3,
        "mag": 0.0,
        "axes": (1, 2, 3),
        "interval": 12,
    } | changes
    body = struct.pack(
        "<HBfffbbbH",
        *(values[key] for key in ("rate", "n", "gyr", "acc", "mag")),
        *values["axes"],
        values["interval"],
    )
    return body + struct.pack("<H", bitwise_crc(body))


def good_payloads(characteristic: Characteristic) -> list[bytes]:
    files = (tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(VECTORS.glob("*.toml")))
    return [
        bytes.fromhex(vector["hex"])
        for file in files
        if file["characteristic"] == characteristic.value and file["message"] != "request"
        for vector in file["vector"]
        if vector["kind"] != "invalid"
    ]


def hostile_payloads(characteristic: Characteristic, rng: np.random.Generator) -> Iterator[bytes]:
    """Make 5000 random payloads and 5000 damaged good ones; most of Config get a right checksum."""
    for _ in range(5000):
        yield rng.bytes(int(rng.integers(0, 80)))
    good = good_payloads(characteristic)
    for _ in range(5000):
        payload = bytearray(good[rng.integers(len(good))])
        for _ in range(int(rng.integers(1, 4))):
            payload[rng.integers(len(payload))] ^= 1 << int(rng.integers(8))
        match int(rng.integers(4)):
            case 0:
                del payload[int(rng.integers(len(payload))) :]
            case 1:
                payload += rng.bytes(int(rng.integers(1, 20)))
        if characteristic is Characteristic.CONFIG and rng.random() < 0.7 and len(payload) >= 2:
            payload[-2:] = bitwise_crc(bytes(payload[:-2])).to_bytes(2, "little")
        yield bytes(payload)


@pytest.mark.parametrize("characteristic", Characteristic)
def test_whatever_decodes_from_hostile_bytes_encodes_to_the_same_bytes(
    characteristic: Characteristic,
) -> None:
    rng = np.random.default_rng(20261122)
    tried = believed = 0
    for payload in hostile_payloads(characteristic, rng):
        packet = bip_v1.decode(characteristic, payload)
        tried += 1
        if not isinstance(packet, BadPacket):
            believed += 1
            assert ENCODERS[characteristic](packet) == payload
    assert tried >= 10_000
    assert 0 < believed < tried


@given(payload=st.binary(max_size=600))
def test_requests_of_any_bytes_are_answered(payload: bytes) -> None:
    control = bip_v1.decode_control_request(payload)
    match control:
        case ControlRequest():
            assert bip_v1.encode_control_request(control) == payload
        case ControlReply(opcode, result):
            assert opcode == payload[0]
            assert result in (1, 2, 3)
        case BadPacket():
            assert payload == b""
    assert isinstance(bip_v1.decode_sync_request(payload), int) is (len(payload) == 1)


@given(
    counts=st.integers(1, 42).flatmap(
        lambda n: st.sampled_from((6, 9)).flatmap(
            lambda channels: st.binary(min_size=2 * n * channels, max_size=2 * n * channels).map(
                lambda raw: np.frombuffer(raw, np.int16).reshape(n, channels)
            )
        )
    ),
    first_index=u16,
    device_us=u32,
    resent=st.booleans(),
    clipped=st.booleans(),
    overran=st.booleans(),
)
def test_stream_comes_back_as_it_was(counts: np.ndarray[Any, Any], **rest: Any) -> None:
    decoded = bip_v1.decode_stream(bip_v1.encode_stream(StreamPacket(counts=counts, **rest)))
    assert isinstance(decoded, StreamPacket)
    assert np.array_equal(decoded.counts, counts)
    assert decoded.counts.dtype == np.int16
    assert {name: getattr(decoded, name) for name in rest} == rest


@given(
    packets=st.lists(st.tuples(u16, u32, st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=20),
    channels=st.sampled_from((6, 9)),
    n=st.integers(1, 12),
    seed=st.integers(0, 999),
)
def test_many_streams_together_are_as_each_alone(
    packets: list[tuple[int, int, bool, bool, bool]], channels: int, n: int, seed: int
) -> None:
    counts = np.random.default_rng(seed).integers(-(2**15), 2**15, (len(packets), n, channels)).astype(np.int16)
    each = [StreamPacket(p[0], p[1], c, *p[2:]) for p, c in zip(packets, counts, strict=True)]
    together = bip_v1.decode_streams(payloads_of([bip_v1.encode_stream(packet) for packet in each]))
    assert together is not None
    assert len(together) == len(each)
    for k, packet in enumerate(each):
        found = together.packet(k)
        assert np.array_equal(found.counts, packet.counts)
        assert found.counts.dtype == np.int16
        assert replace(found, counts=None) == replace(packet, counts=None)


@given(st.lists(st.sampled_from(good_payloads(Characteristic.STREAM)), min_size=1, max_size=6), st.randoms())
def test_many_streams_decode_together_only_if_each_does(payloads: list[bytes], random: Any) -> None:
    damaged = bytearray(random.choice(payloads))
    damaged[random.randrange(2)] ^= 1 << random.randrange(8)
    together = bip_v1.decode_streams(payloads_of([*payloads, bytes(damaged)]))
    each = [bip_v1.decode_stream(payload) for payload in (*payloads, bytes(damaged))]
    shapes = {packet.counts.shape if isinstance(packet, StreamPacket) else None for packet in each}
    assert (together is not None) == (len(shapes) == 1 and None not in shapes)


@given(
    config=st.builds(
        SensorConfig,
        rate_hz=st.integers(1, 1000),
        samples_per_packet=st.integers(1, 255),
        gyr_rad_s_per_lsb=floats32,
        acc_m_s2_per_lsb=floats32,
        mag_ut_per_lsb=st.just(0.0) | floats32,
        axis_map=st.sampled_from(ROTATIONS),
        connection_interval_ms=st.integers(6, 3200).map(lambda units: units * 1.25),
    )
)
def test_config_comes_back_as_it_was(config: SensorConfig) -> None:
    assert bip_v1.decode_config(bip_v1.encode_config(config)) == config


@given(
    info=st.builds(
        SensorInfo,
        protocol_version=st.just(1),
        hardware_id=u16,
        firmware_version=st.tuples(u8, u8, u8),
        capabilities=u32,
        boot_id=u32,
        serial=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=32),
    )
)
def test_info_comes_back_as_it_was(info: SensorInfo) -> None:
    assert bip_v1.decode_info(bip_v1.encode_info(info)) == info


@given(token=u8, device_us=u32, opcode=u8, result=u8, percent=st.integers(0, 100))
def test_small_packets_come_back_as_they_were(
    token: int, device_us: int, opcode: int, result: int, percent: int
) -> None:
    sync = SyncReply(token, device_us)
    assert bip_v1.decode_sync_reply(bip_v1.encode_sync_reply(sync)) == sync
    control = ControlReply(opcode, result)
    assert bip_v1.decode_control_reply(bip_v1.encode_control_reply(control)) == control
    level = BatteryLevel(percent)
    assert bip_v1.decode_battery_level(bip_v1.encode_battery_level(level)) == level


@given(data=st.binary(max_size=64))
def test_checksum_agrees_with_its_definition(data: bytes) -> None:
    assert bip_v1.crc16_ccitt_false(data) == bitwise_crc(data)


def test_checksum_has_the_published_check_value() -> None:
    assert bip_v1.crc16_ccitt_false(b"123456789") == 0x29B1


def test_config_with_any_single_bit_turned_is_refused() -> None:
    payload = bip_v1.encode_config(CONFIG)
    for bit in range(8 * len(payload)):
        damaged = bytearray(payload)
        damaged[bit // 8] ^= 1 << bit % 8
        assert bip_v1.decode_config(bytes(damaged)) == BadPacket(BadPacketReason.WRONG_CHECKSUM)


@pytest.mark.parametrize("scale", ["gyr", "acc", "mag"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1e-3])
def test_scale_that_is_no_scale_is_out_of_range(scale: str, value: float) -> None:
    assert bip_v1.decode_config(config_bytes(**{scale: value})) == OUT_OF_RANGE


def test_only_the_mag_scale_may_be_zero() -> None:
    assert bip_v1.decode_config(config_bytes(gyr=0.0)) == OUT_OF_RANGE
    assert bip_v1.decode_config(config_bytes(acc=0.0)) == OUT_OF_RANGE
    assert isinstance(bip_v1.decode_config(config_bytes(mag=0.0)), SensorConfig)


def test_axis_map_is_believed_exactly_when_it_is_a_rotation() -> None:
    believed = 0
    for axes in itertools.product(range(-4, 5), repeat=3):
        is_config = isinstance(bip_v1.decode_config(config_bytes(axes=axes)), SensorConfig)
        assert is_config is (determinant(axes) == 1), axes
        believed += is_config
    assert believed == 24


def test_connection_interval_is_in_units_of_1_25_ms() -> None:
    decoded = bip_v1.decode_config(config_bytes(interval=24))
    assert isinstance(decoded, SensorConfig)
    assert decoded.connection_interval_ms == 30.0


@pytest.mark.parametrize(
    ("att_mtu", "six_axes", "nine_axes"),
    [(23, 1, 0), (185, 14, 9), (247, 19, 13), (517, 42, 28), (600, 42, 28), (3, 0, 0)],
)
def test_packet_holds_as_many_samples_as_the_mtu_lets(att_mtu: int, six_axes: int, nine_axes: int) -> None:
    assert bip_v1.max_samples_per_packet(att_mtu, magnetometer=False) == six_axes
    assert bip_v1.max_samples_per_packet(att_mtu, magnetometer=True) == nine_axes


def test_decoded_counts_cannot_be_changed() -> None:
    decoded = bip_v1.decode_stream(good_payloads(Characteristic.STREAM)[0])
    assert isinstance(decoded, StreamPacket)
    with pytest.raises(ValueError, match="read-only"):
        decoded.counts[0, 0] = 1


@pytest.mark.parametrize(
    "changes",
    [
        {"rate_hz": 0},
        {"rate_hz": 70_000},
        {"samples_per_packet": 256},
        {"gyr_rad_s_per_lsb": 1e39},
        {"gyr_rad_s_per_lsb": 1e-60},
        {"acc_m_s2_per_lsb": math.nan},
        {"axis_map": (1, 2, -3)},
        {"connection_interval_ms": 11.0},
        {"connection_interval_ms": 5.0},
        {"connection_interval_ms": math.inf},
    ],
)
def test_config_that_has_no_bytes_is_not_encoded(changes: dict[str, Any]) -> None:
    with pytest.raises(UnusableInputError, match="BIP v1 cannot carry this"):
        bip_v1.encode_config(replace(CONFIG, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"protocol_version": 2},
        {"hardware_id": -1},
        {"firmware_version": (256, 0, 0)},
        {"boot_id": 2**32},
        {"serial": ""},
        {"serial": "S" * 33},
        {"serial": "two words"},
        {"serial": "Hüfte"},
        {"serial": "\ud800"},
    ],
)
def test_info_that_has_no_bytes_is_not_encoded(changes: dict[str, Any]) -> None:
    with pytest.raises(UnusableInputError, match="BIP v1 cannot carry this"):
        bip_v1.encode_info(replace(INFO, **changes))


@pytest.mark.parametrize(
    ("counts", "first_index"),
    [
        (np.zeros((0, 6), np.int16), 0),
        (np.zeros((256, 6), np.int16), 0),
        (np.zeros((1, 7), np.int16), 0),
        (np.zeros(6, np.int16), 0),
        (np.zeros((1, 6), np.int32), 0),
        (np.zeros((1, 6), np.int16), 65_536),
    ],
)
def test_stream_that_has_no_bytes_is_not_encoded(counts: Any, first_index: int) -> None:
    packet = StreamPacket(first_index, 0, counts, resent=False, clipped=False, overran=False)
    with pytest.raises(UnusableInputError, match="BIP v1 cannot carry this"):
        bip_v1.encode_stream(packet)


@pytest.mark.parametrize(
    ("encode", "value"),
    [
        (bip_v1.encode_battery_level, BatteryLevel(101)),
        (bip_v1.encode_sync_reply, SyncReply(256, 0)),
        (bip_v1.encode_sync_request, -1),
        (bip_v1.encode_control_reply, ControlReply(0, 256)),
        (bip_v1.encode_control_request, ControlRequest(ControlOpcode.RESEND, 0, 0)),
        (bip_v1.encode_control_request, ControlRequest(ControlOpcode.RESEND, 2**32, 1)),
    ],
)
def test_small_packet_that_has_no_bytes_is_not_encoded(encode: Callable[[Any], bytes], value: Any) -> None:
    with pytest.raises(UnusableInputError, match="BIP v1 cannot carry this"):
        encode(value)
