"""What the script asks for at one moment: line, effort, and how far the set has come."""

from __future__ import annotations

from dataclasses import dataclass

from imu_hip.guide.sections import HOLDS, SectionKind
from imu_hip.model.cue import Cue
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.model.signal import SignalKind
from imu_hip.model.view_state import GuideView

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

    `asks` is None for an aside, and so are `until_s`, when it is over, and `asked_s`, how long it lasts. `effort_s` is
    when the effort begins that this rest ends in, None when it ends in none; `rest_s` how long that rest is.
    `section` is the kind of what is under way, `step` which step of how many on the way to the set. `waits`: for the
    person to go on. `detail`: which of the poses with the same label, or which way a maximal repetition goes.
    """

    text: str = ""
    kind: SignalKind = SignalKind.INSTRUCTION
    since_s: float = 0.0
    asks: MarkLabel | Cue | None = None
    effort_s: float | None = None
    rest_s: float = 0.0
    progress: Progress | None = None
    until_s: float | None = None
    asked_s: float | None = None
    section: SectionKind | str = ""
    step: tuple[int, int] = (0, 0)
    waits: bool = False
    detail: str = ""

    @property
    def _pose(self) -> str:
        return self.detail if self.asks is MarkLabel.HOOK_LYING else ""

    def view(self, now_s: float) -> GuideView:
        """Return what a screen shows of it."""
        return GuideView(
            section=str(self.section),
            asks="" if self.asks is None else self._pose or self.asks.value,
            left_s=None if self.until_s is None else max(0.0, self.until_s - now_s),
            asked_s=self.asked_s,
            step=self.step[0],
            steps=self.step[1],
            paused=self.waits,
            stopped=self.kind is SignalKind.SAFETY,
            turns=self.detail if self.asks is MarkLabel.MAX_REP else "",
        )


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
        until_s=offset_s + end_s,
        detail=current.detail if current.label in (MarkLabel.HOOK_LYING, MarkLabel.MAX_REP) else "",
        asked_s=current.duration_s,
    )


def _is_effort(prompt: Prompt) -> bool:
    return prompt.label is MarkLabel.MAX_REP or (prompt.label is None and prompt.detail in HOLDS)
