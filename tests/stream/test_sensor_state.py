"""What is known of a sensor's timing, and from where."""

import pytest

from imu_hip.model.item import Role
from imu_hip.model.setup import SensorSetup
from imu_hip.stream.sensor_state import SensorState
from tests.stream.radio import CONFIG


def test_the_period_is_that_of_the_sensor_else_of_its_file_else_a_hundredth() -> None:
    assert SensorState(SensorSetup(Role.THIGH, "float64")).period_s == 0.01
    assert SensorState(SensorSetup(Role.THIGH, "float64", 50.0)).period_s == 0.02
    assert SensorState(SensorSetup(Role.THIGH, "float64", 50.0), config=CONFIG).period_s == 1.0 / CONFIG.rate_hz


def test_the_interval_of_the_link_is_what_the_sensor_asks_for() -> None:
    assert SensorState(SensorSetup(Role.THIGH, "bip1")).interval_s == 0.0
    state = SensorState(SensorSetup(Role.THIGH, "bip1"), config=CONFIG)
    assert state.interval_s == pytest.approx(CONFIG.connection_interval_ms / 1000.0)
