"""The exercise page shows what the view state says, and nothing stops it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from imu_hip.model.app_state import Flash
from imu_hip.model.event import Phase
from imu_hip.model.signal import SignalKind
from imu_hip.model.view_state import BreathPace, ViewState
from imu_hip.plot import angle_card, exercise_page, hold_card, wording
from imu_hip.plot.exercise_page import ExercisePage
from imu_hip.plot.layout import Rect, arrange
from imu_hip.plot.theme import DARK, LIGHT, Theme
from tests.plot.pixels import picture, share, within
from tests.plot.scenes import GUIDED, NAMES, scene, with_channels

Show = Callable[..., ExercisePage]
THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
WARNED = {"flop", "sensor_lost", "uncertain", "disk_full", "refused", "fault"}
SIZE = (1280, 800)
BOXES = arrange(*SIZE)
NUMBER = angle_card.number_box(BOXES.angle, BOXES.u)


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    def shown(
        state: ViewState | None, theme: Theme = DARK, size: tuple[int, int] = SIZE, flash: Flash | None = None
    ) -> ExercisePage:
        made = ExercisePage()
        qtbot.addWidget(made)
        made.resize(*size)
        made.show_state(state, theme, flash)
        return made

    return shown


def lane(index: int) -> Rect:
    """Return one of the two lanes of the body card."""
    room = BOXES.body.inset(BOXES.u, BOXES.u)
    half = room.height / 2.0
    return Rect(room.x, room.y + index * half, room.width, half)


def right_part(box: Rect) -> Rect:
    return box.beyond(box.middle[0])


@THEMES
@pytest.mark.parametrize("name", [*NAMES, *GUIDED])
def test_only_a_warning_has_its_colour_in_the_banner(show: Show, theme: Theme, name: str) -> None:
    warned = share(within(picture(show(scene(name), theme)), BOXES.banner), theme.warning)
    assert warned > 0.4 if name in WARNED else warned < 0.01


@THEMES
@pytest.mark.parametrize(
    "name", ["hold", "hold_done", "approach", "block", "fault", "paused", "sensor_lost", "refused"]
)
def test_number_is_good_only_while_holding_unwarned(show: Show, theme: Theme, name: str) -> None:
    pixels = within(picture(show(scene(name), theme)), NUMBER)
    assert (share(pixels, theme.good) > 0.05) == (name in {"hold", "hold_done"})


def test_a_hold_has_a_sign_beside_its_colour(show: Show) -> None:
    """The disc with the tick at the right of the phase word."""
    corner = Rect(BOXES.angle.right - 13.0 * BOXES.u, BOXES.angle.y, 12.0 * BOXES.u, 11.0 * BOXES.u)
    assert share(within(picture(show(scene("hold"))), corner), DARK.good) > 0.3
    assert share(within(picture(show(scene("approach"))), corner), DARK.good) < 0.01


@THEMES
def test_greyed_number_is_dim(show: Show, theme: Theme) -> None:
    pixels = within(picture(show(scene("uncertain"), theme)), NUMBER)
    assert share(pixels, theme.dim) > 0.05
    assert share(pixels, theme.text) < 0.01


@THEMES
def test_unknown_angle_is_two_dashes_in_the_middle(show: Show, theme: Theme) -> None:
    pixels = within(picture(show(scene("sensor_lost"), theme)), NUMBER)
    third = pixels.shape[0] // 3
    assert share(pixels[third : 2 * third], theme.dim) > 0.08
    assert share(np.concatenate([pixels[:third], pixels[2 * third :]]), theme.card) > 0.95


def test_a_lost_sensor_leaves_no_beam_and_a_pause_in_the_ring(show: Show) -> None:
    pixels = picture(show(scene("sensor_lost")))
    assert share(within(pixels, BOXES.hold), DARK.warning) > 0.02
    assert share(within(pixels, BOXES.dial), DARK.curve) == 0.0
    assert share(within(picture(show(scene("approach"))), BOXES.dial), DARK.curve) > 0.005


@pytest.mark.parametrize("name", ["exit_controlled", "flop"])
def test_log_shows_how_the_limb_came_back(show: Show, name: str) -> None:
    pixels = within(picture(show(scene(name))), BOXES.log)[:, : int(6.0 * BOXES.u)]
    assert (share(pixels, DARK.good) > 0.05) is (name == "exit_controlled")
    assert (share(pixels, DARK.warning) > 0.05) is (name == "flop")


def test_exit_verdicts_differ_in_shape_without_colour(show: Show) -> None:
    masks = []
    for verdict in ("controlled", "fast", "flop", None):
        last = scene("exit_controlled").last_exit
        assert last is not None
        state = replace(scene("exit_controlled"), last_exit=replace(last, verdict=verdict))
        pixels = within(picture(show(state)), BOXES.log)[:, : int(5.0 * BOXES.u)]
        masks.append(np.abs(pixels - pixels[0, 0]).max(axis=2) > 40)
    for first, second in combinations(masks, 2):
        assert (first != second).sum() > 60


def test_a_fault_of_the_pelvis_is_told_in_its_lane_by_colour_and_sign(show: Show) -> None:
    pixels = picture(show(scene("fault")))
    assert share(within(pixels, lane(0)), DARK.warning) > 0.02
    assert share(within(pixels, lane(1)), DARK.warning) == 0.0
    quiet = picture(show(scene("guided")))
    assert share(within(quiet, lane(0)), DARK.warning) == 0.0
    assert share(within(quiet, lane(0)), DARK.auxiliary, 40) > 0.005


def test_what_cannot_be_told_is_hatched(show: Show) -> None:
    """The knee's lane has no plain ground any more, and its curve is grey."""
    plain = share(within(picture(show(scene("guided"))), right_part(lane(1))), DARK.background)
    pixels = within(picture(show(scene("unsure"))), right_part(lane(1)))
    assert share(pixels, DARK.background) < 0.9 * plain
    assert share(pixels, DARK.auxiliary) == 0.0


def test_a_lane_says_that_nothing_is_watched(show: Show) -> None:
    pixels = within(picture(show(scene("hold"))), BOXES.body)
    assert share(pixels, DARK.background) < 0.01
    assert 0.01 < share(pixels, DARK.dim, 90) < 0.2


@pytest.mark.parametrize("side", ["left", "right"])
def test_beam_leans_toward_the_midline_when_the_thigh_turns_in(show: Show, side: str) -> None:
    """Left leg: in is to the right; right leg: in is to the left; and out is the other way."""
    for angle, inward in ((30.0, True), (-30.0, False)):
        state = replace(scene("approach"), side=side, angle_deg=angle, band_deg=None, end_range_deg=None)
        dial = within(picture(show(state)), BOXES.dial)
        beam = np.abs(dial - np.array([0x56, 0xB4, 0xE9])).max(axis=2) <= 12
        mean = float(np.flatnonzero(beam.any(axis=0)).mean()) / dial.shape[1]
        assert (mean > 0.5) is (inward is (side == "left"))


def test_target_lies_on_the_dial_where_the_beam_reaches_it(show: Show) -> None:
    state = replace(scene("hold"), angle_deg=37.0, phase=Phase.APPROACH)
    pixels = within(picture(show(state)), BOXES.dial)
    band = np.argwhere(np.abs(pixels - np.array([0x2F, 0xD3, 0xA2])).max(axis=2) <= 12).mean(axis=0)
    beam = np.argwhere(np.abs(pixels - np.array([0x56, 0xB4, 0xE9])).max(axis=2) <= 12)
    tip = beam[beam[:, 0].argmin()]
    assert np.hypot(*(band - tip)) < 5.0 * BOXES.u


def test_breath_grows_while_breathing_in_and_shrinks_while_breathing_out() -> None:
    grown = [hold_card.breath_size(BreathPace(True, share, 0)) for share in (0.0, 0.5, 1.0)]
    shrunk = [hold_card.breath_size(BreathPace(False, share, 0)) for share in (0.0, 0.5, 1.0)]
    assert grown == sorted(grown)
    assert shrunk == sorted(shrunk, reverse=True)
    assert grown[-1] == shrunk[0] == 1.0
    assert grown[0] == shrunk[-1] == hold_card.SMALLEST_BREATH


def test_a_large_breath_fills_the_ring(show: Show) -> None:
    large, small = (
        share(
            within(picture(show(replace(scene("guided"), pace=BreathPace(True, each, 0)))), BOXES.hold), "#1C2E3B", 16
        )
        for each in (0.95, 0.05)
    )
    assert large > 2.0 * small


def test_recording_alarm_shows_in_the_footer(show: Show) -> None:
    assert share(within(picture(show(scene("disk_full"))), BOXES.footer), DARK.warning, 40) > 0.01
    assert share(within(picture(show(scene("hold"))), BOXES.footer), DARK.warning, 40) == 0.0


def test_trace_stands_where_the_angle_is(show: Show) -> None:
    """The newest points of a steady hold lie within the target band, not only near it."""
    pixels = picture(show(scene("hold")))
    box = BOXES.trace
    rows = slice(int(box.y), int(box.bottom))
    curve = np.abs(pixels - np.array([0x56, 0xB4, 0xE9])).max(axis=2) <= 12
    columns = slice(int(box.right) - 50, int(box.right) - 42)
    held = np.flatnonzero(curve[rows, columns].any(axis=1))
    edges = np.flatnonzero(np.abs(pixels[rows, int(box.right) - 12] - np.array([0x2F, 0xD3, 0xA2])).max(axis=1) <= 30)
    assert edges.min() < held.min()
    assert held.max() < edges.max()


@pytest.mark.parametrize("size", [(1024, 640), (1366, 768), (1920, 1080), (800, 1280)])
def test_widgets_follow_the_layout(show: Show, size: tuple[int, int]) -> None:
    shown = show(scene("guided"), size=size)
    boxes = {name: panel.geometry() for name, panel in shown._panels.items()}
    for name, box in arrange(*size).cards().items():
        assert boxes[name].contains(QRect(int(box.x) + 1, int(box.y) + 1, int(box.width) - 2, int(box.height) - 2))
    for first, second in combinations(boxes.values(), 2):
        common = first.intersected(second)
        assert common.width() <= 1 or common.height() <= 1
    assert boxes["trace"].contains(shown._trace.widget.geometry())


@pytest.mark.parametrize("name", ["hold", "fault", "before_calibration"])
def test_same_state_gives_the_same_pixels(show: Show, name: str) -> None:
    digests = {hashlib.sha256(picture(show(scene(name))).tobytes()).hexdigest() for _ in range(2)}
    assert len(digests) == 1


def test_a_page_that_showed_other_states_before_looks_the_same(show: Show) -> None:
    shown = show(scene("before_calibration"), LIGHT, (1024, 700), Flash(SignalKind.FAULT, 1))
    shown.show_state(scene("flop"), LIGHT)
    shown.resize(*SIZE)
    shown.show_state(scene("guided"), DARK)
    assert np.array_equal(picture(shown), picture(show(scene("guided"))))


def test_twice_the_pixels_show_the_same_page(show: Show) -> None:
    """A screen at 200 %: the mean of each four pixels is about the picture at 100 %."""
    shown = show(scene("guided"), size=(960, 600))
    fine = picture(shown, 2.0)
    assert fine.shape == (1200, 1920, 3)
    coarse = fine.reshape(600, 2, 960, 2, 3).mean(axis=(1, 3))
    assert float((np.abs(coarse - picture(shown)).max(axis=2) < 60).mean()) > 0.96


def test_before_the_first_state_it_says_that_it_waits(show: Show) -> None:
    shown = show(None)
    shown.show()
    assert shown._plain.isVisible()
    assert shown._plain.text() == wording.WAITING
    shown.show_state(scene("hold"), DARK)
    assert not shown._plain.isVisible()


@pytest.mark.parametrize("part", ["drawing", "curve"])
def test_a_crash_while_painting_is_told_once_and_leaves_plain_text(
    show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], part: str
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("painted into a corner")

    if part == "drawing":
        angle = replace(exercise_page.DRAWINGS["angle"], draw=broken)
        monkeypatch.setattr(exercise_page, "DRAWINGS", {**exercise_page.DRAWINGS, "angle": angle})
    else:
        monkeypatch.setattr("imu_hip.plot.trace_picture._phases", broken)
    shown = show(scene("hold"))
    shown.show()
    shown.grab()
    qtbot.waitUntil(shown._plain.isVisible, timeout=2000)
    for name in ("approach", "flop", "hold"):
        shown.show_state(scene(name), DARK)
        shown.grab()
    assert "HOLD" in shown._plain.text()
    assert "40°" in shown._plain.text()
    assert capsys.readouterr().err.count("Traceback") == 1


def test_a_page_that_is_gone_when_its_crash_is_heard_of_takes_nothing_down(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("gone")

    angle = replace(exercise_page.DRAWINGS["angle"], draw=broken)
    monkeypatch.setattr(exercise_page, "DRAWINGS", {**exercise_page.DRAWINGS, "angle": angle})
    page = ExercisePage()
    page.resize(*SIZE)
    page.show_state(scene("hold"), DARK)
    page.grab()
    page.deleteLater()
    qtbot.wait(20)
    assert capsys.readouterr().err.count("Traceback") == 1


def test_panels_are_painted_again_only_when_they_look_different() -> None:
    state = scene("hold")
    assert angle_card.key(state) == angle_card.key(replace(state, t_s=state.t_s + 1.0, prompt="other"))
    assert angle_card.key(state) == angle_card.key(replace(state, angle_deg=40.1))
    assert angle_card.key(state) != angle_card.key(replace(state, angle_deg=12.0))


def test_page_takes_no_key_and_no_focus(show: Show) -> None:
    shown = show(scene("hold"))
    for widget in (shown, shown._trace.widget, *shown._panels.values()):
        assert widget.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_screen_readers_are_told_what_is_seen(show: Show) -> None:
    shown = show(with_channels(scene("hold")))
    panels = shown._panels
    assert shown.accessibleName() == "Exercise"
    assert "HOLD" in shown.accessibleDescription()
    assert panels["dial"].accessibleName() == "Dial of the thigh"
    assert panels["dial"].accessibleDescription().startswith("left leg, 40 degrees, plus or minus 4, target")
    assert panels["body"].accessibleDescription() == "pelvis roll 0° degrees, limit 4, knee inward 2° degrees, limit 5"
    shown.show_state(scene("sensor_lost"), DARK)
    assert panels["angle"].accessibleDescription() == "PAUSED, angle unknown"
    assert panels["banner"].accessibleDescription() == "Thigh sensor lost: hold paused"
    assert all(panel.accessibleName() for panel in panels.values())


def test_qt_binding_keeps_its_references_to_none(qtbot: QtBot) -> None:
    """PySide6 6.12.0 drops one per call on Python 3.11 and then crashes; from 3.12 on None is immortal."""
    image = QImage(16, 16, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _ in range(500):
        painter.setPen(Qt.GlobalColor.red)
    after = sys.getrefcount(None)
    painter.end()
    assert abs(after - before) < 50
