"""Words for people: marks, coaching lines, and texts cut to a length that can be read."""

from __future__ import annotations

from imu_hip.model.event import Phase
from imu_hip.model.item import MarkLabel

MAX_LINE = 68

MARK = {
    MarkLabel.TABLE_REST: "Rest on the table",
    MarkLabel.N_POSE: "Standing still",
    MarkLabel.LEG_SWINGS: "Leg swings",
    MarkLabel.BOWS: "Bows",
    MarkLabel.POSTURE_NEUTRAL: "Neutral in the posture",
    MarkLabel.NEUTRAL: "Neutral",
    MarkLabel.MAX_REP: "Largest repetition",
    MarkLabel.EXERCISE: "Exercise",
    MarkLabel.HOOK_LYING: "Hook lying",
    MarkLabel.KNEE_ROCKS: "Knee rocks",
    MarkLabel.BRIDGE: "Bridge",
    MarkLabel.STRAP_GAIN: "Strap gain",
}


def one_line(text: str, limit: int = MAX_LINE) -> str:
    """Return the text on one line of at most `limit` characters, cut between words where there are any."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    before, space, _ = head.rpartition(" ")
    return (before if space and not line[limit - 1].isspace() else head).rstrip(" ,;:.") + "…"


def about(name: str, text: str) -> str:
    """Return a text behind the name of what it is about, unless it begins with that name itself."""
    return name + text[len(name) :] if text.lower().startswith(name.lower()) else f"{name}: {text}"


def coaching(phase: Phase, angle_deg: float | None, band_deg: tuple[float, float] | None) -> str:
    """Return what to do next when nobody prompts (a replay): empty while there is nothing to say.

    `band_deg` lies between enter level and end range: positive for internal, negative for external rotation.
    """
    if angle_deg is None or band_deg is None:
        return ""
    outward = band_deg[0] + band_deg[1] < 0.0
    turn = "out" if outward else "in"
    missing_deg = angle_deg - band_deg[1] if outward else band_deg[0] - angle_deg
    match phase:
        case Phase.NEUTRAL:
            return f"Turn {turn} to your end range"
        case Phase.APPROACH:
            return f"{missing_deg:.0f}° more to your end range" if missing_deg >= 0.5 else "There: hold it"
        case Phase.HOLD:
            return f"Hold, keep turning {turn}"
        case Phase.BLOCK:
            return "Push into the ground, nothing moves"
        case Phase.EXIT:
            return "Slowly back to neutral"
        case Phase.UNKNOWN:
            return ""
