"""Sessions of people who calibrate on the back: accepted, within their standard deviation, the same however cut."""

from functools import cache

import numpy as np
import pytest

from imu_hip.guide.around import Calibration
from imu_hip.model.block import AngleBlock
from imu_hip.model.event import CalibrationStep, Phase, Warning
from imu_hip.model.item import MarkLabel
from imu_hip.model.setup import Side
from imu_hip.simulate.session import SimulatedSession, simulate_session
from tests.crossing.chain import Result, items_of, marks_of, run
from tests.scripts import script

SCRIPT = script("supine_ere", 1, Calibration.LYING)
LYING = (MarkLabel.HOOK_LYING, MarkLabel.BRIDGE, MarkLabel.KNEE_ROCKS)


@cache
def _session(seed: int, side: Side = Side.RIGHT) -> SimulatedSession:
    return simulate_session(SCRIPT, side, np.random.default_rng(seed))


@cache
def _found(seed: int, side: Side = Side.RIGHT, without: tuple[MarkLabel, ...] = ()) -> Result:
    s = _session(seed, side)
    return run(items_of(s.t_s, s.pelvis, s.thigh, marks_of(SCRIPT, without)), side)


def _errors_deg(
    seed: int, side: Side = Side.RIGHT, without: tuple[MarkLabel, ...] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Return errors and standard deviations (n, 3) within the exercise, degrees."""
    s, angles = _session(seed, side), _found(seed, side, without).angles
    rows = angles.valid & (s.truth.phase != Phase.UNKNOWN)
    assert np.count_nonzero(rows) > 0.95 * np.count_nonzero(s.truth.phase != Phase.UNKNOWN)
    error = angles.angles_rad - s.truth.angles_rad
    return np.degrees(error[rows]), np.degrees(angles.sd_rad[rows])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("side", list(Side))
def test_a_guided_session_on_the_back_accepts_every_step_and_warns_of_nothing(side: Side, seed: int) -> None:
    events = _found(seed, side).events
    assert not [e for e in events if isinstance(e, Warning)]
    steps = [e for e in events if isinstance(e, CalibrationStep)]
    assert all(step.accepted for step in steps)
    assert [step.label for step in steps if step.label in LYING] == [LYING[0], *LYING]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("without", [(), (MarkLabel.KNEE_ROCKS,), (MarkLabel.BRIDGE,), (MarkLabel.TABLE_REST,)])
def test_all_angles_stay_within_their_standard_deviations(seed: int, without: tuple[MarkLabel, ...]) -> None:
    error, sd = _errors_deg(seed, Side.LEFT if seed % 2 else Side.RIGHT, without)
    assert np.all(np.mean(np.abs(error) < 3.0 * sd, axis=0) > 0.99)
    assert np.sqrt(np.mean(error[:, 2] ** 2)) < 4.0


def test_without_hook_lying_there_are_no_angles() -> None:
    found = _found(0, without=(MarkLabel.HOOK_LYING,))
    assert not np.any(found.angles.valid)
    refused = [e for e in found.events if isinstance(e, CalibrationStep) and not e.accepted]
    assert [step.label for step in refused[:2]] == [MarkLabel.BRIDGE, MarkLabel.KNEE_ROCKS]
    assert all("lie still with the feet on the floor first" in step.text for step in refused[:2])


@pytest.mark.parametrize("seed", [5, 6])
def test_cutting_a_session_on_the_back_changes_no_bit(seed: int) -> None:
    s, rng = _session(seed), np.random.default_rng(seed)
    kept = rng.random((2, len(s.t_s))) > 0.02
    kept[0, 3000:3040] = False
    items = items_of(s.t_s, s.pelvis, s.thigh, marks_of(SCRIPT), rows=7, kept=(kept[0], kept[1]))
    whole, cut = run(items, Side.RIGHT), run(items, Side.RIGHT, rng.integers(0, 60, 100))
    for name in AngleBlock.__slots__:
        np.testing.assert_array_equal(getattr(cut.angles, name), getattr(whole.angles, name), err_msg=name)
    assert cut.events == whole.events
