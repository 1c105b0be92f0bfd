"""What could not be judged, and what each of it costs; what these sensors never see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imu_hip.report import figures, wording
from imu_hip.report.markup import Element, element, table
from imu_hip.report.material import Material, Part
from imu_hip.report.tables import fault_name

ANCHOR = "doubts"


def doubts(material: Material, parts: Sequence[Part]) -> Element:
    """Return the section."""
    rows = [*_warnings(material), *_not_judged(parts)]
    found = (
        table(wording.DOUBTS, (wording.NOTICED, wording.COSTS_COLUMN), rows, headed=True)
        if rows
        else element("p", wording.NO_DOUBTS)
    )
    unseen = dict.fromkeys(text for part in parts if part.spec is not None for text in part.spec.not_seen)
    items = (element("li", text) for text in (*unseen, wording.NOT_SEEN_ALWAYS))
    return element(
        "section",
        element("h2", wording.DOUBTS),
        found,
        element("h3", wording.NOT_SEEN),
        element("ul", *items),
        id=ANCHOR,
    )


def cost(code: str) -> str:
    """Return what a warning costs, by its code."""
    if code in wording.COSTS:
        return wording.COSTS[code]
    role, _, trouble = code.partition("_")
    if role in wording.ROLES and trouble in wording.COST_TROUBLE:
        return wording.COST_TROUBLE[trouble]
    return wording.COST_REFUSED.get(code.removesuffix("_refused"), wording.NO_COST)


def _warnings(material: Material) -> Iterator[tuple[str, str]]:
    for warning in material.result["warnings"]:
        yield warning["text"], cost(warning["code"])


def _not_judged(parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    for part in parts:
        for each in part.found["not_judged"]:
            times = {"start": figures.clock(each["start_s"]), "end": figures.clock(each["end_s"])}
            what = wording.UNJUDGED.format(fault=fault_name(each["kind"]), **times)
            yield f"{what}: {each['why']}", wording.UNJUDGED_COST
