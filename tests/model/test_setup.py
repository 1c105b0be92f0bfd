"""The setup of a recording: whose rules it has."""

from imu_hip.app.catalogue import exercise
from imu_hip.model.item import Role
from imu_hip.model.setup import Origin, SensorSetup, Setup, Side


def test_the_rules_of_an_exercise_are_those_that_were_recorded_and_of_others_there_are_none() -> None:
    specs = (exercise("supine_ere"), exercise("hinge_ir"))
    sensors = (SensorSetup(Role.PELVIS, "bip1"), SensorSetup(Role.THIGH, "bip1"))
    setup = Setup(Side.LEFT, "supine_ere", specs, sensors, Origin.LIVE, None, None, ())
    assert setup.exercise("hinge_ir") is specs[1]
    assert setup.exercise("seated_ir") is None
