"""Which rows are judged depends on times and on what is known alone, and every row is told what it can be told."""

import numpy as np
import pytest
from scipy.signal import butter, sosfilt, sosfilt_zi

from imu_hip.exercise.conditioning import CUTOFF_HZ, SLOW_CUTOFF_HZ
from imu_hip.exercise.judged_rows import JudgedRows, judged_rows, rows_state
from imu_hip.model.block import Floats
from imu_hip.model.event import Phase
from tests.exercise.traces import CYCLE, MAX_REP_S, block, run, session, supine


def _judged(angle_deg: Floats, rate_hz: float) -> JudgedRows:
    t_s = np.arange(len(angle_deg)) / rate_hz
    return judged_rows(rate_hz, rows_state(), block(angle_deg, t_s))


@pytest.mark.parametrize(("rate_hz", "judged_hz"), [(25.0, 25.0), (60.0, 20.0), (100.0, 20.0), (480.0, 20.0)])
def test_of_a_limb_that_keeps_still_some_twenty_rows_a_second_are_judged(rate_hz: float, judged_hz: float) -> None:
    judged = _judged(np.full(round(4.0 * rate_hz), 20.0), rate_hz)
    assert len(judged.places) == pytest.approx(4.0 * judged_hz, abs=1)
    assert np.count_nonzero(judged.looked_at) == pytest.approx(40, abs=7)


@pytest.mark.parametrize(("rate_hz", "judged_hz"), [(25.0, 25.0), (60.0, 60.0), (100.0, 50.0), (480.0, 60.0)])
def test_of_a_limb_that_turns_some_fifty_are(rate_hz: float, judged_hz: float) -> None:
    judged = _judged(10.0 * np.arange(round(4.0 * rate_hz)) / rate_hz, rate_hz)
    settled = judged.seen[0] >= 2.0
    assert np.count_nonzero(settled) == pytest.approx(2.0 * judged_hz, abs=1)


def test_the_first_row_of_a_turn_is_judged_at_once() -> None:
    angle_deg = np.concatenate([np.zeros(200), 90.0 * np.arange(100) / 100.0])
    judged = _judged(angle_deg, 100.0)
    first = judged.places[np.abs(judged.seen[2]) > np.radians(3.0)][0]
    assert first <= 202


def test_the_second_low_pass_is_that_of_the_design_behind_the_first() -> None:
    t_s = np.arange(800) / 100.0
    angle_deg = 20.0 + 5.0 * np.sin(2.0 * np.pi * 0.8 * t_s)
    judged = _judged(angle_deg, 100.0)
    wanted = np.radians(angle_deg)
    for cutoff_hz in (CUTOFF_HZ, SLOW_CUTOFF_HZ):
        sos = butter(2, cutoff_hz, fs=100.0, output="sos")
        wanted, _ = sosfilt(sos, wanted, zi=sosfilt_zi(sos) * wanted[0])
    np.testing.assert_allclose(judged.seen[4], wanted[judged.places], rtol=0.0, atol=1e-12)


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
