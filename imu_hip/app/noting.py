"""Write a note about a finished recording beside it, as of now."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from imu_hip.session.notes import add_note


def note_now(recording: Path, text: str, t_s: float | None) -> Path:
    """Write a note beside a recording; return the file. Raises UsageError, UnusableInputError, RecordingError."""
    return add_note(recording, text, t_s, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
