"""The loudspeaker: the one door to PortAudio; says in a sentence why there is none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Protocol

from imu_hip.feedback.tones import RATE_HZ, Samples
from imu_hip.model.extras import install_extra

BLOCK_FRAMES = 256
"""5.3 ms: how often the sound system asks for samples."""
BUFFER_S = 0.03
"""What the sound system is asked to keep in hand, so that a thread that does not let go for a moment tears no hole."""

NO_PACKAGE = f"No tones: the sounddevice package is not installed: {install_extra('sound')}"
NO_PORTAUDIO = "No tones: PortAudio is not installed. On Debian or Ubuntu: sudo apt-get install libportaudio2"
NO_DEVICE = "No loudspeaker found: plug one in or choose one in the system's sound settings, then switch tones on again"
NOT_OPEN = "The loudspeaker does not open ({}): close what else uses it, then switch tones on again"


class Output(Protocol):
    """An open stream to a loudspeaker."""

    @property
    def active(self) -> bool:
        """Whether it is running."""

    @property
    def latency(self) -> float:
        """From the handing over of samples to their sounding, as the sound system says; s."""

    def abort(self) -> None:
        """Stop at once; what is in hand is not played."""

    def close(self) -> None:
        """Let go of the device, once it is stopped."""


def open_output(fill: Callable[[Samples], None]) -> Output | str:
    """Open the system's loudspeaker and let it ask `fill` for blocks; a sentence that says what to do if there is none.

    May take a second. Devices are looked for anew each time, so no other stream may be open.
    """
    try:
        import sounddevice
    except ImportError:
        return NO_PACKAGE
    except OSError:  # its way to say that it did not find the library
        return NO_PORTAUDIO
    return _open(sounddevice, fill)


def _open(sounddevice: ModuleType, fill: Callable[[Samples], None]) -> Output | str:
    why = ""
    try:
        _look_for_devices(sounddevice)
        for device, settings in _devices(sounddevice):
            try:
                return _start(sounddevice, device, settings, fill)
            except sounddevice.PortAudioError as error:
                why = str(error)
    except sounddevice.PortAudioError as error:
        why = str(error)
    return NOT_OPEN.format(" ".join(why.split())) if why else NO_DEVICE


def _look_for_devices(sounddevice: ModuleType) -> None:
    """Begin PortAudio anew: it lists the devices when it begins, and never again."""
    while sounddevice._initialized:
        sounddevice._terminate()
    sounddevice._initialize()


def _devices(sounddevice: ModuleType) -> Iterator[tuple[int, object]]:
    """Yield the system's loudspeaker as PortAudio's number, with settings: the quickest way there first."""
    if sys.platform == "win32":  # there PortAudio's first choice, MME, adds a tenth of a second
        for api in sounddevice.query_hostapis():
            if api["name"] == "Windows WASAPI" and api["default_output_device"] >= 0:
                yield api["default_output_device"], sounddevice.WasapiSettings(auto_convert=True)
    default = sounddevice.default.hostapi
    number = -1 if default < 0 else sounddevice.query_hostapis(default)["default_output_device"]
    if number >= 0:
        yield number, None


def _start(sounddevice: ModuleType, device: int, settings: object, fill: Callable[[Samples], None]) -> Output:
    def callback(block: Samples, _frames: int, _time: object, _status: object) -> None:
        fill(block[:, 0])

    stream = sounddevice.OutputStream(
        samplerate=RATE_HZ,
        channels=1,
        dtype="float32",
        blocksize=BLOCK_FRAMES,
        latency=BUFFER_S,
        device=device,
        extra_settings=settings,
        callback=callback,
    )
    try:
        stream.start()
    except sounddevice.PortAudioError:
        stream.close()
        raise
    output: Output = stream
    return output
