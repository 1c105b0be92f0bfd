"""Which page goes with what the guide is at."""

from __future__ import annotations

from imu_hip.guide.sections import SectionKind
from imu_hip.model.app_state import Page
from imu_hip.model.cue import Cue
from imu_hip.model.view_state import GuideView


def page_of(guide: GuideView, present: Page) -> Page:
    """Return the page to open; the present one where the guide is at nothing that has a page of its own.

    A rest between two sets stays on the exercise page.
    """
    if guide.section in (SectionKind.MAXIMAL, SectionKind.SET) or guide.asks == Cue.LET_GO:
        return Page.EXERCISE
    return Page.CALIBRATE if guide.section in (SectionKind.CALIBRATION, SectionKind.WAY) else present
