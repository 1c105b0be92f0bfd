"""The status line says the moment in one line and knows where it writes."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from imu_hip.feedback import status_line
from imu_hip.feedback.status_line import StatusLine
from imu_hip.model.view_state import BreathPace
from tests.plot.scenes import NAMES, scene


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class OldConsole(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="cp1252", newline="")

    def written(self) -> str:
        self.flush()
        return self.detach().getvalue().decode("cp1252")  # type: ignore[attr-defined, no-any-return]


@pytest.fixture(autouse=True)
def _columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_line_says_phase_angle_hold_cycle_sensors_and_prompt() -> None:
    text = status_line.line(scene("hold"))
    for part in (
        "hold",
        "40° ± 4°",
        "held 6/9 s",
        "cycle 2/3",
        "Hold one slow breath",
        "thigh 100 Hz 12 lost",
    ):
        assert part in text


def test_unknown_angle_shows_dashes_and_a_paused_hold() -> None:
    text = status_line.line(scene("sensor_lost"))
    assert "––" in text
    assert "paused" in text
    assert "thigh lost" in text
    assert "° ±" not in text


def test_negative_angles_have_a_real_minus_sign_and_zero_has_none() -> None:
    assert "−12° ± 3°" in status_line.line(replace(scene("approach"), angle_deg=-12.2, sd_deg=1.5))
    assert " 0° ± 3°" in status_line.line(replace(scene("approach"), angle_deg=-0.3, sd_deg=1.5))


def test_recording_alarm_is_said_once() -> None:
    assert status_line.line(scene("disk_full")).lower().count("disk full") == 1


@pytest.mark.parametrize("name", NAMES)
def test_terminal_gets_one_line_that_fits_and_covers_the_last(name: str) -> None:
    stream = Terminal()
    line = StatusLine(stream)
    line.show(replace(scene("flop"), prompt="x" * 60), 0.0)
    line.show(scene(name), 1.0)
    first, second = stream.getvalue().split("\r")[1:]
    assert "\n" not in stream.getvalue()
    assert len(first) <= 79
    assert len(first) <= len(second) <= 79


def test_terminal_is_written_at_most_ten_times_a_second() -> None:
    stream = Terminal()
    line = StatusLine(stream)
    for k in range(100):
        line.show(scene("hold"), k * 0.01)
    assert 9 <= stream.getvalue().count("\r") <= 11


def test_elsewhere_a_line_comes_every_five_seconds() -> None:
    stream = io.StringIO()
    line = StatusLine(stream)
    for k in range(200):
        line.show(scene("hold"), 100.0 + k * 0.1)
    assert stream.getvalue().count("\n") == 4
    assert "\r" not in stream.getvalue()


def test_finish_ends_the_line_once() -> None:
    stream = Terminal()
    line = StatusLine(stream)
    line.finish()
    line.show(scene("hold"), 0.0)
    line.finish()
    line.finish()
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().endswith("\n")


def test_a_console_without_the_signs_gets_plain_ones() -> None:
    stream = OldConsole()
    StatusLine(stream).show(replace(scene("approach"), angle_deg=-12.2), 0.0)
    text = stream.written()
    assert "-12 deg +/- 4 deg" in text


def test_line_says_the_repetition_where_no_cycle_is_counted_and_the_pace_of_the_breath() -> None:
    state = replace(
        scene("hold"), cycle_steps=(), count="Set 1 of 2, repetition 2 of 5", pace=BreathPace(False, 0.2, 0)
    )
    assert " · Set 1 of 2, repetition 2 of 5 · breathe out · " in status_line.line(state)
