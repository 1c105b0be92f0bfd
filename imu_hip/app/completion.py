"""What a shell offers when Tab is pressed: commands, options and choices, exercises, and files of the right kind."""

from __future__ import annotations

import os
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from argcomplete import autocomplete
from argcomplete.completers import BaseCompleter
from argcomplete.shell_integration import shellcode

from imu_hip.app.catalogue import catalogue
from imu_hip.guide.routines import ROUTINES

ANY: Final = ("",)
_FILES: Final = {"FILE": (".mcap",), "FILE2": (".mcap",), "PATH": ANY, "SRC": ANY, "DEST": ANY}
"""Endings of what goes by these names in the help; others, such as `P.csv`, tell theirs themselves."""


def print_script(args: Namespace) -> int:
    """Print what makes a shell ask this program what could come next."""
    print(shellcode(["imu-hip"], use_defaults=False, shell=args.shell))
    return 0


def complete(parser: ArgumentParser) -> None:
    """Answer a shell that asks, and end the program."""
    autocomplete(parser, default_completer=_Values())


class _Values(BaseCompleter):
    """What an argument can be that is not one of a few choices."""

    def __call__(self, *, prefix: str, action: Action, parser: ArgumentParser, **_: object) -> Iterator[str]:
        if action.dest == "exercise":
            yield from (spec.id for spec in catalogue())
            yield from ROUTINES if action.nargs == "*" else ()
        elif isinstance(action.metavar, str):
            yield from files(prefix, endings(action.metavar))


def endings(metavar: str) -> tuple[str, ...]:
    """Return how the names of files end that an argument can be; nothing where it is no file."""
    if metavar in _FILES:
        return _FILES[metavar]
    return tuple(suffix for each in metavar.split("|") if (suffix := Path(each).suffix))


def files(prefix: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    """Yield the folders, and the files with one of these endings, whose path begins as typed."""
    head, begun = os.path.split(prefix)
    folder = Path(head or ".").expanduser()
    if not suffixes or not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(begun) and (begun or not entry.name.startswith(".")):
            typed = prefix[: len(prefix) - len(begun)] + entry.name
            if entry.is_dir():
                yield f"{typed}/"
            elif entry.name.endswith(suffixes):
                yield typed
