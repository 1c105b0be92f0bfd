"""Walk a script by time: say the prompt of the moment and hand out each mark once."""

from __future__ import annotations

from dataclasses import dataclass

from imu_hip.model.item import Edge, MarkLabel
from imu_hip.model.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Params:
    """What is to be said, in the order in which it begins; inner prompts after the one around them."""

    script: tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class State:
    """Where the guide is: when the script began (None: not yet) and how many edges of marks are out."""

    started_s: float | None = None
    edges_given: int = 0


@dataclass(frozen=True, slots=True)
class GuideMark:
    """One end of a marked interval; `t_s` is the time the script sets for it, on the caller's clock."""

    label: MarkLabel
    edge: Edge
    detail: str
    t_s: float


@dataclass(frozen=True, slots=True)
class GuideOutput:
    """Marks that fell due since the last call, the text to show now (or ""), and whether all is said."""

    marks: tuple[GuideMark, ...]
    prompt: str
    finished: bool


def step(params: Params, state: State, t_s: float) -> tuple[State, GuideOutput]:
    """Go on to `t_s`; the first call starts the script.

    A mark bears the time the script sets, however late the call that hands it out: marks do not depend on
    how often this is called.
    """
    started_s = t_s if state.started_s is None else state.started_s
    elapsed_s = t_s - started_s
    edges = _edges(params.script)
    given = state.edges_given
    while given < len(edges) and edges[given].t_s <= elapsed_s:
        given += 1
    marks = tuple(
        GuideMark(mark.label, mark.edge, mark.detail, started_s + mark.t_s) for mark in edges[state.edges_given : given]
    )
    text = ""
    for prompt in params.script:
        if prompt.start_s <= elapsed_s < _end_s(prompt):
            text = prompt.text
    finished = all(_end_s(prompt) <= elapsed_s for prompt in params.script)
    return State(started_s, given), GuideOutput(marks, text, finished)


def _edges(script: tuple[Prompt, ...]) -> tuple[GuideMark, ...]:
    """Return all edges in order, in script time: ends before begins, outer intervals around inner ones."""
    edges: list[tuple[float, int, int, GuideMark]] = []
    for place, prompt in enumerate(script):
        if prompt.label is None:
            continue
        begin = GuideMark(prompt.label, Edge.BEGIN, prompt.detail, prompt.start_s)
        end = GuideMark(prompt.label, Edge.END, prompt.detail, _end_s(prompt))
        edges.append((begin.t_s, 1, place, begin))
        edges.append((end.t_s, 0, -place, end))
    edges.sort(key=lambda edge: edge[:3])
    return tuple(mark for *_, mark in edges)


def _end_s(prompt: Prompt) -> float:
    """Return the first moment after a prompt, in script time."""
    return prompt.start_s + prompt.duration_s
