"""The library: whose recordings, which sensor where; owner only, nothing lost, nothing guessed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.model.errors import UnusableInputError, UsageError
from imu_hip.model.item import Role
from imu_hip.model.setup import Side
from imu_hip.session.user_library import DEFAULT_PERSON, HOME_VARIABLE, KnownSensor, Library

START = "2026-11-22T18:00:00Z"


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
    assert library.sensors() == {}
    assert library.settings() == {}
    assert not library.home.exists()


def test_a_recording_is_named_after_time_exercise_and_side(library: Library) -> None:
    assert recorded(library, "me").name == "2026-11-22T18-00-00_supine_ere_left.mcap"


def test_two_recordings_of_one_second_have_two_names(library: Library) -> None:
    first = recorded(library, "me")
    assert library.new_recording("me", "supine_ere", Side.LEFT, START) != first


def test_all_folders_and_files_belong_to_their_owner_only(library: Library) -> None:
    path = recorded(library, "Anna Müller")
    library.keep_result(path, {"schema": "imu-hip/analysis/1"})
    library.assign(KnownSensor("A1", Role.THIGH, "bip_v1"))
    inside = [each for each in library.home.rglob("*") if each != path]
    assert len(inside) > 4
    assert all(not stat.S_IMODE(each.stat().st_mode) & 0o077 for each in [library.home, *inside])


def test_the_default_person_is_first_and_others_are_in_order(library: Library) -> None:
    for name in ("zoe", "Anna Müller", "me", "bert"):
        recorded(library, name)
    assert library.persons() == ("me", "Anna Müller", "bert", "zoe")


@given(st.lists(st.text(min_size=1, max_size=60).filter(lambda name: name.split()), unique=True, max_size=6))
def test_no_name_leads_out_of_the_library_or_to_somebody_else(names: list[str]) -> None:
    library = Library(Path("/nowhere"))
    folders = {" ".join(name.split()): library._person(name) for name in names}
    assert len(set(folders.values())) == len(folders)
    assert all(
        folder.parent == Path("/nowhere/persons") and folder.name not in ("", ".", "..") for folder in folders.values()
    )


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_that_is_none_is_refused(library: Library, name: str) -> None:
    with pytest.raises(UsageError, match="1 to 60 letters"):
        library.sessions(name)


def test_sessions_come_newest_first_with_their_results(library: Library) -> None:
    old = recorded(library, "me", "2026-11-20T07:00:00Z")
    new = recorded(library, "me")
    library.keep_result(old, {"range": 3})
    library.keep_result(old, {"range": 4})
    assert [(kept.path, kept.result) for kept in library.sessions("me")] == [(new, None), (old, {"range": 4})]


def test_a_result_that_was_damaged_is_none(library: Library) -> None:
    path = recorded(library, "me")
    path.with_suffix(".result.json").write_text("{")
    assert library.sessions("me")[0].result is None


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
    recorded(library, "Anna")
    recorded(library, "Anna")
    kept = recorded(library, "me")
    assert library.forget("Anna") == 2
    assert "Anna" not in library.persons()
    assert library.holds(kept)
    with pytest.raises(UsageError, match="nobody called 'Anna'"):
        library.forget("Anna")
