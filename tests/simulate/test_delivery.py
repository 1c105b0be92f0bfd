"""What arrives: lost samples in bursts, clocks of their own, stamps that jitter."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from imu_hip.model.cue import Cue
from imu_hip.model.item import MarkLabel, Role
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Side
from imu_hip.simulate.delivery import DeliveryParams, Hole, deliver
from imu_hip.simulate.magnetic_field import MagneticFieldParams
from imu_hip.simulate.session import SimulatedSession, SimulationParams, simulate_session

PERFECT = DeliveryParams(sync_s=0.0, jitter_s=0.0, loss=0.0)


@cache
def session(magnetic: bool = False) -> SimulatedSession:
    script = (Prompt(0.0, 4.0, "", None, Cue.PUT_ON), Prompt(4.0, 196.0, "", MarkLabel.N_POSE))
    params = SimulationParams(magnetic_field=MagneticFieldParams() if magnetic else None)
    return simulate_session(script, Side.LEFT, np.random.default_rng(0), params)


def test_a_perfect_way_changes_nothing() -> None:
    whole = session()
    arrived = deliver(whole, np.random.default_rng(1), PERFECT)
    for table, sent in ((arrived.pelvis, whole.pelvis), (arrived.thigh, whole.thigh)):
        assert np.array_equal(table.t_s, whole.t_s)
        assert np.array_equal(table.readings.gyr, sent.gyr)
        assert np.array_equal(table.readings.acc, sent.acc)
        assert table.readings.mag is None


def test_the_stated_share_is_lost_in_bursts_of_the_stated_lengths() -> None:
    lost = 0
    lengths: set[int] = set()
    for seed in range(5):
        table = deliver(session(), np.random.default_rng(seed), DeliveryParams(loss=0.02)).thigh
        lost += len(session().t_s) - len(table.rows)
        lengths |= set((np.diff(table.rows) - 1).tolist())
        assert np.array_equal(table.readings.gyr, session().thigh.gyr[table.rows])
    assert lost / (5 * len(session().t_s)) == pytest.approx(0.02, rel=0.15)
    assert {1, 2, 3} <= lengths


def test_one_clock_differs_only_by_what_the_match_left() -> None:
    left = []
    for seed in range(300):
        arrived = deliver(session(), np.random.default_rng(seed), DeliveryParams(jitter_s=0.0, loss=0.0))
        assert arrived.pelvis.t_s[0] == 0.0
        left.append(arrived.thigh.t_s[0])
        assert np.max(np.abs(np.diff(arrived.thigh.t_s) - 0.01)) < 1e-9
    assert np.std(left) == pytest.approx(0.008, rel=0.1)


def test_clocks_of_their_own_begin_anywhere_and_run_at_their_own_rate() -> None:
    arrived = deliver(session(), np.random.default_rng(3), DeliveryParams(own_clocks=True))
    for table in (arrived.pelvis, arrived.thigh):
        assert 0.0 <= table.t_s[0] < 1000.0
        true_s = session().t_s[table.rows]
        rate = np.polynomial.Polynomial.fit(true_s, table.t_s, 1).convert().coef[1]
        assert rate == pytest.approx(table.clock.rate, abs=1e-6)
        assert abs(rate - 1.0) < 51e-6
        assert table.t_s == pytest.approx(table.clock.shows(true_s), abs=0.002)
    assert arrived.pelvis.clock != arrived.thigh.clock


def test_stamps_jitter_as_stated_and_still_increase() -> None:
    table = deliver(session(), np.random.default_rng(4), DeliveryParams(sync_s=0.0, loss=0.0)).thigh
    assert np.std(table.t_s - session().t_s) == pytest.approx(0.0003, rel=0.05)
    wild = deliver(session(), np.random.default_rng(4), DeliveryParams(jitter_s=0.02)).thigh
    assert np.all(np.diff(wild.t_s) > 0.0)


def test_the_magnetometer_comes_along() -> None:
    table = deliver(session(magnetic=True), np.random.default_rng(5)).pelvis
    sent = session(magnetic=True).pelvis.mag
    assert sent is not None
    assert table.readings.mag is not None
    assert np.array_equal(table.readings.mag, sent[table.rows])


def test_the_same_seed_delivers_the_same_bytes() -> None:
    one, again, other = (deliver(session(), np.random.default_rng(seed)) for seed in (7, 7, 8))
    assert one.thigh.t_s.tobytes() == again.thigh.t_s.tobytes()
    assert one.pelvis.readings.gyr.tobytes() == again.pelvis.readings.gyr.tobytes()
    assert one.thigh.t_s.tobytes() != other.thigh.t_s.tobytes()


def test_a_hole_is_where_and_as_long_as_it_was_asked_for() -> None:
    hole = Hole(50.0, 2.0, Role.PELVIS)
    arrived = deliver(session(), np.random.default_rng(1), replace(PERFECT, holes=(hole, Hole(80.0, 0.3))))
    for table, at_s, lost in ((arrived.pelvis, 50.0, 200), (arrived.thigh, 80.0, 30)):
        assert len(table.rows) == len(session().t_s) - lost
        edge = int(np.argmax(np.diff(table.t_s)))
        assert table.t_s[edge : edge + 2] == pytest.approx([at_s - 0.01, at_s + 0.01 * lost])
