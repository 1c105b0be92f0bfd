"""Compare the C library of BIP v1 with a model of a sensor, byte for byte, over random sessions."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from firmware_compare import CONFIG_REFUSALS
from numpy.typing import NDArray

from imu_hip.codec import bip_v1
from imu_hip.codec.gatt import AttError
from imu_hip.model.packet import (
    BadPacket,
    Capability,
    ControlOpcode,
    ControlReply,
    ControlRequest,
    ControlResult,
    SensorConfig,
    StreamPacket,
)

ROOM = 600
_SPAN = 1 << 32
_MOST_KEPT = 40
_MTUS = (23, 27, 40, 64, 185, 247, 517, 600)
_CAPABILITIES = (Capability(0), Capability.RESEND, Capability.RESEND | Capability.IDENTIFY)


@dataclass(slots=True)
class Model:
    """What bip_v1.md says about a sensor, kept the simplest way: every sample of a run, in a list."""

    factory: SensorConfig
    capabilities: Capability
    capacity: int
    faulty: bool = False
    config: SensorConfig = field(init=False)
    running: bool = False
    taken: int = 0
    hole: int = 0
    """What was taken before this index is no longer kept."""
    samples: dict[int, tuple[NDArray[np.int16], int]] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    overran: bool = False
    again: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.config = self.factory

    @property
    def oldest(self) -> int:
        """The first index that is kept."""
        return max(self.hole, self.taken - self.capacity)

    def begin_run(self, taken: int = 0) -> None:
        """Begin a run, with the counter where it is after so many samples."""
        self.running, self.taken, self.hole = True, taken, taken
        self.samples.clear()
        self.disconnected()

    def disconnected(self) -> None:
        """Forget what was to be sent."""
        self.waiting, self.again, self.overran = [], [], False

    def write_config(self, value: bytes) -> int:
        """Return the ATT error, 0 for none."""
        config = bip_v1.decode_config(value)
        if isinstance(config, BadPacket):
            return CONFIG_REFUSALS[config.reason]
        if self.running:
            return AttError.PROCEDURE_ALREADY_IN_PROGRESS
        free = {name: getattr(config, name) for name in ("rate_hz", "samples_per_packet", "connection_interval_ms")}
        if value != bip_v1.encode_config(replace(self.factory, **free)):
            return AttError.OUT_OF_RANGE
        self.config = config
        return 0

    def write_control(self, value: bytes, *, subscribed: bool, unconfirmed: bool) -> tuple[int, bytes]:
        """Return the ATT error and, without one, the reply."""
        if not subscribed:
            return AttError.CCCD_IMPROPERLY_CONFIGURED, b""
        if unconfirmed:
            return AttError.PROCEDURE_ALREADY_IN_PROGRESS, b""
        request = bip_v1.decode_control_request(value)
        if isinstance(request, BadPacket):
            return AttError.INVALID_ATTRIBUTE_VALUE_LENGTH, b""
        stranger = isinstance(request, ControlReply) and request.result != ControlResult.OUT_OF_RANGE
        if isinstance(request, ControlReply) and (stranger or Capability.RESEND in self.capabilities):
            reply = request
        else:
            reply = ControlReply(value[0], self._obey(request))
        return 0, bip_v1.encode_control_reply(reply)

    def _obey(self, request: ControlRequest | ControlReply) -> ControlResult:
        match request.opcode:
            case ControlOpcode.RESEND if Capability.RESEND not in self.capabilities:
                return ControlResult.NOT_SUPPORTED
            case ControlOpcode.IDENTIFY:
                can = Capability.IDENTIFY in self.capabilities
                return ControlResult.SUCCESS if can else ControlResult.NOT_SUPPORTED
            case ControlOpcode.RESEND if self.running and isinstance(request, ControlRequest):
                return self._resend(request.first_index, request.count)
            case ControlOpcode.STOP if self.running:
                self.running, self.again = False, []
                return ControlResult.SUCCESS
            case ControlOpcode.START if not self.running:
                if self.faulty:
                    return ControlResult.SENSOR_FAULT
                self.begin_run()
                return ControlResult.SUCCESS
            case ControlOpcode.SET_CONFIG_DEFAULT if not self.running:
                self.config = self.factory
                return ControlResult.SUCCESS
        return ControlResult.WRONG_STATE

    def _resend(self, first: int, count: int) -> ControlResult:
        first += (self.taken - first) // _SPAN * _SPAN  # the last sample of that number; below 0: there is none yet
        if self.taken >= _SPAN and self.taken - first >= _SPAN // 2:
            first += _SPAN  # nearer as one of the future
        if first < 0 or first + count > self.taken:
            return ControlResult.OUT_OF_RANGE
        if self.again:
            return ControlResult.BUSY
        self.again = list(range(max(first, self.oldest), first + count))
        return ControlResult.SUCCESS if first >= self.oldest else ControlResult.NOT_AVAILABLE

    def take(self, sample: NDArray[np.int16], taken_us: int, most: int) -> bytes:
        """Return the packet that is full now, or nothing."""
        if not self.running:
            return b""
        self.samples[self.taken] = sample, taken_us
        self.samples.pop(self.taken - 2 * _MOST_KEPT - 255, None)
        if self.waiting and len(self.waiting) >= most:
            self.waiting, self.overran = [], True
        if most:
            self.waiting.append(self.taken)
        self.taken += 1
        full = self.waiting and len(self.waiting) >= min(self.config.samples_per_packet, most)
        return self.flush() if full else b""

    def flush(self) -> bytes:
        """Return what waits."""
        if not self.waiting:
            return b""
        value = self._packet(self.waiting, overran=self.overran)
        self.waiting, self.overran = [], False
        return value

    def missed(self, count: int) -> bytes:
        """Leave indices empty."""
        if not self.running or count == 0:
            return b""
        value = self.flush()
        self.taken += count
        self.hole = self.taken
        return value

    def after_again(self, value: bytes, most: int) -> bytes:
        """Return what the library may send again now; how it cuts is its own choice, so that is read from `value`."""
        self.again = [index for index in self.again if index >= self.oldest]
        n = value[1] if value else 0
        if not n and self.again and most:
            raise AssertionError("nothing is sent again, though something is left")
        if n > most:
            raise AssertionError(f"{n} samples where {most} fit")
        part, self.again = self.again[:n], self.again[n:]
        return self._packet(part, resent=True) if part else b""

    def _packet(self, indices: list[int], *, resent: bool = False, overran: bool = False) -> bytes:
        counts = np.array([self.samples[index][0] for index in indices], dtype=np.int16)
        clipped = bool(np.any((counts == -32768) | (counts == 32767)))
        last_us = self.samples[indices[-1]][1]
        return bip_v1.encode_stream(StreamPacket(indices[0] % 65536, last_us, counts, resent, clipped, overran))


class Library:
    """One sensor of the C library."""

    def __init__(self, ffi: Any, lib: Any, model: Model) -> None:
        self.ffi, self.lib = ffi, lib
        self.c, info, factory = ffi.new("bip_sensor *"), ffi.new("bip_info *"), ffi.new("bip_config *")
        kept = model.capacity
        self._memory = ffi.new("char[]", b"S-1"), ffi.new("int16_t[]", kept * 9), ffi.new("uint32_t[]", kept)
        info.serial, info.capabilities = self._memory[0], int(model.capabilities)
        value = bip_v1.encode_config(model.factory)
        if lib.bip_decode_config(value, len(value), factory):
            raise AssertionError("the factory's configuration is refused")
        lib.bip_begin(self.c, info, factory, ffi.new("bip_ring *", [*self._memory[1:], kept])[0])
        self.c.faulty = model.faulty
        self._out, self._reply, self._action = (
            ffi.new("uint8_t[]", ROOM),
            ffi.new("uint8_t[2]"),
            ffi.new("bip_action *"),
        )

    def value(self, function: str, *arguments: Any) -> bytes:
        """Call what writes a value, and return that."""
        length = getattr(self.lib, function)(self.c, *arguments, self._out, ROOM)
        return bytes(self.ffi.buffer(self._out, length))

    def control(self, value: bytes, *, subscribed: bool, unconfirmed: bool) -> tuple[int, bytes]:
        """Write Control."""
        at = subscribed, unconfirmed, self._reply, self._action
        error = self.lib.bip_write_control(self.c, value, len(value), *at)
        return error, b"" if error else bytes(self.ffi.buffer(self._reply))


def compared_sessions(ffi: Any, lib: Any, steps: int, seed: int) -> dict[str, int]:
    """Live random sessions of `steps` steps in all; return how often each result and packet was seen.

    Raises
    ------
    AssertionError
        The library said something else than the model.
    """
    rng = np.random.default_rng(seed)
    seen: dict[str, int] = {}
    while steps > 0:
        model = _any_model(rng)
        library = Library(ffi, lib, model)
        mtu, now_us = int(rng.choice(_MTUS)), int(rng.integers(0, _SPAN))
        for _ in range(min(steps, 400)):
            now_us = (now_us + 10_000) % _SPAN
            mtu = int(rng.choice(_MTUS)) if rng.random() < 0.01 else mtu
            what = _step(rng, model, library, mtu, now_us)
            seen[what] = seen.get(what, 0) + 1
        steps -= 400
    return seen


def _any_model(rng: np.random.Generator) -> Model:
    mag_ut = float(rng.choice(np.array([0.0, 0.0, -0.0, 0.15, 0.15], dtype=np.float32)))
    scale = float(np.float32(0.01))
    factory = SensorConfig(100, int(rng.integers(1, 30)), scale, scale, mag_ut, (2, -1, 3), 15.0)
    capabilities = _CAPABILITIES[int(rng.choice(3, p=[0.1, 0.2, 0.7]))]
    return Model(factory, capabilities, int(rng.integers(0, _MOST_KEPT)), faulty=bool(rng.random() < 0.03))


def _step(rng: np.random.Generator, model: Model, library: Library, mtu: int, now_us: int) -> str:
    """Do one thing to both; return what came of it."""
    magnetometer = model.config.mag_ut_per_lsb > 0.0
    most = bip_v1.max_samples_per_packet(mtu, magnetometer=magnetometer)
    if library.lib.bip_most_samples(library.c, mtu) != most:
        raise AssertionError(f"samples at an MTU of {mtu}: not {most}")
    kind = rng.random()
    if kind < 0.55:
        sample = _sample(rng, 9 if magnetometer else 6)
        buffer = library.ffi.from_buffer("int16_t[]", sample)
        found, wanted = library.value("bip_take", buffer, now_us, most), model.take(sample, now_us, most)
    elif kind < 0.75:
        found = library.value("bip_next_again", most)
        wanted = model.after_again(found, most)
    elif kind < 0.77:
        found, wanted = library.value("bip_flush"), model.flush()
    elif kind < 0.78:
        count = int(rng.integers(0, 4))
        found, wanted = library.value("bip_missed", count), model.missed(count)
    elif kind < 0.80:
        return _without_bytes(rng, model, library)
    elif kind < 0.83:
        return _written_config(rng, model, library)
    else:
        return _written_control(rng, model, library)
    if found != wanted:
        raise AssertionError(f"{found.hex()} instead of {wanted.hex()}")
    if not found:
        return "no packet"
    return " ".join(name for bit, name in _FLAGS.items() if found[0] & bit) or "plain packet"


_FLAGS = {0x08: "resent", 0x04: "clipped", 0x02: "overran", 0x10: "magnetometer"}


def _sample(rng: np.random.Generator, axes: int) -> NDArray[np.int16]:
    sample = rng.integers(-32767, 32767, axes).astype(np.int16)
    if rng.random() < 0.02:
        sample[int(rng.integers(axes))] = rng.choice([-32768, 32767])
    return sample


def _without_bytes(rng: np.random.Generator, model: Model, library: Library) -> str:
    kind = int(rng.choice(3, p=[0.6, 0.3, 0.1]))
    if kind == 0:
        library.lib.bip_overran(library.c)
        model.overran = True
    elif kind == 1:
        library.lib.bip_disconnected(library.c)
        model.disconnected()
    else:
        library.lib.bip_end_run(library.c)
        model.running = False
        model.disconnected()
    return ("queue overran", "disconnected", "run ended")[kind]


def _written_config(rng: np.random.Generator, model: Model, library: Library) -> str:
    rate_hz, samples = int(rng.integers(1, 1001)), int(rng.integers(1, 40))
    value = bytearray(bip_v1.encode_config(replace(model.config, rate_hz=rate_hz, samples_per_packet=samples)))
    if rng.random() < 0.5:
        value[int(rng.integers(20))] ^= 1 << int(rng.integers(8))
        value[20:] = struct.pack("<H", bip_v1.crc16_ccitt_false(bytes(value[:20])))
    if rng.random() < 0.2:
        value[int(rng.integers(22))] ^= 1
    written = bytes(value[: None if rng.random() < 0.9 else int(rng.integers(22))])
    found, wanted = library.lib.bip_write_config(library.c, written, len(written)), model.write_config(written)
    if found != wanted or library.value("bip_read_config") != bip_v1.encode_config(model.config):
        raise AssertionError(f"config {written.hex()}: {found:#x} instead of {wanted:#x}, or not the same afterwards")
    return f"config {wanted:#x}"


def _written_control(rng: np.random.Generator, model: Model, library: Library) -> str:
    kind = rng.random()
    if kind < 0.2:
        value = rng.bytes(int(rng.integers(0, 10)))
    elif kind < 0.3:
        value = bytes([int(rng.integers(0, 6))]) + rng.bytes(int(rng.choice([0, 0, 6])))
    elif kind < 0.6 and not model.running:
        value = b"\x01"
    else:
        first = (model.taken + int(rng.integers(-80, 20))) % _SPAN
        value = struct.pack("<BIH", 3, first, int(rng.integers(0, 30)))
    state = {"subscribed": bool(rng.random() < 0.95), "unconfirmed": bool(rng.random() < 0.05)}
    began = model.running
    wanted, found = model.write_control(value, **state), library.control(value, **state)
    if found != wanted:
        raise AssertionError(f"control {value.hex()}: {found} instead of {wanted}")
    if model.running and not began and rng.random() < 0.3:  # as if this run had been on for long
        model.begin_run(_SPAN - int(rng.integers(1, 60)))
        library.c.taken = model.taken
    return f"control {wanted[1][1]:#x}" if wanted[1] else f"control refused {wanted[0]:#x}"
