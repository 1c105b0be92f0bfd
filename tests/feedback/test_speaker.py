"""Lines are said one at a time, the urgent ones first; what a person typed stays text."""

from __future__ import annotations

import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imu_hip.feedback import speaker as speaker_module
from imu_hip.feedback.speaker import Speaker
from imu_hip.feedback.voice import NO_VOICE, Voice, find_voice, plain
from imu_hip.guide import speech
from imu_hip.model.signal import MOST_URGENT_FIRST, SignalKind

NASTY = "-f /etc/passwd; $(touch owned) `touch owned` \"quotes\" 'too' & | <break/> ü"

needs_shell = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for a voice is a shell script")


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Callable[[str], Speaker]]:
    """Make a speaker whose voice is a small program."""
    made: list[Speaker] = []

    def make(body: str, name: str = "espeak-ng") -> Speaker:
        path = tmp_path / name
        path.write_text(f'#!/bin/sh\ncd "{tmp_path}"\n{body}\n', encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IEXEC)
        made.append(Speaker(lambda: Voice(name, str(path))))
        return made[-1]

    yield make
    for speaker in made:
        speaker.close()


RECORD = 'printf "%s\\n" "$@" >> arguments; cat >> said; echo >> said'
SLOW = 'read line; echo "begin $line" >> said; sleep 3 & wait $!; echo "end $line" >> said'


def until(path: Path, lines: int) -> list[str]:
    """Wait until so many lines are in a file."""
    until_s = time.monotonic() + 5.0
    while time.monotonic() < until_s:
        found = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if len(found) >= lines:
            return found
        time.sleep(0.005)
    raise AssertionError(f"{lines} lines were expected, there are {found}")


def settled(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    until_s = time.monotonic() + 5.0
    while not condition():
        assert time.monotonic() < until_s
        time.sleep(0.005)


def test_the_order_is_that_of_the_guide() -> None:
    assert MOST_URGENT_FIRST == speech.PRIORITY


@needs_shell
def test_text_goes_to_standard_input_and_nothing_of_it_is_run(script: Callable[[str], Speaker], tmp_path: Path) -> None:
    speaker = script(RECORD)
    speaker.volume = 0.5
    speaker.say(SignalKind.INSTRUCTION, NASTY)
    assert until(tmp_path / "said", 1) == [NASTY]
    assert until(tmp_path / "arguments", 5) == ["-v", "en", "-a", "75", "--stdin"]
    assert not (tmp_path / "owned").exists()
    assert speaker.status == ""


@needs_shell
def test_text_as_an_argument_is_never_an_option(script: Callable[..., Speaker], tmp_path: Path) -> None:
    script(RECORD, "spd-say").say(SignalKind.INSTRUCTION, NASTY)
    assert until(tmp_path / "arguments", 7)[-2:] == ["--", NASTY]
    assert not (tmp_path / "owned").exists()


@needs_shell
def test_safety_breaks_in(script: Callable[[str], Speaker], tmp_path: Path) -> None:
    speaker = script(SLOW)
    speaker.say(SignalKind.INSTRUCTION, "slowly")
    until(tmp_path / "said", 1)
    began_s = time.monotonic()
    speaker.say(SignalKind.SAFETY, "stop")
    said = until(tmp_path / "said", 2)
    assert time.monotonic() - began_s < 1.0
    assert said == ["begin slowly", "begin stop"]
    assert speaker.status == ""


@needs_shell
def test_nothing_else_breaks_in_and_a_newer_line_drives_out_the_less_urgent(
    script: Callable[[str], Speaker], tmp_path: Path
) -> None:
    speaker = script('read line; echo "$line" >> said; while [ ! -e go ]; do sleep 0.02; done')
    speaker.say(SignalKind.INSTRUCTION, "first")
    until(tmp_path / "said", 1)
    speaker.say(SignalKind.REPETITION_DONE, "driven out")
    speaker.say(SignalKind.INSTRUCTION, "driven out by the newer")
    speaker.say(SignalKind.FAULT, "knee")
    speaker.say(SignalKind.INSTRUCTION, "last")
    time.sleep(0.1)
    assert until(tmp_path / "said", 1) == ["first"]
    (tmp_path / "go").touch()
    assert until(tmp_path / "said", 3) == ["first", "knee", "last"]


@needs_shell
def test_a_line_comes_after_its_tone(script: Callable[[str], Speaker], tmp_path: Path) -> None:
    speaker = script(RECORD)
    began_s = time.monotonic()
    speaker.say(SignalKind.FAULT, "knee", after_s=0.3)
    until(tmp_path / "said", 1)
    assert 0.3 <= time.monotonic() - began_s < 1.0


@needs_shell
def test_a_line_that_waited_too_long_is_dropped(
    script: Callable[[str], Speaker], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaker_module, "PATIENCE_S", 0.2)
    speaker = script('read line; echo "$line" >> said; sleep 0.5')
    speaker.say(SignalKind.INSTRUCTION, "first")
    until(tmp_path / "said", 1)
    speaker.say(SignalKind.INSTRUCTION, "stale")
    time.sleep(0.6)
    speaker.say(SignalKind.INSTRUCTION, "fresh")
    assert until(tmp_path / "said", 2) == ["first", "fresh"]


@needs_shell
def test_hush_and_close_end_what_is_being_said(script: Callable[[str], Speaker], tmp_path: Path) -> None:
    speaker = script(SLOW)
    speaker.say(SignalKind.INSTRUCTION, "one")
    until(tmp_path / "said", 1)
    speaker.say(SignalKind.INSTRUCTION, "two")
    speaker.hush()
    speaker.say(SignalKind.INSTRUCTION, "three")
    assert until(tmp_path / "said", 2) == ["begin one", "begin three"]
    began_s = time.monotonic()
    speaker.close()
    speaker.say(SignalKind.INSTRUCTION, "four")
    assert time.monotonic() - began_s < 1.0
    assert until(tmp_path / "said", 2) == ["begin one", "begin three"]


@needs_shell
def test_a_cancelled_voice_that_speaks_elsewhere_is_told_so(script: Callable[..., Speaker], tmp_path: Path) -> None:
    speaker = script('printf "%s\\n" "$1" >> said; [ "$1" = --cancel ] || exec sleep 3', "spd-say")
    speaker.say(SignalKind.INSTRUCTION, "one")
    assert until(tmp_path / "said", 1) == ["--wait"]
    speaker.hush()
    assert until(tmp_path / "said", 2) == ["--wait", "--cancel"]


@needs_shell
@pytest.mark.parametrize("body", ["echo 'error: no device' >&2", "echo 'no daemon' >&2; exit 1"])
def test_a_voice_that_fails_is_reported_and_tried_again(
    script: Callable[[str], Speaker], tmp_path: Path, body: str
) -> None:
    speaker = script(f"echo tried >> tries; [ -e mended ] || {{ {body}; }}")
    for attempt in (1, 2):
        speaker.say(SignalKind.INSTRUCTION, "one")
        until(tmp_path / "tries", attempt)
        settled(lambda: body.split("'")[1] in speaker.status)
    (tmp_path / "mended").touch()
    speaker.say(SignalKind.INSTRUCTION, "one")
    until(tmp_path / "tries", 3)
    settled(lambda: speaker.status == "")


@needs_shell
def test_a_voice_that_hangs_is_ended(
    script: Callable[[str], Speaker], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaker_module, "LONGEST_S", 0.2)
    speaker = script("echo tried >> tries; exec sleep 30")
    speaker.say(SignalKind.INSTRUCTION, "one")
    speaker.say(SignalKind.INSTRUCTION, "two")
    until(tmp_path / "tries", 1)
    settled(lambda: "hung" in speaker.status)


@needs_shell
def test_a_voice_that_has_gone_is_reported(tmp_path: Path) -> None:
    speaker = Speaker(lambda: Voice("espeak-ng", str(tmp_path / "gone")))
    speaker.say(SignalKind.INSTRUCTION, "one")
    settled(lambda: "does not start" in speaker.status)
    speaker.close()


@needs_shell
def test_saying_returns_at_once_whatever_the_voice_does(script: Callable[[str], Speaker]) -> None:
    speaker = script("sleep 2")
    took_s = []
    for _ in range(20):
        began_s = time.perf_counter()
        speaker.say(SignalKind.SAFETY, "stop")
        took_s.append(time.perf_counter() - began_s)
    assert sorted(took_s)[len(took_s) // 2] < 1e-3


def test_without_a_voice_it_is_silent_and_says_what_to_do() -> None:
    speaker = Speaker(lambda: find_voice("linux", lambda _name: None))
    speaker.say(SignalKind.SAFETY, "stop")
    assert speaker.status == NO_VOICE["linux"]
    speaker.hush()
    speaker.close()


@pytest.mark.parametrize(
    ("platform", "there", "name"),
    [
        ("linux", {"spd-say", "espeak"}, "espeak"),
        ("linux", {"spd-say", "say"}, "spd-say"),
        ("linux", {"spd-say", "espeak", "espeak-ng"}, "espeak-ng"),
        ("freebsd14", {"espeak-ng"}, "espeak-ng"),
        ("darwin", {"say", "espeak"}, "say"),
        ("win32", {"powershell"}, "powershell"),
    ],
)
def test_each_system_has_its_voice(platform: str, there: set[str], name: str) -> None:
    found = find_voice(platform, lambda program: f"/bin/{program}" if program in there else None)
    assert found == Voice(name, f"/bin/{name}")


@pytest.mark.parametrize("name", ["say", "powershell", "espeak", "espeak-ng"])
def test_what_is_said_is_never_part_of_a_command(name: str) -> None:
    command, text = Voice(name, f"/bin/{name}").command("Marker's; rm", 0.3)
    assert not any("Marker" in part for part in command)
    assert text == b"Marker's; rm"


def test_the_script_for_windows_has_only_the_volume_from_outside() -> None:
    quiet, loud = (Voice("powershell", "p").command("x", volume)[0][-1] for volume in (0.0, 1.0))
    assert quiet.replace("Volume = 0", "Volume = 100") == loud
    assert "try { $voice.SelectVoiceByHints" in loud


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("two\nlines\x1b[2J\x00", "two lines [2J"),
        ("[[slnc 9000]] [[[x]]]", "[ [slnc 9000] ] [ [ [x] ] ]"),
        ("  plain  ", "plain"),
    ],
)
def test_commands_of_a_voice_become_words(typed: str, said: str) -> None:
    assert plain(typed) == said


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_espeak_speaks_what_it_is_given(tmp_path: Path) -> None:
    """Let the real program write a file instead: the longer line is longer."""
    path = shutil.which("espeak-ng")
    sizes = []
    for number, text in enumerate(("Hold", "Hold one slow breath, and then let go slowly", "[[a:]] <b> -w x")):
        wave, done = tmp_path / f"{number}.wav", tmp_path / f"{number}.done"
        wrapper = tmp_path / f"espeak-{number}"
        wrapper.write_text(f'#!/bin/sh\n{path} -w {wave} "$@" && touch {done}\n', encoding="utf-8")
        wrapper.chmod(0o755)
        speaker = Speaker(lambda wrapper=wrapper: Voice("espeak-ng", str(wrapper)))  # type: ignore[misc]
        speaker.say(SignalKind.INSTRUCTION, text)
        settled(done.exists)
        speaker.close()
        assert speaker.status == ""
        sizes.append(wave.stat().st_size)
    assert sizes[1] > 2 * sizes[0] > 2000
