"""Play a real person's walk through the whole program and score the hip angles against the optical ones.

The file (Neura-sparse01, doi:10.7910/DVN/9QDD5J) holds a pelvis and a right-thigh sensor at 100 Hz and, from markers,
the right hip's angles. Two virtual sensors play it over the virtual radio into the real client; all that the program
is told is when the person stands still. There are no leg swings and no bows, so the sensors' mounting is found from
the walking itself.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.app.demo import Demo, Speed, Worn
from imu_hip.app.watching import Watching, watch
from imu_hip.model.block import AngleBlock
from imu_hip.model.cue import Cue
from imu_hip.model.item import LinkChange, LinkState, MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Side
from imu_hip.session.reader import Recording
from imu_hip.session.user_library import Library
from imu_hip.virtual.motion import RecordedMotion

RATE_HZ = 100.0
STANDING_S = (2.0, 9.0)
SCORED_S = (10.5, 22.5)
SENSOR_LAG_S = 0.03
"""By which the sensors of this data set are behind the cameras."""
NAMES = ("flexion", "adduction", "internal rotation")

Floats = NDArray[np.float64]


def main() -> int:
    """Run, score, print the table."""
    parser = argparse.ArgumentParser(prog="tools/validate walk", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--speed", default="1", help="times real time, or max (default: real time)")
    parser.add_argument("--window", action="store_true", help="show it in the window meanwhile")
    parser.add_argument("--out", type=Path, help="keep the recording here")
    args = parser.parse_args()
    with np.load(args.file) as data:
        gyr, acc = ({s: data[f"{s}_{kind}"].astype(float) for s in ("pelvis", "thigh_r")} for kind in ("gyr", "acc"))
        truth_s, truth_deg = data["t"].astype(float), data["hip_r_flex_add_introt_deg"].astype(float)
    worn = Worn(*(RecordedMotion(RATE_HZ, gyr[s], acc[s]) for s in ("pelvis", "thigh_r")))
    begin_s, end_s = STANDING_S
    script = (
        Prompt(begin_s, end_s - begin_s, "Stand still", MarkLabel.N_POSE),
        Prompt(end_s, float(truth_s[-1]) - end_s, "Walk", None, Cue.WALK),
    )
    speed = Speed(None if args.speed == "max" else float(args.speed))
    demo = Demo(exercise("standing_dissociation"), Side.RIGHT, worn, script, out=args.out, speed=speed)
    watch(demo, None, Watching(headless=not args.window, sound=False), Library())
    recording = api.read(demo.path)
    result = api.analyze(recording)
    same = result.result_sha256 == demo.session.result_sha256
    print(f"recording {demo.path}; analysis and live agree to the bit: {'yes' if same else 'NO'}")
    _print_table(result.angles.t_s - _playback_began_s(recording), result.angles, truth_s, truth_deg)
    return 0 if same else 1


def _playback_began_s(recording: Recording) -> float:
    """Return when the person was set in motion: as soon as both sensors streamed."""
    items = [numbered.item for numbered in recording.items]
    streaming = [i.t_ns for i in items if isinstance(i, LinkChange) and i.state is LinkState.STREAMING]
    return (streaming[1] - items[0].t_ns) / 1e9


def _print_table(t_s: Floats, angles: AngleBlock, truth_s: Floats, truth_deg: Floats) -> None:
    rad, sd, valid = angles.angles_rad, angles.sd_rad, angles.valid
    standing = (truth_s >= STANDING_S[0]) & (truth_s < STANDING_S[1])
    truth_deg = truth_deg - truth_deg[standing].mean(axis=0)
    scored = (t_s >= SCORED_S[0]) & (t_s < SCORED_S[1])
    used = scored & valid
    print(f"scored {SCORED_S[0]:g}-{SCORED_S[1]:g} s; angles known in {100.0 * used.sum() / scored.sum():.1f} % of it")
    if not used.any():
        return
    print(f"first angle at {t_s[valid][0]:.2f} s")
    print(f"{'deg':18} {'RMSE':>6} {'mean':>6} {'stated sd':>10} {'within 2 sd':>12}")
    for k, name in enumerate(NAMES):
        wanted = np.interp(t_s[used] - SENSOR_LAG_S, truth_s, truth_deg[:, k])
        error = np.degrees(rad[used, k]) - wanted
        stated = np.degrees(sd[used, k])
        within = float((np.abs(error) < 2.0 * stated).mean())
        figures = (
            f"{np.sqrt((error**2).mean()):6.2f} {error.mean():6.2f} {stated.mean():10.2f} {100.0 * within:10.1f} %"
        )
        print(f"{name:18} {figures}")


if __name__ == "__main__":
    sys.exit(main())
