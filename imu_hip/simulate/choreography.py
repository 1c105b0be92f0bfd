"""Follow a script: turn each prompt, after a reaction time, into moves of the body."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians, sin

import numpy as np

from imu_hip.model.cue import Cue
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.event import ExitVerdict
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.simulate.channel import PEAK_SPEED, Move
from imu_hip.simulate.person import Person, PersonParams, Range
from imu_hip.simulate.plan import Channel, Plan, PlannedExit, PlannedTurn, Span

LEG_M = 0.9
"""Height of the hip when standing."""
_SEAT_M = 0.45
_MAT_M = 0.10
_FREE_BREATH_HZ = 0.25
_PACED_BREATH_HZ = 1.0 / 9.0
"""One slow breath: 4 s in, 5 s out."""
_BOW_HIP_SHARE = 1.1
"""Hip flexion per bow angle: the legs lean back a little."""
_SWING_TILT_SHARE = 0.08
"""The pelvis rocks with the swinging leg."""

_EXIT_SPEED_PER_S: dict[ExitVerdict, Range] = {
    ExitVerdict.CONTROLLED: (0.6, 0.95),
    ExitVerdict.FAST: (1.75, 2.0),
    ExitVerdict.FLOP: (3.5, 5.0),
}
"""Peak speed of the femur on its way back, in personal end ranges per second."""
_MAX_REP_EXIT_PER_S: Range = (1.0, 1.3)


def choreograph(script: Sequence[Prompt], person: Person, params: PersonParams, rng: np.random.Generator) -> Plan:
    """Return what the body does when `person` is told `script`.

    Raises
    ------
    UsageError
        For a script that asks for something this person has not learnt, or never for putting the sensors on.
    """
    performer = _Performer(person, params, rng)
    for prompt in script:
        performer.hear(prompt)
    return performer.plan(script[-1].start_s + script[-1].duration_s)


class _Performer:
    """Collects the moves; knows where the body is heading."""

    def __init__(self, person: Person, params: PersonParams, rng: np.random.Generator) -> None:
        self.person = person
        self.params = params
        self.rng = rng
        self.initial = {
            Channel.HEADING: person.facing_rad,
            Channel.TILT: 0.0,
            Channel.LIST: 0.0,
            Channel.TURN: 0.0,
            Channel.HIP_FORWARD_M: 0.0,
            Channel.HIP_HEIGHT_M: LEG_M,
            Channel.FLEXION: person.standing_flexion_rad,
            Channel.ADDUCTION: person.standing_adduction_rad,
            Channel.ROTATION: self._neutral(),
            Channel.EFFORT: 0.0,
            Channel.WOBBLE: 0.0,
            Channel.TREMOR: 0.0,
            Channel.SWAY: 1.0,
            Channel.BREATH_HZ: _FREE_BREATH_HZ,
        }
        self.moves: dict[Channel, list[Move]] = {channel: [] for channel in Channel}
        self.putting_on: Span | None = None
        self.exercises: list[Span] = []
        self.max_reps: list[Span] = []
        self.turns: list[PlannedTurn] = []
        self.exits: list[PlannedExit] = []
        self.turned: Direction | None = None
        self.open_turn: tuple[Span, bool, bool] | None = None
        """The way to the plateau the person is on, whether it is a block, whether within an exercise."""

    def hear(self, prompt: Prompt) -> None:
        """Do what a prompt asks for."""
        start_s = prompt.start_s + self._between(self.params.reaction_s)
        match prompt.label, prompt.detail:
            case MarkLabel.TABLE_REST | MarkLabel.N_POSE, _:
                pass
            case None, Cue.PUT_ON:
                self.putting_on = Span(start_s, start_s + 0.75 * prompt.duration_s)
            case MarkLabel.LEG_SWINGS, _:
                self._swing(start_s, prompt.start_s + prompt.duration_s)
            case MarkLabel.BOWS, _:
                self._bow(start_s, prompt.start_s + prompt.duration_s)
            case None, Cue.LIE_DOWN:
                self._lie_down(start_s, prompt.duration_s)
            case MarkLabel.EXERCISE, _:
                self.exercises.append(Span(prompt.start_s, prompt.start_s + prompt.duration_s))
                self._move(Channel.BREATH_HZ, start_s, 1.0, _PACED_BREATH_HZ)
            case MarkLabel.MAX_REP, Direction.INTERNAL:
                share = self._between((0.97, 1.0))
                way = self._turn_in(start_s, self._between((0.8, 1.0)), share, is_block=False)
                self.max_reps.append(way)
            case None, Cue.INTERNAL_HOLD:
                self._turn_in(start_s, self._between((0.9, 1.4)), self._between((0.96, 1.02)), is_block=False)
            case None, Cue.BLOCK:
                held = self._target(Channel.ROTATION) / self.person.end_range_rad
                share = held * (1.0 - self._between(self.params.relaxation))
                self._turn_in(start_s, self._between((0.6, 1.0)), share, is_block=True)
            case (None, Cue.LET_GO) | (MarkLabel.NEUTRAL | MarkLabel.POSTURE_NEUTRAL, _):
                if self.turned is not None:
                    self._let_go(start_s)
            case _:
                asked = f"'{prompt.label or 'no mark'}' with '{prompt.detail}' at {prompt.start_s} s"
                raise UsageError(
                    Reason.WRONG_USAGE,
                    f"the simulated person cannot follow {asked}: take it out of the script",
                )

    def plan(self, end_s: float) -> Plan:
        """Return everything collected; a plateau that nobody ended lasts until the script does."""
        if self.putting_on is None:
            raise UsageError(
                Reason.WRONG_USAGE,
                "the script never has the sensors put on: add a prompt with the cue put_on",
            )
        self._close_turn(end_s)
        return Plan(
            initial=self.initial,
            moves={channel: tuple(moves) for channel, moves in self.moves.items()},
            putting_on=self.putting_on,
            exercises=tuple(self.exercises),
            max_reps=tuple(self.max_reps),
            turns=tuple(self.turns),
            exits=tuple(self.exits),
        )

    def _swing(self, start_s: float, end_s: float) -> None:
        cycles = int(self.rng.integers(3, 5))
        pace_s = (end_s - 0.3 - start_s) / (2 * cycles + 1)
        forward, back = (
            self._between((radians(35.0), radians(45.0))),
            -self._between((radians(12.0), radians(18.0))),
        )
        for place, angle in enumerate([forward, back] * cycles + [0.0]):
            at_s = start_s + place * pace_s
            self._move(Channel.TILT, at_s, pace_s, _SWING_TILT_SHARE * angle)
            self._move_by(Channel.FLEXION, at_s, pace_s, (1.0 - _SWING_TILT_SHARE) * angle)
            self._move_by(Channel.ADDUCTION, at_s, pace_s, self.person.swing_adduction_share * angle)
            self._move_by(Channel.ROTATION, at_s, pace_s, self.person.swing_rotation_share * angle)

    def _bow(self, start_s: float, end_s: float) -> None:
        bows = 3
        pace_s = (end_s - 0.3 - start_s) / (2 * bows)
        depth = self._between((radians(35.0), radians(45.0)))
        for place, angle in enumerate([depth, 0.0] * bows):
            at_s = start_s + place * pace_s
            self._move(Channel.TILT, at_s, pace_s, -angle)
            self._move_by(Channel.FLEXION, at_s, pace_s, _BOW_HIP_SHARE * angle)
            self._move(Channel.LIST, at_s, pace_s, self.person.bow_list_share * angle)
            self._move(Channel.TURN, at_s, pace_s, self.person.bow_turn_share * angle)
            self._move(Channel.HIP_FORWARD_M, at_s, pace_s, -LEG_M * sin((_BOW_HIP_SHARE - 1.0) * angle))

    def _lie_down(self, start_s: float, duration_s: float) -> None:
        """Sit down on the mat, then lie back with the feet drawn up."""
        sit_s, back_s = 0.32 * duration_s, 0.4 * duration_s
        self._move_by(Channel.HEADING, start_s, sit_s, self.person.mat_rad)
        self._move(Channel.HIP_HEIGHT_M, start_s, sit_s, _SEAT_M)
        self._move(Channel.HIP_FORWARD_M, start_s, sit_s, -0.2)
        self._move(Channel.FLEXION, start_s, sit_s, radians(80.0))
        back_at_s = start_s + sit_s
        self._move(Channel.TILT, back_at_s, back_s, self.person.lying_tilt_rad)
        self._move(Channel.TURN, back_at_s, back_s, self.person.lying_turn_rad)
        self._move(Channel.HIP_HEIGHT_M, back_at_s, back_s, _MAT_M)
        self._move(Channel.FLEXION, back_at_s, back_s, self.person.lying_flexion_rad)
        self._move(Channel.ADDUCTION, back_at_s, back_s, self.person.lying_adduction_rad)
        self._move(Channel.ROTATION, back_at_s, back_s, self._neutral())
        self._move(Channel.SWAY, back_at_s, back_s, self.params.lying_sway)

    def _turn_in(self, start_s: float, duration_s: float, share: float, *, is_block: bool) -> Span:
        """Turn the thigh to a share of the end range and stay there; return the way."""
        self._close_turn(start_s)
        self._rotate(start_s, duration_s, share * self.person.end_range_rad)
        self._move(Channel.EFFORT, start_s, duration_s, 1.0)
        self._move(Channel.WOBBLE, start_s, duration_s, 0.2 if is_block else 1.0)
        self._move(Channel.TREMOR, start_s, duration_s, 1.0 if is_block else 0.4)
        way = Span(start_s, start_s + duration_s)
        self.turned = Direction.INTERNAL
        self.open_turn = way, is_block, self._exercising(start_s)
        return way

    def _let_go(self, start_s: float) -> None:
        """Come back to a neutral that is never quite the same."""
        self._close_turn(start_s)
        exercising = self._exercising(start_s)
        verdict = self.params.exits[len(self.exits) % len(self.params.exits)]
        speed_per_s = self._between(_EXIT_SPEED_PER_S[verdict] if exercising else _MAX_REP_EXIT_PER_S)
        neutral = self._neutral()
        way_rad = abs(self._target(Channel.ROTATION) - neutral)
        duration_s = PEAK_SPEED * way_rad / (speed_per_s * self.person.end_range_rad)
        self._rotate(start_s, duration_s, neutral)
        for channel in (Channel.EFFORT, Channel.WOBBLE, Channel.TREMOR):
            self._move(channel, start_s, duration_s, 0.0)
        if exercising:
            way = Span(start_s, start_s + duration_s)
            self.exits.append(PlannedExit(way, Direction.INTERNAL, verdict))
        self.turned = None

    def _close_turn(self, end_s: float) -> None:
        """End the plateau, because the next thing begins."""
        if self.open_turn is None:
            return
        way, is_block, exercising = self.open_turn
        if exercising:
            self.turns.append(PlannedTurn(way, Span(way.end_s, end_s), Direction.INTERNAL, is_block))
        self.open_turn = None

    def _rotate(self, start_s: float, duration_s: float, rotation_rad: float) -> None:
        """Rotate the femur; knee and pelvis take a small part."""
        person = self.person
        flexion = person.lying_flexion_rad + person.knee_flexion_share * rotation_rad
        adduction = person.lying_adduction_rad + person.knee_adduction_share * rotation_rad
        turn = person.lying_turn_rad + person.pelvis_turn_share * rotation_rad
        self._move(Channel.ROTATION, start_s, duration_s, rotation_rad)
        self._move(Channel.FLEXION, start_s, duration_s, flexion)
        self._move(Channel.ADDUCTION, start_s, duration_s, adduction)
        self._move(Channel.TURN, start_s, duration_s, turn)

    def _exercising(self, at_s: float) -> bool:
        return any(span.start_s <= at_s < span.end_s for span in self.exercises)

    def _move(self, channel: Channel, start_s: float, duration_s: float, target: float) -> None:
        self.moves[channel].append(Move(start_s, duration_s, target))

    def _move_by(self, channel: Channel, start_s: float, duration_s: float, change: float) -> None:
        """Go to `change` away from where the channel stood at the beginning of the session."""
        self._move(channel, start_s, duration_s, self.initial[channel] + change)

    def _target(self, channel: Channel) -> float:
        moves = self.moves[channel]
        return moves[-1].target if moves else self.initial[channel]

    def _neutral(self) -> float:
        return float(self.rng.normal(0.0, self.params.neutral_sd_rad))

    def _between(self, ends: Range) -> float:
        return float(self.rng.uniform(*ends))
