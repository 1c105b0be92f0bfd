"""Take over a library of the first layout, in which a person's folder bore the person's name.

It was `persons/NAME/person.json` with `sessions/STEM.mcap` and `sessions/STEM.result.json`. Every step can be done
again: what was interrupted goes on the next time, and `person.json` is the last thing to go.
"""

from __future__ import annotations

import re
from pathlib import Path

from imu_hip.model.errors import UnusableInputError
from imu_hip.session.json_file import make_folder, read_object
from imu_hip.session.kept_session import NO_RESULT, RAW, SIDECAR, describe, keep_result
from imu_hip.session.output_file import writing_error
from imu_hip.session.person_names import Names, new_pseudonym

OLD_PERSON = "person.json"
_OTHERS = "other-files"
_RESULT = ".result.json"


def take_over(persons: Path, names: Names) -> None:
    """Move every person of the old layout into the new one. Raises RecordingError where something cannot be moved."""
    for old in sorted(path.parent for path in persons.glob(f"*/{OLD_PERSON}")):
        name = _name_in(old)
        known = names.by_pseudonym()
        pseudonym = next((each for each in known if known[each] == name), None)
        if pseudonym is None:
            pseudonym = new_pseudonym(known)
            names.give(pseudonym, name)
        try:
            _move(old, persons / pseudonym)
        except OSError as error:
            raise writing_error(old, error) from error


def _name_in(old: Path) -> str:
    try:
        name = read_object(old / OLD_PERSON).get("name")
    except UnusableInputError:
        name = None
    return name if isinstance(name, str) else old.name


def _move(old: Path, person: Path) -> None:
    make_folder(person)
    for recording in sorted((old / "sessions").glob("*.mcap")):
        result = recording.with_name(recording.stem + _RESULT)
        folder = person / recording.stem
        make_folder(folder)
        if not (folder / SIDECAR).exists():
            describe(folder, *_described_by(recording.stem))
        _keep_old_result(folder, result)
        recording.replace(folder / RAW)
    # What nobody knows moves along: it is this person's, and goes when the person does.
    for path in sorted([*old.rglob("*")], reverse=True):
        if path.is_dir():
            path.rmdir()
        elif path != old / OLD_PERSON:
            to = person / _OTHERS / path.relative_to(old)
            make_folder(to.parent)
            path.replace(to)
    (old / OLD_PERSON).unlink()
    old.rmdir()


def _keep_old_result(folder: Path, result: Path) -> None:
    if not result.exists():
        return
    try:
        keep_result(folder, read_object(result))
    except (UnusableInputError, *NO_RESULT):
        return  # of no use as a result: it moves with what nobody knows
    result.unlink()


def _described_by(stem: str) -> tuple[str | None, str, str]:
    """Return start, side and exercise as the name of an old recording says them."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT)(\d\d)-(\d\d)-(\d\d)_(.+)_(left|right)(_\d+)?", stem)
    if found is None:
        return None, "", ""
    day, hour, minute, second, exercise, side, _ = found.groups()
    return f"{day}{hour}:{minute}:{second}Z", side, exercise
