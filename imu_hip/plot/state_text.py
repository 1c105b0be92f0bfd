"""What a view state says in words and figures: the same for the eyes and for a screen reader."""

from __future__ import annotations

from math import ceil, isfinite

from imu_hip.model.event import ExitVerdict, Phase
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.view_state import CalibrationView, ChannelView, TrialView, ViewState
from imu_hip.plot import wording

GOOD_QUALITY = 0.7
FAIR_QUALITY = 0.4


def figure(value: float) -> str:
    """Return a whole number with a real minus sign, none before zero, dashes when it is not known."""
    return f"{round(value):d}".replace("-", "−") if isfinite(value) else wording.UNKNOWN


def spread(sd_deg: float) -> str:
    """Return two standard deviations for people."""
    return f"± {figure(2.0 * sd_deg)}°"


def lane_word(phase: Phase, outward: bool) -> str:
    """Return the short word above a stretch of the curve."""
    return wording.LANE_OUT if outward and phase is Phase.APPROACH else wording.LANES[phase]


def phase_word(state: ViewState) -> str:
    """Return the one word that says what the limb is doing."""
    if state.guide.paused or (state.phase is Phase.UNKNOWN and state.band_deg is not None):
        return wording.PAUSED
    if state.phase is Phase.APPROACH and state.outward:
        return wording.TURN_OUT
    return wording.PHASES[state.phase]


def in_range(state: ViewState) -> bool:
    """Return whether the limb is held within the target and nothing speaks against it."""
    return (
        state.phase is Phase.HOLD
        and state.hold_s is not None
        and state.angle_deg is not None
        and not state.warning
        and not state.greyed
        and not state.guide.paused
    )


def is_paused(state: ViewState) -> bool:
    """Return whether judging waits for an angle."""
    return state.angle_deg is None and state.band_deg is not None


def seconds_left(state: ViewState) -> str:
    """Return the seconds of the hold that are left, those held once it is done, or what is asked for."""
    if is_paused(state) or state.hold_goal_s <= 0.0:
        return wording.UNKNOWN
    if state.hold_s is None:
        return f"{state.hold_goal_s:.0f}"
    if state.hold_s >= state.hold_goal_s:
        return f"{int(state.hold_s)}"
    return f"{ceil(state.hold_goal_s - state.hold_s):d}"


def hold_word(state: ViewState) -> str:
    """Return what the seconds are, or how to breathe while a breath is paced."""
    if is_paused(state):
        return wording.HOLD_PAUSED
    if state.pace is not None:
        return wording.BREATHE_IN if state.pace.inhaling else wording.BREATHE_OUT
    if state.hold_s is None:
        return wording.TO_HOLD
    return wording.HELD if state.hold_s >= state.hold_goal_s else wording.HOLD_RUNS


def trial_lines(state: ViewState) -> tuple[str, str]:
    """Return the angle of the newest trial, and which it is: its way, and its number of that way."""
    if not state.trials:
        return wording.UNKNOWN, wording.NO_TRIALS
    newest = state.trials[-1]
    number = sum(trial.direction == newest.direction for trial in state.trials)
    return f"{figure(newest.angle_deg)}°", wording.TRIAL.format(way=_way(newest), number=number)


def trials_line(state: ViewState) -> str:
    """Return the angles of all trials, each way in its order."""
    return " · ".join(
        f"{way} " + " ".join(f"{figure(trial.angle_deg)}°" for trial in state.trials or () if _way(trial) == way)
        for way in dict.fromkeys(_way(trial) for trial in state.trials or ())
    )


def _way(trial: TrialView) -> str:
    return wording.WAYS[Direction(trial.direction)]


def count_lines(state: ViewState) -> tuple[str, ...]:
    """Return set and repetition, each on a line; where nobody counts the cycle, or the number of holds."""
    if state.count:
        short = state.count
        for long, brief in wording.COUNT_SHORT.items():
            short = short.replace(long, brief)
        first, *rest = short.split(", ")
        return (first, *(part[:1].upper() + part[1:] for part in rest))
    if state.cycle_steps:
        number = max(1, state.cycle)
        if state.cycles_goal is not None:
            return (wording.CYCLE_OF.format(number=number, goal=state.cycles_goal),)
        return (wording.CYCLE.format(number=number),)
    return (wording.HOLDS.format(number=len(state.holds)),)


def banner_lines(state: ViewState) -> tuple[str, str]:
    """Return the line to show, and a second one for below it where there is room; either may be empty."""
    prompt = state.prompt
    if state.guide.paused:
        prompt = "" if prompt.casefold() == wording.PAUSED_PROMPT.casefold() else prompt
        first = state.warning or prompt
        return (first, wording.GO_ON) if first else (wording.GO_ON, "")
    return (state.warning, prompt) if state.warning else (prompt, "")


def exit_word(verdict: str | None) -> str:
    """Return how the limb came back."""
    return wording.EXIT_UNGRADED if verdict is None else wording.EXITS[ExitVerdict(verdict)]


def channel_figure(channel: ChannelView) -> str:
    """Return the change of a channel."""
    return wording.UNKNOWN if channel.change_deg is None else f"{figure(channel.change_deg)}°"


def channel_word(channel: ChannelView) -> str:
    """Return what is the matter with a channel, or its limit."""
    if channel.at_fault:
        return wording.CHANNEL_AT_FAULT
    if channel.unsure:
        return wording.CHANNEL_UNSURE
    return wording.CHANNEL_LIMIT.format(degrees=figure(channel.limit_deg))


def quality_word(step: CalibrationView) -> str:
    """Return how good a calibration step was."""
    if not step.accepted:
        return wording.NOT_USABLE
    if step.quality >= GOOD_QUALITY:
        return wording.GOOD
    return wording.FAIR if step.quality >= FAIR_QUALITY else wording.POOR


def is_poor(step: CalibrationView) -> bool:
    """Return whether a step was taken although it was not good."""
    return step.accepted and step.quality < FAIR_QUALITY


def step_line(step: CalibrationView) -> str:
    """Return a calibration step with its quality."""
    name = wording.CALIBRATION_STEPS.get(step.step, step.step.replace("_", " ").capitalize())
    return wording.STEP_QUALITY.format(step=name, quality=quality_word(step))


def refused(state: ViewState) -> CalibrationView | None:
    """Return the newest step that was refused and not accepted since."""
    return next((step for step in reversed(state.calibration) if not step.accepted), None)


def step_count(state: ViewState) -> str:
    """Return which step of the calibration is under way."""
    if state.guide.step == 0 or state.guide.steps == 0:
        return wording.GETTING_READY
    return wording.STEP_OF.format(step=state.guide.step, steps=state.guide.steps)


def asked_seconds(state: ViewState) -> str:
    """Return the seconds that are left of what is asked for, "" while nothing is timed."""
    left_s = state.guide.left_s
    return "" if left_s is None else f"{max(0, ceil(left_s - 1e-9)):d}"
