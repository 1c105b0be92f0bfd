"""The folders of the library: one for each person, in it one for each session."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from imu_hip.model.errors import UsageError
from imu_hip.session.person_names import checked_name


def person_folders(persons: Path) -> Iterator[str]:
    """Yield the names of persons' folders; a folder brought from elsewhere may have any that could be a person's."""
    if not persons.is_dir():
        return
    for entry in os.scandir(persons):
        try:
            if entry.is_dir(follow_symlinks=False) and checked_name(entry.name) == entry.name:
                yield entry.name
        except UsageError:
            continue


def new_folder(person: Path, name: str) -> Path:
    """Make a folder that is this session's only. Raises OSError."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", name)
    number = 1
    while True:
        folder = person / (stem if number == 1 else f"{stem}_{number}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return folder
