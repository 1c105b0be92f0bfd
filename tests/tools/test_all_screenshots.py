"""Pictures of pages: every scene can be made and drawn, and the same again gives the same picture."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("PySide6")

from all_screenshots import DOCS, draw
from page_scenes import CALIBRATION, EXERCISE, scenes
from pytestqt.qtbot import QtBot

from imu_hip.model.app_state import Page
from imu_hip.model.event import Phase

SCENES = scenes()
SMALL = (1024, 640)


def test_every_page_has_a_scene() -> None:
    assert {SCENES[name]().page for name in ("start", "sensors_found", "calibrate_bows", "let_go", "history")} == set(
        Page
    )
    assert {scene for scene, _ in DOCS.values()} <= set(SCENES)


@pytest.mark.parametrize(
    "name", ["start", "sensors_assigned", "calibrate_swings", "second_hold", "sensor_lost", "replay"]
)
def test_a_scene_drawn_twice_is_the_same_picture(name: str, tmp_path: Path, qtbot: QtBot) -> None:
    state = SCENES[name]()
    for copy in ("once.png", "again.png"):
        draw(state, "dark", SMALL, tmp_path / copy)
    draw(state, "light", SMALL, tmp_path / "light.png")
    assert (tmp_path / "once.png").read_bytes() == (tmp_path / "again.png").read_bytes()
    assert (tmp_path / "once.png").read_bytes() != (tmp_path / "light.png").read_bytes()


def test_a_scene_shows_what_its_name_says() -> None:
    steps = [SCENES[f"calibrate_{name}"]() for name in CALIBRATION]
    assert len({state.session.prompt for state in steps if state.session is not None}) >= len(CALIBRATION) - 1
    shown = {name: SCENES[name]().session for name in ("first_hold", "second_hold", "sensor_lost", "flop")}
    assert all(session is not None for session in shown.values())
    phases = {name: session.phase for name, session in shown.items() if session is not None}
    assert phases["first_hold"] is phases["second_hold"] is Phase.HOLD
    assert "flop" in (shown["flop"].warning if shown["flop"] else "")
    assert "lost" in (shown["sensor_lost"].warning if shown["sensor_lost"] else "")
    assert set(EXERCISE) <= set(SCENES)
