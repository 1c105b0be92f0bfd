"""What `about.json` beside exported tables says to who reads them again."""

from __future__ import annotations

from pathlib import Path

from imu_hip.model.errors import UnusableInputError
from imu_hip.session.json_file import read_object

ABOUT = "about.json"
SCHEMA = "imu-hip/export/1"


def used_magnetometer(folder: Path) -> bool:
    """Tell whether a folder is an export of a recording whose magnetic field was used."""
    try:
        about = read_object(folder / ABOUT)
    except UnusableInputError:  # somebody else's file, or none
        return False
    return about.get("schema") == SCHEMA and about.get("magnetometer") is True
