"""What the script asks for at one moment: line, effort, and how far the set has come."""

from __future__ import annotations

from dataclasses import dataclass

from imu_hip.guide.sections import HOLDS
from imu_hip.model.cue import Cue
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.model.signal import SignalKind

_RESTS = (MarkLabel.NEUTRAL, MarkLabel.POSTURE_NEUTRAL)


@dataclass(frozen=True, slots=True)
class Progress:
    """Which repetition of which set is under way, all from 1 on."""

    set_number: int
    sets: int
    repetition: int
    repetitions: int

    @property
    def text(self) -> str:
        """The same in words; a single set is not counted."""
        repetition = f"repetition {self.repetition} of {self.repetitions}"
        if self.sets == 1:
            return repetition.capitalize()
        return f"Set {self.set_number} of {self.sets}, {repetition}"


@dataclass(frozen=True, slots=True)
class Guidance:
    """The line of the moment, of which kind, since when; what it asks for, and what comes next.

    `asks` is None for an aside. `effort_s` is when the effort begins that this rest ends in, None when it ends in none;
    `rest_s` how long that rest is.
    """

    text: str = ""
    kind: SignalKind = SignalKind.INSTRUCTION
    since_s: float = 0.0
    asks: MarkLabel | Cue | None = None
    effort_s: float | None = None
    rest_s: float = 0.0
    progress: Progress | None = None


def guidance(script: tuple[Prompt, ...], script_s: float, offset_s: float) -> Guidance:
    """Return what the script asks for at `script_s`; times of the result are `offset_s` later than the script's."""
    current = None
    for prompt in script:
        if prompt.start_s <= script_s < prompt.start_s + prompt.duration_s:
            current = prompt
    if current is None:
        return Guidance()
    end_s = current.start_s + current.duration_s
    rests = current.label in _RESTS
    effort = rests and any(prompt.start_s == end_s and _is_effort(prompt) for prompt in script)
    return Guidance(
        text=current.text,
        since_s=offset_s + current.start_s,
        asks=current.label or Cue(current.detail),
        effort_s=offset_s + end_s if effort else None,
        rest_s=current.duration_s,
    )


def _is_effort(prompt: Prompt) -> bool:
    return prompt.label is MarkLabel.MAX_REP or (prompt.label is None and prompt.detail in HOLDS)
