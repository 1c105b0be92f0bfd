"""What there is to show of the judging now; angles are + toward internal rotation."""

from __future__ import annotations

from dataclasses import replace

from imu_hip.exercise import end_range, faults, part
from imu_hip.exercise.hold_rows import Mode
from imu_hip.exercise.judge_state import Params, State
from imu_hip.exercise.levels import levels
from imu_hip.exercise.part import PartState
from imu_hip.model.output import JudgeSnapshot


def snapshot(params: Params, state: State) -> JudgeSnapshot:
    """Return what there is to show now; angles are + toward internal rotation, so external levels are negative."""
    if state.part is not None and state.marked:
        shown = within(state.part)
    else:
        shown = _before_part(params, state) if state.over is None else state.over
    channels = state.neutral.channels
    return shown if channels is None else replace(shown, neutral_rad=channels)


def within(running: PartState) -> JudgeSnapshot:
    """Return what there is to show of a part."""
    lane = part.lane_in_view(running)
    if lane is None or lane.levels is None:
        return JudgeSnapshot(None, None, None, 0, 0, (), running.spec.id)
    sign = lane.direction.sign
    cycle = lane.course.cycle
    number = max(1, cycle.finished + bool(cycle.steps)) if running.spec.cycle else 0
    return JudgeSnapshot(
        end_range_rad=sign * lane.levels.end_range_rad,
        enter_rad=sign * float(lane.course.hold.now.enter_rad),
        hold_start_s=float(lane.course.hold.now.start_s) if lane.course.hold.mode is Mode.HOLD else None,
        cycle_number=number,
        cycles_complete=cycle.complete,
        steps_done=cycle.shown,
        exercise_id=running.spec.id,
        faults=faults.showing(running.faults),
        unsure=faults.unsure(running.faults),
    )


def _before_part(params: Params, state: State) -> JudgeSnapshot:
    """Show the end range as soon as it has been measured."""
    spec = params.default_spec()
    plateaus_rad = state.plateaus_rad.get(spec.directions[0], ())
    if len(plateaus_rad) < 2:
        return JudgeSnapshot(None, None, None, 0, 0, (), None)
    end_range_rad = end_range.from_repetitions(plateaus_rad)
    own = levels(spec.directions[0], end_range_rad, spec.hold, spec.exit)
    sign = own.direction.sign
    return JudgeSnapshot(sign * end_range_rad, sign * own.enter_rad, None, 0, 0, (), None)
