"""Derive one recording under every orientation filter and print what each makes of it.

Without a truth the other filters are compared with VQF. With one (the table that `imu-hip simulate` writes beside a
recording) all of them are compared with it.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from imu_hip import api
from imu_hip.model.analysis import Analysis
from imu_hip.model.block import Floats
from imu_hip.model.event import Hold, Phase, ReZero
from imu_hip.model.setup import FilterName
from imu_hip.quaternion import wrap_angle
from imu_hip.session.versions import versions

COLUMNS = ("flexion_deg", "adduction_deg", "internal_rotation_deg")
MOVING = (Phase.APPROACH, Phase.HOLD, Phase.BLOCK, Phase.EXIT)


def main() -> int:
    """Analyze with each filter, compare, print the table."""
    parser = argparse.ArgumentParser(prog="tools/validate filters", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE.mcap")
    parser.add_argument("--truth", type=Path, metavar="TRUTH.csv")
    args = parser.parse_args()
    recording = api.read(args.file)
    results: dict[FilterName, tuple[Analysis, float]] = {}
    for name in FilterName:
        began = time.process_time()
        results[name] = api.analyze(recording, filter=name), time.process_time() - began
    usual, _ = results[FilterName.VQF]
    reference = _interpolated(args.truth, usual.angles.t_s) if args.truth else usual.angles.angles_rad
    moving = np.isin(usual.phases, MOVING)
    used = " ".join(f"{name} {number}" for name, number in (*versions(), ("ahrs", version("ahrs"))))
    print(f"measured {datetime.now(UTC):%Y-%m-%d}; {used}")
    print(f"RMSE against {args.truth or 'vqf'} within repetitions (as vqf's result has them), deg")
    print(f"{'filter':9}{'flexion':>10}{'adduction':>11}{'rotation':>10}{'stated sd':>11}{'known':>8}"
          f"{'holds':>7}{'re-zeros':>10}{'seconds':>9}")  # fmt: skip
    for name, (result, seconds) in results.items():
        known = result.angles.valid & moving & ~np.isnan(reference[:, 2])
        error = wrap_angle(result.angles.angles_rad - reference)[known]
        rmse = np.degrees(np.sqrt(np.mean(error**2, axis=0))) if np.any(known) else np.full(3, np.nan)
        sd = np.degrees(np.mean(result.angles.sd_rad[known, 2])) if np.any(known) else np.nan
        holds, zeros = (sum(isinstance(event, kind) for event in result.events) for kind in (Hold, ReZero))
        share = int(np.count_nonzero(known)) / max(1, int(np.count_nonzero(moving)))
        print(f"{name.value:9}{rmse[0]:10.2f}{rmse[1]:11.2f}{rmse[2]:10.2f}{sd:11.2f}{share:8.2f}"
              f"{holds:7}{zeros:10}{seconds:9.2f}")  # fmt: skip
    return 0


def _interpolated(path: Path, t_s: Floats) -> Floats:
    """Return the angles (n, 3), rad, of a table at these times; NaN where it has none."""
    table = np.genfromtxt(path, delimiter=",", names=True)
    return np.asarray(np.radians(np.stack([np.interp(t_s, table["t_s"], table[column]) for column in COLUMNS], axis=1)))


if __name__ == "__main__":
    raise SystemExit(main())
