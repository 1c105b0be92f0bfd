"""Which rows are judged depends on times and on what is known alone, and every row is told what it can be told."""

import numpy as np
import pytest

from imu_hip.exercise.conditioning import CUTOFF_HZ, low_pass
from imu_hip.exercise.judged_rows import judged_rate_hz, judged_rows, rows_state
from imu_hip.model.event import Phase
from tests.exercise.traces import CYCLE, MAX_REP_S, block, run, session, supine


@pytest.mark.parametrize(("rate_hz", "judged_hz"), [(25.0, 25.0), (60.0, 60.0), (100.0, 50.0), (480.0, 60.0)])
def test_of_a_fast_sensor_some_fifty_rows_a_second_are_judged(rate_hz: float, judged_hz: float) -> None:
    t_s = np.arange(round(4.0 * rate_hz)) / rate_hz
    whole = block(np.zeros(len(t_s)), t_s)
    judged = judged_rows(low_pass(CUTOFF_HZ, rate_hz), rows_state(), whole, 1.0 / rate_hz)
    assert judged_rate_hz(rate_hz) == pytest.approx(judged_hz)
    assert len(judged.places) == 4.0 * judged_hz
    assert np.count_nonzero(judged.looked_at) == pytest.approx(40, abs=7)


@pytest.mark.parametrize("lost", [1, 2, 3, 4])
@pytest.mark.parametrize("at", [2000, 2001])
def test_rows_without_an_angle_and_no_others_are_unknown(at: int, lost: int) -> None:
    whole, marks = session(*CYCLE)
    assert at / 100.0 > 2.0 * MAX_REP_S
    _, before = run(supine(), whole, marks)
    known = np.ones(len(whole.t_s), bool)
    known[at : at + lost] = False
    gone = block(np.degrees(whole.angles_rad[:, 2]), valid=known)
    _, phases = run(supine(), gone, marks)
    assert before[at] == Phase.HOLD
    assert [row for row, phase in enumerate(phases) if phase == Phase.UNKNOWN] == list(range(at, at + lost))
