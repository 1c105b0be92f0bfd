"""Deeds: what a person can be asked to do in a repetition instead of holding, pushing and letting go as told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import radians

from imu_hip.simulate.channel import Move
from imu_hip.simulate.plan import Span

_FLOPS_AFTER_S = 1.5
"""The push has begun when the knee gives way."""
_FLOP_S = 0.35
_WANDER_S = 1.5
"""One way of a knee that wanders to and fro."""


class BlockFailure(StrEnum):
    """How a block goes wrong."""

    FLOPS_OUT = "flops_out"
    """The knee gives way all at once, and stays there."""
    WANDERS = "wanders"
    """It goes to and fro all the time."""
    CREEPS = "creeps"
    """It gives way slowly, all the time."""
    SKIPPED = "skipped"
    """The person goes on holding, until told to let go."""
    LETS_GO = "lets_go"
    """The person goes back to neutral; what comes next begins another repetition."""


@dataclass(frozen=True, slots=True)
class Sag:
    """The hold sinks steadily toward neutral, by `rate_rad_s` of the femur, until something else is asked for."""

    repetition: int
    rate_rad_s: float
    hold: int = 1


@dataclass(frozen=True, slots=True)
class Abort:
    """The end range is reached and let go `after_s` later: a touch. The rest of the repetition is left out."""

    repetition: int
    after_s: float
    hold: int = 1


@dataclass(frozen=True, slots=True)
class Submaximal:
    """The hold stops at this share of where it would have gone, and that is no end range."""

    repetition: int
    share: float = 0.6
    hold: int = 1


@dataclass(frozen=True, slots=True)
class Growth:
    """The hold goes further than the first one of the repetition by this share of it."""

    repetition: int
    share: float
    hold: int = 2


@dataclass(frozen=True, slots=True)
class FailedBlock:
    """The block goes wrong; `size_rad` is how far the knee goes (without effect where the block is left out)."""

    repetition: int
    how: BlockFailure
    size_rad: float = radians(12.0)


Deed = Sag | Abort | Submaximal | Growth | FailedBlock
"""Repetitions of the exercise count from 1 on, and so do the holds in one of them; sizes are the femur's."""


def of_hold(deeds: Sequence[Deed], repetition: int, hold: int) -> tuple[Deed, ...]:
    """Return what was asked for in a hold."""
    return tuple(
        deed
        for deed in deeds
        if not isinstance(deed, FailedBlock) and (deed.repetition, deed.hold) == (repetition, hold)
    )


def of_block(deeds: Sequence[Deed], repetition: int) -> FailedBlock | None:
    """Return how the block of a repetition is to go wrong, None when it is not."""
    return next((deed for deed in deeds if isinstance(deed, FailedBlock) and deed.repetition == repetition), None)


def _flop(plateau: Span, held_rad: float, given_up_rad: float) -> tuple[Move, ...]:
    return (Move(plateau.start_s + _FLOPS_AFTER_S, _FLOP_S, given_up_rad),)


def _wander(plateau: Span, held_rad: float, given_up_rad: float) -> tuple[Move, ...]:
    ways = int((plateau.end_s - plateau.start_s) / _WANDER_S)
    return tuple(
        Move(plateau.start_s + way * _WANDER_S, _WANDER_S, held_rad if way % 2 else given_up_rad) for way in range(ways)
    )


def _creep(plateau: Span, held_rad: float, given_up_rad: float) -> tuple[Move, ...]:
    return (Move(plateau.start_s, plateau.end_s - plateau.start_s, given_up_rad, steady=True),)


_UNSTEADY: dict[BlockFailure, Callable[[Span, float, float], tuple[Move, ...]]] = {
    BlockFailure.FLOPS_OUT: _flop,
    BlockFailure.WANDERS: _wander,
    BlockFailure.CREEPS: _creep,
}


def on_plateau(deeds: Sequence[Deed], plateau: Span, held_rad: float) -> tuple[Move, ...]:
    """Return the moves of the rotation on a plateau that is at `held_rad`; it never goes beyond neutral."""
    outward = -1.0 if held_rad > 0.0 else 1.0
    moves: tuple[Move, ...] = ()
    for deed in deeds:
        if isinstance(deed, Sag):
            lasts_s = plateau.end_s - plateau.start_s
            sunk_rad = min(abs(held_rad), deed.rate_rad_s * lasts_s)
            if sunk_rad > 0.0:
                moves += (
                    Move(plateau.start_s, sunk_rad / deed.rate_rad_s, held_rad + outward * sunk_rad, steady=True),
                )
        elif isinstance(deed, FailedBlock) and deed.how in _UNSTEADY:
            given_up_rad = held_rad + outward * min(abs(held_rad), deed.size_rad)
            moves += _UNSTEADY[deed.how](plateau, held_rad, given_up_rad)
    return moves
