"""The pictures of the pages are those that the program draws."""

from __future__ import annotations

import pytest

pytest.importorskip("PySide6")

from doc_pictures import RECORDINGS, ROOT, corridor, imports, plotted

from imu_hip.app.catalogue import catalogue

PICTURES = ROOT / "docs" / "pictures"


def test_the_corridor_is_that_of_the_imports() -> None:
    known = imports(ROOT / "imu_hip")
    assert {"codec", "session"} <= known["app"]
    assert (PICTURES / "corridor.svg").read_text("utf-8") == corridor(known)


def test_rooms_that_know_each_other_have_no_corridor() -> None:
    known = imports(ROOT / "imu_hip")
    with pytest.raises(ValueError, match="stream"):
        corridor(known | {"stream": {"codec"}})


def test_every_exercise_has_a_recording_to_show() -> None:
    assert set(RECORDINGS) == {spec.id for spec in catalogue()}


def test_a_plot_is_that_of_the_recording() -> None:
    assert (PICTURES / "arom_seated.svg").read_text("utf-8") == plotted(
        ROOT / "recordings" / f"{RECORDINGS['arom_seated']}.mcap"
    )
