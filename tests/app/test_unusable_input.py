"""Whatever is unusable is refused with exit code 2 and one line that says what and where, and nothing is left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.calling import HEADER, RECORDING, call, call_import, import_words, resting, table
from tests.scripts import script

resource = pytest.importorskip("resource", reason="file size limits are a matter of Unix")


def _changed(column: int, value: object) -> str:
    rows: list[list[object]] = [list(row) for row in resting()]
    rows[7][column] = value
    return "\n".join([HEADER, *(",".join(map(str, row)) for row in rows)]) + "\n"


TABLES: dict[str, tuple[str | bytes, str]] = {
    "empty": (b"", "empty"),
    "binary": (bytes(range(256)) * 40, "not UTF-8"),
    "utf-16": (table(resting()).encode("utf-16"), "UTF-8"),
    "blank lines only": ("\n\n\n", "line 1"),
    "header only": (HEADER + "\n", "0 samples"),
    "one sample": (table(resting()[:1]), "1 samples"),
    "no header": (table(resting()).partition("\n")[2], "header"),
    "columns in another order": (table(resting(), "t_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z"), "header"),
    "semicolons": (table(resting()).replace(",", ";"), "header"),
    "nan": (_changed(3, "nan"), "line 9, column gyr_z"),
    "infinity": (_changed(4, "-inf"), "line 9, column acc_x"),
    "overflow": (_changed(4, "1e999"), "line 9, column acc_x"),
    "empty cell": (_changed(2, ""), "line 9, column gyr_y"),
    "text": (_changed(6, "fast"), "line 9, column acc_z"),
    "quoted line break": (_changed(6, '"a\nb"'), "column acc_z"),
    "decreasing time": (_changed(0, 0.001), "line 9, column t_s"),
    "equal times": (_changed(0, 0.06), "line 9, column t_s"),
    "milliseconds since 1970": (_changed(0, 1.7e12), "line 9, column t_s"),
    "a cell too many": (_changed(6, "1.0,2.0"), "line 9"),
    "g instead of m/s²": (table([[*r[:4], *(a / 9.81 for a in r[4:])] for r in resting()]), "look like g"),
    "deg/s instead of rad/s": (table([[r[0], 80.0, *r[2:]] for r in resting()]), "look like deg/s"),
}

MARKS: dict[str, tuple[str, str]] = {
    "empty": ("", "empty"),
    "wrong header": ("start,end,label\n0,1,n_pose\n", "header"),
    "unknown label": ("t_start_s,t_end_s,label\n0,1,n_pose\n1,2,dance\n", "line 3, column label: 'dance'"),
    "ends before it starts": ("t_start_s,t_end_s,label\n2,1,n_pose\n", "line 2, column t_end_s"),
    "not a time": ("t_start_s,t_end_s,label\nnow,1,n_pose\n", "line 2, column t_start_s"),
    "on another clock": ("t_start_s,t_end_s,label\n1000,1001,n_pose\n", "on that file's clock"),
}

EXERCISES: dict[str, tuple[str | bytes, str]] = {
    "empty": (b"", ""),
    "binary": (bytes(range(256)), "not UTF-8"),
    "not TOML": ("id = = 3", "mine.toml"),
    "nothing in it": ("id = 'mine'\n", "mine.toml"),
}

RECORDINGS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "garbage": (os.urandom(3000), "not a recording"),
    "text": (b"t_s,gyr_x\n0,1\n", "not a recording"),
    "magic alone": (RECORDING.read_bytes()[:8], "imu-hip recover"),
    "truncated": (RECORDING.read_bytes()[:-5000], "imu-hip recover"),
    "a byte flipped": (
        RECORDING.read_bytes()[:9000] + b"\xa5\x5a\xa5" + RECORDING.read_bytes()[9003:],
        "imu-hip recover",
    ),
    "something appended": (RECORDING.read_bytes() + b"more", "does not end as a recording does"),
}


def _remains(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("role", ["pelvis", "thigh"])
@pytest.mark.parametrize("name", TABLES)
def test_import_refuses_a_sensor_table(tmp_path: Path, name: str, role: str) -> None:
    content, said = TABLES[name]
    options = import_words(tmp_path)
    path = tmp_path / f"{role}.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = _remains(tmp_path)
    refusal = call_import(options).refusal
    assert str(path) in refusal
    assert said in refusal
    assert _remains(tmp_path) == before


@pytest.mark.parametrize("name", MARKS)
def test_import_refuses_a_table_of_marks(tmp_path: Path, name: str) -> None:
    content, said = MARKS[name]
    options = import_words(tmp_path)
    (tmp_path / "marks.csv").write_text(content)
    refusal = call_import(options).refusal
    assert "marks.csv" in refusal
    assert said in refusal
    assert not (tmp_path / "out.mcap").exists()


@pytest.mark.parametrize("option", ["--pelvis", "--thigh", "--marks"])
@pytest.mark.parametrize("kind", ["missing", "directory", "below a file"])
def test_import_refuses_what_is_no_file(tmp_path: Path, option: str, kind: str) -> None:
    options = import_words(tmp_path)
    wrong = {"missing": tmp_path / "no.csv", "directory": tmp_path, "below a file": tmp_path / "pelvis.csv" / "a.csv"}
    assert str(wrong[kind]) in call_import({**options, option: wrong[kind]}).refusal
    assert not (tmp_path / "out.mcap").exists()


def test_import_refuses_one_file_for_both_sensors(tmp_path: Path) -> None:
    options = import_words(tmp_path)
    copy = tmp_path / "copy.csv"
    copy.write_bytes((tmp_path / "pelvis.csv").read_bytes())
    for path in (tmp_path / "pelvis.csv", copy):
        assert "holds the samples of" in call_import({**options, "--thigh": path}).refusal
    assert not (tmp_path / "out.mcap").exists()


def test_import_refuses_files_without_a_common_time_and_says_what_helps(tmp_path: Path) -> None:
    options = import_words(tmp_path)
    (tmp_path / "thigh.csv").write_text(table([[row[0] + 100.0, *row[1:]] for row in resting(seed=2)]))
    assert "--clock independent" in call_import(options).refusal


def test_import_refuses_independent_clocks_of_sensors_that_never_moved(tmp_path: Path) -> None:
    assert "cannot be matched" in call_import(import_words(tmp_path), "--clock", "independent").refusal


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_import_never_writes_over_what_it_reads(tmp_path: Path, force: tuple[str, ...]) -> None:
    options = import_words(tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in _remains(tmp_path)}
    for name in before:
        assert name in call_import({**options, "--out": tmp_path / name}, *force).refusal
    assert {name: (tmp_path / name).read_bytes() for name in _remains(tmp_path)} == before


@pytest.mark.parametrize("name", EXERCISES)
def test_a_broken_exercise_file_is_refused(tmp_path: Path, name: str) -> None:
    content, said = EXERCISES[name]
    options = import_words(tmp_path)
    del options["--exercise"]
    path = tmp_path / "mine.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = _remains(tmp_path)
    calls = (
        call_import({**options, "--exercise-file": path}),
        call("simulate", "--exercise-file", path, "--out", tmp_path / "s.mcap", "--truth", tmp_path / "s.csv"),
        call("demo", "--exercise-file", path, "--headless", "--out", tmp_path / "d.mcap"),
    )
    for outcome in calls:
        assert str(path) in outcome.refusal
        assert said in outcome.refusal
    assert _remains(tmp_path) == before


@pytest.mark.parametrize("command", [("analyze",), ("analyze", "--json"), ("replay", "--headless")])
@pytest.mark.parametrize("name", RECORDINGS)
def test_a_damaged_recording_is_refused(tmp_path: Path, name: str, command: tuple[str, ...]) -> None:
    content, said = RECORDINGS[name]
    path = tmp_path / "a.mcap"
    path.write_bytes(content)
    refusal = call(*command, path).refusal
    assert str(path) in refusal
    assert said in refusal
    assert path.read_bytes() == content


@pytest.mark.parametrize("command", [("analyze",), ("replay", "--headless"), ("recover", "--out", "b.mcap")])
def test_a_recording_that_is_no_file_is_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    for path in (tmp_path / "no.mcap", tmp_path):
        assert str(path) in call(*command, path).refusal


def test_recover_refuses_what_never_was_a_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(os.urandom(3000))
    assert str(path) in call("recover", path, "--out", tmp_path / "b.mcap").refusal
    assert _remains(tmp_path) == {"a.mcap"}


def _writing(folder: Path, out: Path) -> dict[str, tuple[object, ...]]:
    """Return every command that writes, writing to `out`."""
    recording = folder / "tiny.mcap"
    options = import_words(folder)
    if not recording.exists():
        assert call_import({**options, "--out": recording}).code == 0
    imports = (word for option in {**options, "--out": out}.items() for word in option)
    return {
        "demo": ("demo", "--headless", "--speed", "max", "--out", out),
        "import": ("import", *imports),
        "simulate": ("simulate", "supine_ere", "--out", out, "--truth", folder / "truth.csv"),
        "simulate truth": ("simulate", "supine_ere", "--out", folder / "s.mcap", "--truth", out),
        "samples": ("analyze", recording, "--samples", out),
        "recover": ("recover", recording, "--out", out),
    }


COMMANDS = ["demo", "import", "simulate", "simulate truth", "samples", "recover"]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_exists_is_not_overwritten(tmp_path: Path, command: str) -> None:
    out = tmp_path / "precious.csv"
    out.write_text("years of work")
    refusal = call(*_writing(tmp_path, out)[command]).refusal
    assert f"{out}: exists already" in refusal
    assert "--force" in refusal
    assert out.read_text() == "years of work"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_dangling_link_is_something_that_exists(tmp_path: Path, command: str) -> None:
    out = tmp_path / "link.csv"
    out.symlink_to(tmp_path / "nowhere")
    assert "exists already" in call(*_writing(tmp_path, out)[command]).refusal
    assert out.is_symlink()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", ["folder", "device"])
def test_even_force_replaces_nothing_but_files(tmp_path: Path, command: str, kind: str) -> None:
    out = tmp_path / "folder.csv" if kind == "folder" else Path(os.devnull)
    if kind == "folder":
        out.mkdir()
    assert "is not a file" in call(*_writing(tmp_path, out)[command], "--force").refusal
    assert out.is_dir() if kind == "folder" else out.is_char_device()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("place", ["no such folder", "below a file", "the kernel's"])
def test_an_unwritable_place_is_refused(tmp_path: Path, command: str, place: str) -> None:
    (tmp_path / "file").touch()
    out = {
        "no such folder": tmp_path / "no" / "a.csv",
        "below a file": tmp_path / "file" / "a.csv",
        "the kernel's": Path("/proc/a.csv"),
    }[place]
    assert str(out) in call(*_writing(tmp_path, out)[command]).refusal
    assert not [name for name in _remains(tmp_path) if name.endswith(".part")]


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_samples_and_recover_never_write_over_the_recording(tmp_path: Path, force: tuple[str, ...]) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(RECORDING.read_bytes())
    assert "is what is read from" in call("analyze", path, "--samples", path, *force).refusal
    assert "is what is read from" in call("recover", path, "--out", path, *force).refusal
    assert path.read_bytes() == RECORDING.read_bytes()


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_simulate_refuses_one_name_for_recording_and_truth(tmp_path: Path, force: tuple[str, ...]) -> None:
    out = tmp_path / "both.csv"
    assert "two names" in call("simulate", "supine_ere", "--out", out, "--truth", out, *force).refusal
    assert not out.exists()


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    """Let files grow to this size only: the nearest thing to a full disk that needs no disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("command", ["import", "simulate", "simulate truth", "samples", "recover"])
def test_a_full_disk_is_refused_and_leaves_no_half_file(tmp_path: Path, command: str) -> None:
    out = tmp_path / "a.csv"
    words = _writing(tmp_path, out)[command]
    with _largest_file(3000):
        refusal = call(*words).refusal
    assert "the disk is full" in refusal
    assert _remains(tmp_path) == {"pelvis.csv", "thigh.csv", "marks.csv", "tiny.mcap"}


def test_a_disk_that_fills_ends_the_recording_but_not_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibration = script("supine_ere")[:5]
    monkeypatch.setattr("imu_hip.app.demo.script", lambda *_: calibration)
    out = tmp_path / "a.mcap"
    with _largest_file(30_000):
        outcome = call("demo", "--headless", "--speed", "max", "--seed", 1, "--out", out)
    assert outcome.code == 2
    assert "result sha256" in outcome.out
    assert f"imu-hip: {out}: the disk is full" in outcome.err.splitlines()[-1]
    assert "Traceback" not in outcome.err
    saved = call("recover", out, "--out", tmp_path / "b.mcap")
    assert saved.code == 0
    assert " 0 of " in saved.out


@pytest.mark.parametrize(
    "words",
    [
        ("dance",),
        ("run", "--side", "left"),
        ("run", "dance", "--side", "left"),
        ("run", "supine_ere"),
        ("run", "supine_ere", "supine_ere", "--side", "left"),
        ("run", "supine_ere", "--side", "left", "--start-delay", "-1"),
        ("assign", "--pelvis", "A", "--thigh", "A"),
        ("forget",),
        ("history", "--person", ""),
        ("scan", "--seconds", "nan"),
        ("demo", "dance"),
        ("demo", "--side", "both"),
        ("demo", "--speed", "fast"),
        ("demo", "--speed", "0"),
        ("demo", "--speed", "-1"),
        ("demo", "--speed", "nan"),
        ("demo", "--speed", "inf"),
        ("demo", "--speed", "1e300"),
        ("demo", "--seed", "-1"),
        ("demo", "--seed", "1.5"),
        ("demo", "--seed", "9" * 5000),
        ("demo", "--cycles", "0"),
        ("demo", "--cycles", "1000000000"),
        ("demo", "--headless", "two\nlines"),
        ("replay", RECORDING, "--speed", "32"),
        ("replay", RECORDING, "--speed", "0.1"),
        ("replay",),
        ("analyze", RECORDING, RECORDING),
        ("analyze", RECORDING, "--filter", "magic"),
        ("import",),
        ("simulate", "supine_ere"),
    ],
)
def test_wrong_words_are_refused(words: tuple[object, ...]) -> None:
    refusal = call(*words).refusal
    assert refusal.startswith("imu-hip")


def test_a_name_with_a_line_break_is_still_said_in_one_line(tmp_path: Path) -> None:
    assert "no such file" in call("analyze", tmp_path / "two\nlines.mcap").refusal
