"""A library of the first layout is taken over without loss, also when that was interrupted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imu_hip.session.user_library import Library
from tests.session.kept import kept_result

STEMS = ("2026-11-20T07-00-00_supine_ere_left", "2026-11-21T07-00-00_routine_right_2")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a library as the first version left it: two persons, one without results, and a file of their own."""
    home = tmp_path / "home"
    for folder, name in (("anna~0123abcd", "Anna =cmd()"), ("me", "me")):
        sessions = home / "persons" / folder / "sessions"
        sessions.mkdir(parents=True)
        (sessions.parent / "person.json").write_text(json.dumps({"name": name}))
        for stem in STEMS:
            (sessions / f"{stem}.mcap").write_bytes(f"{name} {stem}".encode())
    result = kept_result()
    (home / "persons" / "me" / "sessions" / f"{STEMS[0]}.result.json").write_text(json.dumps(result))
    (home / "persons" / "me" / "sessions" / f"{STEMS[1]}.result.json").write_text("{")
    (home / "persons" / "me" / "notes.txt").write_text("left knee")
    return home


def check(home: Path) -> None:
    library = Library(home)
    assert library.persons() == ("me", "Anna =cmd()")
    for name in library.persons():
        found = library.sessions(name)
        assert [kept.path.parent.name for kept in found] == list(reversed(STEMS))
        assert [kept.path.read_bytes() for kept in found] == [f"{name} {kept.name}".encode() for kept in found]
        assert [(kept.start, kept.side, kept.exercise) for kept in found] == [
            ("2026-11-21T07:00:00Z", "right", "routine"),
            ("2026-11-20T07:00:00Z", "left", "supine_ere"),
        ]
    summary = library.sessions("me")[1].summary
    assert summary is not None
    assert summary.parts[0].internal_deg == 31.5
    assert library.kept_results(library.sessions("me")[1].path) == [kept_result()]
    mine = home / "persons" / (library.pseudonym("me") or "")
    assert (mine / "other-files" / "notes.txt").read_text() == "left knee"
    assert (mine / "other-files" / "sessions" / f"{STEMS[1]}.result.json").read_text() == "{"
    assert len(list((home / "persons").iterdir())) == 2
    assert all(each.name.startswith("p-") for each in (home / "persons").iterdir())


def test_nothing_is_lost(home: Path) -> None:
    check(home)
    check(home)


@pytest.mark.parametrize("steps", range(0, 14))
def test_what_was_interrupted_goes_on_the_next_time(home: Path, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [steps]
    replace = Path.replace

    def until_it_is_interrupted(path: Path, target: Path) -> Path:
        if left[0] == 0:
            raise KeyboardInterrupt
        left[0] -= 1
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", until_it_is_interrupted)
        with pytest.raises(KeyboardInterrupt):
            Library(home).persons()
    check(home)


def test_a_person_whose_file_cannot_be_read_goes_by_the_name_of_the_folder(home: Path) -> None:
    (home / "persons" / "me" / "person.json").write_text("[")
    check(home)


def test_somebody_who_was_forgotten_goes_with_everything(home: Path) -> None:
    library = Library(home)
    assert library.forget("me").left == ()
    assert not [each for each in home.rglob("*") if each.is_file() and b"left knee" in each.read_bytes()]
