"""Signals reach the ears as the settings say, at once, tone before words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from imu_hip.feedback import tones
from imu_hip.feedback.announcer import Announcer
from imu_hip.feedback.player import Player
from imu_hip.feedback.speaker import Speaker
from imu_hip.feedback.tones import Samples
from imu_hip.model.app_state import Settings
from imu_hip.model.signal import Signal, SignalKind

HELD = Signal(1.0, SignalKind.HOLD_DONE, "Hold done")
SAFETY = Signal(1.0, SignalKind.SAFETY, "Stop", tone=False)


class Silent:
    """A loudspeaker that never asks for samples."""

    active = True
    latency = 0.0

    def abort(self) -> None: ...

    def close(self) -> None: ...


class Ears(Player):
    """A player that notes what it is asked for, with a loudspeaker that can be plugged in."""

    def __init__(self) -> None:
        self.there = True
        self.tries = 0
        self.heard: list[tuple[str, object]] = []
        super().__init__(self._find)

    def _find(self, _fill: Callable[[Samples], None]) -> Silent | str:
        self.tries += 1
        return Silent() if self.there else "No loudspeaker found: plug one in"

    def play(self, kind: SignalKind, number: int | None = None) -> None:
        if not self.muted:
            self.heard.append((kind, number))


class Mouth(Speaker):
    """A speaker that notes what it is asked for."""

    def __init__(self, heard: list[tuple[str, object]]) -> None:
        super().__init__(lambda: "No speech: no voice")
        self._why = ""
        self.heard = heard
        self.after_s: list[float] = []

    def trouble(self, why: str) -> None:
        self._why = why

    def say(self, kind: SignalKind, text: str, after_s: float = 0.0) -> None:
        self.heard.append((f"say {kind}", text))
        self.after_s.append(after_s)

    def hush(self) -> None:
        self.heard.append(("hush", None))


class Made:
    def __init__(self, settings: Settings) -> None:
        self.ears = Ears()
        self.mouth = Mouth(self.ears.heard)
        self.announcer = Announcer(self.ears, self.mouth, settings)
        self.heard = self.ears.heard


def settled(condition: Callable[[], bool]) -> None:
    until_s = time.monotonic() + 2.0
    while not condition():
        assert time.monotonic() < until_s
        time.sleep(0.005)


@pytest.fixture
def made() -> Iterator[Made]:
    found = Made(Settings())
    settled(lambda: found.ears.tries == 1)
    yield found
    found.announcer.close()


def test_the_tone_comes_first_and_the_words_when_it_is_over(made: Made) -> None:
    made.announcer.announce(HELD)
    assert made.heard == [("hold_done", None), ("say hold_done", "Hold done")]
    assert made.mouth.after_s == [tones.duration_s(SignalKind.HOLD_DONE)]


def test_a_line_whose_tone_was_given_before_has_none_and_a_tone_alone_no_words(made: Made) -> None:
    made.announcer.announce(replace(HELD, tone=False))
    made.announcer.announce(Signal(1.0, SignalKind.HOLD_TICK, number=4))
    assert made.heard == [("say hold_done", "Hold done"), ("hold_tick", 4)]
    assert made.mouth.after_s == [0.0]


def test_settings_act_from_the_next_signal_on(made: Made) -> None:
    made.announcer.use(Settings(tones=False, volume=0.3))
    made.announcer.announce(HELD)
    assert made.heard == [("say hold_done", "Hold done")]
    assert made.mouth.after_s == [0.0]
    assert made.ears.volume == made.mouth.volume == 0.3
    made.heard.clear()
    made.announcer.use(Settings(speech=False))
    assert made.heard == [("hush", None)]
    made.announcer.announce(HELD)
    assert made.heard[1:] == [("hold_done", None)]


def test_safety_that_nobody_can_speak_gets_its_tone(made: Made) -> None:
    made.announcer.announce(SAFETY)
    assert made.heard == [("say safety", "Stop")]
    made.mouth.trouble("No speech: it failed")
    made.announcer.announce(SAFETY)
    assert made.heard[1:] == [("safety", None), ("say safety", "Stop")]
    made.heard.clear()
    made.announcer.use(Settings(speech=False))
    made.announcer.announce(SAFETY)
    assert made.heard == [("hush", None), ("safety", None)]


def test_notes_are_those_of_what_is_switched_on() -> None:
    made = Made(Settings(tones=False))
    assert made.ears.tries == 0
    assert made.announcer.note == ""
    made.ears.there = False
    made.announcer.use(Settings())
    settled(lambda: made.announcer.note == "No loudspeaker found: plug one in.")
    made.mouth.trouble("No speech: no voice")
    assert made.announcer.note.endswith("plug one in. No speech: no voice.")
    made.announcer.use(Settings(tones=False, speech=False))
    assert made.announcer.note == ""
    made.announcer.close()


def test_switching_tones_off_and_on_looks_for_a_loudspeaker_again_only_where_there_is_none() -> None:
    made = Made(Settings(tones=False))
    made.ears.there = False
    for tries in (1, 2):
        made.announcer.use(Settings())
        settled(lambda tries=tries: made.ears.tries == tries)  # type: ignore[misc]
        made.announcer.use(Settings(tones=False))
    made.ears.there = True
    made.announcer.use(Settings())
    settled(lambda: made.announcer.note == "")
    made.announcer.use(Settings(tones=False))
    made.announcer.use(Settings())
    made.announcer.close()
    assert made.ears.tries == 3


def test_announcing_takes_less_than_a_millisecond() -> None:
    """With the real player and speaker, whose ends are a loudspeaker that is never asked and no voice."""
    player = Player(lambda _fill: Silent())
    announcer = Announcer(player, Speaker(lambda: "No speech"), Settings())
    settled(lambda: player.status == "")
    took_s = []
    for kind in SignalKind:
        for number in range(1, 12):
            began_s = time.perf_counter()
            announcer.announce(Signal(0.0, kind, "Words", number))
            took_s.append(time.perf_counter() - began_s)
    announcer.close()
    # The median: other programs take their share of the processor at any moment.
    assert sorted(took_s)[len(took_s) // 2] < 1e-3


def test_the_seconds_of_a_count_in_are_spoken_after_their_tone() -> None:
    ears = Ears()
    mouth = Mouth(ears.heard)
    announcer = Announcer(ears, mouth, Settings())
    announcer.announce(Signal(1.0, SignalKind.COUNT_IN, number=3))
    announcer.close()
    assert ears.heard[:2] == [(SignalKind.COUNT_IN, 3), ("say count_in", "3")]
