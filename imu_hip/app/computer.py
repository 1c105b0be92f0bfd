"""A computer as `doctor` looks at it: its programs, files and settings, each behind a door that tests can open."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

_ANSWER_S = 15.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is as a session needs it, and what it is or what to do about it.

    `command`: what to type to mend it; "" where nothing is wrong, or no command can.
    """

    name: str
    well: bool
    text: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program came to: `code` below 0 is the signal that ended it."""

    code: int
    text: str


def _run(words: Sequence[str]) -> Answer | None:
    try:
        done = subprocess.run(
            words, capture_output=True, check=False, timeout=_ANSWER_S, stdin=subprocess.DEVNULL,
            encoding="utf-8", errors="replace",
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Answer(done.returncode, done.stdout)


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None


def _listed(folder: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(each.name for each in Path(folder).iterdir()))
    except OSError:
        return ()


def _version() -> str:
    return platform.mac_ver()[0] if sys.platform == "darwin" else platform.version()


def _folder_of(package: str) -> Path | None:
    found = find_spec(package)
    places = None if found is None else found.submodule_search_locations
    return Path(places[0]) if places else None


@dataclass(frozen=True, slots=True)
class Computer:
    """What can be asked of a computer; without arguments it is this one.

    `system` as `sys.platform`, `version` of the system ("14.5", "10.0.19045"). `run` returns None where there is no
    such program, or it does not answer; `read` None where there is no such file; `folder_of` a Python package, or None.
    `clock_step_s` is the step of the clock that stamps what arrives.
    """

    system: str = sys.platform
    version: str = field(default_factory=_version)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    find: Callable[[str], str | None] = shutil.which
    run: Callable[[Sequence[str]], Answer | None] = _run
    read: Callable[[str], str | None] = _read
    listed: Callable[[str], tuple[str, ...]] = _listed
    folder_of: Callable[[str], Path | None] = _folder_of
    now_s: Callable[[], float] = time.time
    clock_step_s: float = field(default_factory=lambda: time.get_clock_info("monotonic").resolution)

    @property
    def is_linux(self) -> bool:
        """Whether it is neither a Mac nor Windows."""
        return self.system not in ("darwin", "win32")
