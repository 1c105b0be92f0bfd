"""Every reader of files and of the network that a stranger could feed, each with sound files to begin with."""

from __future__ import annotations

import io
import json
import shutil
import socket
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import reader_seeds as seeds
from mutation import Mutation, damaged_bytes, damaged_json, damaged_recording, damaged_text

from imu_hip import api
from imu_hip.app.catalogue import exercise, exercise_from
from imu_hip.app.history import history_of
from imu_hip.app.history_json import history_json
from imu_hip.app.history_words import changes, history_lines
from imu_hip.app.importing import import_tables
from imu_hip.app.preferences import choices_from, settings_from
from imu_hip.app.reporting import report_of
from imu_hip.app.verifying import verified
from imu_hip.guide.script import script
from imu_hip.model.app_state import StartView
from imu_hip.model.errors import UsageError
from imu_hip.model.setup import Side
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.exports import fhir
from imu_hip.session.exports.provenance import used_magnetometer
from imu_hip.session.foreign_csv import read_marks_csv
from imu_hip.session.foreign_layouts import Layout, looks_like, read_sensor_table
from imu_hip.session.notes import notes_beside
from imu_hip.session.reader import open_recording, read_recording
from imu_hip.session.recover import recover
from imu_hip.session.segmented import read_cut_off, read_session
from imu_hip.session.user_library import Library

Read = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Target:
    """A reader: what it is given at first, how that is damaged, and what reads it. Raises ImuHipError, or nothing."""

    seeds: tuple[bytes, ...]
    mutations: tuple[Mutation, ...]
    read: Read


_TEXT = (damaged_text, damaged_text, damaged_bytes)
_JSON = (damaged_json, damaged_json, damaged_text, damaged_bytes)
_RECORDING = (damaged_recording, damaged_recording, damaged_bytes)


def _file(folder: Path, name: str, read: Callable[[Path], object]) -> Read:
    path = folder / name

    def written(data: bytes) -> object:
        path.write_bytes(data)
        return read(path)

    return written


# ---------------------------------------------------------------- recordings


def _recording(folder: Path) -> Target:
    live, imported = seeds.beginning(folder), seeds.beginning(_made(folder / "imported"), imported=True)

    def read(path: Path) -> None:
        for _ in open_recording(path).pieces():
            pass
        read_recording(path)

    return Target((live.read_bytes(), imported.read_bytes()), _RECORDING, _file(folder, "a.mcap", read))


def _recover(folder: Path) -> Target:
    path = seeds.beginning(folder)

    def read(damaged: Path) -> None:
        recover(damaged, folder / "out.mcap", force=True)
        read_recording(folder / "out.mcap")

    return Target((path.read_bytes(), seeds.cut_off(path)), _RECORDING, _file(folder, "a.mcap", read))


def _segments(folder: Path) -> Target:
    path = seeds.beginning(folder)
    data = path.read_bytes()
    second = folder / "raw.2.mcap"

    def read(first: Path) -> None:
        second.unlink(missing_ok=True)
        try_all = (lambda: read_cut_off(first), lambda: read_session(first))
        _each(lambda: read_cut_off(first))
        second.write_bytes(data)
        for attempt in try_all:
            _each(attempt)

    return Target((seeds.cut_off(path), data), _RECORDING, _file(folder, "raw.mcap", read))


def _analysis(folder: Path) -> Target:
    live, imported = seeds.beginning(folder), seeds.beginning(_made(folder / "imported"), imported=True)

    def read(path: Path) -> None:
        found = api.summarize(path)
        result = analysis_json(found)
        json.dumps(result, allow_nan=False)
        report_of(found)
        api.analyze(path)

    return Target((live.read_bytes(), imported.read_bytes()), (damaged_recording,), _file(folder, "a.mcap", read))


# ---------------------------------------------------------------- tables


def _sensor(layout: Layout, *tables: bytes) -> Callable[[Path], Target]:
    def read(path: Path) -> None:
        looks_like(path)
        read_sensor_table(path, layout)

    return lambda folder: Target(tables, _TEXT, _file(folder, "sensor.csv", read))


def _import(folder: Path) -> Target:
    thigh, marks = folder / "thigh.csv", folder / "marks.csv"
    thigh.write_bytes(seeds.sensor_table(0.3))
    marks.write_bytes(seeds.marks_table())
    spec, out = exercise("supine_ere"), folder / "out.mcap"

    def read(pelvis: Path) -> None:
        tables = (pelvis, thigh, marks, spec, Side.LEFT, out)
        _each(lambda: import_tables(*tables, independent_clocks=True, force=True))
        _each(lambda: import_tables(*tables, force=True))
        if out.exists():
            json.dumps(analysis_json(api.summarize(out)), allow_nan=False)
            out.unlink()

    return Target((seeds.sensor_table(),), _TEXT, _file(folder, "pelvis.csv", read))


def _marks(folder: Path) -> Target:
    sensors = folder / "pelvis.csv", folder / "thigh.csv"
    for path, phase in zip(sensors, (0.0, 0.3), strict=True):
        path.write_bytes(seeds.sensor_table(phase))
    spec, out = exercise("supine_ere"), folder / "out.mcap"

    def read(path: Path) -> None:
        read_marks_csv(path)
        import_tables(*sensors, path, spec, Side.LEFT, out, force=True)
        json.dumps(analysis_json(api.summarize(out)), allow_nan=False)

    return Target((seeds.marks_table(),), _TEXT, _file(folder, "marks.csv", read))


# ---------------------------------------------------------------- TOML and JSON


def _exercise(folder: Path) -> Target:
    def read(path: Path) -> None:
        spec = exercise_from(path)
        try:
            script(spec)
        except UsageError:
            return

    return Target(tuple(path.read_bytes() for path in seeds.EXERCISES), _TEXT, _file(folder, "mine.toml", read))


def _codes(folder: Path) -> Target:
    return Target((seeds.CODES.read_bytes(),), _TEXT, _file(folder, "codes.toml", fhir.read_codes))


def _about(folder: Path) -> Target:
    seed = b'{"schema": "imu-hip/export/1", "magnetometer": true}'
    return Target((seed,), _JSON, _file(folder, "about.json", lambda path: used_magnetometer(path.parent)))


def _beside(folder: Path) -> Target:
    path, library = seeds.beginning(folder), Library(folder / "none")
    return Target(seeds.expected(path), _JSON, _file(folder, "beginning.json", lambda _: verified(path, library)))


def _notes(folder: Path) -> Target:
    recording = folder / "a.mcap"
    seed = b'{"notes": [{"written": "2026-11-22T18:00:00Z", "t_s": 3.0, "text": "left knee"}]}'
    return Target((seed,), _JSON, _file(folder, "a.notes.json", lambda _: notes_beside(recording)))


def _in_library(pattern: str) -> Callable[[Path], Target]:
    """Damage one file of a library and look at everything in it."""

    def target(folder: Path) -> Target:
        path = seeds.beginning(folder)
        sound, home = folder / "sound", folder / "home"
        seeds.kept_sessions(sound, path, seeds.expected(path)[1])
        (which,) = (each.relative_to(sound) for each in sorted(sound.glob(pattern))[:1])

        def read(data: bytes) -> None:
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(sound, home)
            (home / which).write_bytes(data)
            if which.suffix != ".sqlite":
                (home / "index.sqlite").unlink()
            _look_at(home, verifies=which.parent.name == "derived")

        mutations = (damaged_bytes,) if which.suffix == ".sqlite" else _JSON
        return Target(((sound / which).read_bytes(),), mutations, read)

    return target


def _look_at(home: Path, *, verifies: bool = False) -> None:
    library = Library(home)
    _each(library.persons)
    _each(library.sensors)
    kept = library.settings
    _each(lambda: (settings_from(kept()), choices_from(kept(), START)))
    _each(library.rebuild_index)
    _each(lambda: _history(library))
    for path in library.recordings():
        _each(lambda path=path: library.kept_results(path))  # type: ignore[misc]
        _each(lambda path=path: notes_beside(path))  # type: ignore[misc]
        if verifies:
            _each(lambda path=path: verified(path, library))  # type: ignore[misc]
    _each(lambda: library.forget("Anna"))
    if not (home.parent / "sound").exists():
        raise AssertionError("something outside of the library was deleted")


def _history(library: Library) -> None:
    found = history_of(library.sessions("Anna"), date(2026, 11, 24).toordinal(), {})
    json.dumps(history_json(found, "Anna", library.pseudonym("Anna"), changes(found)), allow_nan=False)
    for line in history_lines(found, "Anna", {}):
        line.encode()


def _old_library(name: str) -> Callable[[Path], Target]:
    def target(folder: Path) -> Target:
        path = seeds.beginning(folder)
        sound, home = folder / "sound", folder / "home"
        seeds.old_library(sound, path, seeds.expected(path)[1])
        (which,) = (each.relative_to(sound) for each in sound.rglob(name))

        def read(data: bytes) -> None:
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(sound, home)
            (home / which).write_bytes(data)
            before = {each.name for each in folder.iterdir()}
            _look_at(home)
            if {each.name for each in folder.iterdir()} != before:
                raise AssertionError("something was written outside of the library")

        return Target(((sound / which).read_bytes(),), _JSON, read)

    return target


# ---------------------------------------------------------------- batches, network


def _batch(which: str) -> Callable[[Path], Target]:
    def target(folder: Path) -> Target:
        from imu_hip.batch.ledger import keep_sources
        from imu_hip.batch.place import Listed, Place
        from imu_hip.batch.results import compact, results_in
        from imu_hip.batch.task import algorithm, result_of
        from imu_hip.batch.task import folder as folder_of

        dest, under = folder / "dest", "sources" if which == "ledger" else folder_of(algorithm())
        place = Place(str(dest))
        name = f"{under}/{'compacted-a' if which == 'compacted' else 'a'}.parquet"
        if which == "ledger":
            keep_sources(place, {Listed(f"file:///{k}", k, "1.0"): f"{k:064x}" for k in range(3)})
            seed = next((dest / under).iterdir()).read_bytes()
        else:
            seed = result_of([seeds.beginning(folder).read_bytes()], "a" * 64)[1]

        def read(data: bytes) -> None:
            shutil.rmtree(dest, ignore_errors=True)
            place.put(f"{under}/b.parquet", seed)
            place.put(name, data)
            _each(lambda: results_in(place, under))
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                _each(lambda: compact(place))

        return Target((seed,), (damaged_bytes,), read)

    return target


def _second_screen(folder: Path) -> Target:
    from imu_hip.serve.server import ViewServer

    server = ViewServer(lambda: None, code="12345678")
    server.start()
    host, port = "127.0.0.1", int(server.url.rpartition(":")[2].strip("/"))
    head = f"Host: {host}:{port}\r\nOrigin: http://{host}:{port}\r\n"
    upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    cookie = f"Cookie: imu_hip_{port}=none\r\n"
    asked = (
        f"GET / HTTP/1.1\r\n{head}\r\n",
        f"GET /session HTTP/1.1\r\n{head}Imu-Hip-Code: 12345678\r\n\r\n",
        f"GET /live HTTP/1.1\r\n{head}{cookie}{upgrade}Sec-WebSocket-Version: 13\r\n\r\n\x81\x85aaaahello",
    )

    def answer(data: bytes, wait_s: float) -> bytes:
        with socket.create_connection((host, port), timeout=wait_s) as connection:
            try:
                connection.sendall(data)
                return connection.recv(4096)
            except (ConnectionError, TimeoutError):
                return b""  # a request without an end is waited for

    def read(data: bytes) -> None:
        answer(data, 0.05)
        if server.error is not None:
            raise server.error
        if not answer(asked[0].encode(), 10.0).startswith(b"HTTP/1.1 200"):
            raise AssertionError("the page does not come any more")

    return Target(tuple(each.encode() for each in asked), _TEXT, read)


def _each(question: Callable[[], object]) -> None:
    """Ask, and take a refusal for an answer: the next question is asked all the same."""
    from imu_hip.model.errors import ImuHipError

    try:
        question()
    except ImuHipError as refused:
        if len(refused.message) > LONGEST_REFUSAL:
            raise AssertionError(f"a refusal of {len(refused.message)} letters") from None


LONGEST_REFUSAL = 2000
START = StartView((), ("me", "Anna"), "supine_ere", "left", "me", "standing")


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


TARGETS: dict[str, Callable[[Path], Target]] = {
    "recording": _recording,
    "recover": _recover,
    "segments": _segments,
    "analysis": _analysis,
    "csv": _sensor(Layout.CSV, seeds.sensor_table()),
    "dot": _sensor(Layout.DOT, seeds.dot_table()),
    "ximu3": _sensor(Layout.XIMU3, seeds.ximu3_table()),
    "xsens": _sensor(Layout.XSENS, seeds.xsens_table(fine=True), seeds.xsens_table(fine=False)),
    "import": _import,
    "marks": _marks,
    "exercise": _exercise,
    "codes": _codes,
    "about": _about,
    "beside": _beside,
    "notes": _notes,
    "names": _in_library("names.json"),
    "sensors": _in_library("sensors.json"),
    "settings": _in_library("settings.json"),
    "session": _in_library("persons/*/*/session.json"),
    "result": _in_library("persons/*/*/derived/*.json"),
    "index": _in_library("index.sqlite"),
    "old-person": _old_library("person.json"),
    "old-result": _old_library("*.result.json"),
    "ledger": _batch("ledger"),
    "results": _batch("small"),
    "compacted": _batch("compacted"),
    "second-screen": _second_screen,
}
