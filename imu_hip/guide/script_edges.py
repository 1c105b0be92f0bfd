"""Edges of a script: where its marked intervals begin and end."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from imu_hip.model.item import Edge, MarkLabel
from imu_hip.model.prompt import Prompt


@dataclass(frozen=True, slots=True)
class GuideMark:
    """One end of a marked interval; `t_s` is the time set for it, on the caller's clock (of a script: on its own)."""

    label: MarkLabel
    edge: Edge
    detail: str
    t_s: float


def edges(script: tuple[Prompt, ...]) -> tuple[GuideMark, ...]:
    """Return all edges in order, in script time: ends before begins, outer intervals around inner ones."""
    found: list[tuple[float, int, int, GuideMark]] = []
    for place, prompt in enumerate(script):
        if prompt.label is None:
            continue
        begin = GuideMark(prompt.label, Edge.BEGIN, prompt.detail, prompt.start_s)
        end = GuideMark(prompt.label, Edge.END, prompt.detail, prompt.start_s + prompt.duration_s)
        found.append((begin.t_s, 1, place, begin))
        found.append((end.t_s, 0, -place, end))
    found.sort(key=lambda edge: edge[:3])
    return tuple(mark for *_, mark in found)


def edges_before(ordered: tuple[GuideMark, ...], script_s: float) -> int:
    """Return how many edges lie before what begins at `script_s`: ends at that moment do."""
    return bisect_left(ordered, (script_s, 1), key=lambda mark: (mark.t_s, int(mark.edge is Edge.BEGIN)))


def around(script: tuple[Prompt, ...], script_s: float) -> tuple[Prompt, ...]:
    """Return the marked prompts that are under way at `script_s` and began before it, outer ones first."""
    return tuple(
        prompt
        for prompt in script
        if prompt.label is not None and prompt.start_s < script_s < prompt.start_s + prompt.duration_s
    )
