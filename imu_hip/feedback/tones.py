"""Tones: one short sound for each kind of signal, told from the others by pitch, movement, number and length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.signal import SignalKind

Samples = NDArray[np.float32]

RATE_HZ = 48_000
PEAK = 0.6
"""Two tones at once, at the volume that is set at first, still fit into the range of the samples."""
EDGE_S = 0.010
HIGHEST_TICK = 10
"""Ticks rise by a semitone a second up to this one; later ones stay there."""

CLEAR = (1.0, 0.3, 0.1)
"""Strengths of the partials: what went well, and what to do."""
HOLLOW = (1.0, 0.0, 0.4, 0.0, 0.15)
"""Odd partials only: what is wrong with sensors, and safety."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note of `s` seconds that glides evenly in pitch, and the silence after it; `rough_hz` makes it growl."""

    from_hz: float
    to_hz: float
    s: float
    pause_s: float = 0.0
    rough_hz: float = 0.0


@dataclass(frozen=True, slots=True)
class Tone:
    """Notes of one timbre."""

    notes: tuple[Note, ...]
    partials: tuple[float, ...] = CLEAR


def _steps(*pitches_hz: float, s: float, pause_s: float) -> tuple[Note, ...]:
    return tuple(Note(pitch_hz, pitch_hz, s, pause_s) for pitch_hz in pitches_hz)


TONES: Mapping[SignalKind, Tone] = {
    SignalKind.SAFETY: Tone(_steps(784, 523, 784, 523, 784, 523, s=0.14, pause_s=0.02), HOLLOW),
    SignalKind.SENSOR_LOST: Tone(_steps(784, 622, 466, s=0.12, pause_s=0.02), HOLLOW),
    SignalKind.SENSOR_BACK: Tone(_steps(466, 622, 784, s=0.12, pause_s=0.02), HOLLOW),
    SignalKind.HOLD_PAUSED: Tone(_steps(554, 554, s=0.26, pause_s=0.08), HOLLOW),
    SignalKind.FAULT: Tone((Note(494, 494, 0.12, 0.05, 45), Note(494, 494, 0.12, 0.0, 45)), (1.0, 0.6, 0.4, 0.2)),
    SignalKind.HOLD_DONE: Tone((Note(1047, 1047, 0.12, 0.03), Note(1568, 1568, 0.25))),
    SignalKind.TOO_FAST: Tone((Note(1568, 523, 0.35),)),
    SignalKind.NEUTRAL_PLEASE: Tone((Note(1047, 659, 0.17, 0.06), Note(1047, 659, 0.17))),
    SignalKind.GO_FURTHER: Tone((Note(659, 1047, 0.17, 0.06), Note(659, 1047, 0.17))),
    SignalKind.CYCLE_DONE: Tone(_steps(988, 1319, 988, s=0.10, pause_s=0.03)),
    SignalKind.SET_DONE: Tone((*_steps(659, 831, 988, s=0.12, pause_s=0.03), Note(1319, 1319, 0.40))),
    SignalKind.REPETITION_DONE: Tone((Note(1319, 1319, 0.22),)),
    SignalKind.COUNT_IN: Tone((Note(880, 880, 0.10),)),
    SignalKind.END_RANGE_REACHED: Tone((Note(523, 1568, 0.25),)),
    SignalKind.HOLD_TICK: Tone((Note(1175, 1175, 0.035),)),
}
"""All that can sound; words of the guide have no tone, except that safety has one where nobody can speak."""


def duration_s(kind: SignalKind) -> float:
    """Return how long the tone of a kind lasts, 0 where it has none."""
    tone = TONES.get(kind)
    return 0.0 if tone is None else sum(note.s + note.pause_s for note in tone.notes)


def pitched(kind: SignalKind, number: int | None) -> int | None:
    """Return the number by which the tone of this kind differs: only ticks do, up to the highest."""
    return min(max(number or 1, 1), HIGHEST_TICK) if kind is SignalKind.HOLD_TICK else None


@cache
def waveform(kind: SignalKind, number: int | None = None) -> Samples:
    """Return the samples (n,) of a tone at 48 kHz, read-only, at most `PEAK`; empty where the kind has none.

    `number` raises the pitch by that many semitones less one; see `pitched`.
    """
    tone = TONES.get(kind)
    if tone is None:
        return np.empty(0, np.float32)
    raised = 2.0 ** ((number - 1) / 12.0) if number is not None else 1.0
    pieces: list[NDArray[np.float64]] = []
    for note in tone.notes:
        pieces += [_note(note, tone.partials, raised), np.zeros(round(note.pause_s * RATE_HZ))]
    samples = np.concatenate(pieces)
    samples *= PEAK / np.abs(samples).max()
    found = samples.astype(np.float32)
    found.flags.writeable = False
    return found


def _note(note: Note, partials: tuple[float, ...], raised: float) -> NDArray[np.float64]:
    """Synthesize a note: phase is the integral of the pitch; edges are raised cosines, so that nothing clicks."""
    t_s = np.arange(round(note.s * RATE_HZ)) / RATE_HZ
    slope = (note.to_hz - note.from_hz) / note.s
    phase = 2.0 * np.pi * raised * (note.from_hz * t_s + 0.5 * slope * t_s**2)
    sound = sum((strength * np.sin(k * phase) for k, strength in enumerate(partials, 1)), np.zeros_like(phase))
    if note.rough_hz:
        sound *= 0.55 - 0.45 * np.cos(2.0 * np.pi * note.rough_hz * t_s)
    from_edge_s = np.minimum(t_s, t_s[::-1])
    edges: NDArray[np.float64] = 0.5 - 0.5 * np.cos(np.pi * np.minimum(from_edge_s / EDGE_S, 1.0))
    return sound * edges
