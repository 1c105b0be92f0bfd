"""What the person told: pain with its score, and notes."""

from __future__ import annotations

from imu_hip.report import figures, wording
from imu_hip.report.markup import Element, element, table
from imu_hip.report.material import Json, Material


def told(material: Material) -> Element | None:
    """Return the section; None where nothing was told."""
    notes = material.result["notes"]
    if not notes:
        return None
    rows = [
        (wording.WHOLE_SESSION if note["t_s"] is None else figures.clock(note["t_s"]), _what(note)) for note in notes
    ]
    return element(
        "section", element("h2", wording.TOLD), table(wording.TOLD, (wording.AT, wording.SAID), rows, headed=True)
    )


def _what(note: Json) -> str:
    if note["kind"] == "text":
        return str(note["text"])
    return wording.PAIN if note["score"] is None else wording.PAIN_SCORE.format(score=note["score"])
