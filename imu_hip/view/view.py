"""The view stage: keeps what a screen needs while outputs pass by, and makes the view state on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import degrees, isfinite

from imu_hip.model.coaching_words import FAULTS
from imu_hip.model.event import CalibrationStep, Event, Exit, Hold, PartStarted, Phase, ReZero, Trial
from imu_hip.model.exercise_spec import CompensationKind, Direction, ExerciseSpec
from imu_hip.model.item import LinkState, MarkLabel, Role
from imu_hip.model.output import JudgeSnapshot, LinkStatistics, Outputs
from imu_hip.model.patience import patience_s
from imu_hip.model.setup import Setup
from imu_hip.model.signal import Signal
from imu_hip.model.view_state import (
    NO_GUIDE,
    BreathPace,
    CalibrationView,
    ExitView,
    GuideView,
    HoldView,
    SensorView,
    TrialView,
    ViewState,
)
from imu_hip.view import body, notice, trace, wording
from imu_hip.view.notice import Notice, Notices, Rank
from imu_hip.view.trace import Trace

MAX_HOLDS = 200

_NOTHING_JUDGED = JudgeSnapshot(None, None, None, 0, 0, (), None)


@dataclass(frozen=True, slots=True)
class Params:
    """What does not change while the window is open.

    `mode`: "live", "demo" or "replay"; `speed` as it is shown ("2×"), empty at real time. `recording`:
    file name, empty when nothing is written. An angle older than `angle_max_age_s` is not known any more;
    a sensor silent for `stale_s` is a warning: both later where packets take longer to fill. Above `greyed_sd_deg` the
    number is shown greyed.
    """

    setup: Setup
    mode: str
    speed: str = ""
    recording: str = ""
    cycles_goal: int | None = None
    person: str = ""
    angle_max_age_s: float = 0.5
    stale_s: float = 1.0
    greyed_sd_deg: float = 8.0


@dataclass(frozen=True, slots=True)
class State:
    """All that evolves; immutable, so that one thread may step while another makes view states."""

    trace: Trace
    snapshot: JudgeSnapshot
    link: tuple[tuple[Role, LinkStatistics], ...]
    prompt: str
    recording_alarm: str
    now_s: float
    notices: Notices
    holds: tuple[HoldView, ...]
    last_exit: ExitView | None
    strap_calibrated: bool
    cue: Signal | None = None
    count: str = ""
    pace: BreathPace | None = None
    breaths_measured: int | None = None
    guide: GuideView = NO_GUIDE
    calibration: tuple[CalibrationView, ...] = ()
    trials: tuple[TrialView, ...] = ()
    begun: bool = False


def initial() -> State:
    """Return the state before the first output."""
    return State(trace.empty(), _NOTHING_JUDGED, (), "", "", 0.0, (), (), None, False)


def step(
    params: Params,
    state: State,
    outputs: Outputs,
    snapshot: JudgeSnapshot,
    link: Mapping[Role, LinkStatistics],
    prompt: str,
    now_s: float,
    recording_alarm: str = "",
    *,
    signals: Sequence[Signal] = (),
    count: str = "",
    pace: BreathPace | None = None,
    breaths_measured: int | None = None,
    guide: GuideView = NO_GUIDE,
) -> State:
    """Return the state after these outputs; `now_s` is the present on the common clock.

    `signals` are those given now; `count`, `pace`, `breaths_measured` and `guide` are shown as they are.

    There is no second output: a view state is made by `view_state` when somebody wants to draw it.
    """
    held = state
    for event in outputs.events:
        held = _after(held, event)
    return replace(
        held,
        trace=trace.append(held.trace, outputs.angles, outputs.phases),
        snapshot=snapshot,
        link=tuple(link.items()),
        prompt=prompt,
        recording_alarm=recording_alarm,
        now_s=now_s,
        cue=next((signal for signal in reversed(signals) if signal.text), held.cue),
        count=count,
        pace=pace,
        breaths_measured=breaths_measured,
        guide=guide,
    )


def view_state(params: Params, state: State) -> ViewState:
    """Return everything a screen shows at `state.now_s`."""
    if state.guide.stopped:
        # By pain: there is one thing to read.
        state = replace(state, snapshot=replace(state.snapshot, faults=(), unsure=()), pace=None, cue=None)
    spec = _exercise(params, state)
    band_deg = _band_deg(state.snapshot)
    angle_deg, sd_deg, phase = _present(params, state)
    greyed = sd_deg is not None and sd_deg > params.greyed_sd_deg
    sensors = tuple(_sensor(state, role) for role in Role)
    rules = body.shown(spec)
    found = (*state.notices, *_standing_notices(params, state, sensors, greyed))
    warning = "" if state.guide.stopped else notice.most_urgent(found, state.now_s)
    channels_deg = body.since_neutral_deg(state.trace.body_deg, rules, state.snapshot.neutral_rad)
    return ViewState(
        mode=params.mode,
        speed=params.speed,
        exercise=spec.name if spec else params.setup.exercise_id,
        posture=spec.posture.value.replace("_", " ") if spec else "",
        side=params.setup.side.value,
        t_s=state.now_s,
        angle_deg=angle_deg,
        sd_deg=sd_deg,
        greyed=greyed,
        phase=phase,
        prompt=wording.one_line(_prompt(state, warning, phase, angle_deg, band_deg)),
        warning=warning,
        end_range_deg=_degrees(state.snapshot.end_range_rad),
        band_deg=band_deg,
        hold_s=_hold_s(state),
        hold_goal_s=0.0 if spec is None or spec.measurement else spec.hold.breath_s,
        holds=state.holds,
        last_exit=state.last_exit,
        cycle=state.snapshot.cycle_number,
        cycles_complete=state.snapshot.cycles_complete,
        cycles_goal=params.cycles_goal,
        cycle_steps=tuple(str(step) for step in spec.cycle) if spec else (),
        cycle_steps_done=_steps_done(spec, state.snapshot),
        sensors=sensors,
        trace=trace.seen_from(state.trace, state.now_s, channels_deg),
        recording=params.recording,
        recording_alarm=wording.one_line(state.recording_alarm),
        strap_calibrated=state.strap_calibrated,
        count=state.count,
        pace=state.pace,
        breaths_measured=state.breaths_measured,
        faults=state.snapshot.faults,
        unsure=state.snapshot.unsure,
        outward=_is_outward(spec, band_deg),
        channels=body.channel_views(
            rules,
            channels_deg if angle_deg is not None else channels_deg[:0],
            state.snapshot.faults,
            state.snapshot.unsure,
        ),
        person=params.person,
        guide=state.guide,
        calibration=state.calibration,
        trials=state.trials if spec is not None and spec.measurement else None,
    )


def _prompt(
    state: State, warning: str, phase: Phase, angle_deg: float | None, band_deg: tuple[float, float] | None
) -> str:
    """Return the guide's words, or where nobody guides the newest cue's, or what to do next.

    Nothing while a judged limb is not seen, unless the guide waits; no cue that the warning says already.
    """
    if state.guide.paused:
        return state.prompt
    cue = "" if _cue(state) == warning else _cue(state)
    if state.snapshot.exercise_id is None:
        return state.prompt or cue
    if angle_deg is None and band_deg is not None:
        return ""
    return state.prompt or cue or ("" if state.guide.section else wording.coaching(phase, angle_deg, band_deg))


def _cue(state: State) -> str:
    """Return the words of the newest cue while they are news."""
    return state.cue.text if state.cue is not None and state.now_s - state.cue.t_s < notice.SHOWN_S else ""


def _after(state: State, event: Event) -> State:
    if isinstance(event, ReZero) and not state.begun:
        return state  # that is what calibrating is for, and nobody has relied on an angle yet
    notices = notice.after(state.notices, event)
    match event:
        case Hold():
            hold = HoldView(
                event.end_s - event.start_s,
                degrees(event.angle_rad),
                degrees(event.sd_rad),
                event.verdict.value,
            )
            return replace(state, notices=notices, holds=(*state.holds, hold)[-MAX_HOLDS:])
        case Exit():
            verdict = event.verdict.value if event.verdict else None
            last = ExitView(verdict, degrees(event.peak_rad_s), wording.one_line(event.why, 120))
            return replace(state, notices=notices, last_exit=last)
        case Trial():
            trial = TrialView(event.direction.value, degrees(event.angle_rad), degrees(event.sd_rad))
            return replace(state, notices=notices, trials=(*state.trials, trial))
        case PartStarted():
            return replace(state, notices=notices, holds=(), last_exit=None, trials=(), begun=True)
        case CalibrationStep():
            gained = event.label is MarkLabel.STRAP_GAIN and event.accepted
            return replace(
                state,
                notices=notices,
                calibration=_with_step(state.calibration, event),
                strap_calibrated=state.strap_calibrated or gained,
            )
        case _:
            return state if notices == state.notices else replace(state, notices=notices)


def _with_step(before: tuple[CalibrationView, ...], event: CalibrationStep) -> tuple[CalibrationView, ...]:
    """Return the outcomes with a new one: in the place of an older one of the same step, otherwise behind them."""
    new = CalibrationView(event.label.value, event.accepted, event.quality, wording.one_line(event.text, 120))
    if any(each.step == new.step for each in before):
        return tuple(new if each.step == new.step else each for each in before)
    return (*before, new)


def _is_outward(spec: ExerciseSpec | None, band_deg: tuple[float, float] | None) -> bool:
    """Tell whether external rotation is trained: the band says so, before it is known the exercise."""
    if band_deg is not None:
        return sum(band_deg) < 0.0
    return spec is not None and spec.directions == (Direction.EXTERNAL,)


def _exercise(params: Params, state: State) -> ExerciseSpec | None:
    return params.setup.exercise(state.snapshot.exercise_id or params.setup.exercise_id)


def _present(params: Params, state: State) -> tuple[float | None, float | None, Phase]:
    """Return angle, standard deviation and phase now; nothing that is older than it may be."""
    t_s = state.trace.t_s
    packet_s = max((link.packet_s for _, link in state.link), default=0.0)
    if t_s.size == 0 or state.now_s - float(t_s[-1]) > patience_s(params.angle_max_age_s, packet_s):
        return None, None, Phase.UNKNOWN
    phase = Phase(int(state.trace.phase[-1]))
    angle_deg = float(state.trace.angle_deg[-1])
    if not isfinite(angle_deg):
        return None, None, phase
    return angle_deg, float(state.trace.sd_deg[-1]), phase


def _hold_s(state: State) -> float | None:
    """Return how long the running hold has lasted up to the newest sample: silence adds nothing to it."""
    if state.snapshot.hold_start_s is None or state.trace.t_s.size == 0:
        return None
    return max(0.0, float(state.trace.t_s[-1]) - state.snapshot.hold_start_s)


def _band_deg(snapshot: JudgeSnapshot) -> tuple[float, float] | None:
    if snapshot.enter_rad is None or snapshot.end_range_rad is None:
        return None
    # After a hold the level to enter again may be above the end range: then there is one line to reach, not a band.
    enter_deg = degrees(snapshot.enter_rad)
    farthest_deg = max(enter_deg, degrees(snapshot.end_range_rad), key=abs)
    return min(enter_deg, farthest_deg), max(enter_deg, farthest_deg)


def _steps_done(spec: ExerciseSpec | None, snapshot: JudgeSnapshot) -> int:
    """Return how many steps of the cycle have been done in its order."""
    done = 0
    for wanted, found in zip(spec.cycle if spec else (), snapshot.steps_done, strict=False):
        if wanted != found:
            break
        done += 1
    return done


def _sensor(state: State, role: Role) -> SensorView:
    lost = notice.is_lost(state.notices, role)
    link = dict(state.link).get(role)
    if link is None:
        return SensorView(role, LinkState.LOST if lost else None, "", None, 0, 0, None, None)
    heard = link.last_t_s is not None
    age_s = max(0.0, state.now_s - link.last_t_s) if link.last_t_s is not None else None
    return SensorView(
        role=role,
        state=LinkState.LOST if lost else LinkState.STREAMING if heard else None,
        serial=link.serial,
        rate_hz=link.rate_hz,
        lost=link.lost,
        received=link.samples,
        age_s=age_s,
        battery_percent=link.battery_percent,
        packet_s=link.packet_s,
    )


def _standing_notices(
    params: Params, state: State, sensors: tuple[SensorView, ...], greyed: bool
) -> tuple[Notice, ...]:
    """Return warnings that are true of this moment rather than caused by an event."""
    found = [Notice(Rank.COMPENSATION, "", FAULTS[kind].line, state.now_s) for kind in _sure_faults(state)]
    for sensor in sensors:
        if sensor.age_s is not None and sensor.age_s > patience_s(params.stale_s, sensor.packet_s):
            text = f"No data from the {sensor.role.value} sensor for {sensor.age_s:.0f} s"
            found.append(Notice(Rank.STALE, sensor.role, text, -sensor.age_s))
    if state.recording_alarm:
        alarm = state.recording_alarm
        found.append(Notice(Rank.RECORDING, "", alarm[:1].upper() + alarm[1:]))
    if greyed:
        text = "Angle uncertain: pause in neutral"
        found.append(Notice(Rank.UNCERTAIN, "", text))
    return tuple(found)


def _sure_faults(state: State) -> list[CompensationKind]:
    return [kind for kind in state.snapshot.faults if kind not in state.snapshot.unsure]


def _degrees(angle_rad: float | None) -> float | None:
    return None if angle_rad is None else degrees(angle_rad)
