"""Score the estimator on simulated sessions: exercise by variant, both sides, with confidence intervals.

Every session is another person with another pair of sensors and goes through the whole corridor as imported tables do.
Scored are the samples within repetitions (from the beginning of the way to end range until the limb is back). The
reference is what a perfect tracker of the strap would read from the person's neutral in the posture
(`simulate.truth.posture_offset`).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np

from imu_hip.app.catalogue import exercise
from imu_hip.guide.script import script
from imu_hip.model.block import AngleBlock, Floats, joined
from imu_hip.model.event import Event, Hold, Phase, ReZero
from imu_hip.model.item import MarkLabel
from imu_hip.model.packet import TimedSamples
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import FilterName, Origin, Setup, Side
from imu_hip.pipeline import Pipeline
from imu_hip.quaternion import conjugate, multiply, rotate, wrap_angle
from imu_hip.session.foreign_csv import MarkedInterval
from imu_hip.session.importer import import_items
from imu_hip.session.versions import versions
from imu_hip.simulate.delivery import DeliveredTable, DeliveryParams, deliver
from imu_hip.simulate.magnetic_field import MagneticFieldParams
from imu_hip.simulate.rotation_vector import rotation_vector
from imu_hip.simulate.session import SimulatedSession, SimulationParams, simulate_session
from imu_hip.simulate.truth import TrueBlock, TrueHold
from imu_hip.stream.clock_match import MatchParams, Moved, match

EXERCISES = ("standing_dissociation", "supine_ere", "hinge_ir", "seated_ir", "prone_ir", "brettzel")
MEASUREMENTS = ("arom_seated", "arom_prone")
PROMPTS = (MarkLabel.NEUTRAL, MarkLabel.POSTURE_NEUTRAL)
MOVING = (Phase.APPROACH, Phase.HOLD, Phase.BLOCK, Phase.EXIT)
CHANGES = ("flexion", "adduction", "rotation", "pelvis tilt", "pelvis roll", "pelvis yaw")
RESAMPLED = 2000


@dataclass(frozen=True, slots=True)
class Variant:
    """What is different from the base case; `without`: marks that are missing."""

    simulation: SimulationParams = field(default_factory=SimulationParams)
    delivery: DeliveryParams = field(default_factory=DeliveryParams)
    without: tuple[MarkLabel, ...] = ()
    filter: FilterName = FilterName.VQF

    @property
    def magnetometer(self) -> bool:
        """Whether there is one, and it is used."""
        return self.simulation.magnetic_field is not None


_USUAL = SimulationParams()
VARIANTS = {
    "base": Variant(),
    "sloppy neutral": Variant(
        replace(_USUAL, person=replace(_USUAL.person, neutral_sd_rad=2.0 * _USUAL.person.neutral_sd_rad))
    ),
    "no table rest": Variant(without=(MarkLabel.TABLE_REST,)),
    "drift x 3": Variant(
        replace(
            _USUAL,
            sensor_errors=replace(
                _USUAL.sensor_errors, gyro_warm_up_rad_s=3.0 * _USUAL.sensor_errors.gyro_warm_up_rad_s
            ),
        )
    ),
    "5 % loss": Variant(delivery=DeliveryParams(loss=0.05, sync_s=0.030)),
    "no prompts": Variant(without=PROMPTS),
    "own clocks": Variant(delivery=DeliveryParams(own_clocks=True)),
    "madgwick": Variant(filter=FilterName.MADGWICK),
    "mahony": Variant(filter=FilterName.MAHONY),
    "ekf": Variant(filter=FilterName.EKF),
}
FILTERS = ("madgwick", "mahony", "ekf")
ROOMS = {"no iron": 0.0, "iron": 1.0, "much iron": 4.0}
MAGNETIC = {
    f"{name}, magnetometer, {room}": replace(
        VARIANTS[name],
        simulation=replace(VARIANTS[name].simulation, magnetic_field=MagneticFieldParams(disturbance=disturbance)),
    )
    for name in ("base", "no table rest")
    for room, disturbance in ROOMS.items()
}
VARIANTS |= MAGNETIC
ON_REQUEST = (*FILTERS, *MAGNETIC)


@dataclass(frozen=True, slots=True)
class Score:
    """One session, deg: of flexion, adduction, rotation (3,) RMSE, RMS of the stated sd, share within 2 sd.

    `changes_deg` (6,): RMS error of what changed since the repetition began, as in `CHANGES`. `slopes_deg_s`: of each
    hold. `known`: share of the samples that have an angle.
    """

    rmse_deg: Floats
    sd_deg: Floats
    covered: Floats
    changes_deg: Floats
    slopes_deg_s: Floats
    known: float
    holds: int
    missed: int
    false: int
    re_zeros: int


def main() -> int:
    """Simulate, score, print the tables."""
    parser = argparse.ArgumentParser(prog="tools/validate simulation", description=__doc__)
    parser.add_argument("--sessions", type=int, default=16, help="per exercise and variant (default: 16)")
    parser.add_argument("--exercise", action="append", choices=(*EXERCISES, *MEASUREMENTS), help="default: all eight")
    parser.add_argument(
        "--variant", action="append", choices=tuple(VARIANTS), help="default: neither filters nor magnetometers"
    )
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    exercises = args.exercise or [*EXERCISES, *MEASUREMENTS]
    variants = args.variant or [name for name in VARIANTS if name not in ON_REQUEST]
    used = " ".join(f"{name} {number}" for name, number in versions())
    print(f"measured {datetime.now(UTC):%Y-%m-%d}; {used}; {args.sessions} sessions each, seeds from {args.seed}")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name in variants:
            print(f"\n{name}: RMSE (95 % interval of its mean), RMS over all / stated sd / within 2 sd, deg")
            everything: list[Score] = []
            for exercise_id in exercises:
                jobs = [(exercise_id, name, args.seed + k) for k in range(args.sessions)]
                scores = [score for score in pool.map(scored, *zip(*jobs, strict=True)) if score is not None]
                everything += scores
                print_scores(exercise_id, scores, args.sessions)
            print_scores("all", everything, args.sessions * len(exercises))
            sys.stdout.flush()
    return 0


def print_scores(name: str, scores: Sequence[Score], sessions: int) -> None:
    """Print the line of an exercise and, below it, changes, holds and corrections."""
    if not scores:
        print(f"{name:22} no angles in any of {sessions} sessions")
        return
    parts = []
    for k in (2, 0, 1):
        rmse = np.array([score.rmse_deg[k] for score in scores])
        low, high = interval(rmse)
        sd = np.mean([score.sd_deg[k] for score in scores])
        covered = np.mean([score.covered[k] for score in scores])
        # A standard deviation describes the root mean square over all sessions; the mean of theirs is less.
        whole = float(np.sqrt(np.mean(rmse**2)))
        parts.append(f"{rmse.mean():5.2f} ({low:.2f}-{high:.2f}), {whole:4.2f} / {sd:4.2f} / {covered:4.2f}")
    print(f"{name:22} rotation {parts[0]}   flexion {parts[1]}   adduction {parts[2]}")
    changes = np.mean([score.changes_deg for score in scores], axis=0)
    slopes = np.concatenate([score.slopes_deg_s for score in scores])
    slope = float(np.sqrt(np.mean(slopes**2))) if len(slopes) else float("nan")
    print(
        f"{'':22} change {' '.join(f'{n} {c:.2f}' for n, c in zip(CHANGES, changes, strict=True))}; "
        f"hold slope {slope:.3f}/s; missed {sum(s.missed for s in scores)}/{sum(s.holds for s in scores)}, "
        f"false {sum(s.false for s in scores)}; known {np.mean([s.known for s in scores]):.3f}; "
        f"re-zeros {np.mean([s.re_zeros for s in scores]):.1f}; sessions {len(scores)}/{sessions}"
    )


def interval(values: Floats) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean."""
    rng = np.random.default_rng(0)
    means = rng.choice(values, (RESAMPLED, len(values))).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def scored(exercise_id: str, variant: str, seed: int) -> Score | None:
    """Simulate one session (even seeds: right leg), analyze it, score it; None where there are no angles."""
    chosen = VARIANTS[variant]
    side = Side.LEFT if seed % 2 else Side.RIGHT
    session = simulate_session(script(exercise(exercise_id)), side, np.random.default_rng(seed), chosen.simulation)
    found = corridor(exercise_id, side, session, seed, chosen)
    return None if found is None else score(session, side, *found)


def corridor(
    exercise_id: str,
    side: Side,
    session: SimulatedSession,
    seed: int,
    variant: Variant,
    prompts: Sequence[Prompt] | None = None,
) -> tuple[AngleBlock, Floats, tuple[Event, ...]] | None:
    """Take what is delivered of a session through the corridor; return rows, their true times, events.

    `prompts`: the script that was followed, if it is not that of one set of the exercise. None where the clocks of the
    two tables cannot be matched.
    """
    delivery = deliver(session, np.random.default_rng([seed, 1]), variant.delivery)
    pelvis, thigh = _table(delivery.pelvis), _table(delivery.thigh)
    clock = None
    if variant.delivery.own_clocks:
        matched = match(MatchParams(), *(Moved(each.t_s, each.gyr, each.acc) for each in (pelvis, thigh)))
        if matched is None:
            return None
        clock = matched.clock
    shown = delivery.pelvis.clock
    marks = [
        MarkedInterval(begin, end, prompt.label, prompt.detail)
        for prompt in prompts or script(exercise(exercise_id))
        if prompt.label is not None and prompt.label not in variant.without
        for begin, end in [shown.shows(np.array([prompt.start_s, prompt.start_s + prompt.duration_s]))]
    ]
    imported = import_items(pelvis, thigh, marks, thigh_clock=clock)
    setup = Setup(
        side, exercise_id, (exercise(exercise_id),), imported.sensors, Origin.SIMULATION, None, imported.zero_ns, (),
        variant.filter, variant.magnetometer,
    )  # fmt: skip
    pipeline = Pipeline(setup)
    outputs = [pipeline.receive(imported.items), pipeline.finish()]
    rows = joined([output.angles for output in outputs])
    events = tuple(event for output in outputs for event in output.events)
    return rows, (rows.t_s - shown.offset_s) / shown.rate, events


def _table(table: DeliveredTable) -> TimedSamples:
    return TimedSamples(table.t_s, table.readings.gyr, table.readings.acc, table.readings.mag)


def score(
    session: SimulatedSession, side: Side, rows: AngleBlock, true_s: Floats, events: Sequence[Event]
) -> Score | None:
    """Compare a result with the truth; None where no angle within a repetition is known."""
    truth = session.truth
    index = np.clip(np.searchsorted(session.t_s, true_s), 0, len(session.t_s) - 1)
    moving = np.isin(truth.phase[index], MOVING)
    known = rows.valid & moving
    if not np.any(known):
        return None
    reference = np.stack([np.interp(true_s, session.t_s, angle) for angle in truth.angles_rad.T], axis=1)
    error = wrap_angle(rows.angles_rad - reference)
    pelvis = np.stack([np.interp(true_s, session.t_s, angle) for angle in true_pelvis(session, side).T], axis=1)
    shown = np.stack([rows.pelvis_tilt_rad, rows.pelvis_list_rad, np.unwrap(rows.pelvis_yaw_rad)], axis=1)
    every = np.concatenate([error, wrap_angle(shown - pelvis)], axis=1)
    borders = np.flatnonzero(np.diff(moving.astype(int), prepend=0, append=0))
    changes = []
    for start, stop in zip(borders[::2], borders[1::2], strict=True):
        inside = np.arange(start, stop)[rows.valid[start:stop]]
        if len(inside):
            changes.append(wrap_angle(every[inside] - every[inside[0]]))
    holds = [event for event in events if isinstance(event, Hold)]
    slopes = []
    for hold in truth.holds:
        inside = known & (true_s >= hold.start_s) & (true_s < hold.end_s)
        if np.count_nonzero(inside) > 100:
            slopes.append(np.polyfit(true_s[inside], np.degrees(error[inside, 2]), 1)[0])
    found = [any(_meet(rows, true_s, each, hold) for each in holds) for hold in truth.holds]
    plateaus: tuple[TrueHold | TrueBlock, ...] = (*truth.holds, *truth.blocks)
    false = [each for each in holds if not any(_meet(rows, true_s, each, plateau) for plateau in plateaus)]
    return Score(
        rmse_deg=np.degrees(np.sqrt(np.mean(error[known] ** 2, axis=0))),
        sd_deg=np.degrees(np.sqrt(np.mean(rows.sd_rad[known] ** 2, axis=0))),
        covered=np.mean(np.abs(error[known]) < 2.0 * rows.sd_rad[known], axis=0),
        changes_deg=np.degrees(np.sqrt(np.mean(np.concatenate(changes) ** 2, axis=0))),
        slopes_deg_s=np.array(slopes),
        known=float(np.count_nonzero(known) / np.count_nonzero(moving)),
        holds=len(truth.holds),
        missed=found.count(False),
        false=len(false),
        re_zeros=sum(isinstance(event, ReZero) for event in events),
    )


def true_pelvis(session: SimulatedSession, side: Side) -> Floats:
    """Return tilt, list and yaw of the pelvis (n, 3), rad, signed as in `AngleBlock`."""
    truth = session.truth
    pelvis = multiply(truth.earth_from_pelvis_sensor, conjugate(truth.pelvis_from_sensor))
    up = rotate(conjugate(pelvis), np.array([0.0, 0.0, 1.0]))
    turns = rotation_vector(multiply(pelvis[1:], conjugate(pelvis[:-1])))[:, 2]
    yaw = np.concatenate([[0.0], np.cumsum(turns)])
    right = -1.0 if side is Side.LEFT else 1.0
    raised = right * np.arcsin(np.clip(up[:, 2], -1.0, 1.0))
    return np.stack([np.arctan2(-up[:, 0], up[:, 1]), raised, right * yaw], axis=1)


def _meet(rows: AngleBlock, true_s: Floats, hold: Hold, plateau: TrueHold | TrueBlock) -> bool:
    start_s, end_s = np.interp([hold.start_s, hold.end_s], rows.t_s, true_s)
    return bool(min(end_s, plateau.end_s) - max(start_s, plateau.start_s) > 0.5)


if __name__ == "__main__":
    raise SystemExit(main())
