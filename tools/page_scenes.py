"""Every page of the window in every state that matters, from the sample recordings where they show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from recipes import RECIPES

from imu_hip import api
from imu_hip.app.catalogue import catalogue, exercise
from imu_hip.app.choices import start_view
from imu_hip.app.live import LiveSession
from imu_hip.app.results import result_view, timeline
from imu_hip.codec import witmotion
from imu_hip.guide.around import Calibration
from imu_hip.guide.guidance import guidance
from imu_hip.guide.guide import Params as GuideParams
from imu_hip.guide.script import script
from imu_hip.model.app_state import (
    AppState,
    ErrorBand,
    ExerciseChange,
    Flash,
    FoundSensor,
    HistoryRow,
    Page,
    ReplayView,
    ResultsView,
    SensorsView,
)
from imu_hip.model.command import CommandName
from imu_hip.model.cue import Cue
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import (
    Command,
    Edge,
    Item,
    LinkChange,
    LinkState,
    Mark,
    MarkLabel,
    Notification,
    NumberedItem,
    Role,
    Tick,
)
from imu_hip.model.signal import SignalKind
from imu_hip.model.view_state import CalibrationView, ViewState
from imu_hip.session.reader import Recording
from imu_hip.view import view

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"

CALIBRATION = {
    "table": 5.0,
    "put_on": 13.5,
    "n_pose": 16.5,
    "swings": 21.0,
    "bows": 28.0,
    "lie_down": 33.0,
    "neutral": 38.0,
    "max_rep": 43.5,
}
"""Moments of a demonstration, s."""

EXERCISE = {
    "not_yet_known": ("supine_ere_right", 8.0),
    "way_in": ("supine_ere_right", 55.0),
    "asked_to_turn": ("supine_ere_right", 55.3),
    "in_approach": ("supine_ere_right", 55.9),
    "first_hold": ("supine_ere_right", 61.5),
    "block": ("supine_ere_right", 70.5),
    "second_hold": ("supine_ere_right", 81.0),
    "let_go": ("supine_ere_right", 87.0),
    "done": ("supine_ere_right", 92.0),
    "left": ("supine_ere_left", 81.0),
    "flop": ("supine_ere_left_flop", 88.5),
    "pelvis_lifted": ("supine_ere_right_pelvis_lifted", 58.2),
    "wrong_posture": ("supine_ere_left_wrong_posture", 62.0),
    "standing": ("standing_dissociation_right", 92.0),
    "pelvis_followed": ("standing_dissociation_left_pelvis_followed", 88.0),
    "hinge": ("hinge_ir_left_rotation_lost", 70.0),
    "hip_out": ("hinge_ir_right_hip_out", 101.5),
    "seated": ("seated_ir_left_short_and_aborted", 66.0),
    "ankle_only": ("seated_ir_right_ankle_only", 88.0),
    "prone": ("prone_ir_right_pelvis_lifted", 66.0),
    "slipped": ("prone_ir_left_slipped", 84.0),
    "brettzel": ("brettzel_right", 80.0),
    "measurement": ("arom_seated_right", 66.0),
}
"""Recordings and moments, s since their first items; shown as they were live, with the guide."""

REPLAYS = {
    "replay": ("supine_ere_right_pelvis_lifted", 58.2),
    "replay_hinge": ("hinge_ir_left_rotation_lost", 70.0),
    "replay_slipped": ("prone_ir_left_slipped", 84.0),
}
"""Recordings and moments, s since their first items; shown as replays."""

DRAWINGS = {
    "lie_straight": ("supine_ere", Calibration.LYING, Cue.LIE_STRAIGHT),
    "legs_straight": ("supine_ere", Calibration.LYING, "legs_straight"),
    "bend_knees": ("supine_ere", Calibration.LYING, Cue.BEND_KNEES),
    "hook_lying": ("supine_ere", Calibration.LYING, MarkLabel.HOOK_LYING),
    "bridge": ("supine_ere", Calibration.LYING, MarkLabel.BRIDGE),
    "knee_rocks": ("supine_ere", Calibration.LYING, MarkLabel.KNEE_ROCKS),
    "one_leg": ("standing_dissociation", Calibration.STANDING, Cue.STAND_ON_ONE_LEG),
    "turn_in_standing": ("standing_dissociation", Calibration.STANDING, Direction.INTERNAL),
    "turn_out_standing": ("standing_dissociation", Calibration.STANDING, Direction.EXTERNAL),
    "to_hinge": ("hinge_ir", Calibration.STANDING, Cue.STAND_TO_HINGE),
    "turn_in_hinge": ("hinge_ir", Calibration.STANDING, Direction.INTERNAL),
    "sit_on_mat": ("seated_ir", Calibration.STANDING, Cue.SIT_ON_MAT),
    "turn_in_long_sitting": ("seated_ir", Calibration.STANDING, Direction.INTERNAL),
    "lie_prone": ("prone_ir", Calibration.STANDING, Cue.LIE_PRONE),
    "turn_in_prone": ("prone_ir", Calibration.STANDING, Direction.INTERNAL),
    "lie_on_side": ("brettzel", Calibration.STANDING, Cue.LIE_ON_SIDE),
    "turn_in_side_lying": ("brettzel", Calibration.STANDING, Direction.INTERNAL),
    "sit_on_chair": ("arom_seated", Calibration.STANDING, Cue.SIT_ON_CHAIR),
}
"""Drawings that the demonstration above does not show: exercise, calibration, and what its prompt asks for."""

_PELVIS = FoundSensor("C0:FF:EE:00:00:01", "Hip sensor A", "VP-0001", "bip1", -52, 87, None)
_THIGH = FoundSensor("C0:FF:EE:00:00:02", "Hip sensor B", "VT-0001", "bip1", -71, 64, None)
_STRANGER = FoundSensor(
    "C0:FF:EE:00:00:03", "WT901BLE67 with a rather long name", None, "witmotion", -93, None, None,
    limits=witmotion.DRIVER.limits,
)  # fmt: skip
_ASSIGNED = (
    replace(_PELVIS, role=Role.PELVIS, rate_hz=100.2, age_s=0.03),
    replace(_THIGH, role=Role.THIGH, rate_hz=99.8, lost=12, age_s=0.05),
)


def scenes() -> dict[str, Callable[[], AppState]]:
    """Return the states by their names; each is made when it is asked for."""
    found: dict[str, Callable[[], AppState]] = {
        "start": lambda: _state(Page.START),
        "start_no_bluetooth": lambda: replace(
            _state(Page.START),
            notice="Bluetooth is switched off: switch it on in the settings of your computer, then search again.",
            settings=replace(_state(Page.START).settings, sound_note="No sound: no output device was found."),
        ),
        "sensors_no_permission": lambda: _state(
            Page.SENSORS,
            sensors=SensorsView(message="This program may not use Bluetooth."),
            notice="Allow Bluetooth for this program in the privacy settings of your computer, then search again.",
        ),
        "sensors_none": lambda: _state(
            Page.SENSORS, sensors=SensorsView(message="No sensor was found: switch them on and search again.")
        ),
        "sensors_searching": lambda: _state(
            Page.SENSORS, sensors=SensorsView(True, (_PELVIS,), "Searching for sensors …")
        ),
        "sensors_found": lambda: _state(
            Page.SENSORS,
            sensors=SensorsView(False, (_PELVIS, replace(_THIGH, identified="its light blinks"), _STRANGER)),
        ),
        "sensors_assigned": lambda: _state(Page.SENSORS, sensors=SensorsView(False, (*_ASSIGNED, _STRANGER))),
        "sensors_lost": lambda: _state(
            Page.SENSORS, sensors=SensorsView(False, (_ASSIGNED[0], replace(_ASSIGNED[1], age_s=7.2, rate_hz=0.0)))
        ),
        "results_none": lambda: _state(Page.RESULTS),
        "history": lambda: _state(
            Page.RESULTS, results=ResultsView(None, "me", _history(), _CHANGES, _PROGRAMME, _BANDS)
        ),
    }
    for name, at_s in CALIBRATION.items():
        found[f"calibrate_{name}"] = partial(_calibrating, "supine_ere_right", at_s)
    for name, drawing in DRAWINGS.items():
        found[f"calibrate_{name}"] = partial(_asked, *drawing)
    for name, (recording, at_s) in EXERCISE.items():
        found[name] = partial(_exercising, recording, at_s)
    for name, (recording, at_s) in REPLAYS.items():
        found[name] = partial(_replay, recording, at_s)
    for recording in dict.fromkeys(recording for recording, _ in EXERCISE.values()):
        found[f"results_{recording}"] = partial(_result, recording)
    return found | {
        "calibrate_refused": _refused,
        "greyed": _greyed,
        "paused": lambda: _state(Page.EXERCISE, session=_guided("supine_ere_right", 72.0, CommandName.PAUSE)),
        "pain": lambda: _state(Page.EXERCISE, session=_guided("supine_ere_right", 81.0, CommandName.PAIN)),
        "sensor_lost": lambda: _state(Page.EXERCISE, session=_thigh_lost("supine_ere_right", 60.0, 63.0)),
        "flash": lambda: replace(_exercising("supine_ere_right", 62.0), flash=Flash(SignalKind.HOLD_DONE, 1)),
        "results_of_the_person": _listed,
    }


def _state(page: Page, **changes: object) -> AppState:
    start = start_view(catalogue(), ("me", "K-17"), demo_possible=True)
    return replace(AppState(page, start), **changes)  # type: ignore[arg-type]


@cache
def _recording(name: str) -> Recording:
    return api.read(RECORDINGS / f"{name}.mcap")


def _calibrating(name: str, at_s: float) -> AppState:
    return _state(Page.CALIBRATE, session=_guided(name, at_s))


def _exercising(name: str, at_s: float) -> AppState:
    return _state(Page.EXERCISE, session=_guided(name, at_s))


@cache
def _guided(name: str, at_s: float, command: CommandName | None = None) -> ViewState:
    """Return a moment of a recording with its guide, as it was live; `command`: two seconds before."""
    recording = _recording(name)
    items = [each for each in recording.items if not isinstance(each.item, Command)]
    if command is not None:
        asked_ns = items[0].item.t_ns + round(1e9 * (at_s - 2.0))
        at = next(k for k, each in enumerate(items) if each.item.t_ns > asked_ns)
        told = (Command(asked_ns, command), Mark(asked_ns, MarkLabel.EXERCISE, Edge.END))
        items[at:] = [
            *(NumberedItem(items[at].number, each) for each in told),
            *(each for each in items[at:] if not isinstance(each.item, Mark)),
        ]
    return _played(items, recording, "demo", "", at_s, GuideParams(RECIPES[name].prompts))


def _asked(exercise_id: str, calibration: Calibration, asks: str) -> AppState:
    """Return a step of a calibration as its script asks for it, worn on the left."""
    spec = exercise(exercise_id)
    prompts = script(spec, calibration=calibration)
    prompt = next(each for each in prompts if asks == (each.detail or each.label))
    at_s = prompt.start_s + 0.4 * prompt.duration_s
    shown = replace(
        _guided("supine_ere_right", CALIBRATION["swings"]),
        exercise=spec.name,
        posture=spec.posture.value.replace("_", " "),
        side="left",
        prompt=prompt.text,
        guide=replace(guidance(prompts, at_s, 0.0).view(at_s), step=6, steps=11),
    )
    return _state(Page.CALIBRATE, session=shown)


def _refused() -> AppState:
    """Return a calibration whose newest step could not be used."""
    shown = _guided("supine_ere_right", CALIBRATION["bows"])
    *before, _ = shown.calibration
    text = "the leg swung too little: the thigh moved by 12°, at least 20° are needed"
    refused = CalibrationView(MarkLabel.LEG_SWINGS, False, 0.0, text)
    return _state(Page.CALIBRATE, session=replace(shown, calibration=(*before, refused)))


def _greyed() -> AppState:
    """Return an angle that is too uncertain to be believed."""
    shown = replace(
        _guided("supine_ere_right", 61.5), sd_deg=9.4, greyed=True, warning="Angle uncertain: pause in neutral"
    )
    return _state(Page.EXERCISE, session=shown)


def _thigh_lost(name: str, lost_s: float, at_s: float) -> ViewState:
    """Return a moment after the thigh sensor has fallen silent."""
    recording = _recording(name)
    first_ns = recording.items[0].item.t_ns
    lost_ns = first_ns + round(1e9 * lost_s)

    def without(each: NumberedItem) -> Item:
        item = each.item
        silent = isinstance(item, Notification) and item.role is Role.THIGH and item.t_ns > lost_ns
        return Tick(item.t_ns) if silent else item

    items = [NumberedItem(each.number, without(each)) for each in recording.items]
    at = next(k for k, each in enumerate(items) if each.item.t_ns > lost_ns + 1_500_000_000)
    gone = LinkChange(items[at].item.t_ns, Role.THIGH, LinkState.LOST, "")
    items.insert(at, NumberedItem(items[at].number, gone))
    return _played(items, recording, "demo", "", at_s, GuideParams(RECIPES[name].prompts))


def _played(
    items: Sequence[NumberedItem], recording: Recording, mode: str, name: str, at_s: float, guided: GuideParams
) -> ViewState:
    """Take items through the session as they came, some at once."""
    params = view.Params(recording.setup, mode=mode, recording=name)
    session = LiveSession(recording.setup, guided, params, None, on_finished=lambda: None)
    end_ns = items[0].item.t_ns + round(1e9 * at_s)
    shown = [each for each in items if each.item.t_ns <= end_ns]
    for start in range(0, len(shown), _AT_ONCE):
        session.process(shown[start : start + _AT_ONCE])
    return session.view_state()


def _result(name: str) -> AppState:
    path = RECORDINGS / f"{name}.mcap"
    return _state(
        Page.RESULTS,
        results=ResultsView(result_view(api.analyze(path), path), "me", _history(), _CHANGES, _PROGRAMME, _BANDS),
    )


def _listed() -> AppState:
    """Return the result of a session that is one of the person's."""
    shown = _result("supine_ere_left_flop").results
    assert shown.result is not None
    result = replace(shown.result, path=shown.sessions[0].path)
    return _state(Page.RESULTS, results=replace(shown, result=result))


def _replay(name: str, at_s: float) -> AppState:
    return replayed(_recording(name), RECORDINGS / f"{name}.mcap", at_s)


def replayed(recording: Recording, path: Path, at_s: float) -> AppState:
    """Return the replay of a recording at a moment, s since its first item."""
    marks, events = timeline(recording, api.analyze(recording).events)
    items = recording.items
    duration_s = (items[-1].item.t_ns - items[0].item.t_ns) / 1e9
    session = _played(items, recording, "replay", path.name, at_s, GuideParams(()))
    return _state(Page.EXERCISE, session=session, replay=ReplayView(at_s, duration_s, True, 2.0, marks, events))


def _history() -> tuple[HistoryRow, ...]:
    """Return three weeks of practice on both sides, newest first."""
    rows = [
        HistoryRow(
            f"2026-11-{2 + 2 * k:02d} 18:{10 if side == 'right' else 25}",
            20_760.0 + 2.0 * k + (0.0 if side == "right" else 0.01),
            "Supine end-range expansion",
            "supine_ere",
            side,
            None if k == 4 and side == "left" else first + rise * k + wobble,
            1.5,
            None,
            4 + k % 3,
            f"/sessions/{k}_{side}.mcap",
        )
        for k, wobble in enumerate((0.0, 1.4, -0.8, 0.9, -0.3, 1.1, 0.2, -0.6, 0.7, 0.1))
        for side, first, rise in (("right", 31.0, 0.9), ("left", 27.0, 0.1))
    ]
    return tuple(reversed(rows))


_CHANGES = (
    ExerciseChange("supine_ere", "right, in: +8° since 2026-11-02, more than the measurement error (6°)"),
    ExerciseChange("supine_ere", "left, in: +1° since 2026-11-02, no real change yet (6°)"),
)
_PROGRAMME = "day 19, practised on 10 days; the programme takes 14 to 21 days"
_BANDS = (ErrorBand("supine_ere", "right", 25.0, 37.0), ErrorBand("supine_ere", "left", 21.0, 33.0))
_AT_ONCE = 8
