"""The status line says the moment in one line and knows where it writes."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from imu_hip.feedback import status_line
from imu_hip.feedback.status_line import StatusLine
from imu_hip.model.signal import Signal, SignalKind
from imu_hip.model.view_state import BreathPace
from tests.plot.scenes import NAMES, calibrating, scene


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


def test_a_sensor_that_comes_late_is_named_so() -> None:
    state = scene("hold")
    late = replace(state, sensors=tuple(replace(each, packet_s=5.0) for each in state.sensors))
    assert "thigh 100 Hz 12 lost (cues late)" in status_line.line(late)
    assert "late" not in status_line.line(state)


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


def drawn(stream: Terminal) -> list[str]:
    """Return the lines that a terminal shows: each erased line is replaced by what comes after."""
    lines = [""]
    for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", stream.getvalue()):
        match token:
            case "\n":
                lines.append("")
            case "\x1b[1A":
                lines.pop()
            case "\x1b[2K":
                lines[-1] = ""
            case "\r":
                pass
            case _ if token.startswith("\x1b"):
                assert token[-1] in "mhl", token
            case _:
                lines[-1] += token
    return lines


@pytest.mark.parametrize("columns", [200, 80, 24])
@pytest.mark.parametrize("name", NAMES)
def test_terminal_gets_two_lines_that_fit_and_cover_the_last(
    name: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = Terminal()
    line = StatusLine(stream)
    line.show(replace(scene("flop"), prompt="x" * 300), 0.0)
    line.show(scene(name), 1.0)
    first, second = drawn(stream)
    assert len(first) <= columns
    assert len(second) <= columns
    assert "x" * 10 not in first + second
    assert first.startswith("0:")


def test_terminal_shows_phase_angle_bar_warning_and_sensors() -> None:
    stream = Terminal()
    StatusLine(stream).show(scene("hold"), 0.0)
    first, second = drawn(stream)
    for part in ("hold", "40° ± 4°", "━━━━━━━━────", "held 6/9 s"):
        assert part in first
    assert second.startswith("Hold one slow breath · cycle 2/3 step 0/4 · pelvis 100 Hz")
    stream = Terminal()
    StatusLine(stream).show(scene("sensor_lost"), 0.0)
    first, second = drawn(stream)
    assert "––" in first
    assert "paused" in first
    assert second.startswith("! Thigh sensor lost")


def test_terminal_is_written_at_most_ten_times_a_second() -> None:
    stream = Terminal()
    line = StatusLine(stream)
    for k in range(100):
        line.show(scene("hold"), k * 0.01)
    assert 9 <= stream.getvalue().count("held 6/9 s") <= 11


def test_cues_stand_above_on_a_terminal_and_as_lines_elsewhere() -> None:
    for stream in (Terminal(), io.StringIO()):
        line = StatusLine(stream)
        line.show(scene("hold"), 0.0)
        line.cue(Signal(46.2, SignalKind.END_RANGE_REACHED))
        line.cue(Signal(47.0, SignalKind.HOLD_TICK, number=1))
        line.cue(Signal(48.0, SignalKind.FAULT))
        line.cue(Signal(48.5, SignalKind.FAULT, "Keep the knee in place", tone=False))
        line.show(scene("hold"), 0.01)
        line.cue(Signal(62.0, SignalKind.SET_DONE, "Set done"))
        line.cue(Signal(63.0, SignalKind.COUNT_IN, number=3))
        line.finish()
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
        shown = drawn(stream) if isinstance(stream, Terminal) else text.splitlines()
        cues = [words for words in shown if re.match(r"\d+:\d\d · (?!hold|Hold one)", words)]
        assert cues == [
            "0:46 · End range reached",
            "0:48 · ! Keep the knee in place",
            "1:02 · Set done",
            "1:03 · in 3",
        ]


def test_taking_a_cue_writes_nothing_so_that_any_thread_may_give_it() -> None:
    stream = Terminal()
    line = StatusLine(stream)
    line.cue(Signal(1.0, SignalKind.SAFETY, "Stop"))
    assert stream.getvalue() == ""
    line.finish()
    assert "! Stop" in stream.getvalue()


def test_what_a_person_typed_is_neither_markup_nor_a_command_to_the_terminal() -> None:
    stream = Terminal()
    line = StatusLine(stream)
    line.cue(Signal(1.0, SignalKind.INSTRUCTION, "[red]Name[/red] \x1b[2J:bomb:\nnext"))
    line.show(replace(scene("hold"), prompt="[bold]Typed[/] \x1b]0;title\x07"), 0.0)
    text = stream.getvalue()
    assert "[red]Name[/red]" in text
    assert ":bomb:" in text
    assert "[bold]Typed[/]" in text
    assert "\x1b[2J" not in text
    assert "\x1b]0" not in text
    assert "0:01 · [red]Name[/red] [2J:bomb: next" in drawn(stream)


def test_no_color_is_heeded_and_a_cursor_is_never_left_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = re.compile(r"\x1b\[[0-9;]*3[0-7]m")
    stream = Terminal()
    StatusLine(stream).show(scene("hold"), 0.0)
    assert coloured.search(stream.getvalue())
    assert stream.getvalue().rindex("\x1b[?25h") > stream.getvalue().rindex("\x1b[?25l")
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    StatusLine(stream).show(scene("hold"), 0.0)
    assert not coloured.search(stream.getvalue())


def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    StatusLine(stream).show(scene("hold"), 0.0)
    assert stream.getvalue() == status_line.line(scene("hold")) + "\n"


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
    assert stream.getvalue().removesuffix("\x1b[?25h").endswith("\n")
    assert drawn(stream)[2:] == [""]
    line.show(scene("hold"), 0.05)
    line.finish()
    assert [words[:11] for words in drawn(stream)] == ["0:45 · hold", "Hold one sl"] * 2 + [""]


class OldTerminal(OldConsole):
    def isatty(self) -> bool:
        return True


def test_a_terminal_without_the_signs_gets_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = OldTerminal()
    line = StatusLine(stream)
    line.cue(Signal(1.0, SignalKind.FAULT, "\u7b2c −3°"))
    line.show(scene("hold"), 0.0)
    line.finish()
    text = stream.written()
    assert "########...." in text
    assert "40° ± 4°" in text
    assert "! ? -3 deg" in text


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


def test_while_calibrating_the_step_is_told_and_neither_phase_nor_angle_nor_cycle() -> None:
    state = replace(calibrating(), prompt="Swing the straight leg, forward first")
    text = status_line.line(state)
    assert re.match(r"\d+:\d\d · Swing the straight leg, forward first · Step \d+ of \d+ · ", text)
    stream = Terminal()
    StatusLine(stream).show(state, 0.0)
    first, second = drawn(stream)
    assert re.search(r"Step \d+ of \d+", first)
    assert second.startswith("Swing the straight leg, forward first · ")
    for part in (text, first, second):
        assert not re.search(r"no phase|cycle|––", part)


@pytest.mark.parametrize("name", NAMES)
def test_in_eighty_columns_the_prompt_stands_first_and_whole(name: str) -> None:
    stream, state = Terminal(), replace(scene(name), prompt="Stop. Let go slowly, sit or lie, rest")
    StatusLine(stream).show(state, 0.0)
    assert drawn(stream)[1].startswith(state.prompt)
