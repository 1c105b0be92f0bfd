"""A recording reads back exactly, in the order of its numbers; anything else is refused in one line."""

from __future__ import annotations

import hashlib
import random
import struct
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.writer import Writer

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.item import (
    Characteristic,
    Command,
    Drop,
    Edge,
    Item,
    LinkChange,
    LinkState,
    Mark,
    MarkLabel,
    Note,
    NoteKind,
    Notification,
    NumberedItem,
    Role,
    Tick,
    Write,
)
from imu_hip.model.setup import Side
from imu_hip.session import setup_json
from imu_hip.session.reader import read_recording
from imu_hip.session.writer import RecordingWriter, write_recording
from tests.session.examples import SETUP, live_items, values_of

ITEMS = live_items(10.0)
GOLDENS = Path(__file__).parent / "formats"
T_NS = 10**18


@settings(max_examples=25, deadline=None)  # the disk may be busy
@given(
    st.lists(st.tuples(values_of(Item, st.integers(0, 2**63)), st.booleans()), max_size=30),
    st.integers(0, 2**31),
)
def test_any_items_read_back_exactly_however_the_file_was_flushed(items: list[tuple[Item, bool]], first: int) -> None:
    numbered = [NumberedItem(first + 3 * k, item) for k, (item, _) in enumerate(items)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mcap"
        writer = RecordingWriter(path, SETUP)
        for one, (_, flushed) in zip(numbered, items, strict=True):
            writer.add(one)
            if flushed:
                writer.flush()
        writer.close()
        recording = read_recording(path)
        assert recording.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert recording.setup == SETUP
    assert recording.items == tuple(numbered)
    assert recording.missing == max(0, 2 * (len(items) - 1))


def test_items_come_by_number_and_not_by_time(tmp_path: Path) -> None:
    items = tuple(NumberedItem(k, Tick(t_ns)) for k, t_ns in enumerate([50, 10, 30]))
    write_recording(tmp_path / "a.mcap", SETUP, items)
    assert read_recording(tmp_path / "a.mcap").items == items


def written(folder: Path) -> Path:
    path = folder / "walk.mcap"
    write_recording(path, SETUP, ITEMS)
    return path


def refusal(path: Path) -> UnusableInputError:
    with pytest.raises(UnusableInputError) as caught:
        read_recording(path)
    assert caught.value.message.startswith(f"{path}: ")
    assert "\n" not in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda data: data[:-1], Reason.DAMAGED),
        (lambda data: data[:-20], Reason.TRUNCATED),
        (lambda data: data[: len(data) // 2], Reason.TRUNCATED),
        (lambda data: data[:8], Reason.TRUNCATED),
        (lambda data: data + b"\0", Reason.DAMAGED),
        (lambda data: data[:3000] + bytes(4) + data[3004:], Reason.DAMAGED),
        (lambda data: data.replace(b"left", b"lefu"), Reason.DAMAGED),
        (lambda data: data[:8] + data[300:], Reason.DAMAGED),
    ],
    ids=["end", "footer", "half", "magic only", "tail", "hole", "setup", "head"],
)
def test_damage_is_refused_with_its_place_and_the_way_out(
    tmp_path: Path, damage: Callable[[bytes], bytes], reason: Reason
) -> None:
    path = written(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    error = refusal(path)
    assert error.reason is reason
    assert "(byte " in error.message
    assert error.message.endswith(f"imu-hip recover {path} --out walk-recovered.mcap")


def test_a_flipped_bit_or_a_cut_is_refused_or_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path)
    sound = path.read_bytes()
    rng = random.Random(5)
    for _ in range(60):
        data = bytearray(sound)
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        try:
            recording = read_recording(path)
        except UnusableInputError:
            pass
        else:
            assert (recording.setup, recording.items) == (SETUP, tuple(ITEMS))
        path.write_bytes(sound[: rng.randrange(1, len(sound))])
        with pytest.raises(UnusableInputError):
            read_recording(path)


def test_a_file_of_another_kind_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "film.mcap"
    path.write_bytes(b"t_s,gyr_x\n1,2\n")
    error = refusal(path)
    assert error.reason is Reason.WRONG_FORMAT
    assert "not a recording" in error.message


def test_an_mcap_file_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "robot.mcap"
    with path.open("wb") as stream:
        writer = Writer(stream)
        writer.start(profile="ros2")
        writer.finish()  # type: ignore[no-untyped-call]
    error = refusal(path)
    assert error.reason is Reason.WRONG_FORMAT
    assert "another program (profile 'ros2')" in error.message


def test_a_recording_whose_channels_another_tool_numbered_anew_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "filtered.mcap"
    with path.open("wb") as stream:
        writer = Writer(stream, enable_data_crcs=True)
        writer.start(profile="imu_hip")
        writer.add_metadata("session", setup_json.metadata_entries(setup_json.setup_to_text(SETUP)))
        marks = writer.register_channel("/marks", "json", 0)
        writer.add_message(marks, 1, b"not a notification of the pelvis sensor", 1, 0)
        writer.finish()  # type: ignore[no-untyped-call]
    error = refusal(path)
    assert error.reason is Reason.WRONG_FORMAT
    assert "channel 1 is '/marks'" in error.message


def test_a_newer_format_asks_for_an_update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_json, "FORMAT", setup_json.FORMAT + 1)
    path = written(tmp_path)
    monkeypatch.undo()
    error = refusal(path)
    assert error.reason is Reason.NEWER_FORMAT
    assert "update imu-hip" in error.message


@pytest.mark.parametrize("version", [1, 2])
def test_recordings_of_every_format_stay_readable(version: int) -> None:
    recording = read_recording(GOLDENS / f"format_{version}.mcap")
    assert (recording.setup.side, recording.setup.exercise_id) == (Side.LEFT, "supine_ere")
    told: list[Item] = [
        LinkChange(T_NS, Role.PELVIS, LinkState.CONNECTED, "é"),
        Notification(T_NS + 1, Role.PELVIS, Characteristic.INFO, b"\x00\xff"),
        Write(T_NS + 2, Role.THIGH, Characteristic.SYNC, b"\x01"),
        Mark(T_NS + 3, MarkLabel.TABLE_REST, Edge.BEGIN),
        Drop(T_NS + 4, Role.THIGH, 3),
        Tick(T_NS + 5),
        Command(T_NS + 6, "pain"),
        Note(T_NS + 7, NoteKind.PAIN, 7),
        Note(T_NS + 8, NoteKind.TEXT, text="the knee clicked"),
    ]
    expected = told if version > 1 else told[:-2]
    assert recording.items == tuple(NumberedItem(10 + k, item) for k, item in enumerate(expected))


def test_numbers_that_do_not_rise_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    write_recording(path, SETUP, [NumberedItem(4, Tick(1)), NumberedItem(4, Tick(2))])
    assert "item 4 comes after item 4" in refusal(path).message


def test_a_setup_of_two_pelvis_sensors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    write_recording(path, replace(SETUP, sensors=(SETUP.sensors[0],) * 2), ITEMS)
    assert refusal(path).reason is Reason.WRONG_FORMAT


def test_an_absurd_size_is_refused_before_memory_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path)
    data = path.read_bytes()
    chunk = data.index(b"\x04\0\0\0zstd") - 24
    huge = struct.pack("<Q", 2**40)
    path.write_bytes(data[: chunk + 12] + huge + data[chunk + 20 :])
    assert refusal(path).reason is Reason.DAMAGED


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, Reason.NOT_FOUND),
        (lambda path: path.write_bytes(b""), Reason.EMPTY),
        (lambda path: path.mkdir(), Reason.NOT_READABLE),
    ],
    ids=["absent", "empty", "folder"],
)
def test_what_is_no_file_is_refused(tmp_path: Path, make: Callable[[Path], object], reason: Reason) -> None:
    make(tmp_path / "a.mcap")
    assert refusal(tmp_path / "a.mcap").reason is reason
