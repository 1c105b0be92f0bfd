"""A person who calibrates on the back: straight legs, drawn-up feet, bridges, rocking knees."""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from imu_hip.kinematics.lying_alignment import LEGS_STRAIGHT
from imu_hip.model.item import MarkLabel
from tests.kinematics.poser import Pose, Script

HOOK_LYING, BRIDGE, KNEE_ROCKS = MarkLabel.HOOK_LYING, MarkLabel.BRIDGE, MarkLabel.KNEE_ROCKS
STRAIGHT = Pose(tilt=90.0)
HOOK = Pose(tilt=95.0, flexion=48.0)


class Lier(Script):
    """What the person does on the back; `hook` is how the feet are drawn up."""

    def __init__(self, seed: int = 0, hook: Pose = HOOK, straight: Pose = STRAIGHT) -> None:
        super().__init__(seed)
        self.hook, self.straight = hook, straight
        self.go(0.5, straight)

    def lie_straight(self) -> None:
        self.go(1.0, self.straight)
        self.stay(0.3)
        self.begin(HOOK_LYING, LEGS_STRAIGHT)
        self.stay(3.0)
        self.end(HOOK_LYING, LEGS_STRAIGHT)

    def draw_up(self) -> None:
        self.go(1.5, self.hook)
        self.stay(0.3)
        self.told(HOOK_LYING, 3.0)

    def lift(self, pelvis: float = 20.0, thigh: float = 28.0, **off: float) -> None:
        """Lift the pelvis twice by so many degrees, the thighs coming down by theirs; `off`: what else moves."""
        self.begin(BRIDGE)
        up = replace(self.hook, tilt=self.hook.tilt + pelvis, flexion=self.hook.flexion - pelvis - thigh)
        up = replace(up, **{name: getattr(up, name) + change for name, change in off.items()})
        for _ in range(2):
            self.go(1.0, up)
            self.go(1.0, self.hook)
        self.end(BRIDGE)

    def rock(self, most: float = 30.0, rolling: float = 0.3, first: float = 1.0) -> None:
        """Rock the knees about the line from head to foot, the pelvis rolling along by a share of it."""
        self.begin(KNEE_ROCKS)
        hip = Rotation.from_euler("ZXY", [self.hook.flexion, self.hook.adduction, self.hook.rotation], degrees=True)
        # The pelvis may be tipped; the line is level.
        tipped = np.radians(self.hook.tilt - 90.0)
        line = np.array([np.sin(tipped), np.cos(tipped), 0.0])
        for share in first * np.sin(np.linspace(0.0, 4.0 * np.pi, 65))[1:]:
            turned = Rotation.from_rotvec(np.radians(share * most) * line)
            pelvis = Rotation.from_rotvec(np.radians(share * most * rolling) * line)
            tilt, roll, twist = (Rotation.from_euler("Z", self.hook.tilt, degrees=True) * pelvis).as_euler(
                "ZXY", degrees=True
            )
            flexion, adduction, rotation = (pelvis.inv() * turned * hip).as_euler("ZXY", degrees=True)
            self.go(0.1, Pose(tilt, roll, 0.0, flexion, adduction, rotation, twist))
        self.end(KNEE_ROCKS)

    def calibrate_lying(self) -> None:
        self.lie_straight()
        self.draw_up()
        self.lift()
        self.rock()
        self.stay(1.0)
