"""Pictures of pages are made without a screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from imu_hip.model.app_state import Page
from imu_hip.model.errors import UsageError
from imu_hip.plot import calibrate_page
from imu_hip.plot.screenshot import render, save
from imu_hip.plot.theme import DARK, LIGHT
from tests.plot.pixels import pixels_of, share, within
from tests.plot.scenes import calibrating, scene


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_picture_has_the_size_times_the_device_pixel_ratio(qtbot: QtBot, tmp_path: Path, ratio: float) -> None:
    path = tmp_path / "page.png"
    render(scene("hold"), (1024, 640), LIGHT, path, ratio)
    image = QImage(str(path))
    assert (image.width(), image.height()) == (1024 * ratio, 640 * ratio)
    assert share(pixels_of(image), LIGHT.card) > 0.3


def test_the_calibration_is_rendered_when_asked_for(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    render(calibrating(refusal="once"), (1280, 800), DARK, path, page=Page.CALIBRATE)
    box = calibrate_page.arrange(1280, 800).steps
    assert share(within(pixels_of(QImage(str(path))), box), DARK.warning) > 0.5


def test_any_page_can_be_saved(qtbot: QtBot, tmp_path: Path) -> None:
    label = QLabel("any widget")
    qtbot.addWidget(label)
    save(label, (300, 200), tmp_path / "any.png", 2.0)
    image = QImage(str(tmp_path / "any.png"))
    assert (image.width(), image.height()) == (600, 400)


def test_picture_that_cannot_be_written_says_where(qtbot: QtBot, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere.page\.png"):
        render(scene("hold"), (1024, 700), LIGHT, tmp_path / "nowhere" / "page.png")
