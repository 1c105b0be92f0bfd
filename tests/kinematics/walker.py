"""A person who stands, then walks forward: closed-form segment motion with sensors on it."""

import numpy as np
from scipy.spatial.transform import Rotation

from imu_hip.model.block import OrientationBlock

RATE_HZ = 100.0
STAND_S = 6.0
STANDING = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
PELVIS_FROM_HIP_M = np.array([-0.10, 0.06, 0.0])
THIGH_FROM_HIP_M = np.array([0.04, -0.30, 0.06])


def walk(
    seed: int, length_s: float = 25.0, *, forward: bool = True, step_hz: float = 0.9
) -> tuple[OrientationBlock, np.ndarray]:
    """Return both sensors' rows and true flexion (n,); mountings and headings are drawn from `seed`."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    going_s = np.clip(t_s - STAND_S, 0.0, None)
    begun = 1.0 - np.exp(-((going_s / 0.8) ** 2))
    phase = 2.0 * np.pi * step_hz * going_s
    flexion = begun * np.radians(22.0) * np.sin(phase) + begun * np.radians(4.0)
    facing = Rotation.from_euler("z", rng.uniform(-np.pi, np.pi))
    yaw = Rotation.from_rotvec(np.outer(begun * np.radians(4.0) * np.sin(phase), [0.0, 0.0, 1.0]))
    pelvis = facing * yaw * STANDING
    thigh = pelvis * Rotation.from_euler("z", flexion[:, None])
    speed = begun * (1.1 + 0.15 * np.sin(2.0 * phase)) if forward else np.zeros_like(t_s)
    hip = facing.apply(np.outer(np.cumsum(speed) / RATE_HZ, [1.0, 0.0, 0.0]))
    hip[:, 2] += begun * 0.02 * np.cos(2.0 * phase)
    orientations, rates, forces = [], [], []
    for segment, lever in ((pelvis, PELVIS_FROM_HIP_M), (thigh, THIGH_FROM_HIP_M)):
        mounting = Rotation.random(rng=rng)  # segment from sensor
        sensor = segment * mounting
        path = hip + segment.apply(lever)
        motion = np.gradient(np.gradient(path, 1.0 / RATE_HZ, axis=0), 1.0 / RATE_HZ, axis=0)
        force = motion + np.array([0.0, 0.0, 9.81])
        turned = (sensor[:-1].inv() * sensor[1:]).as_rotvec() * RATE_HZ
        rates.append(np.concatenate([np.zeros((1, 3)), turned]) + rng.normal(0.0, 0.005, (len(t_s), 3)))
        forces.append(sensor.inv().apply(force) + rng.normal(0.0, 0.05, (len(t_s), 3)))
        own = Rotation.from_euler("z", rng.uniform(-np.pi, np.pi))
        orientations.append((own * sensor).as_quat(scalar_first=True))
    never = np.zeros(len(t_s), bool)
    block = OrientationBlock(t_s, *orientations, *rates, *forces, never, never, ~never)
    return block, flexion
