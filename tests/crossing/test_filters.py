"""Every filter that can be chosen carries a whole simulated session through the corridor."""

from functools import cache

import numpy as np
import pytest

from imu_hip import api, quaternion
from imu_hip.app.catalogue import exercise
from imu_hip.model.analysis import Analysis
from imu_hip.model.block import AlignedBlock, Floats, OrientationBlock, SampleState, SensorBlock
from imu_hip.model.event import CalibrationStep, Cycle
from imu_hip.model.item import Edge, MarkLabel, TimedMark
from imu_hip.model.packet import TimedSamples
from imu_hip.model.setup import FilterName, Origin, Setup, Side
from imu_hip.orientation import stage
from imu_hip.orientation.stage import OrientationParams, OrientationState
from imu_hip.session.foreign_csv import MarkedInterval
from imu_hip.session.importer import import_items
from imu_hip.session.reader import Recording
from imu_hip.simulate.sensors import SensorReadings
from imu_hip.simulate.session import SimulatedSession, SimulationParams, simulate_session
from tests.scripts import script

RATE_HZ = 50.0
TABLE_REST_S = 10.5

every_filter = pytest.mark.parametrize("name", list(FilterName))


@cache
def session() -> SimulatedSession:
    return simulate_session(
        script("supine_ere"), Side.RIGHT, np.random.default_rng(7), SimulationParams(rate_hz=RATE_HZ)
    )


@cache
def recording() -> Recording:
    worn = session()
    pelvis, thigh = (TimedSamples(worn.t_s, sensor.gyr, sensor.acc, None) for sensor in (worn.pelvis, worn.thigh))
    imported = import_items(
        pelvis,
        thigh,
        [
            MarkedInterval(prompt.start_s, prompt.start_s + prompt.duration_s, prompt.label, prompt.detail)
            for prompt in script("supine_ere")
            if prompt.label is not None
        ],
    )
    setup = Setup(
        side=Side.RIGHT,
        exercise_id="supine_ere",
        exercises=(exercise("supine_ere"),),
        sensors=imported.sensors,
        origin=Origin.SIMULATION,
        start_utc=None,
        zero_ns=imported.zero_ns,
        versions=(),
    )
    return Recording(setup, imported.items, sha256="")


@cache
def analysis(name: FilterName) -> Analysis:
    return api.analyze(recording(), filter=name)


def oriented(name: FilterName) -> OrientationBlock:
    worn = session()
    n = len(worn.t_s)

    def block(readings: SensorReadings) -> SensorBlock:
        return SensorBlock(readings.gyr, readings.acc, np.full(n, SampleState.MEASURED, dtype=np.uint8))

    aligned = AlignedBlock(worn.t_s, block(worn.pelvis), block(worn.thigh), np.ones(n, dtype=bool))
    marks = (
        TimedMark(0.0, MarkLabel.TABLE_REST, Edge.BEGIN),
        TimedMark(TABLE_REST_S, MarkLabel.TABLE_REST, Edge.END),
    )
    _, output, _ = stage.step(OrientationParams(filter=name), OrientationState(), aligned, marks, 1.0 / RATE_HZ)
    return output


def errors_deg(found: Floats, truth: Floats) -> tuple[Floats, Floats]:
    """Return how far the vertical is tilted, and how far the heading has turned since the first row."""
    w, x, y, z = np.moveaxis(quaternion.multiply(found, quaternion.conjugate(truth)), -1, 0)
    heading = np.unwrap(2.0 * np.arctan2(z, w))
    return 2.0 * np.rad2deg(np.arctan2(np.hypot(x, y), np.hypot(w, z))), np.rad2deg(heading - heading[0])


def rms(values: Floats) -> Floats:
    return np.asarray(np.sqrt(np.mean(values**2, axis=0)))


@every_filter
def test_inclination_stays_with_the_truth_and_heading_drifts_slowly_after_a_table_rest(name: FilterName) -> None:
    found, truth = oriented(name), session().truth
    for sensor, true in (
        (found.earth_from_pelvis_sensor, truth.earth_from_pelvis_sensor),
        (found.earth_from_thigh_sensor, truth.earth_from_thigh_sensor),
    ):
        tilt, heading = errors_deg(sensor, true)
        assert rms(tilt) < 3.0
        assert tilt.max() < 8.0
        assert np.ptp(heading[round(TABLE_REST_S * RATE_HZ) :]) < 10.0


@every_filter
def test_angles_stay_with_the_truth(name: FilterName) -> None:
    angles, truth = analysis(name).angles, session().truth
    at = np.rint(angles.t_s * RATE_HZ).astype(int)[angles.valid]
    assert len(at) > 0.6 * len(session().t_s)
    error = np.rad2deg(angles.angles_rad[angles.valid] - truth.angles_rad[at])
    assert rms(error).max() < 5.0


@every_filter
def test_every_calibration_is_accepted_and_the_cycle_is_complete(name: FilterName) -> None:
    events = analysis(name).events
    assert [event.label for event in events if isinstance(event, CalibrationStep) and not event.accepted] == []
    assert [event.complete for event in events if isinstance(event, Cycle)] == [True]


def test_each_filter_has_its_own_result() -> None:
    assert len({analysis(name).result_sha256 for name in FilterName}) == len(FilterName)
