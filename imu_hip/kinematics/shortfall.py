"""What calibration could not do by the end of a recording, with its consequence and what to do about it."""

from __future__ import annotations

from imu_hip.kinematics.neutral_anchor import TEMPLATES
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.model.event import Warning
from imu_hip.model.item import Role


def shortfalls(params: KinematicsParams, state: KinematicsState) -> tuple[Warning, ...]:
    """Return a warning for everything that was missing."""
    return (*_of_calibration(params, state), *_of_magnetometer(params, state))


def _of_magnetometer(params: KinematicsParams, state: KinematicsState) -> tuple[Warning, ...]:
    if params.magnetic is None or all(state.magnetic.heard):
        return ()
    silent = " and ".join(role for role, heard in zip(Role, state.magnetic.heard, strict=True) if not heard)
    text = (
        f"there is no magnetic field of the {silent} sensor in an N-pose, so the magnetometer is not used; import "
        "mag_x, mag_y, mag_z of both sensors and stand still once"
    )
    return (Warning("no_magnetometer", text),)


def _of_calibration(params: KinematicsParams, state: KinematicsState) -> tuple[Warning, ...]:
    found = state.calibration
    lying = found.lying
    if found.pose is None and state.alignment is None:
        if lying.hook is not None or lying.straight is not None:
            text = (
                "the calibration on the back is not complete, so there are no hip angles; lie still with the feet on "
                "the floor, lift the pelvis twice, rock both knees from side to side"
            )
            return (Warning("not_aligned", text),)
        text = "no usable N-pose: there are no hip angles; stand still with straight legs for 5 s at the start"
        return (Warning("no_n_pose", text),)
    if state.alignment is None:
        text = (
            "how the sensors sit on the body is not known, so there are no hip angles; after standing still do three "
            "straight leg swings and three bows, or walk a few steps forward"
        )
        return (Warning("not_aligned", text),)
    warnings: list[Warning] = []
    if found.pose is None and lying.straight is None:
        text = (
            "nobody lay still with straight legs: how steep the thighs are when the feet are on the floor is a guess, "
            "so flexion is off by some 10°; lie still with straight legs before you draw the feet up"
        )
        warnings.append(Warning("no_legs_straight", text))
    for axis, name, movement in (
        (found.thigh_axis, "thigh", "leg swings"),
        (found.pelvis_axis, "pelvis", "bows"),
    ):
        source = "walking" if axis is None else axis.source
        if source not in ("movement", "lying"):
            text = f"no {movement}: how the {name} sensor sits is taken from {source}, so the angles are less exact"
            warnings.append(Warning(f"no_{movement.replace(' ', '_')}", text))
    if not state.posture_anchored and TEMPLATES[state.posture or params.posture].flat:
        text = (
            "no neutral pause in the exercise posture was used: internal rotation carries the whole mounting error; "
            "lie still in neutral for 3 s before the first repetition"
        )
        warnings.append(Warning("no_posture_neutral", text))
    return tuple(warnings)
