"""Walk a script by time, hand out its marks, and react: to commands, refused steps, and a fault made again and again.

Script time is the time that nothing has interrupted. While an aside is said it stands still; afterwards it goes on
from where the aside sends it. So a session in which nothing happens is the script, to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imu_hip.guide.guidance import Guidance
from imu_hip.guide.script_edges import GuideMark
from imu_hip.guide.walk import Params, State, Walk
from imu_hip.model.event import Event

__all__ = ["GuideOutput", "Params", "State", "TimedCommand", "step"]


@dataclass(frozen=True, slots=True)
class TimedCommand:
    """A command of the person at `t_s`."""

    t_s: float
    name: str


@dataclass(frozen=True, slots=True)
class GuideOutput:
    """Marks that fell due since the last call, the text to show now (or ""), whether all is said, and more of now."""

    marks: tuple[GuideMark, ...]
    prompt: str
    finished: bool
    now: Guidance


def step(
    params: Params,
    state: State,
    t_s: float,
    events: Sequence[Event] = (),
    commands: Sequence[TimedCommand] = (),
) -> tuple[State, GuideOutput]:
    """Go on to `t_s`; the first call starts the script.

    Commands take effect at their own time, events at `t_s`. A mark bears the time set for it, however late the call
    that hands it out: marks do not depend on how often this is called.
    """
    walk = Walk(params, state)
    if not state.started:
        walk.begin(t_s)
    reached_s = walk.state.t_s
    for command in commands:
        reached_s = min(max(command.t_s, reached_s), t_s)
        walk.go(reached_s)
        walk.obey(command.name, reached_s)
    walk.go(t_s)
    walk.heed(events, t_s)
    walk.go(t_s)
    now = walk.guidance(t_s)
    return walk.state, GuideOutput(tuple(walk.marks), now.text, walk.state.finished, now)
