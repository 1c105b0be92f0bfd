"""Whatever happens to a file: what is saved is true, and what is lost is told."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from imu_hip.model.errors import Reason, UnusableInputError, UsageError
from imu_hip.model.item import NumberedItem, Role
from imu_hip.session.reader import read_recording
from imu_hip.session.recover import RecoveryReport, recover
from imu_hip.session.typed_json import to_json
from imu_hip.session.writer import RecordingWriter
from tests.session.examples import SETUP, live_items

ITEMS = live_items(30.0)
PER_CHUNK = 21


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Record half a minute as it is recorded live, a chunk every half second."""
    path = tmp_path_factory.mktemp("sound") / "a.mcap"
    writer = RecordingWriter(path, SETUP)
    for k, numbered in enumerate(ITEMS):
        writer.add(numbered)
        if k % PER_CHUNK == PER_CHUNK - 1:
            writer.flush()
    writer.close()
    return path.read_bytes()


def saved(folder: Path, data: bytes) -> tuple[list[NumberedItem], RecoveryReport]:
    source, target = folder / "damaged.mcap", folder / "saved.mcap"
    source.write_bytes(data)
    report = recover(source, target, force=True)
    assert source.read_bytes() == data
    recording = read_recording(target)
    assert recording.setup == SETUP
    assert report.items_saved == len(recording.items)
    assert report.items_missing == recording.missing
    return list(recording.items), report


def test_an_undamaged_recording_is_saved_whole(sound: bytes, tmp_path: Path) -> None:
    items, report = saved(tmp_path, sound)
    assert items == ITEMS
    assert report.complete
    assert report.duration_s == pytest.approx(29.95)
    assert to_json(report) == {
        "source_bytes": len(sound),
        "bytes_lost": 0,
        "damaged": [],
        "items_saved": len(ITEMS),
        "items_missing": 0,
        "missing": [],
        "lost": [],
        "duration_s": report.duration_s,
        "finished": True,
        "complete": True,
    }


def test_a_cut_off_recording_gives_its_clean_prefix(sound: bytes, tmp_path: Path) -> None:
    rng = random.Random(1)
    for _ in range(12):
        cut = rng.randrange(3000, len(sound))
        items, report = saved(tmp_path, sound[:cut])
        assert items == ITEMS[: len(items)]
        # At most the chunk that was cut is lost.
        assert len(items) >= len(ITEMS) * (cut - 20_000) / len(sound) - 2 * PER_CHUNK
        assert not report.finished
        assert not report.complete


def test_a_flipped_bit_costs_at_most_one_chunk_and_never_makes_a_wrong_item(sound: bytes, tmp_path: Path) -> None:
    rng = random.Random(2)
    known = {numbered.number: numbered for numbered in ITEMS}
    for _ in range(25):
        data = bytearray(sound)
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        items, report = saved(tmp_path, bytes(data))
        assert all(known[numbered.number] == numbered for numbered in items)
        assert len(items) >= len(ITEMS) - PER_CHUNK
        if len(items) < len(ITEMS):
            assert not report.complete


def test_a_zeroed_sector_is_stepped_over_and_told(sound: bytes, tmp_path: Path) -> None:
    start = len(sound) // 2
    items, report = saved(tmp_path, sound[:start] + bytes(4096) + sound[start + 4096 :])
    (span,) = report.missing
    ((first, end),) = report.damaged
    assert 0 < span.items == len(ITEMS) - len(items) <= 8 * PER_CHUNK
    # What lies in the hole besides chunks can be made anew and is not counted.
    assert abs(first - start) < 2000
    assert abs(end - (start + 4096)) < 2000
    assert report.bytes_lost == end - first
    assert 5.0 < span.start_s < span.end_s < 25.0
    assert {each.role for each in report.lost} == set(Role)
    for each in report.lost:
        assert span.start_s - 0.1 <= each.start_s <= span.start_s < span.end_s <= each.end_s <= span.end_s + 0.1
    assert report.finished
    assert not report.complete


def test_a_damaged_head_is_made_up_for_by_the_copy_of_the_setup(sound: bytes, tmp_path: Path) -> None:
    items, report = saved(tmp_path, bytes(2000) + sound[2000:])
    assert len(items) >= len(ITEMS) - 2 * PER_CHUNK
    assert report.damaged[0][0] == 0


def test_a_garbage_tail_is_counted_as_lost(sound: bytes, tmp_path: Path) -> None:
    items, report = saved(tmp_path, sound + random.Random(3).randbytes(5000))
    assert items == ITEMS
    assert report.bytes_lost >= 5000
    assert not report.finished


def test_a_stretch_that_the_disk_gave_back_twice_is_used_once(sound: bytes, tmp_path: Path) -> None:
    half = len(sound) // 2
    items, _ = saved(tmp_path, sound[:half] + sound)
    assert items == ITEMS


@pytest.mark.parametrize(
    "data",
    [b"\x89MCAP0\r\n", bytes(3000), b"t_s,gyr_x\n", b"\x06" * 3000, random.Random(4).randbytes(30_000)],
)
def test_without_a_session_description_nothing_is_written(data: bytes, tmp_path: Path) -> None:
    source = tmp_path / "a.mcap"
    source.write_bytes(data)
    with pytest.raises(UnusableInputError, match="no readable session description") as caught:
        recover(source, tmp_path / "b.mcap")
    assert caught.value.reason is Reason.DAMAGED
    assert list(tmp_path.iterdir()) == [source]


def test_the_source_is_never_the_target(sound: bytes, tmp_path: Path) -> None:
    source, link = tmp_path / "a.mcap", tmp_path / "link.mcap"
    source.write_bytes(sound)
    link.symlink_to(source)
    with pytest.raises(UsageError, match="is what is read from"):
        recover(source, link, force=True)
    assert source.read_bytes() == sound
    assert link.is_symlink()


def test_an_existing_target_is_kept(sound: bytes, tmp_path: Path) -> None:
    source, target = tmp_path / "a.mcap", tmp_path / "b.mcap"
    source.write_bytes(sound)
    target.write_bytes(b"mine")
    with pytest.raises(UsageError, match="exists already"):
        recover(source, target)
    assert target.read_bytes() == b"mine"
