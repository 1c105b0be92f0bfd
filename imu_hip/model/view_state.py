"""The view state: the one immutable picture that window, status line and web page draw.

Degrees, because people read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.event import Phase
from imu_hip.model.exercise_spec import CompensationKind
from imu_hip.model.item import LinkState, Role

LATE_S: Final = 1.0
"""Who hears so much later that he has done well does not learn from it while he moves."""


@dataclass(frozen=True, slots=True)
class SensorView:
    """How one sensor is doing. `age_s` is the age of its newest sample, None before the first.

    It grows up to `packet_s` while nothing is wrong: so long the sensor may take to fill a packet.
    """

    role: Role
    state: LinkState | None
    serial: str
    rate_hz: float | None
    lost: int
    received: int
    age_s: float | None
    battery_percent: int | None
    packet_s: float = 0.0

    @property
    def is_late(self) -> bool:
        """Whether angles and cues come so late with it that they are of little use meanwhile."""
        return self.packet_s >= LATE_S


@dataclass(frozen=True, slots=True)
class ExitView:
    """The last exit, as it is shown: verdict (None: not graded), peak speed, and a plain sentence."""

    verdict: str | None
    peak_deg_per_s: float
    why: str


@dataclass(frozen=True, slots=True)
class HoldView:
    """A finished hold, as it is shown."""

    duration_s: float
    angle_deg: float
    sd_deg: float
    verdict: str


@dataclass(frozen=True, slots=True)
class TrialView:
    """A finished trial of a measurement, as it is shown; the angle is >= 0 in its direction."""

    direction: str
    angle_deg: float
    sd_deg: float


@dataclass(frozen=True, slots=True)
class BreathPace:
    """What the pacer asks for: breathe in or out, `share` (0 to 1) of that done, whole breaths since it began."""

    inhaling: bool
    share: float
    breaths: int


@dataclass(frozen=True, slots=True)
class CalibrationView:
    """What became of a calibration step; `quality` 0 to 1, `text` says why it was refused or what was measured."""

    step: str
    accepted: bool
    quality: float
    text: str


@dataclass(frozen=True, slots=True)
class GuideView:
    """What the guide is at: `section` of its script ("" where nobody guides), what it `asks` for (a label or a cue).

    `left_s` of `asked_s` seconds are left of it; None while something is said besides. `step` of `steps` of the
    calibration, 0 outside of it. `paused`: it waits for the person; `stopped`: because of pain, and until the person
    goes on nothing else is said. `turns`: the way of a maximal repetition, a word of `Direction`, else "".
    """

    section: str = ""
    asks: str = ""
    left_s: float | None = None
    asked_s: float | None = None
    step: int = 0
    steps: int = 0
    paused: bool = False
    turns: str = ""
    stopped: bool = False


NO_GUIDE = GuideView()


@dataclass(frozen=True, slots=True)
class ChannelView:
    """What the body does besides: change since the last neutral, and from which on it is a fault; None: not known.

    `unsure`: it cannot be told from error now. `at_fault`: it is one.
    """

    name: str
    change_deg: float | None
    limit_deg: float
    unsure: bool = False
    at_fault: bool = False


@dataclass(frozen=True, slots=True)
class TraceView:
    """The last stretch of the angle.

    `t_s` (n,) relative to now (<= 0), `angle_deg` (n,) with NaN where unknown, `sd_deg` (n,), `phase` (n,) of Phase,
    `channels_deg` (n, k) of the k channels of the view state, each since the last neutral. Arrays are read-only.
    """

    t_s: NDArray[np.float64]
    angle_deg: NDArray[np.float64]
    sd_deg: NDArray[np.float64]
    phase: NDArray[np.uint8]
    channels_deg: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ViewState:
    """Everything a screen shows at one moment.

    `mode`: "live", "demo" or "replay". `end_range_deg`/`band_deg` are None until the personal end range is known;
    `band_deg` is (lower, upper) of the target band. `hold_s` is the running hold's time at end range, `hold_goal_s`
    what is asked for. `angle_deg` is toward internal rotation; None when not known; `greyed` when its standard
    deviation is above 8 deg. Angles are "strap degrees" until `strap_calibrated`. `count`: which set and repetition is
    under way, in words. `pace` is None while no breath is paced; `breaths_measured` (experimental) counts the whole
    breaths of the running hold, None while breathing is not seen. `faults` are being made; `unsure` are those that
    cannot be told from error now. `outward`: external rotation is trained. `channels`: at most two, the pelvis first.

    `trials`: those of a measurement, None where holds are judged instead.

    `calibration`: the newest outcome of each step so far, in the order in which they were first done.
    """

    mode: str
    speed: str
    exercise: str
    posture: str
    side: str
    t_s: float
    angle_deg: float | None
    sd_deg: float | None
    greyed: bool
    phase: Phase
    prompt: str
    warning: str
    end_range_deg: float | None
    band_deg: tuple[float, float] | None
    hold_s: float | None
    hold_goal_s: float
    holds: tuple[HoldView, ...]
    last_exit: ExitView | None
    cycle: int
    cycles_complete: int
    cycles_goal: int | None
    cycle_steps: tuple[str, ...]
    cycle_steps_done: int
    sensors: tuple[SensorView, ...]
    trace: TraceView
    recording: str
    recording_alarm: str
    strap_calibrated: bool = False
    count: str = ""
    pace: BreathPace | None = None
    breaths_measured: int | None = None
    faults: tuple[CompensationKind, ...] = ()
    unsure: tuple[CompensationKind, ...] = ()
    outward: bool = False
    channels: tuple[ChannelView, ...] = ()
    person: str = ""
    guide: GuideView = NO_GUIDE
    calibration: tuple[CalibrationView, ...] = ()
    trials: tuple[TrialView, ...] | None = None
