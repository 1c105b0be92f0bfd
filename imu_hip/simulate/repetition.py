"""Repetitions: the way to the end of the range, the plateau, the block, the way back, and what goes wrong in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import copysign

import numpy as np

from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.event import ExitVerdict
from imu_hip.model.exercise_spec import CompensationKind, Direction
from imu_hip.simulate.channel import PEAK_SPEED
from imu_hip.simulate.deeds import Abort, BlockFailure, Deed, Growth, Submaximal, of_block, of_hold, on_plateau
from imu_hip.simulate.faults import SHARE_WITHOUT_ROTATION, Fault, moved_by
from imu_hip.simulate.moves import Moves
from imu_hip.simulate.person import Person, PersonParams, Range
from imu_hip.simulate.plan import Channel, PlannedExit, PlannedFault, PlannedTurn, PlateauKind, Span
from imu_hip.simulate.stance import Stance

_EXIT_SPEED_PER_S: dict[ExitVerdict, Range] = {
    ExitVerdict.CONTROLLED: (0.6, 0.95),
    ExitVerdict.FAST: (1.75, 2.0),
    ExitVerdict.FLOP: (3.5, 5.0),
}
"""Peak speed of the femur on its way back, in personal end ranges per second."""
_MAX_REP_EXIT_PER_S: Range = (1.0, 1.3)
_LOST_BY = 0.4
"""Share of the way up in which a rotation that is not kept gets lost."""
_SHORTEST_S = 0.2
"""Nobody comes back faster, from however near."""
_WORKING = (Channel.EFFORT, Channel.WOBBLE, Channel.TREMOR)
_HOLDING = (1.0, 1.0, 0.4)
_PUSHING = (1.0, 0.2, 1.0)


@dataclass(frozen=True, slots=True)
class _Open:
    """A plateau that lasts until the next thing begins."""

    way: Span
    direction: Direction
    kind: PlateauKind
    deeds: tuple[Deed, ...]
    repetition: int


class Repetitions:
    """Plans one repetition after the other; what it collected is in `turns`, `max_reps`, `exits` and `faults`."""

    def __init__(
        self, moves: Moves, person: Person, params: PersonParams, stance: Stance, rng: np.random.Generator
    ) -> None:
        self._moves = moves
        self._person = person
        self._params = params
        self._rng = rng
        self._count = 0
        self._holds = 0
        self._first_share = 0.0
        self._deaf = False
        self._open: _Open | None = None
        self._faults: tuple[Fault, ...] = ()
        self._fault_since_s = 0.0
        self._hip_rad = (0.0, 0.0, 0.0)
        self.direction: Direction | None = None
        """Where the thigh is turned to; None in neutral."""
        self.turns: list[PlannedTurn] = []
        self.max_reps: list[PlannedTurn] = []
        self.exits: list[PlannedExit] = []
        self.faults: list[PlannedFault] = []
        self.take(stance)

    def take(self, stance: Stance) -> None:
        """From now on repetitions begin where all channels are heading now."""
        self.stance = stance
        self._rest = {channel: self._moves.target(channel) for channel in Channel}

    def hold(self, start_s: float, duration_s: float, share: float, direction: Direction, *, exercising: bool) -> None:
        """Turn the thigh to a share of the end range and stay there; a maximal repetition is not `exercising`."""
        if self._deaf:
            return
        self.close(start_s)
        if exercising:
            self._begin(start_s)
        kind, deeds = PlateauKind.HOLD, of_hold(self._params.deeds, self._count, self._holds) if exercising else ()
        for deed in deeds:
            match deed:
                case Submaximal():
                    kind, share = PlateauKind.SUBMAXIMAL, deed.share * share
                case Abort():
                    kind = PlateauKind.TOUCH
                case Growth():
                    share = (1.0 + deed.share) * self._first_share
        self._first_share = share if self._holds <= 1 else self._first_share
        if any(fault.kind is CompensationKind.WRONG_DIRECTION for fault in self._faults):
            direction = Direction.EXTERNAL if direction is Direction.INTERNAL else Direction.INTERNAL
        toward = direction.sign
        left = min((SHARE_WITHOUT_ROTATION.get(fault.kind, 1.0) for fault in self._faults), default=1.0)
        rotation_rad = toward * share * left * self._person.range_rad(direction)
        self._turn(start_s, duration_s, rotation_rad, direction, _HOLDING)
        if left == 1.0:
            repetition = self._count if exercising else 0
            self._open = _Open(Span(start_s, start_s + duration_s), direction, kind, deeds, repetition)
        for deed in deeds:
            if isinstance(deed, Abort):
                self.let_go(start_s + duration_s + deed.after_s, exercising=exercising)
                self._deaf = True

    def push(self, start_s: float, duration_s: float, relaxation: float, *, exercising: bool) -> None:
        """Give up a share of the angle and push against the ground there."""
        failure = of_block(self._params.deeds, self._count) if exercising else None
        if failure is not None and failure.how is BlockFailure.LETS_GO:
            self.let_go(start_s, exercising=exercising)
        if failure is not None and failure.how in (BlockFailure.SKIPPED, BlockFailure.LETS_GO):
            self._deaf = failure.how is BlockFailure.SKIPPED
            return
        if self._deaf or self.direction is None:
            return
        turned = self._open is not None
        self.close(start_s)
        left_rad = self._moves.target(Channel.ROTATION) * (1.0 - relaxation)
        self._turn(start_s, duration_s, left_rad, self.direction, _PUSHING)
        if turned:
            kind = PlateauKind.BLOCK if failure is None else PlateauKind.FAILED_BLOCK
            deeds = () if failure is None else (failure,)
            repetition = self._count if exercising else 0
            self._open = _Open(Span(start_s, start_s + duration_s), self.direction, kind, deeds, repetition)

    def let_go(self, start_s: float, *, exercising: bool) -> None:
        """Come back to a neutral that is never quite the same."""
        self._deaf = False
        direction = self.direction
        if direction is None:
            return
        person, stance = self._person, self.stance
        verdict = self._params.exits[(self._count - 1) % len(self._params.exits)]
        speed_per_s = self._between(self._exit_speed_per_s(verdict) if exercising else _MAX_REP_EXIT_PER_S)
        neutral = float(self._rng.normal(0.0, self._params.neutral_sd_rad))
        back_s = None if stance.back_s is None else self._between(stance.back_s)
        held = self._open
        touched = held is not None and held.kind is PlateauKind.TOUCH
        rotate_at_s = start_s if back_s is None or touched else start_s + stance.kept * back_s
        end_s = rotate_at_s
        if back_s is not None and self._loses_rotation():
            end_s = start_s
            self._lose_rotation(start_s, back_s)
        self.close(end_s)
        way_rad = abs(self._moves.target(Channel.ROTATION) - neutral)
        duration_s = max(_SHORTEST_S, PEAK_SPEED * way_rad / (speed_per_s * person.range_rad(direction)))
        self._rotate(rotate_at_s, duration_s, neutral, {}, at_work=(start_s, back_s))
        for channel in _WORKING:
            self._moves.go(channel, rotate_at_s, duration_s, 0.0)
        way = Span(end_s, rotate_at_s + duration_s)
        if exercising and held is not None and held.kind is PlateauKind.HOLD:
            named = verdict if self._params.exit_speed_per_s is None else None
            self.exits.append(PlannedExit(way, direction, named, self._count))
        self._end_faults(max(way.end_s, start_s + (back_s or 0.0)))
        self.direction = None

    def close(self, end_s: float) -> None:
        """End the plateau, because the next thing begins."""
        if self._open is None:
            return
        closing, self._open = self._open, None
        plateau = Span(closing.way.end_s, end_s)
        turn = PlannedTurn(closing.way, plateau, closing.direction, closing.kind, closing.repetition)
        (self.turns if closing.repetition else self.max_reps).append(turn)
        held_rad = self._moves.target(Channel.ROTATION)
        self._moves.add(Channel.ROTATION, on_plateau(closing.deeds, plateau, held_rad))

    def finish(self, end_s: float) -> None:
        """End what nobody ended."""
        self.close(end_s)
        self._end_faults(end_s)

    def _begin(self, start_s: float) -> None:
        """Count, and begin a repetition from neutral."""
        if self.direction is not None:
            self._holds += 1
            return
        self._count, self._holds = self._count + 1, 1
        self._faults = tuple(fault for fault in self._params.faults if fault.repetition == self._count)
        self._fault_since_s = start_s
        flexion, adduction, rotation = (
            self._moves.target(channel) for channel in (Channel.FLEXION, Channel.ADDUCTION, Channel.ROTATION)
        )
        self._hip_rad = flexion, adduction, rotation
        if self._loses_rotation() and self.stance.back_s is None:
            raise UsageError(
                Reason.WRONG_USAGE,
                f"no rotation can be lost on the way up in repetition {self._count}: ask for it in a hinge",
            )

    def _turn(
        self,
        start_s: float,
        duration_s: float,
        rotation_rad: float,
        direction: Direction,
        working: tuple[float, float, float],
    ) -> None:
        """Turn the thigh, and move what else moves in this repetition."""
        toward = direction.sign
        moved: dict[Channel, float] = {}
        for fault in self._faults:
            for channel, change in moved_by(fault, toward, self.stance.lifting, self._hip_rad).items():
                moved[channel] = moved.get(channel, 0.0) + change
        self._rotate(start_s, duration_s, rotation_rad, moved)
        for channel, level in zip(_WORKING, working, strict=True):
            self._moves.go(channel, start_s, duration_s, level)
        self.direction = direction

    def _rotate(
        self,
        start_s: float,
        duration_s: float,
        rotation_rad: float,
        moved: Mapping[Channel, float],
        at_work: tuple[float, float | None] | None = None,
    ) -> None:
        """Rotate the femur; knee and pelvis take their part, and what faults move does instead of that.

        `at_work`: when, and for how long, what is at work goes back; None while the repetition goes on.
        """
        shares, own = self.stance.per_rotation, self.stance.at_work
        away = self._hip_rad[2] + moved[Channel.ROTATION] if Channel.ROTATION in moved else rotation_rad
        self._moves.go(Channel.ROTATION, start_s, duration_s, away)
        by_fault = [
            channel for fault in self._faults for channel in moved_by(fault, 1.0, self.stance.lifting, self._hip_rad)
        ]
        for channel in dict.fromkeys((*shares, *own, *by_fault)):
            if channel is Channel.ROTATION:
                continue
            along = moved[channel] if channel in moved else shares.get(channel, 0.0) * rotation_rad
            target = self._rest[channel] + along + (own.get(channel, 0.0) if at_work is None else 0.0)
            if at_work is not None and channel in own and at_work[1] is not None:
                self._moves.go(channel, at_work[0], at_work[1], target)
            else:
                self._moves.go(channel, start_s, duration_s, target)

    def _loses_rotation(self) -> bool:
        return any(fault.kind is CompensationKind.ROTATION_LOST for fault in self._faults)

    def _lose_rotation(self, start_s: float, back_s: float) -> None:
        """Let go of some rotation early on the way up."""
        self.close(start_s)
        held_rad = self._moves.target(Channel.ROTATION)
        lost_rad = sum(fault.size_rad for fault in self._faults if fault.kind is CompensationKind.ROTATION_LOST)
        kept_rad = copysign(max(0.0, abs(held_rad) - lost_rad), held_rad)
        self._moves.go(Channel.ROTATION, start_s, _LOST_BY * back_s, kept_rad)
        span = Span(start_s, start_s + 0.5 * back_s)
        self.faults.append(PlannedFault(span, CompensationKind.ROTATION_LOST, Channel.ROTATION))

    def _end_faults(self, end_s: float) -> None:
        for fault in self._faults:
            if fault.kind is not CompensationKind.ROTATION_LOST:
                moved = moved_by(fault, 1.0, self.stance.lifting, self._hip_rad)
                shown_by = next(iter(moved), Channel.ROTATION)
                self.faults.append(PlannedFault(Span(self._fault_since_s, end_s), fault.kind, shown_by))
        self._faults = ()

    def _exit_speed_per_s(self, verdict: ExitVerdict) -> Range:
        own = self._params.exit_speed_per_s
        return _EXIT_SPEED_PER_S[verdict] if own is None else own

    def _between(self, ends: Range) -> float:
        return float(self._rng.uniform(*ends))
