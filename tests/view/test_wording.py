"""What to do next, where nobody prompts."""

from __future__ import annotations

import pytest

from imu_hip.model.event import Phase
from imu_hip.view.wording import coaching

INWARD = (25.0, 30.0)


@pytest.mark.parametrize(
    ("phase", "angle_deg", "band_deg", "line"),
    [
        (Phase.NEUTRAL, 0.0, INWARD, "Turn in to your end range"),
        (Phase.NEUTRAL, 0.0, (-30.0, -25.0), "Turn out to your end range"),
        (Phase.APPROACH, 20.0, INWARD, "5° more to your end range"),
        (Phase.APPROACH, -20.0, (-30.0, -25.0), "5° more to your end range"),
        (Phase.APPROACH, 26.0, INWARD, "There: hold it"),
        (Phase.HOLD, 27.0, INWARD, "Hold, keep turning in"),
        (Phase.BLOCK, 27.0, INWARD, "Push into the ground, nothing moves"),
        (Phase.EXIT, 20.0, INWARD, "Slowly back to neutral"),
        (Phase.UNKNOWN, 20.0, INWARD, ""),
        (Phase.HOLD, None, INWARD, ""),
        (Phase.HOLD, 20.0, None, ""),
    ],
)
def test_the_line_is_about_what_the_limb_does_and_how_far_it_still_has_to_go(
    phase: Phase, angle_deg: float | None, band_deg: tuple[float, float] | None, line: str
) -> None:
    assert coaching(phase, angle_deg, band_deg) == line
