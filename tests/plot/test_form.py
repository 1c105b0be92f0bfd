"""The standard widgets take nothing that stands in a file for markup."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from imu_hip.plot.form import Elided, label

HOSTILE = '<img src="file:///etc/hostname"><b>bold</b> and quite a long text behind that'


def test_a_label_shows_what_looks_like_markup_as_it_stands(qtbot: QtBot) -> None:
    shown = label(HOSTILE)
    qtbot.addWidget(shown)
    assert shown.textFormat() is Qt.TextFormat.PlainText


@pytest.mark.parametrize("text", [HOSTILE, "a < b & c > d, and then so much that it cannot be read any more"])
def test_the_tip_of_a_cut_text_is_that_text(text: str, qtbot: QtBot) -> None:
    shown = Elided("text")
    qtbot.addWidget(shown)
    shown.setText(text)
    shown.resize(40, 20)
    shown.grab()  # paints
    tip = shown.toolTip()
    assert "<" not in tip
    seen = QTextDocument()
    seen.setHtml(tip)
    assert seen.toPlainText() == text
