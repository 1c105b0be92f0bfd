"""Sections of a script: the pieces that can be ended, repeated or skipped, found from the prompts themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from imu_hip.model.cue import Cue
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt

HOLDS = (Cue.INTERNAL_HOLD, Cue.EXTERNAL_HOLD)


class SectionKind(StrEnum):
    """What a section is for."""

    CALIBRATION = "calibration"
    WAY = "way"
    """Nothing is marked: putting on, walking, lying down, resting."""
    NEUTRAL = "neutral"
    """The posture's neutral, and pauses outside a set."""
    MAXIMAL = "maximal"
    SET = "set"
    OVER = "over"
    """All is said."""


_KINDS = {
    MarkLabel.POSTURE_NEUTRAL: SectionKind.NEUTRAL,
    MarkLabel.NEUTRAL: SectionKind.NEUTRAL,
    MarkLabel.MAX_REP: SectionKind.MAXIMAL,
    MarkLabel.EXERCISE: SectionKind.SET,
}


@dataclass(frozen=True, slots=True)
class Section:
    """One outermost prompt with those inside it, in script time.

    `run` numbers the exercises of a session, each with its way there and all its sets. `repetitions` are the
    beginnings of those of a set, `set_number` its place among the sets of its run, from 1 on.
    """

    kind: SectionKind
    label: MarkLabel | None
    start_s: float
    end_s: float
    run: int
    set_number: int = 0
    repetitions: tuple[float, ...] = ()


def sections(script: tuple[Prompt, ...]) -> tuple[Section, ...]:
    """Return the sections of a script (in order, without holes between them)."""
    groups: list[list[Prompt]] = []
    for prompt in script:
        if groups and prompt.start_s < _end_s(groups[-1][0]):
            groups[-1].append(prompt)
        else:
            groups.append([prompt])
    kinds = [_kind(group[0]) for group in groups]
    found: list[Section] = []
    run, sets_done = 0, 0
    for place, (kind, (outer, *inner)) in enumerate(zip(kinds, groups, strict=True)):
        if sets_done and _begins_exercise(groups[place:]):
            run, sets_done = run + 1, 0
        is_set = kind is SectionKind.SET
        sets_done += is_set
        found.append(
            Section(
                kind=kind,
                label=outer.label,
                start_s=outer.start_s,
                end_s=_end_s(outer),
                run=run,
                set_number=sets_done if is_set else 0,
                repetitions=_repetitions(inner) if is_set else (),
            )
        )
    return tuple(found)


def step_of(found: Sequence[Section], place: int) -> tuple[int, int]:
    """Return which step it is on the way to the next set, from 1 on, and of how many; (0, 0) within a set."""
    if found[place].kind is SectionKind.SET:
        return 0, 0
    first = place
    while first > 0 and found[first - 1].kind is not SectionKind.SET:
        first -= 1
    beyond = place
    while beyond < len(found) and found[beyond].kind is not SectionKind.SET:
        beyond += 1
    return place - first + 1, beyond - first


def _kind(outer: Prompt) -> SectionKind:
    return SectionKind.WAY if outer.label is None else _KINDS.get(outer.label, SectionKind.CALIBRATION)


def _begins_exercise(groups: list[list[Prompt]]) -> bool:
    """Tell whether another exercise, not another set, comes next: it begins with the neutral of its posture."""
    for outer, *_ in groups:
        if outer.label is MarkLabel.POSTURE_NEUTRAL:
            return True
        if outer.label is MarkLabel.EXERCISE:
            return False
    return False


def _repetitions(inner: list[Prompt]) -> tuple[float, ...]:
    """Return when repetitions begin: holds that nothing but a rest in neutral comes before."""
    before = [None, *inner]
    return tuple(
        prompt.start_s
        for prompt, previous in zip(inner, before, strict=False)
        if prompt.detail in HOLDS and (previous is None or previous.label is MarkLabel.NEUTRAL)
    )


def _end_s(prompt: Prompt) -> float:
    return prompt.start_s + prompt.duration_s
