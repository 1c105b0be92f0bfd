"""A person's history as a page: what the table of `history` says stands on it, and nothing typed becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from imu_hip.app.history_page import history_html
from imu_hip.model.setup import Side
from imu_hip.session.user_library import Library
from tests.app.calling import call
from tests.app.test_history import NAMES, PRONE, SUPINE, history, session

TODAY = date(2026, 11, 22)
BOTH_SIDES = history(
    session(1, PRONE),
    session(15, replace(PRONE, internal_deg=42.0)),
    session(15, replace(PRONE, internal_deg=30.0), side="right"),
    session(16, SUPINE),
)


def page(person: str = "Anna") -> str:
    return history_html(BOTH_SIDES, person, NAMES, TODAY)


def cells(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def test_both_sides_stand_beside_each_other_with_their_newest_ranges() -> None:
    rows = cells(page())
    assert ["left", "42° ± 3°", "40° ± 3°", "82°", "1.05 ± 0.11"] in rows
    assert ["right", "30° ± 3°", "40° ± 3°", "70°", "0.75 ± 0.09"] in rows
    assert "Left turns 12° more in than right: more than the measurement error." in page()
    assert "Left turns as far out as right: within the measurement error." in page()


def test_what_has_changed_is_told_with_what_counts() -> None:
    assert ["left", "in", "30 ± 3°", "42 ± 3°", "+12°", "", "beyond error, once: repeat it"] in cells(page())
    assert "First and newest (a change counts from 6°)" in page()


def test_measurements_come_before_training_and_sessions_last() -> None:
    headings = re.findall(r"<h2>(.*?)</h2>", page())
    assert headings == [
        "Measured range", "Training: the best angle held (a measurement says more)", "Sessions", "How to read this",
    ]  # fmt: skip


def test_bars_reach_as_far_as_the_angles_on_either_side_of_zero() -> None:
    svg = page().partition("<svg")[2].partition("</svg>")[0]
    zero = float(re.findall(r'd="M([\d.]+),0.0L\1,[\d.]+" class="zero"', svg)[0])
    bars = [(float(x), float(width)) for x, width in re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg)]
    external, internal = bars[:2]
    assert external[0] + external[1] == pytest.approx(zero, abs=0.1)
    assert internal[0] == pytest.approx(zero, abs=0.1)
    assert internal[1] / external[1] == pytest.approx(42.0 / 40.0, rel=0.01)


def test_nothing_typed_becomes_markup_and_nothing_is_loaded() -> None:
    html = page("<script>alert(1)</script>")
    assert "<script" not in html
    assert "default-src 'none'" in html
    assert not re.search(r"(?:src|href)=", html)


def test_a_page_is_written_once_and_of_somebody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMU_HIP_HOME", str(tmp_path / "home"))
    out = tmp_path / "page.html"
    assert "no sessions of Bob" in call("history", "--person", "Bob", "--out", out).refusal
    assert not out.exists()
    recording = Library().new_recording("Bob", "supine_ere", Side.LEFT, "2026-11-20T10:00:00Z")
    recording.touch()
    assert call("history", "--person", "Bob", "--out", out).code == 0
    assert "<dd>Bob</dd>" in out.read_text()
    assert out.stat().st_mode & 0o077 == 0
    assert "--force" in call("history", "--person", "Bob", "--out", out).refusal


def test_a_demo_can_be_kept_as_the_session_of_somebody_who_is_called_a_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMU_HIP_HOME", str(tmp_path / "home"))
    done = call("demo", "arom_seated", "--side", "left", "--headless", "--speed", "max", "--person", "Anna")
    assert done.code == 0
    assert "imu-hip history --person 'Anna (demo)'" in done.out
    library = Library()
    assert library.sessions("Anna") == ()
    (kept,) = library.sessions("Anna (demo)")
    assert kept.summary is not None
    assert kept.summary.parts[0].internal_deg == pytest.approx(25.0, abs=15.0)
    assert call("demo", "--person", "Anna", "--out", tmp_path / "x.mcap").code == 2
