"""Score the change of both hips' angles within repetitions of a person who exercises, against video.

The data set (doi:10.1109/JBHI.2024.3368042) has a pelvis and two thigh sensors at 100 Hz and, row by row, hip angles
from markerless video. Repetitions are cut out of their trials, so the program cannot run through. What it can do is
used: orientations, the N-pose (`Pose`), segment axes, joint angles. What is missing is put in its place:

- the direction of each segment's mediolateral axis about its long axis, three times: from `Pose` and `Walk` as the
  program finds it there, if it does; from the video's angles in `Walk`; from the video's angles in the other
  repetitions of the same exercise;
- the relative heading: for each repetition, so that its mean rotation is the video's;
- the seconds before a repetition, in which a filter finds the vertical: stillness at the inclination that the
  sensor's own fusion reports there.

So neither drift nor the zero of an angle is scored: of each repetition the mean error is taken off.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from imu_hip.kinematics import neutral_pose
from imu_hip.kinematics import stage as kinematics
from imu_hip.kinematics.alignment import Alignment, SegmentAxis, from_axes
from imu_hip.kinematics.joint_angles import about_long_axis, hip_angles
from imu_hip.kinematics.neutral_pose import NeutralPose, NeutralPoseParams, relative_heading
from imu_hip.kinematics.side import as_right_hip
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.model.block import AlignedBlock, Floats, OrientationBlock, SampleState, SensorBlock, cut
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import Edge, MarkLabel, TimedMark
from imu_hip.model.setup import FilterName, Side
from imu_hip.orientation import stage as orientation
from imu_hip.orientation.stage import OrientationParams, OrientationState
from imu_hip.quaternion import about_vertical, conjugate, cross3, multiply, norm, rotate, wrap_angle
from imu_hip.session.versions import versions

PERIOD_S = 0.01
SETTLING_ROWS = 300
GRAVITY = np.array([0.0, 0.0, 9.81])
LEGS = {Side.RIGHT: "r", Side.LEFT: "l"}
KINDS = ("gyr", "acc")
NAMES = ("flexion", "adduction", "int. rotation")
FIRST_GUESSES_RAD = tuple(math.radians(angle) for angle in (0.0, 90.0, 180.0, 270.0))

Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Repetition:
    """One hip, always as a right one: the orientations of both sensors, and the video's angles (n, 3), rad."""

    rows: OrientationBlock
    video_rad: Floats


def main() -> int:
    """Load, align, score, print the table."""
    parser = argparse.ArgumentParser(prog="tools/validate exercises", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE.npz", help="two end in _Pose and _Walk")
    parser.add_argument("--filter", choices=[name.value for name in FilterName], help="this one only (default: all)")
    args = parser.parse_args()
    filters = [FilterName(args.filter)] if args.filter else list(FilterName)
    trials = {path.stem.rpartition("_")[2]: _load(path, parser) for path in args.files}
    if not {"Pose", "Walk"} <= set(trials):
        parser.error("the trials Pose and Walk are missing: they align the others")
    used = " ".join(f"{name} {number}" for name, number in (*versions(), ("ahrs", version("ahrs"))))
    print(f"measured {datetime.now(UTC):%Y-%m-%d}; {used}")
    print(f"{'RMSE of change, deg':20} {'aligned by':16} {'filter':9}" + "".join(f"{n:>15}" for n in NAMES))
    exercises = {trial: arrays for trial, arrays in trials.items() if trial not in ("Pose", "Walk")}
    for trial, arrays in exercises.items():
        _print_row(trial, "(video: its sd)", "-", rmse_deg(list(_video_changes(arrays))))
    for name in filters:
        scores: dict[tuple[str, str], list[Floats]] = defaultdict(list)
        for side in Side:
            for trial, source, errors in _scored(trials, exercises, side, name):
                scores[trial, source] += errors
        for (trial, source), errors in sorted(scores.items()):
            _print_row(trial, source, name, rmse_deg(errors))
    return 0


def _scored(
    trials: Mapping[str, Arrays], exercises: Mapping[str, Arrays], side: Side, name: FilterName
) -> Iterator[tuple[str, str, list[Floats]]]:
    """Yield exercise, source of the alignment and the errors of each repetition of one hip."""
    pose = standing(repetitions(trials["Pose"], side, name)[0])
    by_walk = aligned(pose, fitted(pose, repetitions(trials["Walk"], side, name)))
    by_program = found_by_program(trials["Pose"], trials["Walk"], side, name)
    for trial, arrays in exercises.items():
        each = repetitions(arrays, side, name)
        if by_program is not None:
            yield trial, f"program, {side}", [change_error(by_program, repetition) for repetition in each]
        yield trial, "video, Walk", [change_error(by_walk, repetition) for repetition in each]
        guess = fitted(pose, each)
        yield (
            trial,
            "video, others",
            [
                change_error(aligned(pose, fitted(pose, [o for o in each if o is not repetition], guess)), repetition)
                for repetition in each
            ],
        )


def found_by_program(pose: Arrays, walk: Arrays, side: Side, name: FilterName) -> Alignment | None:
    """Return what the program finds in a standing pose and the pieces of a walk behind it; None when nothing."""
    pose_s, walk_s = (_floats(trial["t"]) - float(trial["t"][0]) for trial in (pose, walk))
    end_s = float(pose_s[-1]) + PERIOD_S
    t_s = np.concatenate([pose_s, end_s + OrientationParams().restart_s + PERIOD_S + walk_s])
    pelvis, thigh = (
        _measured(*(np.concatenate([_floats(trial[f"{kind}_{segment}"]) for trial in (pose, walk)]) for kind in KINDS))
        for segment in ("pelvis", f"thigh_{LEGS[side]}")
    )
    marks = [TimedMark(at_s, MarkLabel.N_POSE, edge) for at_s, edge in ((0.0, Edge.BEGIN), (end_s, Edge.END))]
    block = AlignedBlock(t_s, pelvis, thigh, np.ones(len(t_s), dtype=bool))
    _, rows, _ = orientation.step(OrientationParams(filter=name), OrientationState(), block, marks, PERIOD_S)
    params = KinematicsParams(side, Posture.STANDING, {})
    state, _, _ = kinematics.step(params, KinematicsState(), rows, marks, PERIOD_S, None)
    return state.alignment


def repetitions(arrays: Arrays, side: Side, name: FilterName) -> list[Repetition]:
    """Run the orientation stage over each repetition of a trial."""
    leg, number = LEGS[side], arrays["rep"]
    found = []
    for rows in (np.flatnonzero(number == each) for each in np.unique(number)):
        pelvis, thigh = (_with_stillness(arrays, segment, rows) for segment in ("pelvis", f"thigh_{leg}"))
        n = len(rows) + SETTLING_ROWS
        block = AlignedBlock(_floats(np.arange(n)) * PERIOD_S, pelvis, thigh, np.ones(n, dtype=bool))
        _, oriented, _ = orientation.step(OrientationParams(filter=name), OrientationState(), block, (), PERIOD_S)
        right = as_right_hip(side, oriented)
        found.append(Repetition(cut(right, SETTLING_ROWS, n), np.radians(_floats(arrays[f"hip_{leg}"][rows]))))
    return found


def _with_stillness(arrays: Arrays, segment: str, rows: NDArray[np.intp]) -> SensorBlock:
    up = rotate(conjugate(_floats(arrays[f"quat_{segment}"][rows[0]])), GRAVITY)
    gyr = np.concatenate([np.zeros((SETTLING_ROWS, 3)), _floats(arrays[f"gyr_{segment}"][rows])])
    acc = np.concatenate([np.tile(up, (SETTLING_ROWS, 1)), _floats(arrays[f"acc_{segment}"][rows])])
    return _measured(gyr, acc)


def _measured(gyr: Floats, acc: Floats) -> SensorBlock:
    return SensorBlock(gyr, acc, np.full(len(gyr), SampleState.MEASURED, dtype=np.uint8))


def standing(pose: Repetition) -> NeutralPose:
    """Return the N-pose that the program sees; ValueError when it sees none."""
    begin_s, end_s = float(pose.rows.t_s[0]), float(pose.rows.t_s[-1]) + PERIOD_S
    seen = neutral_pose.seen(NeutralPoseParams(), pose.rows, begin_s, end_s, PERIOD_S)
    if isinstance(seen, str):
        raise ValueError(seen)
    return seen


def aligned(pose: NeutralPose, azimuths_rad: Floats) -> Alignment:
    """Return the alignment with these azimuths (2,) of the mediolateral axes of pelvis and thigh."""
    pelvis, thigh = (
        SegmentAxis(_horizontal(up, float(azimuth)), 0.0, "video")
        for up, azimuth in zip((pose.pelvis_up, pose.thigh_up), azimuths_rad, strict=True)
    )
    return from_axes(pose, pelvis, thigh)


def change_error(alignment: Alignment, repetition: Repetition) -> Floats:
    """Return the error (n, 3), rad, of the angles' change within a repetition."""
    pelvis = multiply(repetition.rows.earth_from_pelvis_sensor, alignment.sensor_from_pelvis)
    thigh = multiply(repetition.rows.earth_from_thigh_sensor, alignment.sensor_from_thigh)
    # Rotation is the innermost angle: without the video's, what is left of it is the error, and zero on average.
    heading = relative_heading(pelvis, multiply(thigh, about_long_axis(-repetition.video_rad[:, 2])))
    angles = hip_angles(pelvis, multiply(about_vertical(heading), thigh))
    error = wrap_angle(angles - repetition.video_rad)
    middle = np.arctan2(np.mean(np.sin(error), axis=0), np.mean(np.cos(error), axis=0))
    return wrap_angle(error - middle)


def fitted(pose: NeutralPose, repetitions: Sequence[Repetition], guess: Floats | None = None) -> Floats:
    """Return the azimuths (2,) with which the repetitions change most like the video's angles."""

    def errors(azimuths_rad: Floats) -> Floats:
        alignment = aligned(pose, azimuths_rad)
        return np.concatenate([change_error(alignment, each).ravel() for each in repetitions])

    def square(azimuths_rad: Floats) -> float:
        return float(np.sum(errors(azimuths_rad) ** 2))

    around = [np.array([pelvis, thigh]) for pelvis in FIRST_GUESSES_RAD for thigh in FIRST_GUESSES_RAD]
    guesses = sorted(around, key=square)[:4] if guess is None else [guess]
    found = [least_squares(errors, each) for each in guesses]
    return _floats(min(found, key=lambda each: float(each.cost)).x)


def rmse_deg(errors: Sequence[Floats]) -> Floats:
    """Return the RMSE (3,) over all rows of all repetitions."""
    return _floats(np.degrees(np.sqrt(np.mean(np.concatenate(errors) ** 2, axis=0))))


def _horizontal(up: Floats, azimuth_rad: float) -> Floats:
    """Return the unit vector (3,) across `up` at an azimuth from an arbitrary origin."""
    y = up / norm(up)
    helper = np.zeros(3)
    helper[int(np.argmin(np.abs(y)))] = 1.0
    first = cross3(y, helper)
    first = first / norm(first)
    return np.asarray(math.cos(azimuth_rad) * first + math.sin(azimuth_rad) * cross3(y, first))


def _video_changes(arrays: Arrays) -> Iterator[Floats]:
    for leg in LEGS.values():
        for each in np.unique(arrays["rep"]):
            angles = np.radians(_floats(arrays[f"hip_{leg}"][arrays["rep"] == each]))
            yield angles - np.mean(angles, axis=0)


def _floats(array: NDArray[np.generic]) -> Floats:
    return np.asarray(array, dtype=np.float64)


def _load(path: Path, parser: argparse.ArgumentParser) -> dict[str, NDArray[np.generic]]:
    needed = ["t", "rep", "hip_r", "hip_l"]
    needed += [f"{kind}_{segment}" for kind in (*KINDS, "quat") for segment in ("pelvis", "thigh_r", "thigh_l")]
    try:
        with np.load(path) as data:
            return {key: data[key] for key in needed}
    except (OSError, ValueError, KeyError) as reason:
        parser.error(f"{path}: {reason}")


def _print_row(trial: str, source: str, name: str, found: Floats) -> None:
    print(f"{trial:20} {source:16} {name:9}" + "".join(f"{figure:15.2f}" for figure in found), flush=True)


if __name__ == "__main__":
    sys.exit(main())
