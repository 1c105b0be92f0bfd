"""Where exercises come from: the catalogue that is installed with the program, or a file of the user's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from imu_hip.exercise.parse import parse_exercise
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.session.input_file import small_text


def catalogue() -> tuple[ExerciseSpec, ...]:
    """Return every exercise of the catalogue, in the order of their ids."""
    folder = files("imu_hip.exercise") / "catalog"
    texts = {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml")}
    return tuple(parse_exercise(texts[name], name) for name in sorted(texts))


def exercise(exercise_id: str) -> ExerciseSpec:
    """Return one exercise of the catalogue.

    Raises
    ------
    UsageError
        There is none of that id.
    """
    known = catalogue()
    for spec in known:
        if spec.id == exercise_id:
            return spec
    ids = ", ".join(spec.id for spec in known)
    raise UsageError(Reason.UNKNOWN_EXERCISE, f"unknown exercise '{exercise_id}': choose one of {ids}")


def exercise_from(path: Path) -> ExerciseSpec:
    """Return the exercise of a user's own file.

    Raises
    ------
    UnusableInputError
        The file cannot be read, or a key in it is wrong; the message names file, key and reason.
    """
    return parse_exercise(small_text(path), str(path))
