"""Scenes for the window: a scripted supine end-range expansion, seen through the view room."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from math import radians

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import AngleBlock
from imu_hip.model.event import (
    Block,
    CalibrationStep,
    Cycle,
    EndRange,
    Event,
    Exit,
    ExitVerdict,
    Hold,
    HoldVerdict,
    PartStarted,
    Phase,
    RadioTrouble,
    Trouble,
)
from imu_hip.model.exercise_spec import (
    BlockRule,
    Direction,
    ExerciseSpec,
    ExitRule,
    HoldRule,
    Posture,
    Step,
    Threshold,
)
from imu_hip.model.item import MarkLabel, Role
from imu_hip.model.output import JudgeSnapshot, LinkStatistics, Outputs
from imu_hip.model.setup import Origin, SensorSetup, Setup, Side
from imu_hip.model.view_state import BreathPace, CalibrationView, ChannelView, GuideView, TrialView, ViewState
from imu_hip.view import view

RATE_HZ = 100.0
END_RANGE_DEG = 41.6
ENTER_DEG = 33.3
CYCLE = (Step.INTERNAL_HOLD, Step.BLOCK, Step.INTERNAL_HOLD, Step.CONTROLLED_EXIT)

_ONE = Threshold(radians(4.0), 0.2)
SUPINE_ERE = ExerciseSpec(
    id="supine_ere",
    name="Supine end-range expansion",
    posture=Posture.SUPINE,
    directions=(Direction.INTERNAL,),
    hold=HoldRule(_ONE, _ONE, _ONE, _ONE, _ONE, _ONE, 0.3, 2.0, 9.0, 0.4, 0.12, 1.5, 0.8, 1.2, 0.25, 0.07),
    exit=ExitRule(1.5, 0.6, 2.5, 0.35, 12.0),
    block=BlockRule(0.4, 0.95, 0.07, 0.05, 4.0),
    cycle=CYCLE,
    dose="one cycle a side, work up to three or four",
    not_seen=("foot height",),
    source="routine 1",
)
SETUP = Setup(
    side=Side.LEFT,
    exercise_id="supine_ere",
    exercises=(SUPINE_ERE,),
    sensors=(SensorSetup(Role.PELVIS, "bip_v1"), SensorSetup(Role.THIGH, "bip_v1")),
    origin=Origin.DEMO,
    start_utc=None,
    zero_ns=None,
    versions=(),
)
PARAMS = view.Params(setup=SETUP, mode="demo", recording="2026-11-22_supine_ere_left.mcap", cycles_goal=3)

# One cycle: duration in s, angle in degrees at its end, phase.
_SCRIPT = (
    (1.5, 3.0, Phase.NEUTRAL),
    (2.5, 39.0, Phase.APPROACH),
    (9.5, 40.5, Phase.HOLD),
    (1.0, 31.0, Phase.EXIT),
    (6.0, 30.5, Phase.BLOCK),
    (1.5, 40.5, Phase.APPROACH),
    (10.0, 41.0, Phase.HOLD),
    (3.0, 3.5, Phase.EXIT),
)


def body(t_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return the scripted angle in degrees and the phase: cycle after cycle, with a little wobble."""
    durations = np.array([row[0] for row in _SCRIPT])
    ends = np.cumsum(durations)
    in_cycle = np.mod(t_s, ends[-1])
    row = np.searchsorted(ends, in_cycle, side="right")
    targets = np.array([row[1] for row in _SCRIPT])
    before = np.roll(targets, 1)
    share = 1.0 - (ends[row] - in_cycle) / durations[row]
    angle = before[row] + (targets - before)[row] * (0.5 - 0.5 * np.cos(np.pi * share))
    wobble = 0.35 * np.sin(4.1 * t_s) + 0.2 * np.sin(9.7 * t_s + 1.0)
    return angle + wobble, np.array([row[2] for row in _SCRIPT], np.uint8)[row]


def angle_block(
    t_s: NDArray[np.float64],
    angle_deg: NDArray[np.float64],
    sd_deg: NDArray[np.float64],
    valid: NDArray[np.bool_],
) -> AngleBlock:
    """Return a block with this internal rotation, and nothing else of interest."""
    nothing = np.zeros(t_s.size)
    angles, sd = np.zeros((t_s.size, 3)), np.zeros((t_s.size, 3))
    angles[:, 2], sd[:, 2] = np.radians(angle_deg), np.radians(sd_deg)
    angles[~valid], sd[~valid] = np.nan, np.nan
    rate = np.zeros((t_s.size, 3))
    return AngleBlock(t_s, angles, sd, valid, nothing, nothing, nothing, rate, np.ones(t_s.size, np.bool_))


def hold(start_s: float, end_s: float, angle_deg: float, verdict: HoldVerdict) -> Hold:
    """Return a hold with plausible figures."""
    return Hold(
        start_s,
        end_s,
        Direction.INTERNAL,
        radians(25.0),
        radians(angle_deg),
        radians(1.4),
        angle_deg / END_RANGE_DEG,
        0.0,
        radians(0.5),
        verdict,
        "",
    )


def link(now_s: float, thigh_age_s: float = 0.04) -> dict[Role, LinkStatistics]:
    """Return the statistics of two sensors that have streamed all the time."""
    n = int(RATE_HZ * now_s)
    return {
        Role.PELVIS: LinkStatistics(n, 0, 100.2, 11.0, "BIP-0001", 87, now_s - 0.03),
        Role.THIGH: LinkStatistics(n - 12, 12, 99.8, -6.0, "BIP-0002", 64, now_s - thigh_age_s),
    }


@dataclass(frozen=True)
class Moment:
    """What the judge says at `now_s`, and what had happened before."""

    now_s: float
    events: tuple[Event, ...]
    snapshot: JudgeSnapshot
    prompt: str


def _snapshot(hold_start_s: float | None, cycle: int, complete: int, done: int) -> JudgeSnapshot:
    return JudgeSnapshot(
        radians(END_RANGE_DEG),
        radians(ENTER_DEG),
        hold_start_s,
        cycle,
        complete,
        tuple(CYCLE[:done]),
        "supine_ere",
    )


_OPENING: tuple[Event, ...] = (
    PartStarted(0.0, "supine_ere"),
    EndRange(0.0, Direction.INTERNAL, radians(END_RANGE_DEG), True),
    hold(4.1, 13.5, 40.1, HoldVerdict.COMPLETE),
    Block(14.5, 20.5, radians(1.1)),
    hold(21.8, 29.6, 40.8, HoldVerdict.SHORT),
)
_GOOD = Exit(32.0, 35.0, Direction.INTERNAL, radians(21.0), -1.6, ExitVerdict.CONTROLLED, "Slow and even all the way.")
_FLOP = Exit(
    32.0,
    32.3,
    Direction.INTERNAL,
    radians(162.0),
    -1.9,
    ExitVerdict.FLOP,
    "Faster than 104°/s: the muscles let go instead of easing out.",
)
_CYCLE = Cycle(0.0, 35.0, True, CYCLE, ())
_SECOND = hold(39.1, 48.5, 41.2, HoldVerdict.COMPLETE)

MOMENTS = {
    "approach": Moment(37.9, (*_OPENING, _GOOD, _CYCLE), _snapshot(None, 2, 1, 0), "Turn in to your end range"),
    "hold": Moment(45.2, (*_OPENING, _GOOD, _CYCLE), _snapshot(38.9, 2, 1, 0), "Hold one slow breath"),
    "hold_done": Moment(48.4, (*_OPENING, _GOOD, _CYCLE), _snapshot(38.9, 2, 1, 0), "Hold one slow breath"),
    "block": Moment(
        52.6, (*_OPENING, _GOOD, _CYCLE, _SECOND), _snapshot(None, 2, 1, 1), "Foot down, push: nothing moves"
    ),
    "exit_controlled": Moment(35.4, (*_OPENING, _GOOD, _CYCLE), _snapshot(None, 1, 1, 4), "Back to neutral, well done"),
    "flop": Moment(35.4, (*_OPENING, _FLOP), _snapshot(None, 1, 0, 3), "Back to neutral"),
}


def moment(name: str, sd_deg: float = 1.5, lost_for_s: float = 0.0) -> tuple[view.State, float]:
    """Return the state of the view room at a moment of `MOMENTS`, without data for the last `lost_for_s`."""
    at = MOMENTS[name]
    t_s = np.arange(0.0, at.now_s - lost_for_s, 1.0 / RATE_HZ)
    angle_deg, phase = body(t_s)
    if name == "flop":
        gone = t_s > 32.0
        angle_deg = np.where(gone, 3.0 + 38.0 * np.exp(-((((t_s - 32.0).clip(0.0)) / 0.16) ** 2)), angle_deg)
        phase = np.where(t_s > 32.4, np.uint8(Phase.NEUTRAL), phase).astype(np.uint8)
    spread = sd_deg + 0.01 * t_s
    angles = angle_block(t_s, angle_deg, spread, np.ones(t_s.size, np.bool_))
    outputs = Outputs(angles, phase, at.events)
    statistics = link(at.now_s, max(0.04, lost_for_s))
    return view.step(PARAMS, view.initial(), outputs, at.snapshot, statistics, at.prompt, at.now_s), at.now_s


def _nothing() -> Outputs:
    none = np.empty(0)
    return Outputs(angle_block(none, none, none, np.empty(0, np.bool_)), np.empty(0, np.uint8), ())


@cache
def scene(name: str) -> ViewState:
    """Return a scene by name."""
    if name in MOMENTS:
        return view.view_state(PARAMS, moment(name)[0])
    match name:
        case "sensor_lost":
            state, now_s = moment("hold", lost_for_s=2.6)
            lost = Trouble(now_s - 1.0, now_s, Role.THIGH, RadioTrouble.LOST, 1)
            outputs = replace(_nothing(), events=(lost,))
            at = MOMENTS["hold"]
            state = view.step(PARAMS, state, outputs, at.snapshot, link(now_s, 2.6), at.prompt, now_s)
            return view.view_state(PARAMS, state)
        case "uncertain":
            params = replace(PARAMS, mode="replay", speed="2×", recording="2026-11-20_supine_ere_left.mcap")
            return view.view_state(params, moment("hold", sd_deg=9.0)[0])
        case "disk_full":
            state, now_s = moment("approach")
            at = MOMENTS["approach"]
            alarm = "disk full, recording stopped"
            state = view.step(
                PARAMS, state, _nothing(), at.snapshot, link(now_s), at.prompt, now_s, recording_alarm=alarm
            )
            params = replace(PARAMS, mode="live")
            return view.view_state(params, state)
        case "before_calibration" | "refused":
            refused = CalibrationStep(2.0, 6.0, MarkLabel.N_POSE, False, 0.2, "you moved, stand still again")
            events = (refused,) if name == "refused" else ()
            snapshot = JudgeSnapshot(None, None, None, 0, 0, (), None)
            params = replace(PARAMS, mode="live", setup=replace(SETUP, side=Side.RIGHT))
            state = view.step(
                params,
                view.initial(),
                replace(_nothing(), events=events),
                snapshot,
                link(8.0),
                "Stand still, feet hip-wide",
                8.0,
            )
            return view.view_state(params, state)
        case "guided":
            return guided()
        case "fault":
            faulty = "Pelvis turned along: keep it still"
            return replace(with_channels(scene("approach"), at_fault=True), warning=faulty, count="Repetition 1 of 3")
        case "unsure":
            return with_channels(scene("approach"), unsure=True)
        case "paused":
            return replace(guided(), prompt="Paused", guide=GuideView("set", paused=True), pace=None, hold_s=None)
        case "outward":
            return replace(
                with_channels(scene("approach")),
                side="right",
                angle_deg=-38.2,
                outward=True,
                band_deg=(-45.0, -36.0),
                end_range_deg=-45.0,
                prompt="Turn the leg out and hold, one breath",
            )
        case "measurement":
            trials = (*(TrialView("internal", angle_deg, 1.4) for angle_deg in (38.6, 39.4, 41.2)),)
            return replace(
                with_channels(scene("approach")),
                count="Repetition 5 of 6",
                hold_goal_s=0.0,
                cycle_steps=(),
                band_deg=None,
                end_range_deg=None,
                trials=(*trials, TrialView("external", 44.8, 1.6)),
            )
        case _:
            raise KeyError(name)


def guided() -> ViewState:
    """Return a hold with all that a guide adds: count, breath, what the body does besides."""
    return replace(
        with_channels(scene("hold")),
        count="Set 2 of 3, repetition 1 of 3",
        pace=BreathPace(True, 0.6, 0),
        prompt="Turn in and hold, one slow breath",
    )


def with_channels(state: ViewState, *, at_fault: bool = False, unsure: bool = False) -> ViewState:
    """Return the state with pelvis and knee: a fault of the pelvis that has just begun, or an unsure knee."""
    t_s = state.trace.t_s
    pelvis = 1.2 * np.sin(t_s / 3.0) + (np.clip(1.3 * (t_s + 5.0), 0.0, None) if at_fault else 0.0)
    channels_deg = np.stack([pelvis, 2.0 * np.cos(t_s / 5.0)], axis=1)
    return replace(
        state,
        trace=replace(state.trace, channels_deg=channels_deg),
        channels=(
            ChannelView("pelvis roll", float(pelvis[-1]), 4.0, at_fault=at_fault),
            ChannelView("knee inward", 2.0, 5.0, unsure=unsure),
        ),
    )


def calibrating(
    asks: str = "leg_swings",
    prompt: str = "Swing the straight leg, forward first",
    refusal: str = "",
    left_s: float | None = 4.2,
) -> ViewState:
    """Return a calibration under way: two steps are done, the newest of them refused if there is a `refusal`."""
    newest = CalibrationView("n_pose", True, 0.65, "standing pose taken as zero, good to 1.4°")
    if refusal:
        newest = CalibrationView("leg_swings", False, 0.2, refusal)
    return replace(
        scene("before_calibration"),
        prompt=prompt,
        guide=GuideView("calibration", asks, left_s, 6.5, 3, 5),
        calibration=(CalibrationView("table_rest", True, 0.9, "both sensors lay still for 9 s"), newest),
    )


NAMES = (*MOMENTS, "sensor_lost", "uncertain", "disk_full", "before_calibration", "refused")
GUIDED = ("guided", "fault", "unsure", "paused", "outward", "measurement")
