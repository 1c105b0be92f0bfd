"""Analytic movements and sessions: minimum-jerk ways between plateaus, in degrees because people read them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from imu_hip.exercise import conditioning, judge
from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.parse import parse_exercise
from imu_hip.model.block import AngleBlock, Floats
from imu_hip.model.event import Event, ReZero
from imu_hip.model.exercise_spec import Channel, ExerciseSpec, Posture
from imu_hip.model.item import Edge, MarkLabel, TimedMark

_Kind = TypeVar("_Kind")

RATE_HZ = 100.0

Way = tuple[float, float]
"""Target in degrees and how long the way there takes; a way to the present target is a plateau."""


def catalogue(exercise_id: str) -> ExerciseSpec:
    where = files("imu_hip.exercise") / "catalog" / f"{exercise_id}.toml"
    return parse_exercise(where.read_text(encoding="utf-8"), where.name)


PLAIN = """
id = "plain"
name = "Plain"
posture = "supine"
directions = ["internal"]
dose = "as often as needed"
not_seen = []
source = "the tests"
"""
"""An exercise file in which every rule has its default."""


def plain() -> ExerciseSpec:
    return parse_exercise(PLAIN, "plain.toml")


def movement(*steps: Way, start_deg: float = 0.0, rate_hz: float = RATE_HZ) -> Floats:
    """Return the angle in degrees, sampled without its last instant."""
    pieces, at = [], start_deg
    for target, duration_s in steps:
        n = round(duration_s * rate_hz)
        x = np.arange(n) / n
        pieces.append(at + (target - at) * (10.0 * x**3 - 15.0 * x**4 + 6.0 * x**5))
        at = target
    return np.concatenate(pieces)


def samples(angle_deg: Floats, rate_hz: float = RATE_HZ, sd_deg: float = 1.5) -> list[Sample]:
    """Return samples as the rules see them, with the rate of the angle itself: only the slow low-pass in between."""
    angle = np.radians(angle_deg)
    rate = np.gradient(angle) * rate_hz
    sd = math.radians(sd_deg)
    design, memory = conditioning.low_pass(conditioning.SLOW_CUTOFF_HZ, rate_hz), conditioning.memory()
    return [
        Sample(i / rate_hz, float(a), float(v), sd, *conditioning.step(design, memory, i / rate_hz, float(a)))
        for i, (a, v) in enumerate(zip(angle, rate, strict=True))
    ]


def as_rows(given: Sequence[Sample]) -> Floats:
    """Return samples as rows (n, 6)."""
    return np.array(given, float).reshape(-1, conditioning.COLUMNS)


UP = {
    Posture.STANDING: (0.0, 0.0, 0.0),
    Posture.HINGE: (0.0, 0.0, 0.0),
    Posture.LONG_SITTING: (-10.0, 0.0, 80.0),
    Posture.SEATED: (-10.0, 0.0, 80.0),
    Posture.SUPINE: (-90.0, 0.0, 45.0),
    Posture.PRONE: (90.0, 0.0, 0.0),
    Posture.SIDE_LYING: (0.0, 85.0, 40.0),
}
"""Pelvis tilt, pelvis list and hip flexion at rest, in degrees."""


def block(
    angle_deg: Floats,
    t_s: Floats | None = None,
    valid: Sequence[bool] | NDArray[np.bool_] | None = None,
    posture: Posture = Posture.SUPINE,
    moved: Mapping[Channel, Floats] | None = None,
    sd_deg: float | Floats = 1.5,
    thigh_turn_deg: Floats | None = None,
) -> AngleBlock:
    """Return an angle block whose internal rotation is `angle_deg`; rows that are not valid are NaN.

    `moved`: by how much each channel moves, in degrees. The thigh turns with the hip unless `thigh_turn_deg` is given.
    """
    n = len(angle_deg)
    times = np.arange(n) / RATE_HZ if t_s is None else t_s
    known = np.ones(n, bool) if valid is None else np.asarray(valid, bool)
    angles = np.zeros((n, 3))
    tilt_deg, list_deg, flexion_deg = UP[posture]
    by = {channel: np.zeros(n) for channel in Channel} | dict(moved or {})
    angles[:, 0] = np.radians(flexion_deg + by[Channel.FLEXION])
    angles[:, 1] = np.radians(by[Channel.ADDUCTION])
    angles[:, 2] = np.radians(angle_deg)
    angles[~known] = np.nan
    sd = np.where(known[:, None], np.radians(np.broadcast_to(np.reshape(sd_deg, (-1, 1)), (n, 3))), np.nan)
    tilt = np.radians(tilt_deg + by[Channel.PELVIS_TILT])
    roll = np.radians(list_deg + by[Channel.PELVIS_ROLL])
    rates = np.zeros((n, 3))
    if n > 1:
        rates[:, 1] = np.gradient(np.radians(angle_deg if thigh_turn_deg is None else thigh_turn_deg)) * RATE_HZ
    yaw = np.radians(by[Channel.PELVIS_TURN])
    return AngleBlock(times, angles, sd, known, tilt, roll, yaw, rates, np.ones(n, bool))


def rows(whole: AngleBlock, start: int, stop: int) -> AngleBlock:
    cut = slice(start, stop)
    return AngleBlock(
        whole.t_s[cut],
        whole.angles_rad[cut],
        whole.sd_rad[cut],
        whole.valid[cut],
        whole.pelvis_tilt_rad[cut],
        whole.pelvis_list_rad[cut],
        whole.pelvis_yaw_rad[cut],
        whole.thigh_rate_rad_s[cut],
        whole.on_sample[cut],
    )


def interval(label: MarkLabel, start_s: float, end_s: float, detail: str = "") -> Iterator[TimedMark]:
    yield TimedMark(start_s, label, Edge.BEGIN, detail)
    yield TimedMark(end_s, label, Edge.END, detail)


def of(kind: type[_Kind], events: Iterable[object]) -> list[_Kind]:
    return [event for event in events if isinstance(event, kind)]


def run(
    params: judge.Params,
    whole: AngleBlock,
    marks: Sequence[TimedMark] = (),
    cuts: Sequence[int] = (),
    re_zeros: Sequence[ReZero] = (),
) -> tuple[tuple[Event, ...], list[int]]:
    """Judge a recording cut into pieces; each piece brings the marks that fall before its last row."""
    state = judge.State()
    events: list[Event] = []
    phases: list[int] = []
    edges = [0, *cuts, len(whole.t_s)]
    left = sorted(marks, key=lambda mark: mark.t_s)
    for start, stop in pairwise(edges):
        piece = rows(whole, start, stop)
        due = [mark for mark in left if len(piece.t_s) and mark.t_s <= piece.t_s[-1]]
        left = left[len(due) :]
        first, last = (-math.inf, -math.inf) if not len(piece.t_s) else (piece.t_s[0], piece.t_s[-1])
        jumps = [each for each in re_zeros if first <= each.t_s <= last]
        state, output = judge.step(params, state, piece, due, jumps)
        events += output.events
        phases += output.phases.tolist()
    state, output = judge.step(params, state, rows(whole, 0, 0), left)
    events += output.events
    state, output = judge.finish(params, state)
    return (*events, *output.events), phases


def supine(rate_hz: float = RATE_HZ) -> judge.Params:
    return judge.Params((catalogue("supine_ere"),), "supine_ere", rate_hz)


MAX_REP: tuple[Way, ...] = ((0.0, 0.5), (30.0, 1.0), (30.0, 2.0), (0.0, 1.5), (0.0, 2.0))
MAX_REP_S = 7.0
"""A maximal repetition to 30 degrees with the pause after it."""
CYCLE: tuple[Way, ...] = (
    (0.0, 1.0),
    (30.0, 1.2),
    (30.0, 9.0),
    (24.0, 0.8),
    (24.0, 9.0),
    (30.0, 1.0),
    (30.0, 9.0),
    (0.0, 2.0),
    (0.0, 2.0),
)
CYCLE_S = 35.0
"""Hold, block, hold, controlled exit."""


def session(*steps: Way, sign: float = 1.0, detail: str = "") -> tuple[AngleBlock, list[TimedMark]]:
    """Return two maximal repetitions and then `steps` as the part to be judged, from 14 s on."""
    angle = sign * movement(*MAX_REP, *MAX_REP, *steps)
    end_s = len(angle) / RATE_HZ
    marks = [
        *interval(MarkLabel.MAX_REP, 0.0, 5.0, detail),
        *interval(MarkLabel.MAX_REP, MAX_REP_S, MAX_REP_S + 5.0, detail),
        *interval(MarkLabel.EXERCISE, 2.0 * MAX_REP_S, end_s, ""),
    ]
    return block(angle), marks
