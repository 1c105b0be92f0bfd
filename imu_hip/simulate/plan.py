"""The plan: what every part of the body does in a session, before it is sampled. Written for a right leg."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from imu_hip.model.event import ExitVerdict
from imu_hip.model.exercise_spec import CompensationKind, Direction
from imu_hip.simulate.channel import Move


class Channel(Enum):
    """Quantities that move; angles in rad, + as in the joint coordinate system of a right hip."""

    HEADING = auto()
    """Where the body faces, about the vertical."""
    TILT = auto()
    """Pelvis about its z axis: 0 upright, - bowed forward, +90° on the back, -90° face down."""
    LIST = auto()
    """Pelvis about its x axis: -90° with the right leg on top."""
    TURN = auto()
    """Pelvis about its long (y) axis."""
    HIP_FORWARD_M = auto()
    HIP_HEIGHT_M = auto()
    FLEXION = auto()
    ADDUCTION = auto()
    ROTATION = auto()
    """Internal rotation of the femur."""
    EFFORT = auto()
    """How hard the rotators work, 0..1."""
    WOBBLE = auto()
    """How much of the full unsteadiness there is, 0..1: a foot on the ground takes most of it away."""
    TREMOR = auto()
    """How much of the full tremor there is, 0..1."""
    SWAY = auto()
    """Share of the standing sway."""
    BREATH_HZ = auto()
    STEP = auto()
    """How much of the full movements of gait there is, 0..1."""
    SPEED_M_S = auto()
    """How fast the body goes where it faces."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, half-open."""

    start_s: float
    end_s: float


class PlateauKind(Enum):
    """What somebody does at the end of a way."""

    HOLD = auto()
    BLOCK = auto()
    TOUCH = auto()
    """The end range, let go at once."""
    SUBMAXIMAL = auto()
    """Short of the end range."""
    FAILED_BLOCK = auto()


AS_ASKED = (PlateauKind.HOLD, PlateauKind.BLOCK)


@dataclass(frozen=True, slots=True)
class PlannedTurn:
    """The way to a plateau and the plateau; `repetition` counts those of the exercise, from 1 on."""

    way: Span
    plateau: Span
    direction: Direction
    kind: PlateauKind
    repetition: int


@dataclass(frozen=True, slots=True)
class PlannedExit:
    """The way back from a hold to neutral, and how it was meant (None: at a speed of its own)."""

    way: Span
    direction: Direction
    verdict: ExitVerdict | None
    repetition: int


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A compensation from its first movement until all is back, and the channel that shows it.

    `size_rad`: what is known without looking, None where the channel tells.
    """

    span: Span
    kind: CompensationKind
    channel: Channel
    size_rad: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Start values and moves of each channel, when the sensors are put on, what the exercises hold.

    `arrivals_s`: when another posture has been taken, each time.
    """

    initial: Mapping[Channel, float]
    moves: Mapping[Channel, tuple[Move, ...]]
    putting_on: Span
    exercises: tuple[Span, ...]
    max_reps: tuple[PlannedTurn, ...]
    turns: tuple[PlannedTurn, ...]
    exits: tuple[PlannedExit, ...]
    faults: tuple[PlannedFault, ...] = ()
    arrivals_s: tuple[float, ...] = ()
