"""What commands print on stdout: lines for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

from imu_hip.app.as_typed import as_typed
from imu_hip.feedback.wording import without_controls, writable


def print_lines(lines: Iterable[str]) -> None:
    """Print text, in characters that stdout has, and none that a file or a sensor could steer the terminal with."""
    for line in lines:
        print(writable(without_controls(as_typed(line)), sys.stdout))


def print_json(value: object) -> None:
    """Print JSON that every console and pipe can carry: plain ASCII, and never NaN."""
    print(json.dumps(value, indent=2, allow_nan=False))
