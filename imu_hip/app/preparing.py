"""Have what is compiled ready before a session, and say so where that takes long: the first time on a computer."""

from __future__ import annotations

import sys
from threading import Timer

_SAID_AFTER_S = 1.5


def prepare() -> None:
    """Compile, or fetch what has been compiled before; on a terminal, a second or two of silence are broken."""
    timer = Timer(_SAID_AFTER_S, _say)
    timer.daemon = True
    if sys.stderr.isatty():
        timer.start()
    try:
        from imu_hip.kinematics import warm_up as kinematics
        from imu_hip.orientation import warm_up as orientation
        from imu_hip.stream import warm_up as stream

        for room in (stream, orientation, kinematics):
            room.warm_up()
    finally:
        timer.cancel()


def _say() -> None:
    sys.stderr.write("preparing for this computer: some seconds, the first time only\n")
    sys.stderr.flush()
