"""The addresses of the sensors of a virtual world: what a family without serial numbers is known by."""

from imu_hip.model.item import Role

ADDRESS = {Role.PELVIS: "F0:00:00:00:00:01", Role.THIGH: "F0:00:00:00:00:02"}
