"""Every English word of the exercise and calibrate pages, as constants and mappings: a translation replaces this file.

What is said by guide, judge and calibration comes with the view state and has its words there.
"""

from __future__ import annotations

from collections.abc import Mapping

from imu_hip.model.event import ExitVerdict, Phase
from imu_hip.model.exercise_spec import Direction, Step
from imu_hip.model.item import MarkLabel
from imu_hip.model.signal import SignalKind

DISCLAIMER = "Training, research and education. Not a medical device."
UNKNOWN = "––"
WAITING = "Waiting for the first data…"
NOT_RECORDING = "not recording"
KEYS_EXERCISE = "Space: pause"
KEYS_CALIBRATE = "Space: pause · R: once more"

# ------------------------------------------------------------------ sides, sensors, modes
SIDES: Mapping[str, str] = {"left": "LEFT", "right": "RIGHT"}
ROLES: Mapping[str, str] = {"pelvis": "Pelvis", "thigh": "Thigh"}
MODES: Mapping[str, str] = {"live": "LIVE", "demo": "DEMO", "replay": "REPLAY"}
SENSOR_LOST = "lost"
SENSOR_SILENT = "silent for {seconds:.0f} s"
SENSOR_UNHEARD = "not heard yet"
SENSOR_RATE = "{hz:.0f} Hz · "
SENSOR_WELL = "0 lost"
SENSOR_LATE = "cues late"
SENSOR_LOSSES = "{percent:.1f} % lost"

# ------------------------------------------------------------------ phases
PHASES: Mapping[Phase, str] = {
    Phase.NEUTRAL: "REST",
    Phase.APPROACH: "TURN IN",
    Phase.HOLD: "HOLD",
    Phase.BLOCK: "BLOCK",
    Phase.EXIT: "LET GO",
    Phase.UNKNOWN: "READY",
}
TURN_OUT = "TURN OUT"
PAUSED = "PAUSED"
LANES: Mapping[Phase, str] = {
    Phase.NEUTRAL: "rest",
    Phase.APPROACH: "in",
    Phase.HOLD: "hold",
    Phase.BLOCK: "block",
    Phase.EXIT: "let go",
    Phase.UNKNOWN: "",
}
LANE_OUT = "out"

# ------------------------------------------------------------------ angle, trace and dial
NO_CURVE = "The angle appears here once it is known"
END_RANGE = "end range {degrees}°"
NOW = "now"
AGO = "−{seconds} s"
SPREAD = "2 SD"
STRAP_DEGREES = "strap degrees"
UNCERTAIN = "uncertain"
NO_ANGLE_YET = "no angle yet"
ANGLE_UNKNOWN = "angle unknown"
MIDLINE = "midline"

# ------------------------------------------------------------------ what the body does besides
NO_CHANNELS = "Nothing else is watched in this exercise"
CHANNEL_LIMIT = "limit {degrees}°"
CHANNEL_UNSURE = "unsure"
CHANNEL_AT_FAULT = "too far"

# ------------------------------------------------------------------ hold, breath, count
SECONDS = "s"
TO_HOLD = "to hold"
HELD = "held"
HOLD_RUNS = "keep it"
HOLD_PAUSED = "hold paused"
BREATHE_IN = "breathe in"
BREATHE_OUT = "breathe out"
CYCLE = "Cycle {number}"
CYCLE_OF = "Cycle {number}/{goal}"
HOLDS = "Holds {number}"
COUNT_SHORT: Mapping[str, str] = {"repetition": "rep", "Repetition": "Rep", " of ": "/"}
"""What is made shorter of the words that count, so that they can be read from the floor."""
STEPS: Mapping[Step, str] = {
    Step.INTERNAL_HOLD: "hold in",
    Step.EXTERNAL_HOLD: "hold out",
    Step.BLOCK: "block",
    Step.CONTROLLED_EXIT: "let go",
}
EXITS: Mapping[ExitVerdict, str] = {
    ExitVerdict.CONTROLLED: "Controlled exit",
    ExitVerdict.FAST: "Fast exit",
    ExitVerdict.FLOP: "Flopped out",
}
EXIT_UNGRADED = "Exit not graded"
NO_EXIT = "No exit yet"
EXIT_PEAK = "peak {rate:.0f}°/s"
NO_HOLDS = "no holds yet"

# ------------------------------------------------------------------ trials of a measurement
NO_TRIALS = "no trial yet"
TRIAL = "{way}, trial {number}"
WAYS: Mapping[Direction, str] = {Direction.INTERNAL: "in", Direction.EXTERNAL: "out"}

# ------------------------------------------------------------------ the guide waits
PAUSED_PROMPT = "Paused"
"""The guide's own word for it, which the line below says better."""
GO_ON = "PAUSED – space to go on"

# ------------------------------------------------------------------ calibration
STEP_OF = "Step {step} of {steps}"
GETTING_READY = "Getting ready"
SAY_AGAIN = "R: once more"
STEPS_DONE = "Done so far"
NO_STEPS = "Each step appears here with how good it was."
NOT_USABLE = "not usable"
GOOD = "good"
FAIR = "fair"
POOR = "poor"
STEP_QUALITY = "{step}: {quality}"
CALIBRATION_STEPS: Mapping[str, str] = {
    MarkLabel.TABLE_REST: "Rest on the table",
    MarkLabel.N_POSE: "Standing still",
    MarkLabel.LEG_SWINGS: "Leg swings",
    MarkLabel.BOWS: "Bows",
    MarkLabel.POSTURE_NEUTRAL: "Neutral posture",
    MarkLabel.NEUTRAL: "Neutral",
    MarkLabel.MAX_REP: "Largest repetition",
    MarkLabel.HOOK_LYING: "Lying still",
    MarkLabel.KNEE_ROCKS: "Knee rocks",
    MarkLabel.BRIDGE: "Bridge",
    MarkLabel.STRAP_GAIN: "Strap gain",
}

# ------------------------------------------------------------------ flashes of the frame
FLASHES: Mapping[SignalKind, str] = {
    SignalKind.SAFETY: "STOP",
    SignalKind.SENSOR_LOST: "SENSOR LOST",
    SignalKind.SENSOR_BACK: "SENSOR IS BACK",
    SignalKind.HOLD_PAUSED: "HOLD PAUSED",
    SignalKind.FAULT: "FAULT",
    SignalKind.CORRECTION: "NEXT TIME",
    SignalKind.HOLD_DONE: "HOLD DONE",
    SignalKind.TOO_FAST: "TOO FAST",
    SignalKind.INSTRUCTION: "NEXT",
    SignalKind.NEUTRAL_PLEASE: "BACK TO NEUTRAL",
    SignalKind.GO_FURTHER: "FURTHER",
    SignalKind.CYCLE_DONE: "CYCLE DONE",
    SignalKind.SET_DONE: "SET DONE",
    SignalKind.REPETITION_DONE: "REPETITION DONE",
    SignalKind.COUNT_IN: "GET READY",
    SignalKind.END_RANGE_REACHED: "END RANGE REACHED",
    SignalKind.HOLD_TICK: "HOLD",
}

# ------------------------------------------------------------------ for people who hear the screen read
EXERCISE_PAGE = "Exercise"
CALIBRATE_PAGE = "Calibration"
FLASH_PART = "Cue"
EXERCISE_PARTS: Mapping[str, str] = {
    "top_bar": "Exercise and sensors",
    "trace": "Curve of the angle",
    "body": "Pelvis and knee",
    "log": "Exits and holds",
    "angle": "Angle",
    "hold": "Hold and breath",
    "dial": "Dial of the thigh",
    "count": "Repetitions",
    "banner": "What to do",
    "footer": "Recording",
}
CALIBRATE_PARTS: Mapping[str, str] = {
    "top_bar": "Exercise and sensors",
    "figure": "Drawing of the step",
    "steps": "Steps done",
    "instruction": "What to do",
    "footer": "Recording and keys",
}
SPOKEN_SIDE = "{side} leg"
SPOKEN_ANGLE = "{degrees} degrees, plus or minus {spread}"
SPOKEN_UNKNOWN = "angle unknown"
SPOKEN_TARGET = "target from {low} to {high} degrees"
SPOKEN_LEFT = "{seconds} seconds left"
SPOKEN_HELD = "{seconds} seconds held"
SPOKEN_CHANNEL = "{name} {degrees} degrees, limit {limit}"
