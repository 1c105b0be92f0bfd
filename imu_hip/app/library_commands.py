"""What `history` and `forget` do: a person's sessions over the weeks, and the end of them."""

from __future__ import annotations

import sys
from argparse import Namespace

from imu_hip.app.catalogue import catalogue
from imu_hip.app.history import changes, history_rows
from imu_hip.app.printing import print_json, print_lines
from imu_hip.model.app_state import HistoryRow
from imu_hip.model.errors import Reason, UsageError
from imu_hip.session.typed_json import to_json
from imu_hip.session.user_library import Library

SCHEMA = "imu-hip/history/1"


def history(args: Namespace) -> int:
    """Print a person's sessions, newest first, and what has changed."""
    library = Library()
    rows = history_rows(library.sessions(args.person))
    said = changes(rows, catalogue())
    if args.json:
        print_json(
            {
                "schema": SCHEMA,
                "person": args.person,
                "sessions": [to_json(row) for row in rows],
                "changes": list(said),
            }
        )
        return 0
    if not rows:
        print_lines([f"no sessions of {args.person} yet: imu-hip run EXERCISE --side SIDE makes one"])
        return 0
    print_lines([_line(row) for row in rows])
    print_lines(said)
    return 0


def forget(args: Namespace) -> int:
    """Delete a person wholly; asked once more where somebody can answer."""
    library = Library()
    if sys.stdin.isatty() and not args.yes:
        count = len(library.sessions(args.person))
        answer = input(f"Delete {args.person} with {count} recordings for good? Type the name to do it: ")
        if " ".join(answer.split()) != " ".join(args.person.split()):
            raise UsageError(Reason.WRONG_USAGE, "nothing was deleted: the name was not typed as it is")
    count = library.forget(args.person)
    print_lines([f"{args.person} is forgotten: {count} recordings deleted"])
    return 0


def _line(row: HistoryRow) -> str:
    inward = "––" if row.internal_deg is None else f"in {row.internal_deg:.0f}°"
    if row.internal_deg is not None and row.internal_sd_deg is not None:
        inward += f" ± {2.0 * row.internal_sd_deg:.0f}°"
    outward = "" if row.external_deg is None else f" · out {row.external_deg:.0f}°"
    return f"{row.when} · {row.exercise} · {row.side} · {inward}{outward} · holds {row.holds} · {row.path}"
