"""Follow a script: turn each prompt, after a reaction time, into moves of the body."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians

import numpy as np

from imu_hip.model.cue import Cue
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.exercise_spec import CompensationKind, Direction
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.simulate import low_stances, lying_calibration_moves, upright_stances
from imu_hip.simulate.calibration_moves import LEG_M, bow, swing
from imu_hip.simulate.moves import Moves
from imu_hip.simulate.person import Person, PersonParams, Range
from imu_hip.simulate.plan import Channel, Plan, PlannedFault, Span
from imu_hip.simulate.repetition import Repetitions
from imu_hip.simulate.stance import Body, StanceParams
from imu_hip.simulate.wrong_posture import off_by

_FREE_BREATH_HZ = 0.25
_PACED_BREATH_HZ = 1.0 / 9.0
"""One slow breath: 4 s in, 5 s out."""
_TURN_RAD: Range = (radians(90.0), radians(180.0))
_TURN_S: Range = (1.4, 2.2)
_ON_THE_SPOT = 0.35
"""How much of a full step it takes to turn on the spot."""

_STANCES = {
    Cue.LIE_DOWN: low_stances.lie_down,
    Cue.LIE_STRAIGHT: lying_calibration_moves.lie_straight,
    Cue.BEND_KNEES: lying_calibration_moves.bend_knees,
    Cue.LIE_PRONE: low_stances.lie_prone,
    Cue.LIE_ON_SIDE: low_stances.lie_on_side,
    Cue.SIT_ON_MAT: low_stances.sit_on_mat,
    Cue.SIT_ON_CHAIR: low_stances.sit_on_chair,
    Cue.STAND_ON_ONE_LEG: upright_stances.stand_on_one_leg,
    Cue.STAND_TO_HINGE: upright_stances.stand_to_hinge,
    Cue.STAND_UP: upright_stances.stand_up,
}
_HOLDS = {Cue.INTERNAL_HOLD: Direction.INTERNAL, Cue.EXTERNAL_HOLD: Direction.EXTERNAL}


def choreograph(
    script: Sequence[Prompt],
    person: Person,
    params: PersonParams,
    rng: np.random.Generator,
    stances: StanceParams | None = None,
) -> Plan:
    """Return what the body does when `person` is told `script`.

    Raises
    ------
    UsageError
        For a script that asks for something this person has not learnt, or never for putting the sensors on.
    """
    performer = _Performer(person, params, stances or StanceParams(), rng)
    for prompt in script:
        performer.hear(prompt)
    return performer.plan(script[-1].start_s + script[-1].duration_s)


class _Performer:
    """Knows what each prompt asks for."""

    def __init__(self, person: Person, params: PersonParams, stances: StanceParams, rng: np.random.Generator) -> None:
        self._person = person
        self._params = params
        self._rng = rng
        initial = dict.fromkeys(Channel, 0.0) | {
            Channel.HEADING: person.facing_rad,
            Channel.HIP_HEIGHT_M: LEG_M,
            Channel.FLEXION: person.standing_flexion_rad,
            Channel.ADDUCTION: person.standing_adduction_rad,
            Channel.ROTATION: float(rng.normal(0.0, params.neutral_sd_rad)),
            Channel.SWAY: 1.0,
            Channel.BREATH_HZ: _FREE_BREATH_HZ,
        }
        self._body = Body(person, params, stances, rng)
        self._moves = Moves(initial)
        self._reps = Repetitions(self._moves, person, params, upright_stances.on_both_legs(self._body), rng)
        self._putting_on: Span | None = None
        self._exercises: list[Span] = []
        self._arrivals_s: list[float] = []
        self._off_rad: float | None = None
        self._wrong_postures: list[PlannedFault] = []

    def hear(self, prompt: Prompt) -> None:
        """Do what a prompt asks for."""
        start_s = prompt.start_s + self._between(self._params.reaction_s)
        end_s = prompt.start_s + prompt.duration_s
        match prompt.label, prompt.detail:
            case MarkLabel.TABLE_REST | MarkLabel.N_POSE | MarkLabel.HOOK_LYING, _:
                pass
            case None, Cue.PUT_ON:
                self._putting_on = Span(start_s, start_s + 0.75 * prompt.duration_s)
            case MarkLabel.LEG_SWINGS, _:
                swing(self._moves, self._person, self._params, start_s, end_s, self._rng)
            case MarkLabel.BOWS, _:
                bow(self._moves, self._person, start_s, end_s, self._rng)
            case MarkLabel.BRIDGE, _:
                lying_calibration_moves.bridge(self._moves, self._body, start_s, end_s)
            case MarkLabel.KNEE_ROCKS, _:
                lying_calibration_moves.rock_knees(self._moves, self._body, start_s, end_s)
            case None, Cue.WALK:
                self._walk(start_s, end_s)
            case MarkLabel.EXERCISE, _:
                self._begin_exercise(Span(prompt.start_s, end_s))
                self._moves.go(Channel.BREATH_HZ, start_s, 1.0, _PACED_BREATH_HZ)
            case MarkLabel.MAX_REP, (Direction.INTERNAL | Direction.EXTERNAL) as detail:
                share = self._between((0.97, 1.0))
                self._hold(start_s, self._between(self._reps.stance.max_way_s), share, Direction(detail))
            case None, (Cue.INTERNAL_HOLD | Cue.EXTERNAL_HOLD) as detail:
                duration_s = self._between(self._reps.stance.way_s)
                self._hold(start_s, duration_s, self._between((0.96, 1.02)), _HOLDS[Cue(detail)])
            case None, Cue.BLOCK:
                self._block(start_s)
            case (None, Cue.LET_GO) | (MarkLabel.NEUTRAL | MarkLabel.POSTURE_NEUTRAL, _):
                self._reps.let_go(start_s, exercising=self._exercising(start_s))
            case None, detail if detail in _STANCES:
                self._take_stance(Cue(detail), start_s, prompt.duration_s)
            case _:
                asked = f"'{prompt.label or 'no mark'}' with '{prompt.detail}' at {prompt.start_s} s"
                raise UsageError(
                    Reason.WRONG_USAGE,
                    f"the simulated person cannot follow {asked}: take it out of the script",
                )

    def plan(self, end_s: float) -> Plan:
        """Return everything collected; a plateau that nobody ended lasts until the script does."""
        if self._putting_on is None:
            raise UsageError(
                Reason.WRONG_USAGE,
                "the script never has the sensors put on: add a prompt with the cue put_on",
            )
        self._reps.finish(end_s)
        return Plan(
            initial=self._moves.initial,
            moves=self._moves.all(),
            putting_on=self._putting_on,
            exercises=tuple(self._exercises),
            arrivals_s=tuple(self._arrivals_s),
            max_reps=tuple(self._reps.max_reps),
            turns=tuple(self._reps.turns),
            exits=tuple(self._reps.exits),
            faults=(*self._wrong_postures, *self._reps.faults),
        )

    def _take_stance(self, asked: Cue, start_s: float, duration_s: float) -> None:
        taken = self._params.instead.get(asked, asked)
        stance = _STANCES[taken](self._body)
        self._off_rad = None if taken is asked else off_by(_STANCES[asked](self._body), stance, self._moves)
        if stance.turn_by_rad:
            facing_rad = self._moves.target(Channel.HEADING) + stance.turn_by_rad
            self._moves.go(Channel.HEADING, start_s, stance.stages[0].duration * duration_s, facing_rad)
        for stage in stance.stages:
            for channel, target in stage.targets.items():
                self._moves.go(channel, start_s + stage.start * duration_s, stage.duration * duration_s, target)
        self._reps.take(stance)
        self._arrivals_s.append(start_s + duration_s)

    def _begin_exercise(self, span: Span) -> None:
        self._exercises.append(span)
        if self._off_rad is not None:
            fault = PlannedFault(span, CompensationKind.WRONG_POSTURE, Channel.TILT, self._off_rad)
            self._wrong_postures.append(fault)

    def _walk(self, start_s: float, end_s: float) -> None:
        """Walk with a turn on the way, and turn on the spot at the end."""
        way_s = end_s - 0.4 - start_s
        stop_s, turn_s = start_s + 0.62 * way_s, self._between(_TURN_S)
        self._pace(start_s, 0.9, 1.0, self._person.speed_m_s)
        self._face_another_way(start_s + 0.25 * way_s, turn_s)
        self._pace(stop_s, 0.9, _ON_THE_SPOT, 0.0)
        self._face_another_way(stop_s + 0.6, min(self._between(_TURN_S), end_s - 1.1 - stop_s))
        self._pace(end_s - 1.0, 0.6, 0.0, 0.0)

    def _pace(self, start_s: float, duration_s: float, step: float, speed_m_s: float) -> None:
        self._moves.go(Channel.STEP, start_s, duration_s, step)
        self._moves.go(Channel.SPEED_M_S, start_s, duration_s, speed_m_s)

    def _face_another_way(self, start_s: float, duration_s: float) -> None:
        turn_rad = self._between(_TURN_RAD) * self._rng.choice([-1.0, 1.0])
        self._moves.go(Channel.HEADING, start_s, duration_s, self._moves.target(Channel.HEADING) + float(turn_rad))

    def _hold(self, start_s: float, duration_s: float, share: float, direction: Direction) -> None:
        self._reps.hold(start_s, duration_s, share, direction, exercising=self._exercising(start_s))

    def _block(self, start_s: float) -> None:
        """Give up some of the angle and push outward there."""
        relaxation, duration_s = self._between(self._params.relaxation), self._between((0.6, 1.0))
        self._reps.push(start_s, duration_s, relaxation, exercising=self._exercising(start_s))

    def _exercising(self, at_s: float) -> bool:
        return any(span.start_s <= at_s < span.end_s for span in self._exercises)

    def _between(self, ends: Range) -> float:
        return float(self._rng.uniform(*ends))
