"""What is said in an exercise: the way into its posture, maximal repetitions, rounds of it."""

from __future__ import annotations

from dataclasses import dataclass

from imu_hip.model.item import MarkLabel


@dataclass(frozen=True, slots=True)
class Line:
    """One prompt: for how long, what is said, its mark, and the mark's detail, or the `Cue` where there is no mark."""

    duration_s: float
    text: str
    label: MarkLabel | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Maximal:
    """Two maximal repetitions inward, then two outward; "" where there are none.

    `whole_s` lasts the mark; `let_go_s` after its beginning the person is told to come back; `neutral_s` of rest
    follow.
    """

    internal: str
    external: str
    whole_s: float
    let_go_s: float
    neutral_s: float


@dataclass(frozen=True, slots=True)
class Round:
    """Lines that are gone through `times` times."""

    times: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Programme:
    """One exercise. `walks_there`: it is begun with a walk; `stands`: it leaves the person standing."""

    entry: tuple[Line, ...]
    maximal: Maximal | None
    rounds: tuple[Round, ...]
    walks_there: bool = True
    stands: bool = False
