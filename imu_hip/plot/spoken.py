"""The view state as plain text: for screen readers, and for when drawing has failed."""

from __future__ import annotations

from imu_hip.model.view_state import ViewState
from imu_hip.plot import state_text, wording


def plain_text(state: ViewState) -> str:
    """Return the essentials without any drawing, a line each."""
    angle = wording.UNKNOWN if state.angle_deg is None else f"{state_text.figure(state.angle_deg)}°"
    held = "" if state.hold_s is None else wording.SPOKEN_HELD.format(seconds=int(state.hold_s))
    first, second = state_text.banner_lines(state)
    return _joined("\n", state_text.phase_word(state), angle, held, first, second, state.recording_alarm)


def exercise_parts(state: ViewState) -> dict[str, str]:
    """Return what each part of the exercise page says."""
    last = state.last_exit
    return {
        "top_bar": _top(state),
        "trace": _angle(state),
        "body": ", ".join(
            wording.SPOKEN_CHANNEL.format(
                name=each.name, degrees=state_text.channel_figure(each), limit=state_text.figure(each.limit_deg)
            )
            for each in state.channels
        ),
        "log": wording.NO_EXIT if last is None else f"{state_text.exit_word(last.verdict)}. {last.why}",
        "angle": _joined(", ", state_text.phase_word(state), _angle(state)),
        "hold": _hold(state),
        "dial": _joined(", ", wording.SPOKEN_SIDE.format(side=state.side), _angle(state), _target(state)),
        "count": state.count or ", ".join(state_text.count_lines(state)),
        "banner": _joined(". ", *state_text.banner_lines(state)),
        "footer": _joined(". ", state.recording or wording.NOT_RECORDING, state.recording_alarm),
    }


def calibrate_parts(state: ViewState) -> dict[str, str]:
    """Return what each part of the calibrate page says."""
    left = state_text.asked_seconds(state)
    seconds = wording.SPOKEN_LEFT.format(seconds=left) if left else ""
    return {
        "top_bar": _top(state),
        "figure": _joined(", ", state_text.step_count(state), wording.SPOKEN_SIDE.format(side=state.side)),
        "steps": ". ".join(_joined(". ", state_text.step_line(step), step.text) for step in state.calibration),
        "instruction": _joined(". ", *state_text.banner_lines(state), seconds),
        "footer": _joined(". ", state.recording or wording.NOT_RECORDING, state.recording_alarm),
    }


def _top(state: ViewState) -> str:
    sensors = [f"{wording.ROLES[each.role]} {each.state or wording.SENSOR_UNHEARD}" for each in state.sensors]
    return _joined(", ", wording.SPOKEN_SIDE.format(side=state.side), state.exercise, state.posture, *sensors)


def _angle(state: ViewState) -> str:
    if state.angle_deg is None or state.sd_deg is None:
        return wording.SPOKEN_UNKNOWN
    return wording.SPOKEN_ANGLE.format(
        degrees=state_text.figure(state.angle_deg), spread=state_text.figure(2.0 * state.sd_deg)
    )


def _target(state: ViewState) -> str:
    if state.band_deg is None:
        return ""
    low, high = (state_text.figure(each) for each in state.band_deg)
    return wording.SPOKEN_TARGET.format(low=low, high=high)


def _hold(state: ViewState) -> str:
    if state.trials is not None:
        return _joined(", ", *reversed(state_text.trial_lines(state))) if state.trials else wording.NO_TRIALS
    held = "" if state.hold_s is None else wording.SPOKEN_HELD.format(seconds=int(state.hold_s))
    return _joined(", ", held, state_text.hold_word(state))


def _joined(between: str, *parts: str) -> str:
    return between.join(part for part in parts if part)
