"""Which recording a command is about: a file, or somebody's newest session."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from imu_hip.feedback.wording import one_line
from imu_hip.model.errors import Reason, UsageError
from imu_hip.session.user_library import Library


def recording_of(args: Namespace) -> Path:
    """Return the file that was named, or the recording of the newest session of `--person`.

    Raises
    ------
    UsageError
        Neither was named, or that person has no sessions.
    """
    file: Path | None = args.file
    if file is not None:
        return file
    if not args.person:
        raise UsageError(Reason.WRONG_USAGE, "name a FILE, or with --person P whose newest session it is to be")
    library = Library()
    person = library.known(args.person) or args.person
    newest = next(iter(library.sessions(person)), None)
    if newest is None:
        raise UsageError(Reason.NOT_FOUND, nobodys_sessions(library, person))
    return newest.path


def nobodys_sessions(library: Library, person: str) -> str:
    """Say that somebody has no sessions, and who has."""
    others = [each for each in library.persons() if library.pseudonym(each) is not None and library.sessions(each)]
    if others:
        return f"no sessions of {one_line(person)} yet; there are some of: {one_line(', '.join(others))}"
    return f"no sessions of {one_line(person)} yet: imu-hip run EXERCISE --side SIDE makes one"
