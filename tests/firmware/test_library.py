"""The C library: byte for byte what the vectors and the Python codec say."""

from __future__ import annotations

import shutil
import struct
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from firmware_build import BOARDS, check_sketch, compiler, cross_compiled, fuzzed
from firmware_compare import compared
from firmware_session import compared_sessions
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.codec import bip_v1
from imu_hip.model.packet import ControlOpcode, ControlReply, ControlResult, StreamPacket

VECTORS = Path(__file__).parents[2] / "firmware_protocol" / "vectors"
ALL = 0x3F
Library = tuple[Any, Any]


def vectors(name: str) -> list[dict[str, Any]]:
    return tomllib.loads((VECTORS / f"{name}.toml").read_text("utf-8"))["vector"]


def begun(library: Library, capabilities: int = ALL, kept: int = 50, per_packet: int = 5) -> Any:
    ffi, lib = library
    sensor, info, config = ffi.new("bip_sensor *"), ffi.new("bip_info *"), ffi.new("bip_config *")
    memory = ffi.new("char[]", b"S-1"), ffi.new("int16_t[]", kept * 9), ffi.new("uint32_t[]", max(1, kept))
    info.serial, info.capabilities = memory[0], capabilities
    config.rate_hz, config.samples_per_packet, config.interval = 100, per_packet, 12
    config.gyr_scale = config.acc_scale = struct.unpack("<I", struct.pack("<f", 0.01))[0]
    config.axis_map = [1, 2, 3]
    lib.bip_begin(sensor, info, config, ffi.new("bip_ring *", [memory[1], memory[2], kept])[0])
    _KEEP.append(memory)
    return sensor


_KEEP: list[Any] = []


def ask(library: Library, sensor: Any, value: bytes, *, subscribed: bool = True) -> tuple[int, bytes]:
    ffi, lib = library
    reply, action = ffi.new("uint8_t[2]"), ffi.new("bip_action *")
    error = lib.bip_write_control(sensor, value, len(value), subscribed, False, reply, action)
    return error, bytes(ffi.buffer(reply))


def test_random_values_are_those_of_the_python_codec(library: Library) -> None:
    assert compared(*library, 1500, seed=3) == 3000


def test_random_sessions_are_those_of_a_model(library: Library) -> None:
    seen = compared_sessions(*library, 20_000, seed=5)
    assert {f"control {result:#x}" for result in ControlResult} <= seen.keys()
    assert {f"config {error:#x}" for error in (0, 0x0D, 0xFC, 0xFE, 0xFF)} <= seen.keys()
    assert {f"control refused {error:#x}" for error in (0x0D, 0xFD, 0xFE)} <= seen.keys()
    assert {"plain packet", "clipped", "overran", "resent", "resent magnetometer"} <= seen.keys()


def test_a_ring_that_wraps_around_the_counter_still_has_its_samples(library: Library) -> None:
    ffi, lib = library
    sensor, out = begun(library, kept=50), ffi.new("uint8_t[512]")
    ask(library, sensor, b"\x01")
    sensor.taken = (1 << 32) - 20
    for k in range(40):
        lib.bip_take(sensor, ffi.new("int16_t[6]", [k] * 6), k, 19, out, 512)
    assert ask(library, sensor, b"\x03" + struct.pack("<IH", (1 << 32) - 10, 30)) == (0, b"\x03\x00")
    again: list[int] = []
    while length := lib.bip_next_again(sensor, 19, out, 512):
        packet = bip_v1.decode_stream(bytes(ffi.buffer(out, length)))
        assert isinstance(packet, StreamPacket)
        again += packet.counts[:, 0].tolist()
    assert again == list(range(10, 40))


def test_a_sample_that_fits_into_no_packet_is_counted_and_kept(library: Library) -> None:
    ffi, lib = library
    sensor, out = begun(library), ffi.new("uint8_t[512]")
    ask(library, sensor, b"\x01")
    for k in range(10):
        assert lib.bip_take(sensor, ffi.new("int16_t[6]", [k] * 6), k, 0, out, 512) == 0
    assert ask(library, sensor, b"\x03" + struct.pack("<IH", 0, 10)) == (0, b"\x03\x00")


def test_a_packet_that_finds_no_room_is_told_by_the_next_one(library: Library) -> None:
    ffi, lib = library
    sensor, out = begun(library, per_packet=1), ffi.new("uint8_t[512]")
    ask(library, sensor, b"\x01")
    sample = ffi.new("int16_t[6]")
    assert lib.bip_take(sensor, sample, 0, 19, out, 19) == 0
    packets = [bytes(ffi.buffer(out, lib.bip_take(sensor, sample, 0, 19, out, 20))) for _ in range(2)]
    assert [packet[0] & 0x02 for packet in packets] == [0x02, 0]


def test_what_was_asked_for_again_does_not_outlive_the_connection(library: Library) -> None:
    ffi, lib = library
    sensor, out, request = begun(library), ffi.new("uint8_t[512]"), b"\x03" + struct.pack("<IH", 0, 5)
    ask(library, sensor, b"\x01")
    for k in range(10):
        lib.bip_take(sensor, ffi.new("int16_t[6]", [k] * 6), k, 19, out, 512)
    assert ask(library, sensor, request)[1][1] == ControlResult.SUCCESS
    assert ask(library, sensor, request)[1][1] == ControlResult.BUSY
    lib.bip_disconnected(sensor)
    assert ask(library, sensor, request)[1][1] == ControlResult.SUCCESS


@pytest.mark.parametrize("vector", vectors("stream"), ids=lambda vector: vector["name"])
def test_stream_vectors(vector: dict[str, Any], library: Library) -> None:
    if vector["kind"] == "invalid":
        return
    ffi, lib = library
    fields = vector["fields"]
    counts = np.array(fields["counts"], dtype=np.int16)
    flags = 8 * fields["resent"] | 4 * fields["clipped"] | 2 * fields["overran"]
    out = ffi.new("uint8_t[5000]")
    samples = ffi.from_buffer("int16_t[]", counts)
    at = fields["first_index"], fields["device_us"]
    length = lib.bip_encode_stream(*at, samples, *counts.shape, flags, out, len(out))
    assert bytes(ffi.buffer(out, length)) == bytes.fromhex(vector["hex"])


@pytest.mark.parametrize("vector", vectors("config"), ids=lambda vector: vector["name"])
def test_config_vectors(vector: dict[str, Any], library: Library) -> None:
    ffi, lib = library
    value, config, out = bytes.fromhex(vector["hex"]), ffi.new("bip_config *"), ffi.new("uint8_t[22]")
    error = lib.bip_decode_config(value, len(value), config)
    assert (error != 0) == (vector["kind"] == "invalid")
    if not error:
        assert bytes(ffi.buffer(out, lib.bip_encode_config(config, out, 22))) == value


@pytest.mark.parametrize("vector", vectors("info"), ids=lambda vector: vector["name"])
def test_info_vectors(vector: dict[str, Any], library: Library) -> None:
    if vector["kind"] == "invalid":
        return
    ffi, lib = library
    fields = vector["fields"]
    sensor, out = begun(library), ffi.new("uint8_t[64]")
    serial = ffi.new("char[]", fields["serial"].encode())
    sensor.info.hardware_id, sensor.info.firmware = fields["hardware_id"], fields["firmware_version"]
    sensor.info.capabilities, sensor.info.boot_id = fields["capabilities"], fields["boot_id"]
    sensor.info.serial = serial
    length = lib.bip_read_info(sensor, out, 64)
    assert bytes(ffi.buffer(out, length)) == bytes.fromhex(vector["hex"])


@pytest.mark.parametrize("vector", vectors("control_request"), ids=lambda vector: vector["name"])
def test_control_vectors(vector: dict[str, Any], library: Library) -> None:
    error, reply = ask(library, begun(library), bytes.fromhex(vector["hex"]))
    if "reply" in vector:
        assert (error, reply) == (0, bytes.fromhex(vector["reply"]))
    elif vector["kind"] == "invalid":
        assert error == 0x0D
    else:
        assert error == 0
        assert reply[0] == bytes.fromhex(vector["hex"])[0]


@pytest.mark.parametrize("vector", vectors("sync_reply"), ids=lambda vector: vector["name"])
def test_sync_vectors(vector: dict[str, Any], library: Library) -> None:
    if vector["kind"] == "invalid":
        return
    ffi, lib = library
    fields, out = vector["fields"], ffi.new("uint8_t[5]")
    length = lib.bip_write_sync(bytes([fields["token"]]), 1, fields["device_us"], out)
    assert bytes(ffi.buffer(out, length)) == bytes.fromhex(vector["hex"])


@given(st.binary(max_size=9))
def test_requests_without_a_run_are_answered_as_the_python_sensor_does(library: Library, value: bytes) -> None:
    error, reply = ask(library, begun(library, capabilities=0), value)
    request = bip_v1.decode_control_request(value)
    if not value:
        assert error == 0x0D
    elif isinstance(request, ControlReply) and request.result != ControlResult.OUT_OF_RANGE:
        assert (error, reply) == (0, bytes([request.opcode, request.result]))
    else:
        wanted = {
            ControlOpcode.STOP: ControlResult.WRONG_STATE,
            ControlOpcode.RESEND: ControlResult.NOT_SUPPORTED,
            ControlOpcode.IDENTIFY: ControlResult.NOT_SUPPORTED,
        }.get(ControlOpcode(value[0]), ControlResult.SUCCESS)
        assert (error, reply) == (0, bytes([value[0], wanted]))


def test_a_request_before_indications_are_enabled_is_refused(library: Library) -> None:
    assert ask(library, begun(library), b"\x00", subscribed=False)[0] == 0xFD


@given(
    taken=st.integers(1, 130), kept=st.integers(1, 60), first=st.integers(0, 140), count=st.integers(1, 200),
    most=st.integers(1, 20),
)  # fmt: skip
def test_what_is_sent_again_is_what_was_taken(
    library: Library, taken: int, kept: int, first: int, count: int, most: int
) -> None:
    ffi, lib = library
    sensor, out = begun(library, kept=kept), ffi.new("uint8_t[512]")
    assert ask(library, sensor, b"\x01") == (0, b"\x01\x00")
    live: list[int] = []
    for k in range(taken):
        sample = ffi.new("int16_t[9]", [k, -k, 1, 2, 3, 4, 0, 0, 0])
        length = lib.bip_take(sensor, sample, 10_000 * k, 19, out, 512)
        live += _indices(bytes(ffi.buffer(out, length)))
    live += _indices(bytes(ffi.buffer(out, lib.bip_flush(sensor, out, 512))))
    assert live == list(range(taken))
    _, reply = ask(library, sensor, b"\x03" + struct.pack("<IH", first, count))
    oldest = max(0, taken - kept)
    if first + count > taken:
        assert reply[1] == ControlResult.OUT_OF_RANGE
        return
    assert reply[1] == (ControlResult.SUCCESS if first >= oldest else ControlResult.NOT_AVAILABLE)
    again: list[int] = []
    while length := lib.bip_next_again(sensor, most, out, 512):
        again += _indices(bytes(ffi.buffer(out, length)), resent=True)
    assert again == list(range(max(first, oldest), first + count))


def _indices(value: bytes, *, resent: bool = False) -> list[int]:
    """Return the indices of a packet's samples, once these are right."""
    if not value:
        return []
    packet = bip_v1.decode_stream(value)
    assert isinstance(packet, StreamPacket)
    assert packet.resent is resent
    found = [packet.first_index + k for k in range(len(packet.counts))]
    assert packet.counts[:, 0].tolist() == found
    assert packet.device_us == 10_000 * found[-1]
    return found


def test_sanitizers_have_nothing_to_say(tmp_path: Path) -> None:
    if compiler() is None:
        pytest.skip("no C compiler on this computer")
    assert fuzzed(tmp_path, 200_000).startswith("200000 random steps")


def test_it_compiles_for_a_cortex_m4_and_is_small(tmp_path: Path) -> None:
    pytest.importorskip("ziglang")
    objects = cross_compiled(tmp_path)
    assert sum(each.text for each in objects) < 4096
    assert all(each.data == each.bss == 0 for each in objects)
    outside = {name for each in objects for name in each.needed if not name.startswith("bip_")}
    assert outside <= {"memcpy", "memmove", "__aeabi_memcpy4", "__aeabi_memmove4"}  # structures are copied


@pytest.mark.parametrize("board", BOARDS)
def test_a_compiler_can_read_the_sketch(board: str) -> None:
    if shutil.which("g++") is None and shutil.which("clang++") is None:
        pytest.skip("no C++ compiler on this computer")
    check_sketch(board)
