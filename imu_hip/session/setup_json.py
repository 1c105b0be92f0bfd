"""The setup as the text that is frozen into a recording."""

from __future__ import annotations

import json
import zlib

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.item import Role
from imu_hip.model.setup import Setup
from imu_hip.session.json_file import strict_json
from imu_hip.session.typed_json import from_json, to_json

METADATA_NAME = "session"
FORMAT = 2
"""Raised when a program of today could no longer read, or would misread, what is written. 2: notes."""


def setup_to_text(setup: Setup) -> str:
    """Write the setup as JSON text, every number exactly."""
    return json.dumps({"format": FORMAT, "setup": to_json(setup)}, ensure_ascii=False, allow_nan=False)


def setup_from_text(text: str, source: str) -> Setup:
    """Read what `setup_to_text` wrote. Raises UnusableInputError, which names `source`, for anything else."""
    try:
        whole = strict_json(text)
        if not isinstance(whole, dict) or type(whole.get("format")) is not int:
            raise ValueError("no format number")
        if whole["format"] > FORMAT:
            raise UnusableInputError(
                Reason.NEWER_FORMAT,
                f"{source}: written in format {whole['format']}, this program reads up to {FORMAT}: update imu-hip",
            )
        setup = from_json(Setup, whole.get("setup"), "setup")
        if {sensor.role for sensor in setup.sensors} != set(Role):
            raise ValueError("setup.sensors: one sensor per role expected")
    except (ValueError, OverflowError, RecursionError) as error:
        raise UnusableInputError(
            Reason.WRONG_FORMAT, f"{source}: the session description cannot be read ({error})"
        ) from error
    return setup


def metadata_entries(setup_text: str) -> dict[str, str]:
    """Give the setup's text a checksum of its own: MCAP protects chunks, not metadata."""
    return {"setup": setup_text, "crc32": f"{zlib.crc32(setup_text.encode()):08x}"}


def setup_text_of(name: str, entries: dict[str, str]) -> str | None:
    """Return the setup's text from a metadata record, None when it is another one or was damaged."""
    text = entries.get("setup", "")
    return text if name == METADATA_NAME and entries == metadata_entries(text) else None
