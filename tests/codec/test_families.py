"""The published vectors of bought sensors, and what their decoders make of anything else."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.codec.registry import DRIVERS, decoder, drivers
from imu_hip.model.driver import Advertised, Ask, Read, Step, Subscribe, Tell
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import (
    BadPacket,
    BadPacketReason,
    BatteryLevel,
    Capability,
    SensorConfig,
    SensorInfo,
    SensorSamples,
)

VECTORS = Path(__file__).parents[2] / "firmware_protocol" / "vectors" / "families"
FILES = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(VECTORS.glob("*.toml"))}
FAMILIES = sorted(file["family"] for file in FILES.values())


def test_every_family_has_its_vectors_and_its_page() -> None:
    assert {"bip1", *FAMILIES} == {driver.family for driver in DRIVERS}
    for name in FILES:
        assert (VECTORS.parents[1] / f"{name}.md").exists()


@pytest.mark.parametrize("name", FILES)
def test_decoder_makes_of_the_bytes_what_the_vectors_say(name: str) -> None:
    decode = decoder(FILES[name]["family"])
    for vector in FILES[name]["vector"]:
        packet = decode(Characteristic(vector["characteristic"]), bytes.fromhex(vector["hex"]))
        if "reason" in vector:
            assert packet == BadPacket(BadPacketReason(vector["reason"])), vector["name"]
            continue
        for key, expected in vector["fields"].items():
            _is(getattr(packet, key), expected, vector["name"])


def _is(found: Any, expected: Any, name: str) -> None:
    if isinstance(found, np.ndarray):
        assert len(found) == len(expected), name
        if len(found):
            assert np.allclose(found, expected, rtol=1e-6, atol=1e-9), name
    else:
        assert (list(found) if isinstance(found, tuple) else found) == expected, name


@pytest.mark.parametrize("name", FILES)
def test_vectors_show_what_is_refused_too(name: str) -> None:
    names = [vector["name"] for vector in FILES[name]["vector"]]
    assert len(set(names)) == len(names)
    assert any("reason" in vector for vector in FILES[name]["vector"])


PAYLOADS = st.one_of(
    st.binary(max_size=300),
    st.tuples(
        st.sampled_from([bytes.fromhex(v["hex"]) for file in FILES.values() for v in file["vector"]]),
        st.integers(0, 400),
        st.integers(0, 255),
    ).map(lambda made: made[0][: made[1] % (len(made[0]) + 1)] + bytes([made[2]]) + made[0][made[1] :]),
)


@pytest.mark.parametrize("family", FAMILIES)
@given(st.lists(st.tuples(st.sampled_from(list(Characteristic)), PAYLOADS), max_size=30))
def test_no_bytes_raise_and_a_copy_goes_on_alike(family: str, said: list[tuple[Characteristic, bytes]]) -> None:
    decode = decoder(family)
    half = len(said) // 2
    for characteristic, payload in said[:half]:
        decode(characteristic, payload)
    other = copy.deepcopy(decode)
    for characteristic, payload in said[half:]:
        one, two = decode(characteristic, payload), other(characteristic, payload)
        assert type(one) is type(two)
        if isinstance(one, SensorSamples) and isinstance(two, SensorSamples):
            assert one.values.shape == (len(one.values), 6)
            assert np.all(np.isfinite(one.values))
            assert np.array_equal(one.values, two.values)
            assert one.device_us is None or len(one.device_us) == len(one.values)


@given(st.data())
def test_the_cutting_of_a_byte_stream_does_not_matter(data: st.DataObject) -> None:
    stream = b"".join(bytes.fromhex(v["hex"]) for v in FILES["witmotion"]["vector"] if "reason" not in v) * 3
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    rows = []
    for pieces in ([stream], [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]):
        decode = decoder("witmotion")
        packets = [decode(Characteristic.STREAM, piece) for piece in [*pieces, b"", b""]]
        rows.append(np.concatenate([p.values for p in packets if isinstance(p, SensorSamples)]))
    assert np.array_equal(rows[0][-6:], rows[1][-6:])


@pytest.mark.parametrize(
    ("volt", "percent"),
    [(2.9, 0), (3.39, 0), (3.4, 5), (3.49, 5), (3.5, 10), (3.68, 15), (3.7, 20), (3.73, 30), (3.77, 40), (3.79, 50),
     (3.82, 60), (3.87, 75), (3.93, 90), (3.96, 90), (3.97, 100), (4.2, 100)],
)  # fmt: skip
def test_the_battery_of_a_witmotion_is_that_of_its_manual(volt: float, percent: int) -> None:
    frame = bytes([0x55, 0x71, 0x64, 0x00, *round(100.0 * volt).to_bytes(2, "little"), *bytes(14)])
    assert decoder("witmotion")(Characteristic.STREAM, frame * 2) == BatteryLevel(percent)


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.family)
def test_a_driver_names_only_characteristics_that_it_has(driver: Any) -> None:
    def named(steps: tuple[Step, ...]) -> set[Characteristic]:
        found = set()
        for step in steps:
            if isinstance(step, Read | Subscribe | Tell | Ask):
                found.add(step.characteristic)
            if isinstance(step, Ask):
                found |= {step.answered_on} | named(step.otherwise)
        return found

    steps = (*driver.preparation, *driver.start, *driver.stop, *driver.identify, *driver.resume)
    assert named(steps) <= set(driver.uuids)
    assert Characteristic.STREAM in driver.uuids
    assert all(uuid == uuid.lower() and len(uuid) == 36 for uuid in (*driver.uuids.values(), *driver.services))
    assert driver.advertised != Advertised()


@pytest.mark.parametrize(
    ("family", "payload", "capabilities"),
    [
        ("witmotion", b"C0:FF:EE:00:00:01", Capability(0)),
        ("thingy52", b"C0:FF:EE:00:00:01", Capability.IDENTIFY | Capability.BATTERY),
        ("polar", b"ABCDEF12\0", Capability.BATTERY),
    ],
)
def test_who_says_no_more_than_its_name_has_no_versions(family: str, payload: bytes, capabilities: int) -> None:
    info = decoder(family)(Characteristic.INFO, payload)
    assert info == SensorInfo(0, 0, (0, 0, 0), capabilities, 0, payload.rstrip(b"\0").decode())


def test_a_dot_has_a_version_and_a_light() -> None:
    vector = next(v for v in FILES["movella_dot"]["vector"] if v["characteristic"] == "info" and "fields" in v)
    info = decoder("dot")(Characteristic.INFO, bytes.fromhex(vector["hex"]))
    assert info == SensorInfo(0, 0, (2, 3, 1), Capability.IDENTIFY | Capability.BATTERY, 0, "D422CD0012AB")


@pytest.mark.parametrize(("register", "rate_hz"), [(6, 10), (7, 20), (8, 50), (9, 100), (0x0B, 200)])
def test_the_rates_of_a_witmotion_are_those_of_its_manual(register: int, rate_hz: int) -> None:
    decode = decoder("witmotion")
    told = bytes([0x55, 0x71, 0x03, 0x00, register, *bytes(15)])
    config = decode(Characteristic.STREAM, told + bytes([0x55, 0x61]))
    assert isinstance(config, SensorConfig)
    assert (config.rate_hz, config.samples_per_packet, config.mag_ut_per_lsb) == (rate_hz, 1, 0.0)


UUIDS = {
    "dot": ("1517{}-4947-11e9-8646-d663bd873d93", {"info": "1001", "config": "1002", "control": "2001",
                                                   "stream": "2002", "battery": "3001"}),
    "thingy52": ("ef68{}-9b35-4933-9b10-52ffa9740042", {"control": "0301", "config": "0401", "stream": "0406"}),
    "witmotion": ("0000{}-0000-1000-8000-00805f9a34fb", {"stream": "ffe4", "control": "ffe9"}),
    "polar": ("fb005c{}-02e7-f387-1cad-8acd2d8df0c8", {"control": "81", "stream": "82"}),
}  # fmt: skip


@pytest.mark.parametrize("family", UUIDS)
def test_characteristics_are_those_of_the_family(family: str) -> None:
    (driver,) = drivers([family])
    base, numbers = UUIDS[family]
    for characteristic, number in numbers.items():
        assert driver.uuids[Characteristic(characteristic)] == base.format(number)


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.family)
def test_only_the_battery_may_be_missing(driver: Any) -> None:
    steps = [step for step in driver.preparation if isinstance(step, Read | Subscribe)]
    may = {Characteristic.BATTERY} if driver.family != "dot" else set()  # every DOT has one
    assert all(step.optional == (step.characteristic in may) for step in steps)


def test_a_witmotion_is_unlocked_set_to_100_hz_and_asked() -> None:
    (driver,) = drivers(["witmotion"])
    told = [step.payload for step in driver.preparation if isinstance(step, Tell)]
    assert told == [bytes.fromhex(each) for each in ("ffaa6988b5", "ffaa960000", "ffaa030900")]
    (question,) = driver.start
    assert isinstance(question, Ask)
    assert question.request == bytes.fromhex("ffaa270300")
    assert question.result(bytes.fromhex("5571030009")) == 0
    assert question.result(bytes.fromhex("5571040009")) is None


def test_a_polar_answers_the_question_that_was_asked() -> None:
    (driver,) = drivers(["polar"])
    questions = [step for step in driver.start if isinstance(step, Ask)]
    assert questions
    for question in questions:
        opcode, kind = question.request[:2]
        assert question.result(bytes([0xF0, opcode, kind, 0])) == 0
        assert question.result(bytes([0xF0, opcode, kind, 6])) == 0, "it is running already"
        assert question.result(bytes([0xF0, opcode, kind])) is None
        assert question.result(bytes([0xF1, opcode, kind, 0])) is None
        assert question.result(bytes([0xF0, opcode, kind + 1, 0])) is None


def test_an_advertisement_belongs_to_one_family() -> None:
    for driver in DRIVERS:
        shown = driver.advertised
        for name in shown.name_prefixes:
            assert [each.family for each in DRIVERS if each.recognises(f"{name} 1", (), ())] == [driver.family]
        for uuid in shown.service_uuids:
            assert [each.family for each in DRIVERS if each.recognises("", (uuid,), ())] == [driver.family]


def test_drivers_of_some_families_keep_their_order() -> None:
    assert [driver.family for driver in drivers(["polar", "bip1"])] == ["bip1", "polar"]
    assert drivers(["float64"]) == ()
