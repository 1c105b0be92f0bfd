"""What is known before the first byte, frozen into the recording so that a replay needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.item import Role


class Side(StrEnum):
    """The leg that wears the thigh sensor."""

    LEFT = "left"
    RIGHT = "right"


class Origin(StrEnum):
    """Where the samples come from."""

    LIVE = "live"
    DEMO = "demo"
    IMPORT = "import"
    ORIENTATIONS = "orientations"  # imported, too: the samples were derived from another program's orientations
    SIMULATION = "simulation"


class FilterName(StrEnum):
    """Orientation filters that can be chosen; all but vqf are for comparison."""

    VQF = "vqf"
    MADGWICK = "madgwick"
    MAHONY = "mahony"
    EKF = "ekf"


@dataclass(frozen=True, slots=True)
class ClockMap:
    """A line from one file's clock to the common clock: t_common = t + offset_s + rate * (t - origin_s)."""

    offset_s: float = 0.0
    rate: float = 0.0
    origin_s: float = 0.0
    sd_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SensorSetup:
    """Which codec family reads this role's bytes; `rate_hz` where it is known before the first byte (imports)."""

    role: Role
    family: str
    rate_hz: float | None = None
    clock: ClockMap = ClockMap()


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything a replay needs besides the items.

    `zero_ns`: host time of t_s = 0, None for "the first item". `start_utc`: ISO 8601, None when not known (imports).
    `exercises`: full rules as they were on that day, by id. `magnetometer`: the sensors' magnetic field is used.
    """

    side: Side
    exercise_id: str
    exercises: tuple[ExerciseSpec, ...]
    sensors: tuple[SensorSetup, SensorSetup]
    origin: Origin
    start_utc: str | None
    zero_ns: int | None
    versions: tuple[tuple[str, str], ...]
    filter: FilterName = FilterName.VQF
    magnetometer: bool = False

    def exercise(self, exercise_id: str) -> ExerciseSpec | None:
        """Return the rules of an exercise of this recording, or None when it has none of that id."""
        for spec in self.exercises:
            if spec.id == exercise_id:
                return spec
        return None

    def sensor(self, role: Role) -> SensorSetup:
        """Return the setup of one role."""
        return self.sensors[0] if self.sensors[0].role is role else self.sensors[1]
