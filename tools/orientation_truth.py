"""Run the program's orientation filters over recordings with a reference of orientation, and score them.

The data set is known from the arrays in the file: BROAD (doi:10.3390/data6070072), RepoIMU, OpenAXES
(doi:10.25835/psqqs9w0) and DIODEM (doi:10.7910/DVN/SGJLZA). One sensor is scored against its own orientation; of two
sensors, the second against the first. The samples go through the stage that live sessions and replays use.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation, Slerp

from imu_hip.model.block import AlignedBlock, Floats, SampleState, SensorBlock
from imu_hip.model.event import CalibrationStep
from imu_hip.model.item import Edge, MarkLabel, TimedMark
from imu_hip.model.setup import FilterName
from imu_hip.orientation import stage
from imu_hip.orientation.stage import OrientationParams, OrientationState
from imu_hip.quaternion import about_vertical, conjugate, multiply, normalise
from imu_hip.session.versions import versions

START_S = 1.0
PAIR_START_S = 0.4
"""At the beginning of which the heading is aligned; robot and hand-moved chain rest for hardly longer."""
STICK_LAG_ROWS = 1
"""By which the sensor of RepoIMU is behind its cameras."""
CHAIN_LAG_S = 0.03
"""By which the cameras' times of DIODEM are late: from the rates of gyroscopes and cameras, half a sample included."""
END_REST_ROWS = 30
"""The chain of DIODEM rests at its end only."""
MEASURES = ("total", "heading", "inclination")

Arrays = Mapping[str, NDArray[np.generic]]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Recording:
    """Samples at `t_s` (n,) of one sensor or of two, and what is true.

    `reference` (n, 4): earth_from_sensor of one sensor, first_from_second of two. What cannot be known from the
    samples is taken from the rows `start`: the heading, or with `level` False (a reference whose z axis is not the
    vertical) a whole constant rotation. `rest_s`: how long the sensor lay still at the beginning.
    """

    name: str
    group: str
    t_s: Floats
    sensors: tuple[SensorBlock, ...]
    reference: Floats
    start: Flags
    scored: Flags
    rest_s: float | None = None
    level: bool = True


def main() -> int:
    """Load, run, print the table."""
    parser = argparse.ArgumentParser(prog="tools/validate orientation", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE.npz")
    parser.add_argument("--filter", choices=[name.value for name in FilterName], help="this one only (default: all)")
    args = parser.parse_args()
    filters = [FilterName(args.filter)] if args.filter else list(FilterName)
    recordings = [recording for path in args.files for recording in _load(path, parser)]
    used = " ".join(f"{name} {number}" for name, number in (*versions(), ("ahrs", version("ahrs"))))
    print(f"measured {datetime.now(UTC):%Y-%m-%d}; {used}")
    print(f"{'RMSE, deg':52} {'filter':9} {'table rest':10}" + "".join(f"{name:>13}" for name in MEASURES))
    groups: dict[tuple[str, FilterName, bool], list[Floats]] = defaultdict(list)
    for recording in recordings:
        for name, rest in ((name, rest) for name in filters for rest in (False, True)):
            if rest and recording.rest_s is None:
                continue
            orientations = estimate(recording, name, with_rest=rest)
            if orientations is None:
                print(f"{recording.name:52} {name:9} refused", flush=True)
                continue
            found = rmse_deg(error(recording, orientations), recording.scored)
            groups[recording.group, name, rest].append(found)
            _print_row(recording.name, name, rest, found)
    for (group, name, rest), found_each in groups.items():
        if len(found_each) > 1:
            _print_row(f"mean of {len(found_each)} {group}", name, rest, np.mean(found_each, axis=0))
    return 0


def estimate(recording: Recording, name: FilterName, *, with_rest: bool) -> tuple[Floats, ...] | None:
    """Return earth_from_sensor (n, 4) of each sensor; None when the stage refuses the table rest."""
    n = len(recording.t_s)
    marks: list[TimedMark] = []
    if with_rest and recording.rest_s is not None:
        ends = ((recording.t_s[0], Edge.BEGIN), (recording.rest_s, Edge.END))
        marks = [TimedMark(float(t_s), MarkLabel.TABLE_REST, edge) for t_s, edge in ends]
    first = recording.sensors[0]
    if len(recording.sensors) == 2:
        second = recording.sensors[1]
    else:
        # The stage wants two sensors at rest; behind that the second would only take time.
        resting = recording.t_s < (recording.rest_s if marks and recording.rest_s is not None else -np.inf)
        unknown = np.where(resting[:, None], 0.0, np.nan)
        state = np.where(resting, first.state, SampleState.MISSING).astype(np.uint8)
        second = SensorBlock(first.gyr + unknown, first.acc + unknown, state)
    block = AlignedBlock(recording.t_s, first, second, np.ones(n, dtype=bool))
    period_s = float((recording.t_s[-1] - recording.t_s[0]) / (n - 1))
    _, oriented, events = stage.step(OrientationParams(filter=name), OrientationState(), block, marks, period_s)
    if any(isinstance(event, CalibrationStep) and not event.accepted for event in events):
        return None
    both = (oriented.earth_from_pelvis_sensor, oriented.earth_from_thigh_sensor)
    return both[: len(recording.sensors)]


def error(recording: Recording, orientations: Sequence[Floats]) -> Floats:
    """Return the rotation (n, 4), in the world, from the true to the estimated orientation.

    Of two sensors the first carries the reference, so that what is left is the error between them.
    """
    estimated = orientations[-1]
    true = recording.reference if len(orientations) == 1 else multiply(orientations[0], recording.reference)
    e = multiply(estimated, conjugate(true))
    start = e[recording.start]
    if recording.level:
        heading = 2.0 * np.arctan2(start[:, 3], start[:, 0])
        offset = np.arctan2(np.mean(np.sin(heading)), np.mean(np.cos(heading)))
        return multiply(about_vertical(-offset), e)
    same_sign = start * np.where(np.sum(start * start[0], axis=1) < 0.0, -1.0, 1.0)[:, None]
    return multiply(e, conjugate(normalise(np.mean(same_sign, axis=0))))


def rmse_deg(e: Floats, scored: Flags) -> Floats:
    """Return the RMSE (3,) of total, heading and inclination error, as BROAD's authors define them."""
    w, z = e[scored, 0], e[scored, 3]
    halves = (np.clip(np.abs(w), 0.0, 1.0), np.clip(np.hypot(w, z), 0.0, 1.0))
    total, inclination = (2.0 * np.arccos(half) for half in halves)
    heading = 2.0 * np.arctan2(np.abs(z), np.abs(w))
    return np.degrees([np.sqrt(np.mean(angle**2)) for angle in (total, heading, inclination)])


def read(name: str, arrays: Arrays) -> Iterator[Recording]:
    """Yield the recordings of one file; ValueError when its arrays are of no known data set."""
    if "movement" in arrays:
        yield _broad(name, arrays)
    elif "quat_ref" in arrays:
        yield _stick(name, arrays)
    elif "radius_quat_ref" in arrays:
        t_s = _floats(arrays["t"])
        sensors = tuple(_samples(arrays, f"{link}_") for link in ("radius", "carpus"))
        references = [normalise(_floats(arrays[f"{link}_quat_ref"])) for link in ("radius", "carpus")]
        yield _pair(name, "OpenAXES", t_s, sensors, references)
    elif "seg1_quat_ref_omc" in arrays:
        yield from _ball_joint(name, arrays)
    else:
        raise ValueError("none of the arrays that tell BROAD, RepoIMU, OpenAXES or DIODEM")


def _broad(name: str, arrays: Arrays) -> Recording:
    sensor, reference = _samples(arrays), _floats(arrays["quat_ref"])
    t_s = np.arange(len(reference)) / float(arrays["fs"])
    known = ~np.isnan(reference).any(axis=1)
    moving = arrays["movement"].astype(bool)
    first_s = float(t_s[np.argmax(moving)])
    start = known & (t_s >= first_s - START_S) & (t_s < first_s)
    group = f"BROAD {'undisturbed' if 'undisturbed' in name else 'disturbed'}"
    return Recording(name, group, t_s, (sensor,), reference, start, known & moving, first_s - START_S)


def _stick(name: str, arrays: Arrays) -> Recording:
    """RepoIMU: the cameras' frame is not level, and the stick's axes are not quite the sensor's."""
    sensor = _samples(arrays)
    late = SensorBlock(sensor.gyr[STICK_LAG_ROWS:], sensor.acc[STICK_LAG_ROWS:], sensor.state[STICK_LAG_ROWS:])
    t_s, reference = (_floats(arrays[key])[:-STICK_LAG_ROWS] for key in ("t", "quat_ref"))
    reference = multiply(normalise(reference), mounting(t_s, reference, late.gyr))
    start = t_s < t_s[0] + START_S
    return Recording(name, "RepoIMU", t_s, (late,), reference, start, ~start, level=False)


def _ball_joint(name: str, arrays: Arrays) -> Iterator[Recording]:
    """DIODEM: segments 1 and 2, with sensors fixed to them and on foam; the reference has gaps and its own rate."""
    t_s = _floats(arrays["t"])
    seen_s = _floats(arrays["t_omc"]) - CHAIN_LAG_S
    references = [_at(t_s, seen_s, _floats(arrays[f"seg{k}_quat_ref_omc"])) for k in (1, 2)]
    for key, mounted in (("rigid", "fixed"), ("nonrigid", "foam")):
        sensors = tuple(_samples(arrays, f"seg{k}_{key}_") for k in (1, 2))
        yield _pair(f"{name} {mounted}", f"DIODEM {mounted}", t_s, sensors, references)
        without = tuple(replace(s, gyr=s.gyr - np.mean(s.gyr[-END_REST_ROWS:], axis=0)) for s in sensors)
        yield _pair(f"{name} {mounted}, bias off", f"DIODEM {mounted}, bias off", t_s, without, references)


def _pair(
    name: str, group: str, t_s: Floats, sensors: tuple[SensorBlock, ...], references: Sequence[Floats]
) -> Recording:
    """Turn the references into the sensors' axes, by the rates that both saw."""
    first, second = (
        multiply(reference, mounting(t_s, reference, sensor.gyr))
        for reference, sensor in zip(references, sensors, strict=True)
    )
    relative = multiply(conjugate(first), second)
    start = t_s < t_s[0] + PAIR_START_S
    known = ~np.isnan(relative).any(axis=1)
    return Recording(name, group, t_s, sensors, relative, start & known, ~start & known)


def mounting(t_s: Floats, reference: Floats, gyr: Floats) -> Floats:
    """Return body_from_sensor (4,): the constant rotation that makes the gyroscope's rates those of the reference."""
    turns = multiply(conjugate(reference[:-1]), reference[1:])
    known = ~np.isnan(turns).any(axis=1)
    rates = Rotation.from_quat(turns[known], scalar_first=True).as_rotvec() / np.diff(t_s)[known, None]
    between = 0.5 * (gyr[:-1] + gyr[1:])
    found, _ = Rotation.align_vectors(rates, between[known])
    return np.asarray(found.as_quat(scalar_first=True))


def _at(t_s: Floats, known_s: Floats, reference: Floats) -> Floats:
    """Interpolate (n, 4) to other times; NaN beside gaps and beyond the ends."""
    known = np.asarray(~np.isnan(reference).any(axis=1))
    right = np.clip(np.searchsorted(known_s, t_s, side="left"), 1, len(known_s) - 1)
    inside = known[right] & known[right - 1] & (t_s >= known_s[0]) & (t_s <= known_s[-1])
    out = np.full((len(t_s), 4), np.nan)
    between = Slerp(known_s[known], Rotation.from_quat(reference[known], scalar_first=True))
    out[inside] = between(t_s[inside]).as_quat(scalar_first=True)
    return out


def _samples(arrays: Arrays, prefix: str = "") -> SensorBlock:
    gyr, acc = _floats(arrays[f"{prefix}gyr"]), _floats(arrays[f"{prefix}acc"])
    return SensorBlock(gyr, acc, np.full(len(gyr), SampleState.MEASURED, dtype=np.uint8))


def _floats(array: NDArray[np.generic]) -> Floats:
    return array.astype(np.float64)


def _load(path: Path, parser: argparse.ArgumentParser) -> list[Recording]:
    try:
        with np.load(path) as data:
            return list(read(path.stem, {key: data[key] for key in data.files}))
    except (OSError, ValueError, KeyError) as reason:
        parser.error(f"{path}: {reason}")


def _print_row(name: str, filter_name: FilterName, rest: bool, found: Floats) -> None:
    figures = "".join(f"{figure:13.2f}" for figure in found)
    print(f"{name:52} {filter_name:9} {'yes' if rest else 'no':10}{figures}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
