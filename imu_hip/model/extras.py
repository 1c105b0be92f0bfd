"""Parts of the program that are installed when they are asked for."""

from __future__ import annotations

from imu_hip.model.errors import Reason, UsageError


def install_extra(extra: str) -> str:
    """Return the command that installs an extra of this program; with quotes that every shell takes."""
    return f'pip install "imu-hip[{extra}]"'


def missing_extra(what: str, extra: str) -> UsageError:
    """Return the refusal of what an extra brings that is not installed."""
    return UsageError(Reason.MISSING_EXTRA, f"{what}: {install_extra(extra)}")
