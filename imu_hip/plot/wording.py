"""Words and figures as the window writes them."""

from __future__ import annotations

from math import isfinite

from imu_hip.model.event import ExitVerdict, HoldVerdict, Phase
from imu_hip.model.exercise_spec import Step
from imu_hip.model.view_state import ViewState

DISCLAIMER = "Training, research and education. Not a medical device."
UNKNOWN = "––"

LANE = {
    Phase.NEUTRAL: "rest",
    Phase.APPROACH: "in",
    Phase.HOLD: "hold",
    Phase.BLOCK: "block",
    Phase.EXIT: "let go",
    Phase.UNKNOWN: "",
}

STEP = {
    Step.INTERNAL_HOLD: "hold in",
    Step.EXTERNAL_HOLD: "hold out",
    Step.BLOCK: "block",
    Step.CONTROLLED_EXIT: "let go",
}

EXIT = {
    ExitVerdict.CONTROLLED: "Controlled exit",
    ExitVerdict.FAST: "Fast exit",
    ExitVerdict.FLOP: "Flopped out",
}

HOLD = {
    HoldVerdict.COMPLETE: "full breath",
    HoldVerdict.SHORT: "short",
    HoldVerdict.DATA_LOST: "data lost",
}


def figure(value: float) -> str:
    """Return a whole number with a real minus sign, none before zero, dashes when it is not known."""
    return f"{round(value):d}".replace("-", "−") if isfinite(value) else UNKNOWN


def spread(sd_deg: float) -> str:
    """Return two standard deviations for people."""
    return f"± {figure(2.0 * sd_deg)}°"


def is_outward(state: ViewState) -> bool:
    """Return whether external rotation is trained."""
    return state.band_deg is not None and sum(state.band_deg) < 0.0


def lane_word(phase: Phase, outward: bool) -> str:
    """Return the short word above a stretch of the curve."""
    return "out" if outward and phase is Phase.APPROACH else LANE[phase]


def phase_word(state: ViewState) -> str:
    """Return the one word that says what the limb is doing."""
    match state.phase:
        case Phase.NEUTRAL:
            return "REST"
        case Phase.APPROACH:
            return "ROTATE OUT" if is_outward(state) else "ROTATE IN"
        case Phase.HOLD:
            return "HOLD"
        case Phase.BLOCK:
            return "BLOCK"
        case Phase.EXIT:
            return "LET GO"
        case Phase.UNKNOWN:
            return "PAUSED" if state.band_deg is not None else "GET READY"


def in_range(state: ViewState) -> bool:
    """Return whether the limb is held within the target and nothing speaks against it."""
    return (
        state.phase is Phase.HOLD
        and state.hold_s is not None
        and state.angle_deg is not None
        and not state.warning
        and not state.greyed
    )


def is_paused(state: ViewState) -> bool:
    """Return whether judging waits for an angle."""
    return state.angle_deg is None and state.band_deg is not None


def plain_text(state: ViewState) -> str:
    """Return the essentials without any drawing, for when drawing fails."""
    angle = UNKNOWN if state.angle_deg is None else f"{figure(state.angle_deg)}°"
    held = "" if state.hold_s is None else f"{state.hold_s:.0f} s held"
    rows = [phase_word(state), angle, held, state.warning, state.prompt, state.recording_alarm]
    return "\n".join(row for row in rows if row)
