"""Strap gain from marked holds: what is collected, what is refused, and the gain that comes of it."""

import math

import numpy as np
import pytest

from imu_hip.kinematics import strap_holds
from imu_hip.kinematics.rows import no_rows
from imu_hip.kinematics.strap_gain import StrapGainParams
from imu_hip.kinematics.strap_holds import StrapHolds
from imu_hip.model.block import AngleBlock
from imu_hip.model.event import CalibrationStep, Event, StrapGainFound
from imu_hip.model.item import MarkLabel

PARAMS = StrapGainParams()


def _rows(start_s: float, rotation_deg: float, n: int = 300) -> AngleBlock:
    block = no_rows()
    t_s = start_s + 0.01 * np.arange(n)
    angles = np.zeros((n, 3))
    angles[:, 2] = math.radians(rotation_deg)
    names = {name: np.zeros((n, *getattr(block, name).shape[1:])) for name in AngleBlock.__slots__}
    return AngleBlock(**{**names, "t_s": t_s, "angles_rad": angles})  # type: ignore[arg-type]


def _hold(state: StrapHolds, at_s: float, strap_deg: float, phone: str, pieces: int = 1) -> tuple[StrapHolds, Event]:
    state = strap_holds.begin(state, at_s, phone)
    for k in range(pieces):
        state = strap_holds.follow(state, _rows(at_s + 3.0 * k / pieces, strap_deg, 300 // pieces))
    state, events = strap_holds.end(PARAMS, state, at_s + 3.0)
    assert isinstance(events[0], CalibrationStep)
    assert (events[0].label, events[0].start_s, events[0].end_s) == (MarkLabel.STRAP_GAIN, at_s, at_s + 3.0)
    return state, events[-1]


@pytest.mark.parametrize("pieces", [1, 7])
def test_holds_at_known_angles_give_the_gain(pieces: int) -> None:
    state = StrapHolds()
    for k, shin_deg in enumerate((-30.0, -15.0, 15.0, 30.0)):
        # Another zero of the phone than of the strap changes nothing.
        state, last = _hold(state, 10.0 * k, shin_deg / 1.5, str(shin_deg + 4.0), pieces)
    assert isinstance(last, StrapGainFound)
    assert last.gain == pytest.approx(1.5, abs=1e-6)
    assert 0.0 < last.sd < 0.2
    assert last.holds == 4


def test_the_first_hold_is_kept_and_tells_no_gain() -> None:
    state, event = _hold(StrapHolds(), 0.0, 10.0, "15")
    assert isinstance(event, CalibrationStep)
    assert event.accepted
    assert len(state.holds) == 1


@pytest.mark.parametrize(
    ("strap_deg", "phone", "word"), [(10.0, "much", "no phone reading"), (np.nan, "15", "no angles")]
)
def test_what_cannot_be_used_is_refused_and_leaves_the_holds_alone(strap_deg: float, phone: str, word: str) -> None:
    before, _ = _hold(StrapHolds(), 0.0, 10.0, "15")
    after, event = _hold(before, 10.0, strap_deg, phone)
    assert isinstance(event, CalibrationStep)
    assert not event.accepted
    assert word in event.text
    assert after.holds == before.holds


def test_rows_outside_of_an_interval_are_not_kept_and_an_end_without_begin_says_nothing() -> None:
    state = strap_holds.follow(StrapHolds(), _rows(0.0, 20.0))
    assert state == StrapHolds()
    assert strap_holds.end(PARAMS, state, 5.0) == (state, ())
