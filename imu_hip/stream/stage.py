"""The stream stage: received packets and marks in their total order -> aligned blocks, timed marks, radio troubles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from imu_hip.model.block import AlignedBlock, joined
from imu_hip.model.event import Trouble, Warning
from imu_hip.model.item import Role, TimedMark
from imu_hip.model.output import LinkStatistics
from imu_hip.model.packet import ReceivedTogether
from imu_hip.model.setup import Setup
from imu_hip.stream import pairing
from imu_hip.stream.device_clock import ClockParams
from imu_hip.stream.intake import Intake, OneItem
from imu_hip.stream.pairing import PairingParams, PairingState
from imu_hip.stream.sensor_state import SensorState
from imu_hip.stream.sensor_state import statistics as statistics_of

StreamInput = OneItem | ReceivedTogether


@dataclass(frozen=True, slots=True)
class StreamParams:
    """Tuning of clock and pairing. `zero_ns` is the host time of t_s = 0; None: the first item's.

    A standard deviation between the sensors' clocks above `most_clock_sd_s` is worth a warning.
    """

    clock: ClockParams = field(default_factory=ClockParams)
    pairing: PairingParams = field(default_factory=PairingParams)
    zero_ns: int | None = None
    most_clock_sd_s: float = 0.02


@dataclass(slots=True)
class StreamState:
    """Both sensors, the pairing between them, where time starts.

    And the grid's nominal step (fixed by the first samples); `away`: sensors that were lost and are not back.
    """

    sensors: dict[Role, SensorState]
    pairing: PairingState = field(default_factory=PairingState)
    zero_ns: int | None = None
    period_s: float | None = None
    away: frozenset[Role] = frozenset()


@dataclass(slots=True)
class StreamOutput:
    """Rows in time order, marks in their order, troubles in their order; at the end, warnings behind them."""

    block: AlignedBlock
    marks: tuple[TimedMark, ...]
    troubles: tuple[Trouble | Warning, ...]


def start(params: StreamParams, setup: Setup) -> StreamState:
    """Return the state before the first item."""
    return StreamState({s.role: SensorState(s) for s in setup.sensors}, zero_ns=params.zero_ns)


def step(params: StreamParams, state: StreamState, items: Sequence[StreamInput]) -> tuple[StreamState, StreamOutput]:
    """Take in items in their total order.

    Rows are cut out at the end or when many pieces wait, which is the same, and where only the deadline makes them
    final: what arrives after such a moment must not change them.
    """
    intake = Intake(
        params.clock, params.pairing, dict(state.sensors), state.pairing, state.zero_ns, state.period_s, state.away
    )
    for item in items:
        if isinstance(item, ReceivedTogether):
            intake.take_together(item)
        else:
            intake.take(item)
    intake.cut_rows()
    new_state = StreamState(intake.sensors, intake.pairs, intake.zero_ns, intake.period_s, intake.away)
    return new_state, StreamOutput(joined(intake.blocks), tuple(intake.marks), tuple(intake.troubles))


def finish(params: StreamParams, state: StreamState) -> tuple[StreamState, StreamOutput]:
    """Give out the rows that still waited for the thigh sensor: nothing more will come."""
    pairs = replace(state.pairing, horizon_s=max(state.pairing.horizon_s, state.pairing.pelvis.last_s))
    pairs, block = pairing.take(params.pairing, pairs)
    return replace(state, pairing=pairs), StreamOutput(block, (), (*_clock_warning(params, state), *_unstamped(state)))


def statistics(state: StreamState) -> dict[Role, LinkStatistics]:
    """Return each sensor's radio life so far."""
    return {role: statistics_of(s) for role, s in state.sensors.items()}


def _clock_warning(params: StreamParams, state: StreamState) -> tuple[Warning, ...]:
    """Tell when samples of the two sensors may belong together only roughly."""
    sd_s = math.hypot(*(known.clock_sd_s or 0.0 for known in statistics(state).values()))
    if sd_s <= params.most_clock_sd_s:
        return ()
    text = (
        f"pelvis and thigh samples are matched in time to {1e3 * sd_s:.0f} ms only (one standard deviation), so angles "
        "in fast movement are less exact; give both sensors one clock, or stamp each foot at the beginning and at the "
        "end of the recording"
    )
    return (Warning("clock_uncertain", text),)


def _unstamped(state: StreamState) -> tuple[Warning, ...]:
    """Tell of sensors whose lost samples nobody can see."""
    roles = [role.value for role, known in state.sensors.items() if not known.is_stamped]
    if not roles:
        return ()
    which = " and ".join(roles)
    text = (
        f"the {which} sensor does not stamp its samples: times are those of arrival, and a short loss cannot be told "
        "from a delay, so speeds and times of holds are less exact; keep the computer near"
    )
    return (Warning("samples_unstamped", text),)
