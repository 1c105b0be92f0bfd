"""Pictures of pages: scenes show what they are called after, and another run draws the same pictures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("PySide6")

import all_screenshots
from all_screenshots import DOCS
from page_scenes import CALIBRATION, EXERCISE, scenes

from imu_hip.model.app_state import Page
from imu_hip.model.event import Phase

SCENES = scenes()


def test_every_page_has_a_scene() -> None:
    assert {SCENES[name]().page for name in ("start", "sensors_found", "calibrate_bows", "let_go", "history")} == set(
        Page
    )
    assert {scene for scene, _ in DOCS.values()} <= set(SCENES)


def test_two_runs_draw_the_same_pictures(tmp_path: Path) -> None:
    names = ["sensors_assigned", "calibrate_swings", "second_hold", "replay"]
    chosen = [argument for name in names for argument in ("--only", name)]
    for run in ("once", "again"):
        command = [sys.executable, all_screenshots.__file__, str(tmp_path / run), "--size", "1024x640", *chosen]
        subprocess.run(command, check=True, capture_output=True, timeout=100)
    pictures = sorted(path.name for path in (tmp_path / "once").glob("*.png"))
    assert pictures == sorted(f"{name}_{theme}.png" for name in names for theme in ("dark", "light"))
    for picture in pictures:
        assert (tmp_path / "once" / picture).read_bytes() == (tmp_path / "again" / picture).read_bytes()
    assert all(picture in (tmp_path / "once" / "index.html").read_text("utf-8") for picture in pictures)


def test_a_scene_shows_what_its_name_says() -> None:
    steps = [SCENES[f"calibrate_{name}"]() for name in CALIBRATION]
    assert len({state.session.prompt for state in steps if state.session is not None}) == len(CALIBRATION)
    shown = {name: SCENES[name]().session for name in ("first_hold", "second_hold", "sensor_lost", "flop")}
    assert all(session is not None for session in shown.values())
    phases = {name: session.phase for name, session in shown.items() if session is not None}
    assert phases["first_hold"] is phases["second_hold"] is Phase.HOLD
    assert "flop" in (shown["flop"].warning if shown["flop"] else "")
    assert "lost" in (shown["sensor_lost"].warning if shown["sensor_lost"] else "")
    assert set(EXERCISE) <= set(SCENES)
