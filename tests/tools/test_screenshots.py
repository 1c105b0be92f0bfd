"""Pictures of pages: scenes show what they are called after, whole, and another run draws the same pictures."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("PySide6")

import screenshots
from page_scenes import CALIBRATION, DRAWINGS, EXERCISE, REPLAYS, scenes
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot
from screenshots import ALL, DOCS, Screen, picture

from imu_hip.model.app_state import AppState, Page
from imu_hip.model.event import Phase
from imu_hip.plot.app_window import AppWindow
from imu_hip.plot.canvas import LEFT, Canvas
from imu_hip.plot.layout import Rect
from imu_hip.plot.lettering import SMALLEST_PX, text_width
from imu_hip.plot.screenshot import picture as drawn
from tests.plot.test_app_geometry import cut_texts, overlaps, settle

SCENES = scenes()
WHOLE = {
    "not_yet_known",
    "in_approach",
    "hip_out",
    "replay",
    "results_supine_ere_right",
    "results_arom_seated_right",
    "results_none",
}
OTHERS = {name for name in SCENES if name.startswith("results_")} | set(EXERCISE) | set(REPLAYS)
SLICE = [name for name in SCENES if name not in OTHERS - WHOLE]
"""Every page and every state of it; of exercises that differ in nothing but their words and figures, two."""


@pytest.fixture(scope="module")
def window(qapp: Any) -> Iterator[AppWindow]:
    first = SCENES["start"]()
    made = AppWindow(lambda: first, lambda action: None)
    made._timer.stop()
    yield made
    made.close()
    made.deleteLater()


def test_every_page_has_a_scene() -> None:
    assert {SCENES[name]().page for name in ("start", "sensors_found", "calibrate_bows", "let_go", "history")} == set(
        Page
    )
    assert {scene for scene, _ in DOCS.values()} <= set(SCENES)
    assert {f"calibrate_{name}" for name in (*CALIBRATION, *DRAWINGS)} | set(EXERCISE) | set(REPLAYS) <= set(SCENES)


@pytest.mark.parametrize("name", SLICE)
def test_nothing_is_cut_in_any_scene(name: str, window: AppWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    cut: list[str] = []
    plain = Canvas.text

    def text(
        self: Canvas, box: Rect, text: str, size: float, ink: str, align: Any = LEFT, bold: bool = True,
        shrink: float = 0.62,
    ) -> None:  # fmt: skip
        if text_width(text, max(SMALLEST_PX, int(shrink * round(size * self.u))), bold) > box.width:
            cut.append(text)
        plain(self, box, text, size, ink, align, bold, shrink)

    monkeypatch.setattr(Canvas, "text", text)
    state = SCENES[name]()
    for size in ((1024, 640), (1920, 1080)):
        window.resize(*size)
        window.show()
        window.show_state(state)
        settle()
        window.show_state(state)
        settle()
        shown = drawn(window, size)
        assert (shown.width(), shown.height()) == size
        assert not any(guard.failed for guard in window._guards.values())
        assert cut_texts(window) == []
        assert overlaps(window) == []
    assert cut == []


def test_two_runs_draw_the_same_pictures(tmp_path: Path) -> None:
    names = ["sensors_assigned", "calibrate_max_rep"]
    chosen = [argument for name in names for argument in ("--only", name)]
    for run in ("once", "again"):
        into = ["--out", str(tmp_path / run), "--size", "1024x640", "--size", "640x400@2", "--theme", "dark"]
        command = [sys.executable, screenshots.__file__, *into, *chosen]
        subprocess.run(command, check=True, capture_output=True, timeout=100)
    pictures = {
        picture(name, "dark", screen) for name in names for screen in (Screen(1024, 640), Screen(640, 400, 2.0))
    }
    assert {path.name for path in (tmp_path / "once").glob("*.png")} == pictures
    for each in pictures:
        assert (tmp_path / "once" / each).read_bytes() == (tmp_path / "again" / each).read_bytes()
    page = (tmp_path / "once" / "index.html").read_text("utf-8")
    assert all(f'src="{each}"' in page for each in pictures)


def test_a_moment_of_a_recording_is_one_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    file = Path(__file__).resolve().parents[2] / "recordings" / "supine_ere_right.mcap"
    arguments = ["screenshots", str(file), "60", str(tmp_path / "moment.png"), "--size", "800x520@1.5"]
    monkeypatch.setattr(sys, "argv", arguments)
    assert screenshots.main() == 0
    image = QImage(str(tmp_path / "moment.png"))
    assert (image.width(), image.height()) == (1200, 780)


def test_all_screens_are_from_the_smallest_to_4k_and_to_200_percent() -> None:
    assert [str(screen) for screen in ALL] == ["1024x640", "1280x800", "1920x1080", "3840x2160", "1280x800@2"]


def test_a_scene_shows_what_its_name_says() -> None:
    steps = [SCENES[f"calibrate_{name}"]() for name in CALIBRATION]
    assert len({prompt(state) for state in steps}) == len(CALIBRATION)
    shown = {name: SCENES[name]().session for name in ("first_hold", "second_hold", "sensor_lost", "flop", "pain")}
    phases = {name: session.phase for name, session in shown.items() if session is not None}
    assert phases["first_hold"] is phases["second_hold"] is Phase.HOLD
    warnings = {name: session.warning for name, session in shown.items() if session is not None}
    assert "flop" in warnings["flop"]
    assert "lost" in warnings["sensor_lost"]
    assert shown["pain"] is not None
    assert shown["pain"].guide.paused
    assert shown["pain"].hold_s is None


def prompt(state: AppState) -> str:
    assert state.session is not None
    return state.session.prompt
