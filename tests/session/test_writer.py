"""Recordings are files that any MCAP reader understands, never overwrite and are never left half made."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcap.reader import NonSeekingReader, make_reader

from imu_hip.model.errors import Reason, RecordingError, UsageError
from imu_hip.model.item import NumberedItem, Tick
from imu_hip.session import writer as session_writer
from imu_hip.session.layout import TOPICS, to_message
from imu_hip.session.reader import read_recording
from imu_hip.session.recover import recover
from imu_hip.session.writer import RecordingWriter, write_recording
from tests.session.examples import SETUP, live_items

ITEMS = live_items(30.0)


def test_a_stock_reader_finds_every_item_with_its_topic_time_and_number(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    write_recording(path, SETUP, ITEMS)
    with path.open("rb") as stream:
        reader = NonSeekingReader(stream, validate_crcs=True)
        found = [
            (channel.topic, message.sequence, message.log_time, message.publish_time, message.data)
            for _, channel, message in reader.iter_messages(log_time_order=False)
        ]
    expected = [to_message(item) for item in ITEMS]
    assert found == [(TOPICS[m.channel_id - 1], m.sequence, m.log_time, m.log_time, m.payload) for m in expected]


def test_the_header_names_the_profile_and_the_setup_lies_at_both_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    write_recording(path, SETUP, ITEMS)
    with path.open("rb") as stream:
        reader = make_reader(stream)
        assert reader.get_header().profile == "imu_hip"
        told = list(reader.iter_metadata())
    assert [record.name for record in told] == ["session", "channels"] * 2
    assert told[1].metadata == told[3].metadata == {str(k): topic for k, topic in enumerate(TOPICS, start=1)}


def test_a_stock_reader_knows_the_fields_of_every_json_channel(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    write_recording(path, SETUP, ITEMS)
    seen = set()
    with path.open("rb") as stream:
        for schema, channel, message in make_reader(stream).iter_messages():
            if channel.message_encoding != "json":
                assert schema is None
                continue
            assert schema is not None
            assert (schema.name, schema.encoding) == (f"imu_hip{channel.topic}", "jsonschema")
            described, fields = json.loads(schema.data), json.loads(message.data)
            assert set(described["properties"]) == set(described["required"]) == set(fields)
            for name, value in fields.items():
                known = described["properties"][name]
                assert value in known["enum"] if "enum" in known else type(value).__name__ in ("str", "int")
                assert known.get("type", "") in ("", {str: "string", int: "integer"}[type(value)])
            seen.add(channel.topic)
    assert seen >= {"/marks", "/link", "/ticks"}


def test_a_long_recording_repeats_its_setup_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_writer, "FLUSHES_PER_SETUP", 30)
    path = tmp_path / "a.mcap"
    writer = RecordingWriter(path, SETUP)
    for numbered in ITEMS[:70]:
        writer.add(numbered)
        writer.flush()
    writer.close()
    with path.open("rb") as stream:
        names = [record.name for record in make_reader(stream).iter_metadata()]
    assert names == ["session", "channels"] * 4
    assert len(read_recording(path).items) == 70


def test_a_recording_belongs_to_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    before = os.umask(0)
    try:
        write_recording(path, SETUP, ITEMS)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_existing_file_is_never_opened_for_writing(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        RecordingWriter(path, SETUP)
    with pytest.raises(UsageError, match=r"a\.mcap: exists already"):
        write_recording(path, SETUP, ITEMS)
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_force_replaces_an_existing_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    path.write_text("mine")
    write_recording(path, SETUP, ITEMS, force=True)
    assert read_recording(path).items == tuple(ITEMS)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("force", [False, True])
def test_an_error_on_the_way_leaves_everything_as_it_was(tmp_path: Path, force: bool) -> None:
    path = tmp_path / "a.mcap"
    if force:
        path.write_text("mine")

    def broken() -> Iterator[NumberedItem]:
        yield from ITEMS[:100]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_recording(path, SETUP, broken(), force=force)
    assert [p.read_text() for p in tmp_path.iterdir()] == (["mine"] if force else [])


def test_an_item_that_cannot_be_held_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="outside"):
        write_recording(tmp_path / "a.mcap", SETUP, [NumberedItem(0, Tick(-1))])
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_no_file_and_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fdatasync", full)
    with pytest.raises(RecordingError, match=r"a\.mcap: the disk is full") as caught:
        write_recording(tmp_path / "a.mcap", SETUP, ITEMS)
    assert caught.value.reason is Reason.DISK_FULL
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["nowhere/a.mcap", "file/a.mcap"])
def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(RecordingError, match=r"a\.mcap: cannot be written") as caught:
        write_recording(tmp_path / place, SETUP, ITEMS)
    assert caught.value.reason is Reason.NOT_WRITABLE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_said_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RecordingError, match="Permission denied"):
        write_recording(tmp_path / "a.mcap", SETUP, ITEMS)


def test_what_was_flushed_survives_an_abandoned_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    writer = RecordingWriter(path, SETUP)
    for numbered in ITEMS[:500]:
        writer.add(numbered)
    writer.flush()
    durable_bytes = path.stat().st_size
    for numbered in ITEMS[500:]:
        writer.add(numbered)
    writer.abandon()
    assert path.stat().st_size == durable_bytes
    report = recover(path, tmp_path / "b.mcap")
    assert read_recording(tmp_path / "b.mcap").items == tuple(ITEMS[:500])
    assert (report.bytes_lost, report.finished) == (0, False)
