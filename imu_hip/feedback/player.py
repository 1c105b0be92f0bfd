"""Play tones: at once, and never in the way of whoever asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np

from imu_hip.feedback import tones
from imu_hip.feedback.loudspeaker import Output, open_output
from imu_hip.feedback.mixer import Handover, Mixer
from imu_hip.feedback.tones import Samples
from imu_hip.model.signal import SignalKind

NOT_YET = "No tones yet: no loudspeaker was looked for"
SILENT_S = 1.0
"""A loudspeaker that has not asked for samples for so long is gone."""
GONE = (
    "The loudspeaker is gone: plug it in or choose another in the system's sound settings, then switch tones on again"
)


class Player:
    """Plays tones on the system's loudspeaker; without one it is silent and `status` says what to do.

    `volume` is 0 to 1 and holds for the tones that come; `muted` ones are not played. `clock` is any that does not
    jump. One stream stays open, because opening one takes longer than a cue may.
    """

    def __init__(
        self,
        open_stream: Callable[[Callable[[Samples], None]], Output | str] = open_output,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.volume = 1.0
        self.muted = False
        self._open_stream = open_stream
        self._clock = clock
        self._mixer = Mixer(clock)
        self._output: Output | None = None
        self._opened_s = 0.0
        self._why = NOT_YET
        self._opening = threading.Lock()
        for kind in tones.TONES:  # made before they are needed
            tones.waveform(kind)
        for number in range(1, tones.HIGHEST_TICK + 1):
            tones.waveform(SignalKind.HOLD_TICK, number)

    def open(self) -> str:
        """Open the loudspeaker, or try again; return the status. May take a second: not for the processing thread."""
        with self._opening:
            self._let_go()
            self._mixer = mixer = Mixer(self._clock)
            found = self._open_stream(mixer.fill)
            if isinstance(found, str):
                self._why = found
            else:
                self._output, self._why, self._opened_s = found, "", self._clock()
        return self.status

    def play(self, kind: SignalKind, number: int | None = None) -> None:
        """Let a tone begin with the next block; returns at once, and does nothing where nothing can sound."""
        if self._output is None or self.muted:
            return
        samples = tones.waveform(kind, tones.pitched(kind, number))
        if len(samples):
            self._mixer.add(samples * np.float32(min(max(self.volume, 0.0), 1.0)))

    @property
    def status(self) -> str:
        """Why nothing sounds, and what to do; empty when all is well."""
        output = self._output
        if output is None:
            return self._why
        asked_s = max(self._mixer.filled_s, self._opened_s)
        return "" if output.active and self._clock() - asked_s < SILENT_S else GONE

    @property
    def handovers(self) -> Sequence[Handover]:
        """When the newest tones were asked for and handed over."""
        return tuple(self._mixer.handovers)

    @property
    def device_delay_s(self) -> float | None:
        """From handing over to sounding, as the sound system says; None while there is no loudspeaker."""
        return None if self._output is None else self._output.latency

    def close(self) -> None:
        """Let go of the loudspeaker."""
        with self._opening:
            self._let_go()

    def _let_go(self) -> None:
        output, self._output = self._output, None
        if output is not None:
            output.abort()
            output.close()
