"""What an exercise asks for: the catalogue's data once it has been parsed and checked.

Angles in radians, times in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class ExerciseSpec:
    """One exercise of the catalogue. `cycle` is empty where repetitions are judged one by one."""

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
