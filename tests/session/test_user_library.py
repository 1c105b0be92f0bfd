"""The library: whose recordings, which sensor where; owner only, names in one file, nothing lost, nothing guessed."""

from __future__ import annotations

import json
import re
import shutil
import stat
from pathlib import Path

import pytest

from imu_hip.model.errors import UnusableInputError, UsageError
from imu_hip.model.item import Role
from imu_hip.model.setup import Side
from imu_hip.session.user_library import DEFAULT_PERSON, HOME_VARIABLE, KnownSensor, Library
from tests.session.kept import kept_result

START = "2026-11-22T18:00:00Z"
HOSTILE = [
    "../../../etc/passwd", "..", "/etc", "C:\\CON", "=cmd()", "<script>alert(1)</script>", "🦵🏽👩‍🦽",
    "Robert'); DROP TABLE", "%s{0}$HOME`id`",
    "x" * 60, "-rf", ".hidden", "person.json", "a/b", "p-aaaaaaaa", "[bold]x", "Ω≈ç√",
]  # fmt: skip


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "home")


def recorded(library: Library, person: str, start: str = START) -> Path:
    path = library.new_recording(person, "supine_ere", Side.LEFT, start)
    path.write_bytes(b"x")
    return path


def test_the_home_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "elsewhere"))
    assert Library().home == tmp_path / "elsewhere"


def test_looking_creates_nothing(library: Library) -> None:
    assert library.persons() == (DEFAULT_PERSON,)
    assert library.sessions("Anna") == ()
    assert library.recordings() == ()
    assert library.pseudonym("Anna") is None
    assert library.sensors() == {}
    assert library.settings() == {}
    assert not library.home.exists()


def test_a_session_has_its_own_folder_named_after_time_exercise_and_side(library: Library) -> None:
    path = recorded(library, "me")
    assert path.name == "raw.mcap"
    assert path.parent.name == "2026-11-22T18-00-00_supine_ere_left"
    about = json.loads((path.parent / "session.json").read_text())
    assert about == {"schema": "imu-hip/session/1", "start": START, "side": "left", "exercise": "supine_ere"}


def test_two_recordings_of_one_second_have_two_folders(library: Library) -> None:
    first, second = recorded(library, "me"), recorded(library, "me")
    assert first.parent != second.parent
    assert len(library.sessions("me")) == 2


def test_a_person_has_one_pseudonym_and_another_has_another(library: Library) -> None:
    folders = [recorded(library, name, f"2026-11-{day}T08:00:00Z").parent.parent for day, name in
               ((10, "Anna"), (11, " Anna "), (12, "anna"), (13, "Ann\u00e9"), (14, "Anne\u0301"))]  # fmt: skip
    assert folders[0] == folders[1] != folders[2]
    assert folders[3] == folders[4]
    assert all(re.fullmatch("p-[a-z2-9]{8}", folder.name) for folder in folders)


def test_names_stand_in_one_file_only(library: Library) -> None:
    path = recorded(library, "Anna Karenina")
    library.keep_result(path, kept_result())
    library.sessions("Anna Karenina")
    library.keep_settings({"person": "Anna Karenina", "dark": True})
    files = [each for each in library.home.rglob("*") if each.is_file()]
    assert [each.name for each in files if b"Karenina" in each.read_bytes()] == ["names.json"]
    assert not any("Karenina" in str(each) for each in files)
    assert len(files) == 6
    assert library.settings() == {"person": "Anna Karenina", "dark": True}


def test_all_folders_and_files_belong_to_their_owner_only(library: Library) -> None:
    path = recorded(library, "Anna Müller")
    library.keep_result(path, kept_result())
    library.sessions("Anna Müller")
    library.assign(KnownSensor("A1", Role.THIGH, "bip_v1"))
    inside = [each for each in library.home.rglob("*") if each != path]
    assert len(inside) > 8
    assert all(not stat.S_IMODE(each.stat().st_mode) & 0o077 for each in [library.home, *inside])


def test_the_default_person_is_first_and_others_are_in_order(library: Library) -> None:
    for name in ("zoe", "Anna Müller", "me", "bert"):
        recorded(library, name)
    assert library.persons() == ("me", "Anna Müller", "bert", "zoe")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_name_and_leads_nowhere(library: Library, name: str) -> None:
    before = set(library.home.parent.iterdir())
    path = recorded(library, name)
    assert path.parent.parent.parent == library.home / "persons"
    assert set(library.home.parent.iterdir()) - before == {library.home}
    assert name in library.persons()
    assert [kept.path for kept in library.sessions(name)] == [path]
    assert library.forget(name).left == ()
    assert not list((library.home / "persons").iterdir())


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "x" * 300, "a\0b", "\x1b[2J", "a\udc80", "gpj\u202eexe"])
def test_a_name_that_is_none_is_refused(library: Library, name: str) -> None:
    with pytest.raises(UsageError, match="a person's name has"):
        library.new_recording(name, "supine_ere", Side.LEFT, START)
    assert not library.home.exists()


def test_an_exercise_of_any_name_stays_in_its_folder(library: Library) -> None:
    path = library.new_recording("me", "../../<x>\0", Side.LEFT, START)
    assert path.parent.name == "2026-11-22T18-00-00_-x-_left"


def test_a_folder_brought_from_elsewhere_is_a_person_without_a_name(library: Library) -> None:
    path = recorded(library, "Anna")
    other = Library(library.home.parent / "other")
    recorded(other, "me")
    pseudonym = path.parent.parent.name
    shutil.copytree(path.parent.parent, other.home / "persons" / pseudonym)
    assert other.persons() == ("me", pseudonym)
    assert len(other.sessions(pseudonym)) == 1
    assert recorded(other, pseudonym).parent.parent.name == pseudonym


def test_names_that_cannot_be_read_are_said_and_not_overwritten(library: Library) -> None:
    recorded(library, "Anna")
    names = library.home / "names.json"
    for text in ("{", "[]", '{"names": 3}', '{"names": {"p-aaaaaaaa": 3}}'):
        names.write_text(text)
        with pytest.raises(UnusableInputError, match=r"names\.json"):
            library.new_recording("Bert", "supine_ere", Side.LEFT, START)
        assert names.read_text() == text
    names.unlink()
    assert len(library.persons()) == 2


def test_sessions_come_newest_first_with_their_figures(library: Library) -> None:
    old = recorded(library, "me", "2026-11-20T07:00:00Z")
    new = recorded(library, "me")
    library.keep_result(old, kept_result())
    found = library.sessions("me")
    assert [(kept.path, kept.start, kept.side, kept.exercise) for kept in found] == [
        (new, START, "left", "supine_ere"),
        (old, "2026-11-20T07:00:00Z", "left", "supine_ere"),
    ]
    assert found[0].summary is None
    assert found[1].summary is not None
    assert found[1].summary.parts[0].internal_deg == 31.5


def test_a_result_of_the_same_software_is_replaced_and_one_of_another_joins_it(library: Library) -> None:
    path = recorded(library, "me")
    for software in (
        {"imu_hip": "0.1.0", "numpy": "1"},
        {"imu_hip": "0.1.0", "numpy": "1"},
        {"imu_hip": "0.1.0", "numpy": "2"},
    ):
        library.keep_result(path, kept_result(software=software))
    names = sorted(each.name for each in (path.parent / "derived").iterdir())
    assert len(names) == 2
    assert all(re.fullmatch(r"ab{63}\.0\.1\.0-[0-9a-f]{8}\.json", name) for name in names)
    assert [result["software"]["numpy"] for result in library.kept_results(path)] == ["1", "2"]


def test_what_a_person_wrote_into_session_json_stays(library: Library) -> None:
    path = recorded(library, "me")
    about = path.parent / "session.json"
    about.write_text(json.dumps({**json.loads(about.read_text()), "note": "new straps", "side": "right"}))
    library.keep_result(path, kept_result())
    assert json.loads(about.read_text())["note"] == "new straps"
    assert library.sessions("me")[0].side == "right"


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_without_session_json_the_newest_result_tells_what_it_is(library: Library, text: str | None) -> None:
    path = recorded(library, "me")
    library.keep_result(path, kept_result())
    about = path.parent / "session.json"
    about.unlink() if text is None else about.write_text(text)
    (kept,) = library.sessions("me")
    assert (kept.start, kept.side, kept.exercise) == ("2026-11-22T18:00:00Z", "left", "supine_ere")
    assert kept.summary is not None


@pytest.mark.parametrize("result", [3, {}, {"parts": []}, {"recording_sha256": 1}])
def test_figures_that_make_no_sense_are_none(library: Library, result: object) -> None:
    path = recorded(library, "me")
    about = path.parent / "session.json"
    about.write_text(json.dumps({**json.loads(about.read_text()), "result": result}))
    assert library.sessions("me")[0].summary is None


def test_a_role_has_one_sensor_and_a_sensor_one_role(library: Library) -> None:
    library.assign(KnownSensor("A1", Role.THIGH, "bip_v1", "one"))
    library.assign(KnownSensor("B2", Role.THIGH, "bip_v1"))
    assert library.sensors() == {"B2": KnownSensor("B2", Role.THIGH, "bip_v1")}
    library.assign(KnownSensor("B2", Role.PELVIS, "bip_v1"))
    library.assign(KnownSensor("A1", Role.THIGH, "bip_v1"))
    assert {serial: known.role for serial, known in library.sensors().items()} == {"A1": Role.THIGH, "B2": Role.PELVIS}


@pytest.mark.parametrize("text", ["[]", "{", '{"A1": {"role": "knee", "family": "x"}}', '{"A1": 3}'])
def test_sensors_that_cannot_be_read_are_said_and_not_guessed(library: Library, text: str) -> None:
    library.home.mkdir()
    (library.home / "sensors.json").write_text(text)
    with pytest.raises(UnusableInputError, match=r"sensors\.json"):
        library.sensors()


def test_settings_that_cannot_be_read_are_forgotten(library: Library) -> None:
    library.keep_settings({"dark": False})
    assert library.settings() == {"dark": False}
    (library.home / "settings.json").write_text("{")
    assert library.settings() == {}


def test_a_person_can_be_forgotten_wholly(library: Library) -> None:
    pseudonym = recorded(library, "Anna").parent.parent.name
    library.keep_result(recorded(library, "Anna"), kept_result())
    library.keep_settings({"person": "Anna", "dark": True})
    kept = recorded(library, "me")
    assert len(library.sessions("Anna")) == 2
    forgotten = library.forget("Anna")
    assert (forgotten.recordings, forgotten.left) == (2, ())
    assert "Anna" not in library.persons()
    assert library.holds(kept)
    assert library.settings() == {"dark": True}
    for each in library.home.rglob("*"):
        assert pseudonym not in each.name
        assert each.is_dir() or not {pseudonym.encode(), b"Anna"} & set(re.findall(rb"[\w-]+", each.read_bytes()))
    with pytest.raises(UsageError, match="nobody called 'Anna'"):
        library.forget("Anna")


def test_what_is_left_of_a_person_elsewhere_in_the_library_is_said(library: Library) -> None:
    pseudonym = recorded(library, "Anna").parent.parent.name
    recorded(library, "me")
    note = library.home / "who-is-who.txt"
    note.write_text(f"{pseudonym} came on Monday")
    assert library.forget("Anna").left == (note,)


def test_forgetting_that_was_interrupted_can_be_done_again(library: Library) -> None:
    path = recorded(library, "Anna")
    shutil.rmtree(path.parent.parent)
    assert library.forget("Anna").recordings == 0
    assert library.pseudonym("Anna") is None
