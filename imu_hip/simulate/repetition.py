"""Repetitions: the way to the end of the range, the plateau, the block, the way back, and faults on the way."""

from __future__ import annotations

import numpy as np

from imu_hip.model.event import CompensationKind, ExitVerdict
from imu_hip.model.exercise_spec import Direction
from imu_hip.simulate.channel import PEAK_SPEED
from imu_hip.simulate.faults import STILL, Fault, moved_by
from imu_hip.simulate.moves import Moves
from imu_hip.simulate.person import Person, PersonParams, Range
from imu_hip.simulate.plan import Channel, PlannedExit, PlannedFault, PlannedTurn, Span
from imu_hip.simulate.stance import Stance

_EXIT_SPEED_PER_S: dict[ExitVerdict, Range] = {
    ExitVerdict.CONTROLLED: (0.6, 0.95),
    ExitVerdict.FAST: (1.75, 2.0),
    ExitVerdict.FLOP: (3.5, 5.0),
}
"""Peak speed of the femur on its way back, in personal end ranges per second."""
_MAX_REP_EXIT_PER_S: Range = (1.0, 1.3)
_SHARE_WITHOUT_ROTATION = 0.05
"""What is left of a rotation that the ankle makes instead."""
_LOST_BY = 0.4
"""Share of the way up in which a rotation that is not kept gets lost."""
_WORKING = (Channel.EFFORT, Channel.WOBBLE, Channel.TREMOR)


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
        self._open: tuple[Span, Direction, bool, bool] | None = None
        self._faults: tuple[Fault, ...] = ()
        self._fault_since_s = 0.0
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

    def turn(
        self, start_s: float, duration_s: float, share: float, direction: Direction, *, block: bool, exercising: bool
    ) -> None:
        """Turn the thigh to a share of the end range and stay there."""
        self.close(start_s)
        if self.direction is None and exercising:
            self._count += 1
            self._faults = tuple(fault for fault in self._params.faults if fault.repetition == self._count)
            self._fault_since_s = start_s
        kinds = {fault.kind for fault in self._faults}
        if CompensationKind.WRONG_DIRECTION in kinds:
            direction = Direction.EXTERNAL if direction is Direction.INTERNAL else Direction.INTERNAL
        toward = 1.0 if direction is Direction.INTERNAL else -1.0
        still = bool(kinds & STILL)
        share = share * _SHARE_WITHOUT_ROTATION if still else share
        rotation = toward * share * self._person.range_rad(direction)
        moved: dict[Channel, float] = dict(self.stance.at_work)
        for fault in self._faults:
            for channel, change in moved_by(fault, toward, self.stance.lifting).items():
                moved[channel] = moved.get(channel, 0.0) + change
        self._rotate(start_s, duration_s, rotation, moved)
        for channel, level in zip(_WORKING, (1.0, 0.2 if block else 1.0, 1.0 if block else 0.4), strict=True):
            self._moves.go(channel, start_s, duration_s, level)
        self.direction = direction
        if not still:
            self._open = Span(start_s, start_s + duration_s), direction, block, exercising

    def let_go(self, start_s: float, *, exercising: bool) -> None:
        """Come back to a neutral that is never quite the same."""
        direction = self.direction
        if direction is None:
            return
        person, stance = self._person, self.stance
        verdict = self._params.exits[len(self.exits) % len(self._params.exits)]
        speed_per_s = self._between(_EXIT_SPEED_PER_S[verdict] if exercising else _MAX_REP_EXIT_PER_S)
        neutral = float(self._rng.normal(0.0, self._params.neutral_sd_rad))
        way_rad = abs(self._moves.target(Channel.ROTATION) - neutral)
        duration_s = PEAK_SPEED * way_rad / (speed_per_s * person.range_rad(direction))
        back_s = None if stance.back_s is None else self._between(stance.back_s)
        rotate_at_s = start_s if back_s is None else start_s + stance.kept * back_s
        lost = any(fault.kind is CompensationKind.ROTATION_LOST for fault in self._faults)
        if lost and back_s is not None:
            rotate_at_s, duration_s = start_s, _LOST_BY * back_s
            self._add_fault(CompensationKind.ROTATION_LOST, Span(start_s, start_s + 0.5 * back_s), Channel.ROTATION)
        was_turned = self._open is not None
        self.close(rotate_at_s)
        self._rotate(rotate_at_s, duration_s, neutral, {}, at_work=(start_s, back_s))
        for channel in _WORKING:
            self._moves.go(channel, rotate_at_s, duration_s, 0.0)
        way = Span(rotate_at_s, rotate_at_s + duration_s)
        if exercising and was_turned:
            self.exits.append(PlannedExit(way, direction, verdict))
        self._end_faults(max(way.end_s, start_s + (back_s or 0.0)))
        self.direction = None

    def close(self, end_s: float) -> None:
        """End the plateau, because the next thing begins."""
        if self._open is None:
            return
        way, direction, block, exercising = self._open
        turn = PlannedTurn(way, Span(way.end_s, end_s), direction, block)
        (self.turns if exercising else self.max_reps).append(turn)
        self._open = None

    def finish(self, end_s: float) -> None:
        """End what nobody ended."""
        self.close(end_s)
        self._end_faults(end_s)

    def _rotate(
        self,
        start_s: float,
        duration_s: float,
        rotation_rad: float,
        moved: dict[Channel, float],
        at_work: tuple[float, float | None] | None = None,
    ) -> None:
        """Rotate the femur; knee and pelvis take their part, and what else moves does; `at_work` has its own time."""
        shares, own = self.stance.per_rotation, self.stance.at_work
        fault_channels = [channel for fault in self._faults for channel in moved_by(fault, 1.0, self.stance.lifting)]
        self._moves.go(Channel.ROTATION, start_s, duration_s, rotation_rad + moved.pop(Channel.ROTATION, 0.0))
        for channel in dict.fromkeys((*shares, *own, *fault_channels)):
            if channel is Channel.ROTATION:
                continue
            target = self._rest[channel] + shares.get(channel, 0.0) * rotation_rad + moved.get(channel, 0.0)
            if at_work is not None and channel in own and at_work[1] is not None:
                self._moves.go(channel, at_work[0], at_work[1], target)
            else:
                self._moves.go(channel, start_s, duration_s, target)

    def _end_faults(self, end_s: float) -> None:
        for fault in self._faults:
            if fault.kind is not CompensationKind.ROTATION_LOST:
                shown_by = next(iter(moved_by(fault, 1.0, self.stance.lifting)), Channel.ROTATION)
                self._add_fault(fault.kind, Span(self._fault_since_s, end_s), shown_by)
        self._faults = ()

    def _add_fault(self, kind: CompensationKind, span: Span, channel: Channel) -> None:
        self.faults.append(PlannedFault(span, kind, channel))

    def _between(self, ends: Range) -> float:
        return float(self._rng.uniform(*ends))
