"""Announce signals to the ears: the tone first, then the words."""

from __future__ import annotations

import threading

from imu_hip.feedback import tones
from imu_hip.feedback.player import Player
from imu_hip.feedback.speaker import Speaker
from imu_hip.model.app_state import Settings
from imu_hip.model.signal import Signal, SignalKind

_CLOSE_S = 2.0


class Announcer:
    """Gives each signal to the ears as the settings say; never waits, never raises.

    The loudspeaker is opened in the background, now and whenever tones are switched on while there is none. A line of
    safety that nobody can speak gets its tone; of a count-in the seconds are spoken, too. Which signals there are, and
    when, is the guide's business.
    """

    def __init__(self, player: Player, speaker: Speaker, settings: Settings) -> None:
        self._player = player
        self._speaker = speaker
        self._settings = Settings(tones=False, speech=settings.speech)
        self._opening: threading.Thread | None = None
        self.use(settings)

    def use(self, settings: Settings) -> None:
        """Follow new settings from now on; switching tones on looks for a loudspeaker where there is none."""
        before, self._settings = self._settings, settings
        self._player.volume = self._speaker.volume = settings.volume
        self._player.muted = not settings.tones
        if settings.tones and not before.tones:
            self.look_for_loudspeaker()
        if before.speech and not settings.speech:
            self._speaker.hush()

    def announce(self, signal: Signal) -> None:
        """Let a signal be heard; returns at once."""
        speaks = self._settings.speech and not self._speaker.status
        unheard = signal.kind is SignalKind.SAFETY and not speaks
        sounds = self._settings.tones and (signal.tone or unheard)
        if sounds:
            self._player.play(signal.kind, signal.number)
        text = str(signal.number) if signal.kind is SignalKind.COUNT_IN else signal.text
        if self._settings.speech and text:
            self._speaker.say(signal.kind, text, tones.duration_s(signal.kind) if sounds else 0.0)

    @property
    def note(self) -> str:
        """Why there is no sound or speech though it is switched on, and what to do; empty when all is well."""
        return " ".join(self.notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """The same, a sentence each."""
        settings = self._settings
        tones_note = self._player.status if settings.tones and not self._is_opening else ""
        speech_note = self._speaker.status if settings.speech else ""
        return tuple(f"{note}." for note in (tones_note, speech_note) if note)

    def look_for_loudspeaker(self) -> None:
        """Open the loudspeaker in the background where none is open."""
        if not self._is_opening:
            self._opening = threading.Thread(target=self._open, name="loudspeaker", daemon=True)
            self._opening.start()

    def close(self) -> None:
        """Fall silent for good."""
        if self._opening is not None:
            self._opening.join(_CLOSE_S)
        if not self._is_opening:  # a sound system that hangs must not hang the end
            self._player.close()
        self._speaker.close()

    @property
    def _is_opening(self) -> bool:
        return self._opening is not None and self._opening.is_alive()

    def _open(self) -> None:
        if self._player.status:
            self._player.open()
