"""The library: each person's sessions with their results, and which sensor is worn where, in the user's own folder.

IMU_HIP_HOME names another place than the platform's. Everything belongs to its owner only. Persons go by pseudonyms:
their folders can be handed on without a name, which stands in `names.json` alone.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from imu_hip.model.errors import Reason, RecordingError, UnusableInputError, UsageError
from imu_hip.model.item import Role
from imu_hip.model.setup import Side
from imu_hip.session.forgetting import traces
from imu_hip.session.json_file import make_folder, read_object, write_object
from imu_hip.session.kept_session import RAW, KeptSession, describe, keep_result, results_in, segments_of
from imu_hip.session.output_file import writing_error
from imu_hip.session.person_names import Names, checked_name, new_pseudonym
from imu_hip.session.session_folders import new_folder, person_folders
from imu_hip.session.session_index import SessionIndex
from imu_hip.session.takeover import take_over

DEFAULT_PERSON = "me"
HOME_VARIABLE = "IMU_HIP_HOME"
CONTINUES_WITHIN_S = 1800.0
"""Longer after a session was cut off nobody wears the sensors as before."""

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
class Forgotten:
    """What was deleted: so many recordings; `left` is where something of the person still stands."""

    recordings: int
    left: tuple[Path, ...]


class Library:
    """One folder; nothing is created before something is kept in it."""

    def __init__(self, home: Path | None = None) -> None:
        self.home = home or default_home()
        self._persons = self.home / "persons"
        self._names = Names(self.home / "names.json")
        self._index = SessionIndex(self.home / "index.sqlite", self._persons)

    # ---------------------------------------------------------------- persons

    def persons(self) -> tuple[str, ...]:
        """Return the names of those who have a folder, the default person first; without a name, the pseudonym."""
        names = self._names_now()
        known = {names.get(folder, folder) for folder in self._folders()}
        return (DEFAULT_PERSON, *sorted(known - {DEFAULT_PERSON}, key=str.casefold))

    def pseudonym(self, person: str) -> str | None:
        """Return the name of the folder of somebody, given by name or by pseudonym; None without one.

        Raises
        ------
        UsageError
            It is no name.
        """
        name, names = checked_name(person), self._names_now()
        named = next((each for each in names if names[each] == name), None)
        return named if named is not None else name if name in self._folders() else None

    def known(self, person: str) -> str | None:
        """Return the name of somebody who has a folder, however it is capitalised; None where nobody has, or two."""
        if self.pseudonym(person) is not None:
            return person
        wanted = checked_name(person).casefold()
        alike = [name for name in self.persons() if name.casefold() == wanted and self.pseudonym(name) is not None]
        return alike[0] if len(alike) == 1 else None

    def new_recording(self, person: str, exercise_id: str, side: Side, start_utc: str) -> Path:
        """Make the folder of a new session of a person; return the name of its recording, which does not exist yet.

        `start_utc` is ISO 8601.

        Raises
        ------
        UsageError
            The name of the person is none.
        RecordingError
            The folder cannot be made.
        """
        pseudonym = self.pseudonym(person)
        try:
            if pseudonym is None:
                pseudonym = new_pseudonym(self._folders())
                make_folder(self._persons)
                # The name first: a folder without one would be a stranger's.
                self._names.give(pseudonym, checked_name(person))
            make_folder(self._persons / pseudonym)
            folder = new_folder(self._persons / pseudonym, f"{start_utc.rstrip('Z')}_{exercise_id}_{side.value}")
        except OSError as error:
            raise writing_error(self._persons, error) from error
        describe(folder, start_utc, side.value, exercise_id)
        return folder / RAW

    def sessions(self, person: str) -> tuple[KeptSession, ...]:
        """Return a person's sessions, the newest first."""
        pseudonym = self.pseudonym(person)
        return () if pseudonym is None else self._index.sessions(pseudonym)

    def cut_off(self, person: str, now_s: float) -> Path | None:
        """Return the recording of a person's newest session where it was cut off a short while before `now_s`.

        It has no result, its last file no end, and in that file was written in the last half hour.
        """
        from imu_hip.session.recover import is_finished  # loads what whoever asks for help need not wait for

        newest = next(iter(self.sessions(person)), None)
        if newest is None or newest.summary is not None:
            return None
        last = segments_of(newest.path)[-1]
        try:
            age_s = now_s - last.stat().st_mtime
            return newest.path if age_s <= CONTINUES_WITHIN_S and not is_finished(last) else None
        except OSError:
            return None

    def recordings(self) -> tuple[Path, ...]:
        """Return the recordings of all persons, the first of each session."""
        self._names_now()
        return tuple(sorted(self._persons.glob(f"*/*/{RAW}")))

    def rebuild_index(self) -> int:
        """Make the index anew, of all persons; return how many sessions there are."""
        return self._index.rebuild() if self._persons.is_dir() else 0

    def keep_result(self, recording: Path, result: Mapping[str, Any]) -> None:
        """Keep the analysis of a recording of the library; one by the same software is replaced."""
        try:
            keep_result(recording.parent, result)
        except OSError as error:
            raise writing_error(recording.parent, error) from error

    def kept_results(self, recording: Path) -> list[dict[str, Any]]:
        """Return the analyses that are kept of a recording of the library, the newest last."""
        return results_in(recording.parent)

    def person_of(self, path: Path) -> str | None:
        """Return whose session a recording is; None where it is not one of the library's."""
        return self._names_now().get(folder := path.resolve().parents[1].name, folder) if self.holds(path) else None

    def holds(self, path: Path) -> bool:
        """Tell whether a file is one of the library's."""
        return self._persons.resolve() in path.resolve().parents

    def forget(self, person: str) -> Forgotten:
        """Delete a person wholly: folder, rows of the index, settings, name; then look for what is left.

        Raises
        ------
        UsageError
            There is nobody of that name.
        RecordingError
            Something of it cannot be deleted.
        """
        pseudonym = self.pseudonym(person)
        if pseudonym is None:
            known = ", ".join(name for name in self.persons() if self.pseudonym(name) is not None) or "nobody"
            text = f"nobody called '{person}' is in the library ({self.home}): there is {known}"
            raise UsageError(Reason.NOT_FOUND, text)
        folder = self._persons / pseudonym
        count = len(list(folder.glob(f"*/{RAW}")))
        try:
            if folder.exists():
                shutil.rmtree(folder)
            self._index.forget(pseudonym)
        except OSError as error:
            what = error.strerror or str(error)
            raise RecordingError(
                Reason.NOT_WRITABLE, f"{folder}: cannot be deleted ({what}); delete it by hand"
            ) from error
        settings = self._settings()
        if settings.get("person") in (pseudonym, checked_name(person)):
            del settings["person"]
            self._write(_SETTINGS_FILE, settings)
        # The name last: as long as it stands, all this can be done again.
        self._names.take(pseudonym)
        return Forgotten(count, traces(self.home, pseudonym))

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
        for serial, entry in (read_object(path) if path.exists() else {}).items():
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
        settings = self._settings()
        person = settings.get("person")
        if isinstance(person, str):
            settings["person"] = self._names_now().get(person, person)
        return settings

    def keep_settings(self, settings: Mapping[str, Any]) -> None:
        """Keep how the app is left; whose turn it was by pseudonym, and not at all before a first session."""
        person = settings.get("person")
        pseudonym = self.pseudonym(person) if isinstance(person, str) else None
        others = {name: value for name, value in settings.items() if name != "person"}
        self._write(_SETTINGS_FILE, others if pseudonym is None else {**others, "person": pseudonym})

    def _settings(self) -> dict[str, Any]:
        path = self.home / _SETTINGS_FILE
        try:
            return read_object(path) if path.exists() else {}
        except UnusableInputError:
            return {}

    def _write(self, name: str, values: Mapping[str, Any]) -> None:
        try:
            make_folder(self.home)
        except OSError as error:
            raise writing_error(self.home, error) from error
        write_object(self.home / name, values)

    def _names_now(self) -> dict[str, str]:
        """Return the names by pseudonym, of a library of the first layout after it was taken over."""
        take_over(self._persons, self._names)
        return self._names.by_pseudonym()

    def _folders(self) -> set[str]:
        return set(person_folders(self._persons))


def default_home() -> Path:
    """Return where the library is."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named) if named else user_data_path("imu_hip", appauthor=False)
