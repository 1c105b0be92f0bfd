"""Events: what happened, final when emitted. Times in seconds on the recording's common clock, angles in radians."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from imu_hip.model.exercise_spec import CompensationKind, Direction, Step
from imu_hip.model.item import MarkLabel, Role


class Phase(IntEnum):
    """What the limb is doing, sample by sample."""

    UNKNOWN = 0
    NEUTRAL = 1
    APPROACH = 2
    HOLD = 3
    BLOCK = 4
    EXIT = 5


class HoldVerdict(StrEnum):
    """How a hold ended or fell short."""

    COMPLETE = "complete"
    SHORT = "short"
    DATA_LOST = "data_lost"


class ExitVerdict(StrEnum):
    """How the limb came back."""

    CONTROLLED = "controlled"
    FAST = "fast"
    FLOP = "flop"


class RadioTrouble(StrEnum):
    """What can go wrong between a sensor and the corridor."""

    GAP = "gap"
    BAD_PACKET = "bad_packet"
    DUPLICATE = "duplicate"
    LATE = "late"
    CLIPPED = "clipped"
    OVERRUN = "overrun"
    CLOCK_RESTART = "clock_restart"
    LOST = "lost"
    SEARCHING = "searching"
    BACK = "back"
    QUEUE_FULL = "queue_full"


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold at end range by the definition of the exercise.

    `angle_rad` is its mean, `sd_rad` the angle's standard deviation.
    """

    start_s: float
    end_s: float
    direction: Direction
    entry_peak_rad_s: float
    angle_rad: float
    sd_rad: float
    fraction_of_end_range: float
    drift_rad_s: float
    wobble_rad: float
    verdict: HoldVerdict
    why: str


@dataclass(frozen=True, slots=True)
class Touch:
    """The end range was reached and left before the minimum dwell: shown, not counted."""

    start_s: float
    end_s: float
    direction: Direction


@dataclass(frozen=True, slots=True)
class Exit:
    """The way back from a hold; `verdict` is None when neutral was not reached."""

    start_s: float
    end_s: float
    direction: Direction
    peak_rad_s: float
    sparc: float
    verdict: ExitVerdict | None
    why: str


@dataclass(frozen=True, slots=True)
class Block:
    """An isometric block between two holds: the limb stayed within `range_rad`. Stillness is seen, not effort."""

    start_s: float
    end_s: float
    range_rad: float


@dataclass(frozen=True, slots=True)
class Compensation:
    """A fault with its span and peak (>= 0), in the terms of its kind; `toward` says which way, `why` with numbers."""

    start_s: float
    end_s: float
    kind: CompensationKind
    peak_rad: float
    toward: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A fault that could not be told from error over a repetition; `sd_rad`: of the change that would show it."""

    start_s: float
    end_s: float
    kind: CompensationKind
    sd_rad: float
    why: str


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle of the exercise; `steps` in the order in which they came, `missing` what was left out.

    `growth_rad`: how much further the last hold went than the first, None with fewer than two.
    """

    start_s: float
    end_s: float
    complete: bool
    steps: tuple[Step, ...]
    missing: tuple[Step, ...]
    growth_rad: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class EndRange:
    """The personal end range that thresholds refer to from now on.

    `from_max_rep` is False when it had to be taken from holds.
    """

    t_s: float
    direction: Direction
    end_range_rad: float
    from_max_rep: bool


@dataclass(frozen=True, slots=True)
class Plateau:
    """The best plateau toward one end of the range within a part: half a second that was reached and kept.

    `angle_rad` >= 0.
    """

    t_s: float
    direction: Direction
    angle_rad: float
    sd_rad: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial of a measurement: from leaving neutral to being back, and its best plateau (`angle_rad` >= 0)."""

    start_s: float
    end_s: float
    direction: Direction
    angle_rad: float
    sd_rad: float


@dataclass(frozen=True, slots=True)
class ActiveRange:
    """The active range of a part in one direction, from all its trials; angles >= 0.

    `trial_sd_rad`: standard deviation between trials, None with one; `sd_rad`: of the mean, with the angle's own error.
    """

    direction: Direction
    trials: int
    mean_rad: float
    best_rad: float
    trial_sd_rad: float | None
    sd_rad: float


@dataclass(frozen=True, slots=True)
class PartStarted:
    """The part to be judged begins."""

    t_s: float
    exercise_id: str


@dataclass(frozen=True, slots=True)
class PartEnded:
    """The part to be judged is over."""

    t_s: float
    exercise_id: str


@dataclass(frozen=True, slots=True)
class CalibrationStep:
    """A calibration interval was used or refused; `quality` 0..1, `text` for people."""

    start_s: float
    end_s: float
    label: MarkLabel
    accepted: bool
    quality: float
    text: str


@dataclass(frozen=True, slots=True)
class ReZero:
    """A correction moved a shown angle visibly at once: internal rotation by `change_rad`, the others by theirs."""

    t_s: float
    change_rad: float
    flexion_change_rad: float = 0.0
    adduction_change_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class ZeroRefined:
    """A neutral pause told more of the zero: internal rotation that was shown before reads `change_rad` more now.

    Other than what a pause corrects itself, this leaves out what has drifted since.
    """

    t_s: float
    change_rad: float


@dataclass(frozen=True, slots=True)
class StrapGainFound:
    """From now on: degrees of the shin per degree of the strap, its standard deviation, from so many holds."""

    t_s: float
    gain: float
    sd: float
    holds: int

    def corrected(self, angle_rad: float, sd_rad: float) -> tuple[float, float]:
        """Return a strap angle from neutral times the gain, and its standard deviation, rad.

        For prone angles, with the strap as it was when the gain was found.
        """
        return self.gain * angle_rad, math.hypot(self.gain * sd_rad, self.sd * angle_rad)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Radio life: `count` samples or packets concerned, over [start_s, end_s)."""

    start_s: float
    end_s: float
    role: Role
    kind: RadioTrouble
    count: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Warning:
    """Something that was missing or doubtful, with its consequence and what to do."""

    code: str
    text: str


ExerciseEvent = (
    Hold
    | Touch
    | Exit
    | Block
    | Compensation
    | NotJudged
    | Trial
    | ActiveRange
    | Cycle
    | EndRange
    | Plateau
    | PartStarted
    | PartEnded
)
Event = ExerciseEvent | CalibrationStep | ReZero | ZeroRefined | StrapGainFound | Trouble | Warning
