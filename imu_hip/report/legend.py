"""Which sign in a plot means what, for the signs that a part has; and the patterns that all plots share."""

from __future__ import annotations

from collections.abc import Iterator

from imu_hip.report import trace, wording
from imu_hip.report.marks import FAULTS, SHADED
from imu_hip.report.markup import Element, element
from imu_hip.report.material import Part


def patterns() -> Element:
    """Return the patterns, in a picture of no size: they differ without colour, too."""
    shapes = {
        "dots": (6, (element("circle", cx="1.5", cy="1.5", r="1"), element("circle", cx="4.5", cy="4.5", r="1"))),
        "bars": (4, (element("path", d="M1,0V4"),)),
        "hatch": (7, (element("path", d="M-1,8L8,-1M-1,1L1,-1M6,8L8,6"),)),
    }
    made = (
        element("pattern", *drawn, id=name, width=str(size), height=str(size), patternUnits="userSpaceOnUse")
        for name, (size, drawn) in shapes.items()
    )
    return element("svg", element("defs", *made), class_="patterns", width="0", height="0", aria_hidden="true")


def legend(part: Part) -> Element:
    """Return a list of the signs that the plots of this part have."""
    entries = [_entry("curve", wording.LEGEND_CURVE), *(_entry(kind, wording.LEGENDS[kind]) for kind in _kinds(part))]
    return element("ul", *entries, class_="legend", aria_label=wording.LEGEND)


def _kinds(part: Part) -> Iterator[str]:
    yield from (kind for kind in (*SHADED, FAULTS) if part.found.get(kind))
    if trace.unknown_spans(part.curve, part.start_s, part.end_s):
        yield "unknown"
    if part.found["end_range"]:
        yield "end_range"
    if part.corrected_s:
        yield "corrected"
    if part.dropouts:
        yield "dropouts"


def _entry(kind: str, text: str) -> Element:
    sign = element("svg", *_sign(kind), viewBox="0 0 28 14", width="28", height="14", aria_hidden="true")
    return element("li", sign, text)


def _sign(kind: str) -> Iterator[Element]:
    if kind in SHADED or kind == "unknown":
        yield element("rect", x="0.5", y="0.5", width="27", height="13", class_=f"shade {kind}")
    elif kind == "curve":
        yield element("rect", x="0", y="1", width="28", height="12", class_="ribbon")
        yield element("path", d="M0,7L28,7", class_="curve")
    elif kind == FAULTS:
        yield element("path", d="M0,7L28,7", class_="fault")
        yield element("path", d="M4,2v10l9,-5z", class_="fault-sign")
    elif kind == "dropouts":
        yield element("rect", x="8", y="3", width="12", height="8", class_="dropout")
    else:
        yield element("path", d="M14,0L14,14" if kind == "corrected" else "M0,7L28,7", class_=kind.replace("_", "-"))
