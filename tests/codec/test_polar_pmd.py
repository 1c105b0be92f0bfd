"""What a Verity Sense's answers and frames mean beyond the vectors: answers in parts, times across lost frames."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from imu_hip.codec.polar_pmd import DRIVER, TwoStreams
from imu_hip.model.driver import Ask
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import BadPacket, BadPacketReason, ControlReply, SensorConfig, SensorSamples

PERIOD_NS = round(1e9 / 51.2)
"""Of a sensor that runs slower than it says."""
START_NS = 10**18


def frame(kind: int, last: int, n: int) -> bytes:
    """Return a frame of n samples that stand still, whose last has this number."""
    head = struct.pack("<BQB3h", kind, START_NS + last * PERIOD_NS, 0x80, 1, 2, 3)
    return head + bytes([1, n - 1]) + bytes(-(-3 * (n - 1) // 8))


def taken(frames: list[tuple[int, int, int]]) -> np.ndarray:
    """Return the numbers of the samples as their times tell them, of frames of both measurements."""
    decode = TwoStreams().decode
    packets = [decode(Characteristic.STREAM, frame(*each)) for each in frames]
    stamps_us = np.concatenate([packet.device_us for packet in packets if isinstance(packet, SensorSamples)])
    ns = (stamps_us - START_NS // 1000 % 2**32) % 2**32 * 1000
    return np.asarray(ns / PERIOD_NS)


def test_times_are_those_of_the_sensors_own_rate_also_behind_a_lost_frame() -> None:
    both = [(kind, last, 70) for last in (70, 140, 210, 350, 420) for kind in (2, 5)]
    numbers = taken(both)[70:]
    wanted = np.r_[71:211, 281:421]
    # The first acceleration behind the hole has none before it, and may be just too late for the first rate.
    assert np.allclose(numbers[-139:], wanted[-139:], atol=1e-3)
    assert np.allclose(numbers[:140], wanted[:140], atol=1e-3)


def test_what_came_says_how_new_it_is_though_samples_wait() -> None:
    decode = TwoStreams().decode
    decode(Characteristic.STREAM, frame(5, 100, 70))
    packet = decode(Characteristic.STREAM, frame(2, 60, 70))
    assert isinstance(packet, SensorSamples)
    assert packet.device_us is not None
    assert packet.newest_us == (START_NS + 60 * PERIOD_NS) // 1000 % 2**32
    packet = decode(Characteristic.STREAM, frame(2, 130, 70))
    assert isinstance(packet, SensorSamples)
    assert packet.newest_us == (START_NS + 130 * PERIOD_NS) // 1000 % 2**32
    assert int(packet.device_us[-1]) == (START_NS + 100 * PERIOD_NS) // 1000 % 2**32


@pytest.mark.parametrize("cut", range(1, 6))
def test_an_answer_in_parts_grants_when_all_of_it_has_come(cut: int) -> None:
    settings = b"\x05\x01" + struct.pack("<f", 0.07)
    first, rest = b"\xf0\x02\x05\x00\x01" + settings[:cut], b"\xf0\x02\x05\x00\x00" + settings[cut:]
    (asked,) = [step for step in DRIVER.start if isinstance(step, Ask) and step.request[:2] == b"\x02\x05"]
    assert (asked.result(first), asked.result(rest)) == (None, 0)
    decode = TwoStreams().decode
    assert decode(Characteristic.CONTROL, first) == ControlReply(2, 0)
    assert isinstance(decode(Characteristic.CONTROL, rest), SensorConfig)
    frames = (frame(2, 100, 70), frame(5, 100, 70))
    packets = [decode(Characteristic.STREAM, each) for each in frames]
    assert isinstance(packets[1], SensorSamples)
    assert np.rad2deg(packets[1].values[-1, :3]) == pytest.approx([0.07, 0.14, 0.21], rel=1e-6)


def test_a_request_fits_into_the_smallest_packet_there_is() -> None:
    asked = [step for step in (*DRIVER.preparation, *DRIVER.start, *DRIVER.stop) if isinstance(step, Ask)]
    assert max(len(step.request) for step in asked) == 17


def test_a_sensor_whose_time_begins_anew_forgets_what_waited() -> None:
    decode = TwoStreams().decode
    decode(Characteristic.STREAM, frame(5, 100_000, 70))
    decode(Characteristic.STREAM, frame(2, 69, 70))
    packets = [decode(Characteristic.STREAM, frame(kind, 139, 70)) for kind in (5, 2)]
    stamps = [packet.device_us for packet in packets if isinstance(packet, SensorSamples)]
    numbers = [(us * 1000 - START_NS % (2**32 * 1000)) / PERIOD_NS for us in stamps if us is not None and len(us)]
    assert len(numbers) == 1
    assert numbers[0][-1] == pytest.approx(139.0, abs=1e-3)
    assert numbers[0][0] > 69.0


def test_the_same_frame_again_and_one_of_no_time_that_can_be_are_refused() -> None:
    decode = TwoStreams().decode
    decode(Characteristic.STREAM, frame(2, 100, 70))
    assert decode(Characteristic.STREAM, frame(2, 100, 70)) == BadPacket(BadPacketReason.OUT_OF_RANGE)
    never = struct.pack("<BQB3h", 2, 1 << 63, 0x80, 1, 2, 3)
    assert decode(Characteristic.STREAM, never) == BadPacket(BadPacketReason.OUT_OF_RANGE)


def test_a_block_of_differences_without_its_length_is_no_frame() -> None:
    cut = frame(2, 100, 1)[:-1] + b"\x03"
    assert TwoStreams().decode(Characteristic.STREAM, cut) == BadPacket(BadPacketReason.WRONG_LENGTH)


@pytest.mark.parametrize(
    "settings", [b"", b"\x00\x01\x34\x00", b"\x09\x01\x00", b"\x05\x00", b"\x05\x01\x00\x00", b"\x05\x01" + 4 * b"\xff"]
)
def test_a_grant_whose_settings_tell_no_factor_leaves_it_at_one(settings: bytes) -> None:
    decode = TwoStreams().decode
    assert isinstance(decode(Characteristic.CONTROL, b"\xf0\x02\x05\x00\x00" + settings), SensorConfig)
    decode(Characteristic.STREAM, frame(2, 100, 70))
    packet = decode(Characteristic.STREAM, frame(5, 100, 70))
    assert isinstance(packet, SensorSamples)
    assert np.rad2deg(packet.values[-1, :3]) == pytest.approx([1.0, 2.0, 3.0])
