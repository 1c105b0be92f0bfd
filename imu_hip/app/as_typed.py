"""Commands in what is said, as they can be typed where the person is: not everybody has the program on the PATH."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path

NAME = "imu-hip"
_COMMAND = re.compile(rf"(?<![\w./-]){NAME}(?= [a-z])")


def as_typed(text: str) -> str:
    """Return a text in which every `imu-hip COMMAND` can be typed as it stands."""
    return _COMMAND.sub(lambda _: _program(), text)


@cache
def _program() -> str:
    """Return how to start this program: by its name, by the path of its script, or with its Python."""
    if shutil.which(NAME) is not None:
        return NAME
    script = Path(sys.executable).with_name(NAME + (".exe" if os.name == "nt" else ""))
    if script.exists():
        return _quoted(_near(script))
    return f"{_quoted(_near(Path(sys.executable)))} -m imu_hip"


def _near(path: Path) -> str:
    """Return a path from here where it is below here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _quoted(path: str) -> str:
    return path if os.name == "nt" else shlex.quote(path)
