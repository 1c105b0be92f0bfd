"""What an exercise asks for: the catalogue's data once it has been parsed and checked.

Angles in radians, times in seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

from imu_hip.model.programme import Programme


class Posture(StrEnum):
    """How the body lies or stands; angles of different postures are never compared."""

    STANDING = "standing"
    SUPINE = "supine"
    HINGE = "hinge"
    LONG_SITTING = "long_sitting"
    SEATED = "seated"
    PRONE = "prone"
    SIDE_LYING = "side_lying"


class Direction(StrEnum):
    """Which end of the rotation is trained."""

    INTERNAL = "internal"
    EXTERNAL = "external"

    @property
    def sign(self) -> float:
        """1 for internal, -1 for external rotation: what an angle toward this end has as shown."""
        return 1.0 if self is Direction.INTERNAL else -1.0


class Leg(StrEnum):
    """Which leg wears the thigh sensor, left or right; its side is the side of the session."""

    MOVING = "moving"
    STANCE = "stance"


class Step(StrEnum):
    """A step of a cycle, in the words of the contract."""

    INTERNAL_HOLD = "internal_hold"
    EXTERNAL_HOLD = "external_hold"
    BLOCK = "block"
    CONTROLLED_EXIT = "controlled_exit"


@dataclass(frozen=True, slots=True)
class Threshold:
    """The larger of a floor (rad or rad/s) and a fraction of the personal end range."""

    floor: float
    fraction: float


@dataclass(frozen=True, slots=True)
class HoldRule:
    """When a limb counts as held at its end range (docs/judging; depths are below the end range)."""

    enter: Threshold
    leave: Threshold
    still: Threshold
    release: Threshold
    drop: Threshold
    step: Threshold
    settle_s: float
    min_dwell_s: float
    breath_s: float
    grace_s: float
    release_s: float
    drop_window_s: float
    merge_s: float
    back_date_s: float
    neutral_fraction: float
    smallest_end_range_rad: float
    # Recordings made before there were these rules do not have them.
    grow: Threshold = Threshold(math.radians(3.0), 0.10)
    small_step: Threshold = Threshold(math.radians(1.5), 0.05)
    climb: Threshold = Threshold(math.radians(1.5), 0.06)


@dataclass(frozen=True, slots=True)
class ExitRule:
    """When a return to neutral counts as controlled; speeds as multiples of the end range per second."""

    controlled_per_s: float
    controlled_s: float
    flop_per_s: float
    flop_s: float
    timeout_s: float


@dataclass(frozen=True, slots=True)
class BlockRule:
    """When pushing against the ground counts as an isometric block; levels as fractions of the end range."""

    lowest: float
    highest: float
    still_rad_s: float
    range_rad: float
    min_s: float


class CompensationKind(StrEnum):
    """Faults the coaches name; the words of the outside contract."""

    PELVIS_FOLLOWED = "pelvis_followed"
    PELVIS_LIFTED = "pelvis_lifted"
    KNEE_MOVED = "knee_moved"
    HIP_OUT = "hip_out"
    THIGH_DID_NOT_ROTATE = "thigh_did_not_rotate"
    ROTATION_LOST = "rotation_lost"
    WRONG_DIRECTION = "wrong_direction"
    WRONG_POSTURE = "wrong_posture"
    OTHER_LEG_MOVED = "other_leg_moved"


class Channel(StrEnum):
    """What shows a fault; its change since the neutral before the repetition counts."""

    PELVIS_TURN = "pelvis_turn"
    """The pelvis about the vertical, + as the thigh in internal rotation."""
    PELVIS_ROLL = "pelvis_roll"
    """The pelvis about its long axis or sideways, + with the trained side going up."""
    PELVIS_TILT = "pelvis_tilt"
    """+ is anterior."""
    ADDUCTION = "adduction"
    FLEXION = "flexion"
    THIGH_RAISE = "thigh_raise"
    """The thigh in space, + as in flexion: hip flexion without what the pelvis' tilt makes of it."""


class Sense(StrEnum):
    """Which way a channel has to change to be a fault."""

    EITHER = "either"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    WITH_ROTATION = "with_rotation"
    """Positive while the thigh is turned in, negative while it is turned out."""
    AGAINST_ROTATION = "against_rotation"


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """A fault that a channel shows by changing further than `limit_rad`.

    `beyond_habit`: of adduction, what the maximal repetitions show to come with bending is taken off.
    """

    kind: CompensationKind
    channel: Channel
    sense: Sense
    limit_rad: float
    beyond_habit: bool = False


@dataclass(frozen=True, slots=True)
class FaultRules:
    """What counts as a fault in an exercise; None: not looked for.

    `did_not_rotate`: least rotation in a repetition that was asked for. `wrong_direction`: rotation the other way.
    `rotation_kept`: share of the rotation half-way down that must be left half-way up. `other_leg_rad`: the pelvis
    moves further than this while the thigh turns less than this in space. `posture`: the posture is checked.
    """

    channels: tuple[ChannelRule, ...] = ()
    did_not_rotate: Threshold | None = None
    wrong_direction: Threshold | None = None
    rotation_kept: float | None = None
    other_leg_rad: float | None = None
    posture: bool = False

    @property
    def kinds(self) -> tuple[CompensationKind, ...]:
        """Every kind that is looked for, in the order of the words."""
        others = {
            CompensationKind.THIGH_DID_NOT_ROTATE: self.did_not_rotate is not None,
            CompensationKind.WRONG_DIRECTION: self.wrong_direction is not None,
            CompensationKind.ROTATION_LOST: self.rotation_kept is not None,
            CompensationKind.OTHER_LEG_MOVED: self.other_leg_rad is not None,
            CompensationKind.WRONG_POSTURE: self.posture,
        }
        shown = {rule.kind for rule in self.channels} | {kind for kind, looked_for in others.items() if looked_for}
        return tuple(kind for kind in CompensationKind if kind in shown)


@dataclass(frozen=True, slots=True)
class ExerciseSpec:
    """One exercise of the catalogue. `cycle` is empty where repetitions are judged one by one.

    `measurement`: plateaus are measured, and no holds judged. `guide`: None for an exercise nobody is guided through.
    """

    id: str
    name: str
    posture: Posture
    directions: tuple[Direction, ...]
    hold: HoldRule
    exit: ExitRule | None
    block: BlockRule | None
    cycle: tuple[Step, ...]
    dose: str
    not_seen: tuple[str, ...]
    source: str
    faults: FaultRules = field(default_factory=FaultRules)
    measurement: bool = False
    guide: Programme | None = None
    leg: Leg = Leg.MOVING
