"""Files that were made to do harm are refused in a line, soon, and in little memory."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from imu_hip.model.errors import LONGEST_MESSAGE, ImuHipError, Reason, UnusableInputError
from imu_hip.session.foreign_csv import read_marks_csv, read_sensor_csv
from imu_hip.session.input_file import small_text
from imu_hip.session.json_file import LARGEST_BYTES, read_object, strict_json
from imu_hip.session.kept_session import NO_RESULT, keep_result, session_in
from imu_hip.session.mcap_parse import LARGEST_CHUNK_BYTES, MAGIC
from imu_hip.session.reader import read_recording
from imu_hip.session.recover import recover
from imu_hip.session.setup_json import METADATA_NAME, metadata_entries, setup_to_text
from imu_hip.session.user_library import Library
from imu_hip.session.writer import write_recording
from tests.session.examples import SETUP, live_items
from tests.session.kept import kept_result

HEADER, FOOTER, CHUNK, MESSAGE, METADATA, DATA_END = 0x01, 0x02, 0x06, 0x05, 0x0C, 0x0F
MOST_BYTES = 500_000_000


def record(opcode: int, body: bytes) -> bytes:
    return struct.pack("<BQ", opcode, len(body)) + body


def string(text: str) -> bytes:
    return struct.pack("<I", len(text.encode())) + text.encode()


def chunk(content: bytes, size: int | None = None, crc: int | None = None) -> bytes:
    packed = zstandard.ZstdCompressor().compress(content)
    crc = zlib.crc32(content) if crc is None else crc
    head = struct.pack("<QQQI", 0, 0, len(content) if size is None else size, crc)
    return record(CHUNK, head + string("zstd") + struct.pack("<Q", len(packed)) + packed)


def message(number: int, payload: bytes, channel: int = 10) -> bytes:
    return record(MESSAGE, struct.pack("<HIQQ", channel, number, number, number) + payload)


def whole(*records: bytes) -> bytes:
    """Return a recording of these records, sound to the outside."""
    entries = b"".join(string(word) for entry in metadata_entries(setup_to_text(SETUP)).items() for word in entry)
    setup = string(METADATA_NAME) + struct.pack("<I", len(entries)) + entries
    data = MAGIC + record(HEADER, string("imu_hip") + string("x")) + record(METADATA, setup) + b"".join(records)
    end = record(DATA_END, struct.pack("<I", zlib.crc32(data)))
    return data + end + record(FOOTER, struct.pack("<QQI", 2**62, 2**63, 0)) + MAGIC


BOMBS: dict[str, Callable[[], bytes]] = {
    "a chunk that says it has 2 GB": lambda: whole(chunk(b"", size=2**31)),
    "a chunk of 400 MB of zeros": lambda: whole(chunk(message(1, bytes(400_000_000)))),
    "many chunks, each just small enough": lambda: whole(
        *(chunk(message(k, bytes(LARGEST_CHUNK_BYTES - 100))) for k in range(60))
    ),
    "a record that says it has 2**63 bytes": lambda: whole(struct.pack("<BQ", METADATA, 2**63)),
    "brackets without end": lambda: whole(chunk(message(1, b"[" * 200_000, channel=25))),
    "a thousand channels": lambda: whole(*(record(0x04, struct.pack("<HHI", k, 0, 0)) for k in range(1000))),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_a_line_by_every_way_to_read_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(BOMBS[name]())
    with pytest.raises(UnusableInputError) as refused:
        read_recording(path)
    assert len(refused.value.message) < 1000
    assert "\n" not in refused.value.message


_WATCHED = """
import sys
from pathlib import Path
from imu_hip.app.cli import main
code = main(sys.argv[1:])
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(peak.split()[1])
sys.exit(code)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there a process knows its own peak")
@pytest.mark.parametrize("name", [*list(BOMBS)[:3], "a file of 60 GB with a hole in it"])
@pytest.mark.parametrize("command", ["analyze", "recover"])
def test_a_bomb_does_not_eat_the_memory(name: str, command: str, tmp_path: Path) -> None:
    path, out = tmp_path / "a.mcap", tmp_path / "b.mcap"
    if name in BOMBS:
        path.write_bytes(BOMBS[name]())
    else:
        path.write_bytes(whole()[:200])
        os.truncate(path, 60_000_000_000)
    words = [command, str(path), *(["--out", str(out)] if command == "recover" else [])]
    done = subprocess.run([sys.executable, "-c", _WATCHED, *words], capture_output=True, text=True, check=False)
    assert int(done.stdout.split()[-1]) * 1024 < MOST_BYTES
    assert "Traceback" not in done.stderr
    if command == "analyze":
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1


def test_chunks_within_chunks_are_not_tried_for_ever(tmp_path: Path) -> None:
    content = b""
    for _ in range(20_000):  # each says that all the others are its content, and that the checksum is wrong
        head = struct.pack("<QQQI", 0, 0, len(content), 1) + string("") + struct.pack("<Q", len(content))
        content = record(CHUNK, head + content)[:49] + content
    path = tmp_path / "a.mcap"
    path.write_bytes(MAGIC + content)
    with pytest.raises(UnusableInputError, match="read for ever"):
        recover(path, tmp_path / "b.mcap")
    assert not (tmp_path / "b.mcap").exists()


def test_descriptions_within_descriptions_are_not_tried_for_ever(tmp_path: Path) -> None:
    name = string(METADATA_NAME)
    beginnings = b"".join(struct.pack("<BQ", METADATA, 20 * k) + name for k in range(8000, 0, -1))
    path = tmp_path / "a.mcap"
    path.write_bytes(MAGIC + beginnings + bytes(1 << 20))
    with pytest.raises(UnusableInputError):
        recover(path, tmp_path / "b.mcap")


def test_what_the_index_of_a_file_says_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    write_recording(path, SETUP, live_items(1.0))
    data = bytearray(path.read_bytes())
    data[-8 - 20 : -8] = struct.pack("<QQI", 2**62, 2**63, 7)
    path.write_bytes(data)
    assert len(read_recording(path).items) == len(live_items(1.0))


# ---------------------------------------------------------------- text


def test_a_message_keeps_beginning_and_end_of_what_is_too_long() -> None:
    said = ImuHipError(Reason.WRONG_VALUE, f"file: {'x' * 100_000}: why").message
    assert len(said) <= LONGEST_MESSAGE
    assert said.startswith("file: x")
    assert said.endswith("x: why")


@pytest.mark.parametrize("read", [read_object, small_text, read_marks_csv, read_sensor_csv])
def test_a_file_beyond_all_measure_is_refused_unread(read: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"{")
    os.truncate(path, 40_000_000_000)
    with pytest.raises(UnusableInputError, match=r"MB"):
        read(path)


@pytest.mark.skipif(os.name == "nt", reason="a pipe with a name")
def test_nobody_waits_for_a_pipe_in_the_library(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "session.json")
    assert session_in(tmp_path).start is None


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "9" * 5000,
        str(2**63),
        "NaN",
        "1e999",
        "[-1e309]",
        "-Infinity",
        '["\\ud800"]',
        '{"\\udfff": 1}',
        "{",
    ],
)
def test_json_that_no_other_file_could_hold_is_refused(text: str) -> None:
    with pytest.raises((ValueError, RecursionError)):
        strict_json(text)


def test_json_of_the_program_is_read() -> None:
    values = {"a": [1, -(2**63), 2**63 - 1, 0.5, None, True], "b": "µ \U0001f600 \\u"}
    assert strict_json(json.dumps(values)) == strict_json(json.dumps(values, ensure_ascii=False).encode()) == values


def test_the_limit_of_json_is_far_above_what_is_written() -> None:
    largest = max(path.stat().st_size for path in (Path(__file__).parents[2] / "recordings").glob("*.json"))
    assert largest * 100 < LARGEST_BYTES


# ---------------------------------------------------------------- names that lead elsewhere


@pytest.mark.parametrize("name", ["../..", "..", ".", "", "/", "a/b", "a\\b", "C:", "p-a\0b", "p-\u202ea", "x" * 61])
def test_a_pseudonym_never_leads_out_of_the_library(name: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    Library(home).keep_settings({})
    (home / "names.json").write_text(json.dumps({"names": {name: "Anna"}}))
    (tmp_path / "precious").mkdir()
    with pytest.raises(UnusableInputError, match="holds no names"):
        Library(home).forget("Anna")
    assert (tmp_path / "precious").is_dir()
    assert home.is_dir()


@pytest.mark.parametrize("name", ["../../x", "/tmp/x", "..", "", "a/b", 7, None, "x" * 100])
@pytest.mark.parametrize("which", ["sha256", "imu_hip"])
def test_a_result_is_never_kept_elsewhere(name: object, which: str, tmp_path: Path) -> None:
    result = kept_result()
    result["recording" if which == "sha256" else "software"][which] = name
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    with pytest.raises(NO_RESULT):
        keep_result(folder, result)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("value", [10**400, [], {}, "x", -(10**19)])
@pytest.mark.parametrize("key", ["holds", "hold_s", "internal_deg"])
def test_figures_that_make_no_sense_are_none(key: str, value: object, tmp_path: Path) -> None:
    keep_result(tmp_path, kept_result())
    about = json.loads((tmp_path / "session.json").read_text())
    about["result"]["parts"][0][key] = value
    (tmp_path / "session.json").write_text(json.dumps(about))
    (tmp_path / "raw.mcap").touch()
    for path in (tmp_path / "derived").iterdir():
        path.unlink()
    summary = session_in(tmp_path).summary
    assert summary is None or value == -(10**19)


@pytest.mark.parametrize("person", [[], {}, 7, None, "x" * 10_000])
def test_settings_that_name_nobody_are_read(person: object, tmp_path: Path) -> None:
    Library(tmp_path).keep_settings({"dark": True})
    (tmp_path / "settings.json").write_text(json.dumps({"dark": True, "person": person}))
    assert Library(tmp_path).settings()["dark"] is True


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("1e308", "which no sensor measures"),
        ("-1e7", "which no sensor measures"),
        ('"' + "1" * 200_000 + '"', "field larger than"),
        ("1" * 5000, "too large a number"),
    ],
)
def test_values_beyond_any_sensor_are_refused(row: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    sound = "".join(f"{k / 100},0,0,0,0,0,9.8\n" for k in range(50))
    path.write_text(f"t_s,gyr_x,gyr_y,gyr_z,acc_x,acc_y,acc_z\n{sound}0.5,{row},0,0,0,0,9.8\n")
    with pytest.raises(UnusableInputError, match=why):
        read_sensor_csv(path)


@pytest.mark.parametrize(
    ("step", "why"), [(5e-324, "no sensor is so fast"), (1e-9, "no sensor is so fast"), (9e9, "no time")]
)
def test_times_that_no_sensor_has_are_refused(step: float, why: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "t_s,gyr_x,gyr_y,gyr_z,acc_x,acc_y,acc_z\n" + "".join(f"{k * step!r},0,0,0,0,0,9.8\n" for k in range(5))
    )
    with pytest.raises(UnusableInputError, match=why):
        read_sensor_csv(path)
