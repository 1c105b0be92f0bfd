"""Which page goes with what the guide is at."""

from __future__ import annotations

import pytest

from imu_hip.app.pages import page_of
from imu_hip.guide.guidance import Guidance, guidance
from imu_hip.guide.sections import sections
from imu_hip.model.app_state import Page
from imu_hip.model.view_state import NO_GUIDE
from tests.scripts import routine_script


@pytest.mark.parametrize("present", [Page.CALIBRATE, Page.EXERCISE])
def test_where_nobody_guides_the_page_stays(present: Page) -> None:
    assert page_of(NO_GUIDE, present) is present
    assert page_of(Guidance().view(0.0), present) is present


def test_a_routine_goes_from_the_calibration_to_the_exercise_and_back_on_the_way_to_the_next() -> None:
    script = routine_script(["supine_ere", "seated_ir"])
    page, pages = Page.CALIBRATE, []
    for section in sections(script):
        at = guidance(script, section.start_s + 0.1, 0.0)
        shown = at.view(section.start_s)
        page = page_of(type(shown)(section=section.kind, asks=shown.asks), page)
        pages += [page] if pages[-1:] != [page] else []
    assert pages == [Page.CALIBRATE, Page.EXERCISE, Page.CALIBRATE, Page.EXERCISE]
