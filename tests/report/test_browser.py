"""The page in a real browser: it is what the strict reader sees, loads nothing, runs nothing, and prints on A4."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from imu_hip.app.reporting import report_of
from tests.report.examples import NAMES, page
from tests.report.strict_html import read
from tests.report.test_hostile_texts import HOSTILE, named
from tests.report.test_page import every
from tests.serve.browser import Browser, Tab

A4_POINTS = (595.0, 842.0)


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Tab]:
    with chromium.tab() as found:
        found.size(960, 900, dark=False)
        yield found


def shown(tab: Tab, folder: Path, text: str) -> None:
    file = folder / "report.html"
    file.write_text(text, "utf-8")
    tab.open(file.as_uri())


def test_the_browser_sees_the_elements_that_are_written_and_loads_nothing(tab: Tab, tmp_path: Path) -> None:
    for name in NAMES:
        shown(tab, tmp_path, page(name))
        written = [node.tag for node in every(read(page(name)))]
        assert tab.value("[...document.querySelectorAll('*')].map(e => e.tagName.toLowerCase())") == written
        assert tab.value("document.compatMode") == "CSS1Compat"
        assert tab.value("performance.getEntriesByType('resource').length") == 0
        assert tab.value("getComputedStyle(document.querySelector('.curve')).fill") == "none"
    assert tab.complaints == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_takes_the_persons_choice_of_light_and_dark(tab: Tab, tmp_path: Path, dark: bool) -> None:
    tab.size(960, 900, dark=dark)
    shown(tab, tmp_path, page(NAMES[0]))
    red = tab.value("getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/)[0]")
    assert (int(red) < 60) == dark


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wider_than_a_phone(tab: Tab, tmp_path: Path, name: str) -> None:
    tab.size(360, 640)
    shown(tab, tmp_path, page(name))
    assert tab.value("document.documentElement.scrollWidth") <= 360


def test_hostile_texts_run_nothing_and_stay_within_a_phone(tab: Tab, tmp_path: Path) -> None:
    tab.size(360, 640)
    for text in HOSTILE.values():
        shown(tab, tmp_path, report_of(named(text), person=text))
        assert tab.value("document.title") != "broken"
        assert tab.value("document.scripts.length + document.images.length") == 0
        assert tab.value("document.documentElement.scrollWidth") <= 360
    assert tab.complaints == []


def test_the_page_runs_no_script_even_if_one_got_in(tab: Tab, tmp_path: Path) -> None:
    worse = page(NAMES[0]).replace("<body>", "<body><script>document.title = 'broken'</script>", 1)
    assert "<script>" in worse
    shown(tab, tmp_path, worse)
    assert tab.value("document.title") != "broken"
    assert any("Content Security Policy" in complaint for complaint in tab.complaints)


@pytest.mark.parametrize(("name", "most"), [(name, 3) for name in NAMES])
def test_it_prints_on_three_sheets_of_a4_at_most_and_the_same_in_the_dark(
    tab: Tab, tmp_path: Path, name: str, most: int
) -> None:
    tab.size(960, 900, dark=True)
    shown(tab, tmp_path, page(name))
    pdf = base64.b64decode(tab.ask("Page.printToPDF", preferCSSPageSize=True)["data"])
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert 2 <= len(boxes) <= most
    for box in boxes:
        assert [float(side) for side in box] == pytest.approx(A4_POINTS, abs=1.0)
    # Ink on paper whatever the screen is: print media take the light colours.
    tab.ask("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    assert tab.value("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
