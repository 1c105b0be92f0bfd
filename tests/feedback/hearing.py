"""What an ear goes by, measured from samples alone: length, bursts, pitch, its movement, timbre, roughness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import hilbert

RATE_HZ = 48_000

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Heard:
    """Pitches in Hz at the beginning, the middle and the end; `bursts` are parted by 15 ms of silence or more."""

    length_s: float
    bursts: int
    begin_hz: float
    middle_hz: float
    end_hz: float
    second_partial: float
    roughness: float


def envelope(samples: Floats) -> Floats:
    found: Floats = np.abs(hilbert(samples))
    return found


def bursts(samples: Floats) -> list[Floats]:
    """Cut at the silences."""
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    cuts = np.flatnonzero(np.diff(loud) > 0.015 * RATE_HZ)
    firsts, lasts = [loud[0], *loud[cuts + 1]], [*loud[cuts], loud[-1]]
    return [samples[first : last + 1] for first, last in zip(firsts, lasts, strict=True)]


def spectrum(samples: Floats) -> tuple[Floats, Floats]:
    """Return frequencies and power."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 17)) ** 2
    return np.fft.rfftfreq(1 << 17, 1.0 / RATE_HZ), power


def pitch_hz(samples: Floats) -> float:
    """Return the strongest frequency."""
    frequencies, power = spectrum(samples)
    return float(frequencies[power.argmax()])


def share(samples: Floats, low_hz: float, high_hz: float) -> float:
    """Return the share of the energy between two frequencies."""
    frequencies, power = spectrum(samples)
    return float(power[(frequencies >= low_hz) & (frequencies <= high_hz)].sum() / power.sum())


def hear(samples: Floats) -> Heard:
    samples = np.asarray(samples, np.float64)
    parts = bursts(samples)
    first, last = parts[0], parts[-1]
    middle = parts[len(parts) // 2]
    piece = max(len(first) // 4, 480)
    half = len(middle) // 2
    core = first[480:-480]
    whole_hz = pitch_hz(first[: 2 * piece])
    frequencies, power = spectrum(first[: 2 * piece])
    near = np.abs(frequencies / whole_hz - 2.0) < 0.25
    return Heard(
        len(samples) / RATE_HZ,
        len(parts),
        pitch_hz(first[:piece]),
        pitch_hz(middle[half - piece // 2 : half + piece // 2]),
        pitch_hz(last[-piece:]),
        float(np.sqrt(power[near].sum() / power.sum())),
        float(envelope(core).std() / envelope(core).mean()) if len(core) else 0.0,
    )
