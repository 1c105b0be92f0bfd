"""Exercises come from the installed catalogue or from a file of the user's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from imu_hip.app.catalogue import catalogue, exercise, exercise_from
from imu_hip.model.errors import Reason, UnusableInputError, UsageError


def test_every_exercise_of_the_catalogue_is_found_by_its_id() -> None:
    specs = catalogue()
    assert [spec.id for spec in specs] == sorted(spec.id for spec in specs)
    assert all(exercise(spec.id) == spec for spec in specs)


def test_an_unknown_exercise_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UsageError, match=r"'yoga'.*supine_ere") as refusal:
        exercise("yoga")
    assert refusal.value.reason is Reason.UNKNOWN_EXERCISE


def test_a_copy_of_an_exercise_is_an_exercise(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes((files("imu_hip.exercise") / "catalog" / "supine_ere.toml").read_bytes())
    assert exercise_from(path) == exercise("supine_ere")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "no.toml", tmp_path):
        with pytest.raises(UnusableInputError, match=str(path)):
            exercise_from(path)
