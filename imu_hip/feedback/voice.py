"""The voice: what of the system can speak without a network, and how it is told what to say."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from imu_hip.feedback.wording import one_line

NO_VOICE = {
    "linux": "No speech: no voice is installed. On Debian or Ubuntu: sudo apt-get install espeak-ng",
    "darwin": "No speech: the program say is missing, which is part of macOS",
    "win32": "No speech: Windows PowerShell is missing, through which Windows speaks",
}

# What is to be said comes as UTF-8 through standard input and is never part of a command.
_POWERSHELL = """\
$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.Speech
$voice = New-Object System.Speech.Synthesis.SpeechSynthesizer
try {{ $voice.SelectVoiceByHints('NotSet', 'NotSet', 0, [Globalization.CultureInfo]'en-US') }} catch {{ }}
$voice.Volume = {percent}
$line = New-Object IO.StreamReader([Console]::OpenStandardInput(), [Text.Encoding]::UTF8)
$voice.Speak($line.ReadToEnd())
"""


@dataclass(frozen=True, slots=True)
class Voice:
    """A program that speaks: `name` as in `find_voice`, `path` where it is."""

    name: str
    path: str

    def command(self, text: str, volume: float) -> tuple[list[str], bytes]:
        """Return the arguments of the program that says a line, and its standard input; `volume` is 0 to 1."""
        line = plain(text).encode()
        match self.name:
            case "say":  # it has the volume of the system
                return [self.path], line
            case "powershell":
                script = _POWERSHELL.format(percent=round(100.0 * volume))
                return [self.path, "-NoProfile", "-NonInteractive", "-Command", script], line
            case "spd-say":
                loudness = str(round(200.0 * volume - 100.0))
                return [self.path, "--wait", "--language", "en", "--volume", loudness, "--", line.decode()], b""
            case _:
                return [self.path, "-v", "en", "-a", str(round(150.0 * volume)), "--stdin"], line

    def hush(self) -> list[str] | None:
        """Return the arguments of the program that silences the voice where ending the speaking one does not."""
        return [self.path, "--cancel"] if self.name == "spd-say" else None


def find_voice(platform: str = sys.platform, find: Callable[[str], str | None] = shutil.which) -> Voice | str:
    """Return the system's voice, or a sentence that says what to do for one.

    Of several on Linux that which falls silent when it is told to comes first.
    """
    system = platform if platform in ("darwin", "win32") else "linux"
    names = {"darwin": ("say",), "win32": ("powershell",), "linux": ("espeak-ng", "espeak", "spd-say")}[system]
    for name in names:
        path = find(name)
        if path is not None:
            return Voice(name, path)
    return NO_VOICE[system]


def plain(text: str) -> str:
    """Return a text as one line that no voice takes for anything but words.

    People name exercises: control characters go, and so do doubled brackets, in which espeak takes phonemes and say
    takes commands.
    """
    line = one_line(text)
    while "[[" in line or "]]" in line:
        line = line.replace("[[", "[ [").replace("]]", "] ]")
    return line
