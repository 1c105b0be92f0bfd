"""The library: each person's recordings with their results, and which sensor is worn where, in the user's own folder.

IMU_HIP_HOME names another place than the platform's. Everything belongs to its owner only.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from imu_hip.model.errors import Reason, RecordingError, UnusableInputError, UsageError
from imu_hip.model.item import Role
from imu_hip.model.setup import Side
from imu_hip.session.output_file import create_file, make_durable, whole_file, writing_error

DEFAULT_PERSON = "me"
LONGEST_NAME = 60
HOME_VARIABLE = "IMU_HIP_HOME"

_PERSON_FILE = "person.json"
_SENSORS_FILE = "sensors.json"
_SETTINGS_FILE = "settings.json"


@dataclass(frozen=True, slots=True)
class KnownSensor:
    """A sensor by its serial number, and where it is worn."""

    serial: str
    role: Role
    family: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A recording in the library; `result` is its analysis as JSON, None where it was not kept or is not readable."""

    path: Path
    result: dict[str, Any] | None


class Library:
    """One folder; nothing is created before something is kept in it."""

    def __init__(self, home: Path | None = None) -> None:
        self.home = home or default_home()

    # ---------------------------------------------------------------- persons

    def persons(self) -> tuple[str, ...]:
        """Return the names of those who have a folder, the default person first."""
        folders = sorted(self._persons().glob(f"*/{_PERSON_FILE}"))
        names = (_read_object(path).get("name") for path in folders)
        known = {name for name in names if isinstance(name, str)}
        return (DEFAULT_PERSON, *sorted(known - {DEFAULT_PERSON}, key=str.casefold))

    def new_recording(self, person: str, exercise_id: str, side: Side, start_utc: str) -> Path:
        """Return a name for a recording that does not exist yet, in the folder of a person.

        `start_utc` is ISO 8601.

        Raises
        ------
        UsageError
            The name of the person is empty or too long.
        RecordingError
            The folder cannot be made.
        """
        folder = self._person(person)
        sessions = folder / "sessions"
        try:
            _make_folder(sessions)
            if not (folder / _PERSON_FILE).exists():
                _write_object(folder / _PERSON_FILE, {"name": _checked(person)})
        except OSError as error:
            raise writing_error(sessions, error) from error
        stem = f"{start_utc.replace(':', '-').rstrip('Z')}_{exercise_id}_{side.value}"
        number = 1
        while (path := sessions / f"{stem}{f'_{number}' if number > 1 else ''}.mcap").exists():
            number += 1
        return path

    def sessions(self, person: str) -> tuple[KeptSession, ...]:
        """Return a person's recordings, the newest first."""
        folder = self._person(person) / "sessions"
        found = sorted(folder.glob("*.mcap"), reverse=True)
        return tuple(KeptSession(path, _result_of(path)) for path in found)

    def keep_result(self, recording: Path, result: Mapping[str, Any]) -> None:
        """Keep the analysis of a recording of the library beside it, in the place of an older one."""
        _write_object(_result_path(recording), result)

    def holds(self, path: Path) -> bool:
        """Tell whether a file is one of the library's."""
        return self._persons().resolve() in path.resolve().parents

    def forget(self, person: str) -> int:
        """Delete a person wholly; return how many recordings are gone.

        Raises
        ------
        UsageError
            There is nobody of that name.
        RecordingError
            Something of it cannot be deleted.
        """
        folder = self._person(person)
        if not folder.is_dir():
            raise UsageError(Reason.NOT_FOUND, f"nobody called '{person}' is in the library ({self.home})")
        count = len(list(folder.glob("sessions/*.mcap")))
        try:
            shutil.rmtree(folder)
        except OSError as error:
            what = error.strerror or str(error)
            raise RecordingError(
                Reason.NOT_WRITABLE, f"{folder}: cannot be deleted ({what}); delete it by hand"
            ) from error
        return count

    # ---------------------------------------------------------------- sensors and settings

    def sensors(self) -> dict[str, KnownSensor]:
        """Return the sensors that have a role, by serial number; at most one for each role.

        Raises
        ------
        UnusableInputError
            The file was changed by hand and cannot be read.
        """
        path = self.home / _SENSORS_FILE
        known = {}
        for serial, entry in (_read_object(path) if path.exists() else {}).items():
            try:
                role = Role(entry["role"])
                known[serial] = KnownSensor(serial, role, str(entry["family"]), str(entry.get("name", "")))
            except (TypeError, KeyError, ValueError) as error:
                text = f"{path}: the entry '{serial}' cannot be read: assign the sensors anew (imu-hip assign)"
                raise UnusableInputError(Reason.WRONG_FORMAT, text) from error
        return known

    def assign(self, sensor: KnownSensor) -> None:
        """Give a sensor its role; who had that role before has none."""
        others = [each for each in self.sensors().values() if each.role is not sensor.role]
        kept = {each.serial: each for each in others if each.serial != sensor.serial} | {sensor.serial: sensor}
        entries = {
            serial: {"role": each.role.value, "family": each.family, "name": each.name} for serial, each in kept.items()
        }
        self._write(_SENSORS_FILE, entries)

    def settings(self) -> dict[str, Any]:
        """Return how the app was left, empty before the first time or when that cannot be read."""
        path = self.home / _SETTINGS_FILE
        try:
            return _read_object(path) if path.exists() else {}
        except UnusableInputError:
            return {}

    def keep_settings(self, settings: Mapping[str, Any]) -> None:
        """Keep how the app is left."""
        self._write(_SETTINGS_FILE, settings)

    def _write(self, name: str, values: Mapping[str, Any]) -> None:
        try:
            _make_folder(self.home)
        except OSError as error:
            raise writing_error(self.home, error) from error
        _write_object(self.home / name, values)

    def _persons(self) -> Path:
        return self.home / "persons"

    def _person(self, person: str) -> Path:
        """Return the folder of a person: the name as far as it can be one, and what makes it this name's only."""
        name = _checked(person)
        plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
        if plain == name:
            return self._persons() / plain
        return self._persons() / f"{plain}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def default_home() -> Path:
    """Return where the library is."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named) if named else user_data_path("imu_hip", appauthor=False)


def _checked(person: str) -> str:
    name = " ".join(person.split())
    if not name or len(name) > LONGEST_NAME:
        raise UsageError(Reason.WRONG_USAGE, f"a person's name has 1 to {LONGEST_NAME} letters, not {len(name)}")
    return name


def _make_folder(folder: Path) -> None:
    """Make a folder for its owner only, and those above it that are missing."""
    for each in reversed([folder, *folder.parents]):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)


def _result_path(recording: Path) -> Path:
    return recording.with_suffix(".result.json")


def _result_of(recording: Path) -> dict[str, Any] | None:
    path = _result_path(recording)
    try:
        return _read_object(path) if path.exists() else None
    except UnusableInputError:
        return None


def _read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file. Raises UnusableInputError for anything else."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UnusableInputError(Reason.NOT_READABLE, f"{path}: cannot be read ({error}); delete it") from error
    if not isinstance(found, dict):
        raise UnusableInputError(Reason.WRONG_FORMAT, f"{path}: holds no JSON object; delete it")
    return found


def _write_object(path: Path, values: Mapping[str, Any]) -> None:
    with whole_file(path, force=True) as part, create_file(part) as stream:
        stream.write((json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode())
        make_durable(stream)
