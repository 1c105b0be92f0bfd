"""Two magnetometers in one field: the relative heading they show, and when they are not asked."""

import math

import numpy as np
import pytest

from imu_hip.kinematics.magnetic_heading import (
    MagneticParams,
    MagneticReference,
    agrees,
    reference,
    relative_heading,
)
from imu_hip.quaternion import about_vertical, rotate

PARAMS = MagneticParams()
EARTH_UT = np.array([20.0, 0.0, -44.0])


def _seen(heading_rad: float, field_ut: np.ndarray = EARTH_UT) -> np.ndarray:
    """Return the field in an earth frame that is turned by `heading_rad` against the true one."""
    return rotate(about_vertical(-heading_rad), field_ut)


def _found(of_thigh_rad: float = 0.7, hard_iron_ut: np.ndarray | float = 0.0) -> MagneticReference:
    pelvis, thigh = (np.tile(_seen(h), (20, 1)) for h in (0.0, of_thigh_rad))
    # Frames differ by the thigh's heading: turning the thigh by it brings both together.
    found = reference(PARAMS, pelvis, thigh + hard_iron_ut, of_thigh_rad)
    assert isinstance(found, MagneticReference)
    return found


@pytest.mark.parametrize("drift_deg", [-170.0, -20.0, 0.0, 35.0, 179.0])
def test_the_heading_that_a_filter_has_drifted_by_is_shown(drift_deg: float) -> None:
    found = _found(0.7)
    shown = relative_heading(found, _seen(0.0), _seen(0.7 + math.radians(drift_deg)))
    wanted = 0.7 + math.radians(drift_deg)
    assert math.remainder(shown - wanted, 2.0 * math.pi) == pytest.approx(0.0, abs=1e-9)


def test_when_the_person_turns_and_nothing_drifts_nothing_changes() -> None:
    found = _found(0.7)
    for turn in np.linspace(0.0, 6.0, 9):
        # Both sensors turn with the body; in their earth frames the field stays where it was.
        assert relative_heading(found, _seen(0.0), _seen(0.7)) == pytest.approx(0.7), turn


def test_hard_iron_cancels_while_the_person_faces_the_same_way() -> None:
    iron = np.array([4.0, -3.0, 2.0])
    found = _found(0.7, hard_iron_ut=iron)
    assert relative_heading(found, _seen(0.0), _seen(0.7) + iron) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("field_ut", "believed"),
    [
        (EARTH_UT, True),
        (1.05 * EARTH_UT, True),
        (1.15 * EARTH_UT, False),
        (np.array([30.0, 0.0, -38.0]), False),  # same norm, another dip
        (np.array([20.0, 0.0, 44.0]), False),
    ],
)
def test_another_field_is_not_believed_at_either_sensor(field_ut: np.ndarray, believed: bool) -> None:
    found = _found()
    assert agrees(PARAMS, found, _seen(0.3, field_ut), _seen(0.7)) is believed
    assert agrees(PARAMS, found, _seen(0.3), _seen(0.7, field_ut)) is believed


def test_a_field_without_direction_and_one_that_changes_are_refused_with_what_to_do() -> None:
    level = np.tile(EARTH_UT, (20, 1))
    steep = np.tile([3.0, 0.0, -48.0], (20, 1))
    changing = level + np.linspace(-10.0, 10.0, 20)[:, None]
    for pelvis, thigh, word in ((steep, level, "steel"), (level, steep, "steel"), (level, changing, "motors")):
        why = reference(PARAMS, pelvis, thigh, 0.0)
        assert isinstance(why, str)
        assert word in why
