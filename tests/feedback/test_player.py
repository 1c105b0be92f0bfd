"""The player plays at once, stays out of the way, and says why nothing sounds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from imu_hip.feedback import loudspeaker, tones
from imu_hip.feedback import player as player_module
from imu_hip.feedback.player import Player
from imu_hip.feedback.tones import Samples
from imu_hip.model.signal import SignalKind

ROOT = Path(__file__).resolve().parents[2]


class StandIn:
    """A loudspeaker that asks for a block when the test says so."""

    def __init__(self, fill: Callable[[Samples], None]) -> None:
        self.fill = fill
        self.active = True
        self.latency = 0.02
        self.calls: list[str] = []

    def block(self, size: int = 256) -> Samples:
        block = np.full(size, np.float32(7.0))
        self.fill(block)
        return block

    def abort(self) -> None:
        self.calls.append("abort")

    def close(self) -> None:
        self.calls.append("close")


class Room:
    """A clock, and loudspeakers that can be taken away."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.there = True
        self.opened: list[StandIn] = []
        self.player = Player(self.open, lambda: self.now_s)

    def open(self, fill: Callable[[Samples], None]) -> StandIn | str:
        if not self.there:
            return "No loudspeaker found: plug one in"
        self.opened.append(StandIn(fill))
        return self.opened[-1]


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_tone_begins_with_the_next_block(room: Room) -> None:
    assert room.player.open() == ""
    speaker = room.opened[0]
    assert not speaker.block().any()
    room.player.play(SignalKind.HOLD_DONE)
    heard = np.concatenate([speaker.block() for _ in range(100)])
    expected = tones.waveform(SignalKind.HOLD_DONE)
    np.testing.assert_array_equal(heard[: len(expected)], expected)
    assert not heard[len(expected) :].any()


def test_volume_scales_and_mute_silences_and_both_act_at_once(room: Room) -> None:
    room.player.open()
    room.player.volume = 0.25
    room.player.play(SignalKind.COUNT_IN)
    heard = np.concatenate([room.opened[0].block() for _ in range(30)])
    assert np.abs(heard).max() == pytest.approx(0.25 * tones.PEAK, rel=1e-5)
    room.player.muted = True
    room.player.play(SignalKind.COUNT_IN)
    assert not room.opened[0].block(4800).any()


def test_ticks_go_up_and_words_of_the_guide_make_no_sound(room: Room) -> None:
    room.player.open()
    room.player.play(SignalKind.HOLD_TICK, 40)
    top = tones.waveform(SignalKind.HOLD_TICK, tones.HIGHEST_TICK)
    np.testing.assert_array_equal(room.opened[0].block(len(top)), top)
    room.player.play(SignalKind.INSTRUCTION)
    assert not room.opened[0].block(480).any()


def test_without_a_loudspeaker_it_says_what_to_do_and_tries_again_when_asked(room: Room) -> None:
    room.there = False
    assert room.player.open() == "No loudspeaker found: plug one in"
    room.player.play(SignalKind.FAULT)
    assert room.player.status
    assert room.player.device_delay_s is None
    room.there = True
    assert room.player.open() == ""
    assert room.player.device_delay_s == 0.02
    assert not room.opened[0].block(4800).any()


def test_before_it_is_opened_it_is_silent_and_says_so(room: Room) -> None:
    room.player.play(SignalKind.FAULT)
    assert room.player.status


@pytest.mark.parametrize("how", ["it stops", "it falls silent"])
def test_a_loudspeaker_that_goes_away_is_noticed_and_opened_anew_when_asked(room: Room, how: str) -> None:
    room.player.open()
    gone = room.opened[0]
    room.now_s += 0.9
    assert room.player.status == ""
    gone.block()
    if how == "it stops":
        gone.active = False
    else:
        room.now_s += player_module.SILENT_S
    assert room.player.status == player_module.GONE
    room.player.play(SignalKind.FAULT)
    assert room.player.open() == ""
    assert gone.calls == ["abort", "close"]
    assert not room.opened[1].block(4800).any()


def test_closing_lets_go_of_the_device_once(room: Room) -> None:
    room.player.open()
    room.player.close()
    room.player.close()
    room.player.play(SignalKind.FAULT)
    assert room.opened[0].calls == ["abort", "close"]


# ---------------------------------------------------------------- the real library


def played(home: Path, *options: str, seconds: float) -> tuple[dict[str, object], Samples]:
    """Play on ALSA's own devices in another process; skip where the sound system is another."""
    pytest.importorskip("sounddevice", reason="needs the extra sound and PortAudio", exc_type=ImportError)
    program = Path(__file__).with_name("paced_device.py")
    ran = subprocess.run(
        [sys.executable, program, home, *options, str(seconds)],
        env={**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=60,
        check=True,
    )
    found: dict[str, object] = json.loads(ran.stdout.splitlines()[-1])
    return found, np.frombuffer((home / "heard").read_bytes(), np.float32)


def percentile(values: object, q: float) -> float:
    return float(np.percentile(np.asarray(values, np.float64), q))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the stand-in for a sound card is ALSA's")
@pytest.mark.parametrize("options", [(), ("--stall",)], ids=["idle", "stalls"])
def test_the_real_library_gets_every_tone(tmp_path: Path, options: tuple[str, ...]) -> None:
    found, heard = played(tmp_path, *options, seconds=2.0)
    assert found["status"] == found["after"] == ""
    handed = found["handed_ms"]
    assert isinstance(handed, list)
    assert len(handed) == found["asked"]
    # How soon is a matter of the machine, and stands on the page about sound: here other programs take their share.
    assert np.abs(heard).max() == pytest.approx(tones.PEAK, rel=0.01)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the configuration is ALSA's")
@pytest.mark.skipif(Path("/proc/asound/cards").exists(), reason="there is a sound card here, which would be opened")
@pytest.mark.parametrize(
    ("configuration", "said"),
    [
        ("pcm.!default { type null }", ""),
        ("", loudspeaker.NO_DEVICE),
        ('pcm.!default { type file slave.pcm { type null } file "/nowhere/at/all" }', player_module.GONE),
    ],
    ids=["null device", "no device", "device that dies"],
)
def test_the_real_library_says_what_became_of_the_device(tmp_path: Path, configuration: str, said: str) -> None:
    pytest.importorskip("sounddevice", reason="needs the extra sound and PortAudio", exc_type=ImportError)
    (tmp_path / ".asoundrc").write_text(configuration, encoding="utf-8")
    script = (
        "import sys, time; from imu_hip.feedback.player import Player; from imu_hip.model.signal import SignalKind\n"
        "player = Player(); player.open(); player.open(); player.play(SignalKind.FAULT); time.sleep(0.5)\n"
        "sys.stdout.write(player.status); player.close()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=60,
        check=True,
        text=True,
    )
    assert ran.stdout == said


class Library:
    """What is used of sounddevice, with two ways to a loudspeaker."""

    class PortAudioError(Exception):
        pass

    def __init__(self, *broken: int) -> None:
        self._initialized = 1
        self.broken = broken
        self.tried: list[tuple[int, object]] = []
        self.default = SimpleNamespace(hostapi=0)

    def _terminate(self) -> None:
        self._initialized -= 1

    def _initialize(self) -> None:
        self._initialized += 1

    def WasapiSettings(self, *, auto_convert: bool) -> str:
        return f"wasapi {auto_convert}"

    def query_hostapis(self, index: int | None = None) -> object:
        found = (
            {"name": "MME", "default_output_device": 3},
            {"name": "Windows WASAPI", "default_output_device": 8},
        )
        return found if index is None else found[index]

    def OutputStream(self, *, device: int, extra_settings: object, **_others: object) -> object:
        self.tried.append((device, extra_settings))
        if device in self.broken:
            raise self.PortAudioError("Invalid\nsample rate")
        return SimpleNamespace(start=lambda: None, close=lambda: None, active=True, latency=0.01)


def opened(library: Library, platform: str, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    monkeypatch.setattr(sys, "platform", platform)
    return loudspeaker.open_output(lambda _block: None)


def test_windows_is_asked_for_its_quicker_way_first(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    assert not isinstance(opened(library, "win32", monkeypatch), str)
    assert library.tried == [(8, "wasapi True")]
    library = Library(8)
    assert not isinstance(opened(library, "win32", monkeypatch), str)
    assert library.tried == [(8, "wasapi True"), (3, None)]


def test_a_loudspeaker_that_does_not_open_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(3)
    said = opened(library, "darwin", monkeypatch)
    assert said == loudspeaker.NOT_OPEN.format("Invalid sample rate")
    assert library.tried == [(3, None)]
    assert library._initialized == 1


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert loudspeaker.open_output(lambda _block: None) == loudspeaker.NO_PACKAGE


def test_making_it_takes_no_time_that_anybody_notices() -> None:
    tones.waveform.cache_clear()
    began_s = time.perf_counter()
    Player(lambda _fill: "none")
    assert time.perf_counter() - began_s < 1.0
