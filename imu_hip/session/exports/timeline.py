"""What happened when, one row each: what was asked for, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from imu_hip.model.item import NoteKind
from imu_hip.session.exports.contents import Contents

COLUMNS = ("start_s", "end_s", "kind", "what", "verdict", "angle_deg", "why")
_FOUND = (("holds", "hold"), ("blocks", "block"), ("exits", "exit"), ("trials", "trial"), ("cycles", "cycle"))


@dataclass(frozen=True, slots=True)
class Annotation:
    """An interval on the recording's common clock; "" and None are what is not known of its kind.

    `kind`: `mark`, `hold`, `block`, `exit`, `trial`, `cycle`, `compensation`, `pain`, `note`. `what`: the label of a
    mark with its detail, the direction of a hold, exit or trial, the kind of a compensation, the steps of a cycle, the
    score of a pain, the text of a note.
    """

    start_s: float
    end_s: float
    kind: str
    what: str
    verdict: str = ""
    angle_deg: float | None = None
    why: str = ""


def timeline(contents: Contents) -> tuple[Annotation, ...]:
    """Return all, in the order of their beginnings."""
    found = [Annotation(m.start_s, m.end_s, "mark", f"{m.label.value} {m.detail}".strip()) for m in contents.marks]
    for part in contents.result["parts"]:
        found += _of_part(part)
    found += _told(contents.result["notes"], float(contents.t_s[0]) if len(contents.t_s) else 0.0)
    return tuple(sorted(found, key=lambda each: (each.start_s, -each.end_s, each.kind)))


def _told(notes: Iterable[Mapping[str, Any]], first_s: float) -> Iterator[Annotation]:
    """Yield what the person told; what is about the whole session stands at its beginning."""
    for note in notes:
        t_s = first_s if note["t_s"] is None else note["t_s"]
        if note["kind"] == NoteKind.PAIN:
            yield Annotation(t_s, t_s, "pain", "" if note["score"] is None else f"{note['score']} of 10")
        else:
            yield Annotation(t_s, t_s, "note", note["text"])


def _of_part(part: Mapping[str, Any]) -> Iterator[Annotation]:
    for key, kind in _FOUND:
        for each in part.get(key, ()):
            complete = {True: "complete", False: "incomplete", None: ""}[each.get("complete")]
            yield Annotation(
                each["start_s"],
                each["end_s"],
                kind,
                each.get("direction") or " ".join(each.get("steps", ())),
                each.get("verdict") or complete,
                each.get("angle_deg"),
                each.get("why") or "",
            )
    for each in part["compensations"]:
        text = each.get("why") or ""
        yield Annotation(each["start_s"], each["end_s"], "compensation", each["kind"], "", each["peak_deg"], text)
