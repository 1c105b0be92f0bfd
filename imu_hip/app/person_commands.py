"""What `history` and `forget` do: a person's sessions over the weeks, and the end of them."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import date

from imu_hip.app.catalogue import catalogue
from imu_hip.app.history import history_of
from imu_hip.app.history_json import history_json
from imu_hip.app.history_page import history_html
from imu_hip.app.history_words import changes, history_lines, session_places
from imu_hip.app.printing import print_json, print_lines
from imu_hip.app.which_recording import nobodys_sessions
from imu_hip.feedback.wording import count, one_line
from imu_hip.model.errors import Reason, UsageError
from imu_hip.session.output_file import refuse_overwriting, whole_file, write_text
from imu_hip.session.user_library import Library

OUT_OF_REACH = "copies elsewhere are not reached: your backups, exports, reports, recordings made with --out"


def history(args: Namespace) -> int:
    """Print a person's sessions, newest first, and what has changed; or write that as a page."""
    library = Library()
    if args.out is not None:
        refuse_overwriting(args.out, force=args.force)
    person = library.known(args.person) or args.person
    pseudonym = library.pseudonym(person)
    names = {spec.id: spec.name for spec in catalogue()}
    found = history_of(library.sessions(person), date.today().toordinal(), names)
    if args.json:
        print_json(history_json(found, person, pseudonym, changes(found)))
        return 0
    if pseudonym is None or not found.recordings:
        nothing = nobodys_sessions(library, person)
        if args.out is not None:
            raise UsageError(Reason.NOT_FOUND, nothing)
        print_lines([nothing])
        return 0
    if args.out is not None:
        with whole_file(args.out, force=args.force) as part:
            write_text(part, history_html(found, person, names, date.today()))
        print(f"page: {args.out}", file=sys.stderr)
        return 0
    print_lines(history_lines(found, person, names))
    print_lines(["", f"Recordings, in {library.home / 'persons' / pseudonym}", *session_places(found)])
    return 0


def forget(args: Namespace) -> int:
    """Delete a person wholly; asked once more, unless told not to."""
    library, person = Library(), one_line(args.person)
    if not args.yes and library.pseudonym(args.person) is not None:
        _make_sure(person, count(len(library.sessions(args.person)), "session"))
    forgotten = library.forget(args.person)
    print_lines([f"{person} is forgotten: {count(forgotten.recordings, 'recording')} deleted; {OUT_OF_REACH}"])
    for path in forgotten.left:
        print(f"imu-hip: something of {person} is left: {path}; delete it by hand", file=sys.stderr)
    return 1 if forgotten.left else 0


def _make_sure(person: str, sessions: str) -> None:
    """Let the name be typed. Raises UsageError where it is not, or nobody is there to do it."""
    if not sys.stdin.isatty():
        text = f"nobody is there to be asked whether to delete {person} with {sessions}: add --yes"
        raise UsageError(Reason.WRONG_USAGE, text)
    try:
        answer = input(f"Delete {person} with {sessions} for good? Type the name to do it: ")
    except EOFError:
        answer = ""
    if " ".join(answer.split()) != person:
        raise UsageError(Reason.WRONG_USAGE, "nothing was deleted: the name was not typed as it is")
