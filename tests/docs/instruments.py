"""Arrays as docs/validation.md describes them, small and made by hand: of cameras, a robot, markers and video."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from imu_hip.model.block import Floats
from tests.kinematics import walker
from tests.tools.test_exercise_truth import squat, trial
from tests.tools.test_orientation_truth import RATE_HZ, REST_S, quaternions, turning

STILL_S = 4.0
"""Besides what the walker stands."""


def write() -> None:
    """Write a file, or a few, of each data set."""
    for seed, name in enumerate(("undisturbed", "disturbed")):
        t_s, truth, gyr, acc = turning(seed)
        reference = {"gyr": gyr, "acc": acc, "quat_ref": quaternions(truth)}
        np.savez(f"broad_{name}.npz", fs=RATE_HZ, movement=t_s >= REST_S, allow_pickle=False, **reference)
        np.savez(f"repoimu_{name}.npz", t=t_s, allow_pickle=False, **reference)
    np.savez("openaxes_circle.npz", allow_pickle=False, **_linked("radius_{}", "carpus_{}"))
    chain = _linked("seg1_rigid_{}", "seg2_rigid_{}")
    for k in (1, 2):
        chain[f"seg{k}_quat_ref_omc"] = chain.pop(f"seg{k}_rigid_quat_ref")
        for kind in ("gyr", "acc"):
            chain[f"seg{k}_nonrigid_{kind}"] = chain[f"seg{k}_rigid_{kind}"]
    np.savez("diodem_chain.npz", t_omc=chain["t"], allow_pickle=False, **chain)
    np.savez("neura_walk.npz", allow_pickle=False, **_walk())
    for name, angles in (("Pose", [np.zeros((150, 3))]), ("Walk", _squats(4)), ("Squat", _squats(3))):
        np.savez(Path(f"cmu_sub22_{name}.npz"), allow_pickle=False, **trial(angles))


def _linked(*names: str) -> dict[str, Floats]:
    """Return what two sensors feel that turn on the spot."""
    arrays: dict[str, Floats] = {}
    for seed, name in enumerate(names):
        t_s, truth, gyr, acc = turning(seed)
        arrays |= {"t": t_s, name.format("gyr"): gyr, name.format("acc"): acc}
        arrays[name.format("quat_ref")] = quaternions(truth)
    return arrays


def _walk() -> dict[str, Floats]:
    rows, flexion_rad = walker.walk(0)
    still = round(STILL_S * walker.RATE_HZ)
    n = still + len(rows.t_s)
    arrays = {"t": np.arange(n) / walker.RATE_HZ}
    for sensor, gyr, acc in (
        ("pelvis", rows.pelvis_gyr, rows.pelvis_acc),
        ("thigh_r", rows.thigh_gyr, rows.thigh_acc),
    ):
        arrays |= {f"{sensor}_gyr": _begun(gyr, still), f"{sensor}_acc": _begun(acc, still)}
    flexion = np.degrees(_begun(flexion_rad[:, None], still))
    return arrays | {"hip_r_flex_add_introt_deg": np.hstack([flexion, np.zeros((n, 2))])}


def _begun(values: Floats, still: int) -> Floats:
    """Return these behind some more rows of what they begin with."""
    return np.concatenate([values[:still], values])


def _squats(count: int) -> list[Floats]:
    return [squat(seed) for seed in range(count)]
