"""Every tone is told from every other by ear, is heard on small loudspeakers, and does not click."""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
import pytest

from imu_hip.feedback import tones
from imu_hip.feedback.tones import TONES, waveform
from imu_hip.model.signal import SignalKind
from tests.feedback.hearing import Heard, bursts, envelope, hear, pitch_hz, share

KINDS = list(TONES)
TONELESS = {SignalKind.CORRECTION, SignalKind.INSTRUCTION}


def semitones(a_hz: float, b_hz: float) -> float:
    return abs(12.0 * math.log2(a_hz / b_hz))


def movement(heard: Heard) -> float:
    """Return by how many semitones it rises from beginning to end."""
    return 12.0 * math.log2(heard.end_hz / heard.begin_hz)


@cache
def heard(kind: SignalKind) -> Heard:
    return hear(waveform(kind))


def differences(a: SignalKind, b: SignalKind) -> list[str]:
    """Name what clearly tells two tones apart."""
    one, other = heard(a), heard(b)
    found = {
        "bursts": one.bursts != other.bursts,
        "length": max(one.length_s / other.length_s, other.length_s / one.length_s) >= 2.0,
        "begin": semitones(one.begin_hz, other.begin_hz) >= 4.0,
        "end": semitones(one.end_hz, other.end_hz) >= 4.0,
        "movement": abs(movement(one) - movement(other)) >= 6.0,
        "timbre": abs(one.second_partial - other.second_partial) > 0.2,
        "roughness": abs(one.roughness - other.roughness) > 0.3,
    }
    return [name for name, differs in found.items() if differs]


def test_every_kind_has_a_tone_except_words_of_the_guide() -> None:
    assert set(SignalKind) - set(TONES) == TONELESS
    for kind in TONELESS:
        assert len(waveform(kind)) == 0
        assert tones.duration_s(kind) == 0.0


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations(KINDS, 2)))
def test_two_tones_differ_in_what_an_ear_goes_by(a: SignalKind, b: SignalKind) -> None:
    found = differences(a, b)
    assert len(found) >= 2 or "length" in found


@pytest.mark.parametrize("kind", KINDS)
def test_samples_are_float_and_never_full_scale(kind: SignalKind) -> None:
    samples = waveform(kind)
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert not samples.flags.writeable
    assert np.abs(samples).max() == pytest.approx(tones.PEAK, rel=1e-6)
    assert tones.PEAK <= 0.9
    assert len(samples) / tones.RATE_HZ == pytest.approx(tones.duration_s(kind), abs=1e-3)
    assert len(samples) / tones.RATE_HZ < 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_small_loudspeakers_give_nearly_all_of_it(kind: SignalKind) -> None:
    assert share(waveform(kind), 400.0, 4000.0) > 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_clicks(kind: SignalKind) -> None:
    samples = waveform(kind).astype(np.float64)
    # A click is energy where the tone has none; a 10 ms raised cosine leaves less than -50 dB there.
    assert share(samples, 5000.0, 24000.0) < 1e-5
    assert abs(samples[0]) < 1e-3
    assert abs(samples[-1]) < 1e-3
    # Bernstein: what is band-limited below 5 kHz is no steeper than this.
    assert np.abs(np.diff(samples)).max() < tones.PEAK * 2.0 * np.pi * 5000.0 / tones.RATE_HZ


@pytest.mark.parametrize("kind", KINDS)
def test_edges_of_each_note_take_ten_milliseconds(kind: SignalKind) -> None:
    for note in bursts(waveform(kind).astype(np.float64)):
        loud = envelope(note) > 0.5 * envelope(note).max()
        half_s = np.flatnonzero(loud)[0] / tones.RATE_HZ
        assert 0.002 < half_s < 0.012


def test_reaching_rises_and_a_fast_exit_falls() -> None:
    up, down = hear(waveform(SignalKind.END_RANGE_REACHED)), hear(waveform(SignalKind.TOO_FAST))
    assert up.bursts == down.bursts == 1
    assert up.begin_hz < up.middle_hz < up.end_hz
    assert down.begin_hz > down.middle_hz > down.end_hz


def test_a_hold_that_is_done_is_two_tones_the_second_higher() -> None:
    first, second = bursts(waveform(SignalKind.HOLD_DONE))
    assert semitones(pitch_hz(first), pitch_hz(second)) == pytest.approx(7.0, abs=0.2)


def test_a_fault_is_low_and_rough_and_double() -> None:
    fault = hear(waveform(SignalKind.FAULT))
    others = [hear(waveform(kind)) for kind in KINDS if kind is not SignalKind.FAULT]
    assert fault.bursts == 2
    assert fault.roughness > 2.0 * max(other.roughness for other in others)
    assert fault.begin_hz < 600.0


def test_a_sensor_that_is_back_is_the_lost_one_backwards() -> None:
    lost = [pitch_hz(note) for note in bursts(waveform(SignalKind.SENSOR_LOST))]
    back = [pitch_hz(note) for note in bursts(waveform(SignalKind.SENSOR_BACK))]
    assert lost == pytest.approx(back[::-1], rel=1e-3)
    assert lost[0] > lost[1] > lost[2]


def test_ticks_rise_by_a_semitone_a_second_and_then_stay() -> None:
    def tick(number: int | None) -> float:
        return pitch_hz(waveform(SignalKind.HOLD_TICK, tones.pitched(SignalKind.HOLD_TICK, number)))

    heard = [tick(number) for number in range(1, 14)]
    for low, high in itertools.pairwise(heard[: tones.HIGHEST_TICK]):
        assert semitones(low, high) == pytest.approx(1.0, abs=0.3)
    assert set(heard[tones.HIGHEST_TICK - 1 :]) == {heard[-1]}
    assert heard[-1] < 4000.0
    assert tick(None) == tick(0) == heard[0]


def test_only_ticks_differ_by_their_number() -> None:
    assert {tones.pitched(kind, 7) for kind in KINDS if kind is not SignalKind.HOLD_TICK} == {None}
