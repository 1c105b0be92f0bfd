"""The orientation stage.

Aligned blocks and marks -> both sensors' orientations, with the bias taken from the table rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from imu_hip.model.block import AlignedBlock, Floats, OrientationBlock, cut, joined
from imu_hip.model.event import CalibrationStep, Event, Warning
from imu_hip.model.item import Edge, MarkLabel, Role, TimedMark
from imu_hip.model.setup import FilterName
from imu_hip.orientation import sensor
from imu_hip.orientation.ahrs_filter import EkfParams, MadgwickParams, MahonyParams
from imu_hip.orientation.choice import FilterParams, filter_of
from imu_hip.orientation.rest_quality import RestQuality, RestQualityParams, rest_quality
from imu_hip.orientation.sensor import SensorFilterOutput, SensorFilterState
from imu_hip.orientation.table_rest import TableRestParams, bias_at_rest
from imu_hip.orientation.vqf_filter import VqfParams


@dataclass(frozen=True, slots=True)
class OrientationParams:
    """`restart_s`: a hole longer than this starts the filter again from gravity; the bias is kept."""

    vqf: VqfParams = field(default_factory=VqfParams)
    table: TableRestParams = field(default_factory=TableRestParams)
    rest: RestQualityParams = field(default_factory=RestQualityParams)
    restart_s: float = 1.0
    filter: FilterName = FilterName.VQF
    madgwick: MadgwickParams = field(default_factory=MadgwickParams)
    mahony: MahonyParams = field(default_factory=MahonyParams)
    ekf: EkfParams = field(default_factory=EkfParams)

    @property
    def chosen(self) -> FilterParams:
        """The settings of the chosen filter."""
        match self.filter:
            case FilterName.VQF:
                return self.vqf
            case FilterName.MADGWICK:
                return self.madgwick
            case FilterName.MAHONY:
                return self.mahony
            case FilterName.EKF:
                return self.ekf


@dataclass(slots=True)
class OrientationState:
    """Both filters, and the rows collected while the sensors are said to lie on the table."""

    pelvis: SensorFilterState = field(default_factory=SensorFilterState)
    thigh: SensorFilterState = field(default_factory=SensorFilterState)
    bias_known: bool = False
    bias_from_standing: bool = False
    table_since_s: float | None = None
    table_rows: tuple[AlignedBlock, ...] = ()
    pending: tuple[TimedMark, ...] = ()


def step(
    params: OrientationParams,
    state: OrientationState,
    block: AlignedBlock,
    marks: Sequence[TimedMark],
    period_s: float,
) -> tuple[OrientationState, OrientationBlock, tuple[Event, ...]]:
    """Run both filters over the rows; a mark takes effect at the first row at or after its time."""
    if marks:
        state = replace(state, pending=tuple(sorted((*state.pending, *marks), key=lambda mark: mark.t_s)))
    pieces: list[OrientationBlock] = []
    events: list[Event] = []
    start = 0
    while state.pending and len(block.t_s) and state.pending[0].t_s <= block.t_s[-1]:
        mark, *pending = state.pending
        state = replace(state, pending=tuple(pending))
        stop = int(np.searchsorted(block.t_s, mark.t_s, side="left"))
        state, piece = _run(params, state, cut(block, start, stop), period_s)
        pieces.append(piece)
        start = stop
        state, new = _mark(params, state, mark, period_s)
        events.extend(new)
    state, piece = _run(params, state, cut(block, start, len(block.t_s)), period_s)
    pieces.append(piece)
    return state, joined(pieces), tuple(events)


def _mark(
    params: OrientationParams, state: OrientationState, mark: TimedMark, period_s: float
) -> tuple[OrientationState, tuple[Event, ...]]:
    match mark.label, mark.edge:
        case MarkLabel.TABLE_REST, Edge.BEGIN:
            return replace(state, table_since_s=mark.t_s, table_rows=()), ()
        case MarkLabel.TABLE_REST, Edge.END if state.table_since_s is not None:
            return _end_table_rest(params, state, mark.t_s, period_s)
        case MarkLabel.N_POSE | MarkLabel.HOOK_LYING, Edge.BEGIN:
            # Whoever stands or lies there has taken the sensors off the table: the end of its rest was never marked.
            return replace(state, table_since_s=None, table_rows=()), ()
        case (MarkLabel.N_POSE | MarkLabel.HOOK_LYING) as label, Edge.END if not (
            state.bias_known or state.bias_from_standing
        ):
            # Keeping still is the second best rest: what the filters have learned of the bias by now is kept within
            # narrow bounds, so that held limbs later are not taken for rest.
            state = _with_bias(
                params,
                state,
                filter_of(params.chosen).learned_bias(state.pelvis.filter),
                filter_of(params.chosen).learned_bias(state.thigh.filter),
                period_s,
            )
            how = "standing" if label is MarkLabel.N_POSE else "lying"
            text = (
                f"no table rest: the gyroscope bias is from {how} still, so the angle drifts faster; "
                "lay both sensors on a table for 10 s first"
            )
            return replace(state, bias_from_standing=True), (Warning("no_table_rest", text),)
    return state, ()


def _end_table_rest(
    params: OrientationParams, state: OrientationState, end_s: float, period_s: float
) -> tuple[OrientationState, tuple[Event, ...]]:
    begin_s = end_s if state.table_since_s is None else state.table_since_s
    rows = state.table_rows
    state = replace(state, table_since_s=None, table_rows=())
    t_s = np.concatenate([r.t_s for r in rows]) if rows else np.empty(0)
    found: list[Floats] = []
    qualities: list[RestQuality] = []
    for role, sensors in ((Role.PELVIS, [r.pelvis for r in rows]), (Role.THIGH, [r.thigh for r in rows])):
        gyr, acc = (
            np.concatenate([getattr(s, name) for s in sensors]) if sensors else np.empty((0, 3))
            for name in ("gyr", "acc")
        )
        known = ~np.isnan(gyr[:, 0])
        quality = rest_quality(params.table, params.rest, t_s[known], gyr[known], acc[known])
        bias, _ = bias_at_rest(params.table, t_s[known], gyr[known])
        if isinstance(quality, str) or bias is None:
            text = f"the {role} sensor did not rest: {quality}"
            return state, (CalibrationStep(begin_s, end_s, MarkLabel.TABLE_REST, False, 0.0, text),)
        found.append(bias)
        qualities.append(quality)
    state = replace(_with_bias(params, state, found[0], found[1], period_s), bias_known=True)
    worst = min(qualities, key=lambda each: each.quality)
    return state, (CalibrationStep(begin_s, end_s, MarkLabel.TABLE_REST, True, worst.quality, worst.text),)


def _with_bias(
    params: OrientationParams, state: OrientationState, pelvis: Floats, thigh: Floats, period_s: float
) -> OrientationState:
    def moved(s: SensorFilterState, bias: Floats) -> SensorFilterState:
        return replace(s, filter=filter_of(params.chosen).with_bias(params.chosen, s.filter, bias, period_s))

    return replace(state, pelvis=moved(state.pelvis, pelvis), thigh=moved(state.thigh, thigh))


def _run(
    params: OrientationParams, state: OrientationState, block: AlignedBlock, period_s: float
) -> tuple[OrientationState, OrientationBlock]:
    if state.table_since_s is not None and len(block.t_s):
        state = replace(state, table_rows=(*state.table_rows, block))
    chosen = params.chosen
    pelvis, p = sensor.step(chosen, params.restart_s, period_s, state.pelvis, block.t_s, block.pelvis)
    thigh, t = sensor.step(chosen, params.restart_s, period_s, state.thigh, block.t_s, block.thigh)
    # This is every call's way: `replace` would take several times as long.
    state = OrientationState(
        pelvis,
        thigh,
        state.bias_known,
        state.bias_from_standing,
        state.table_since_s,
        state.table_rows,
        state.pending,
    )
    return state, _block(block, p, t)


def _block(block: AlignedBlock, pelvis: SensorFilterOutput, thigh: SensorFilterOutput) -> OrientationBlock:
    return OrientationBlock(
        t_s=block.t_s,
        earth_from_pelvis_sensor=pelvis.earth_from_sensor,
        earth_from_thigh_sensor=thigh.earth_from_sensor,
        pelvis_gyr=pelvis.rate_rad_s,
        thigh_gyr=thigh.rate_rad_s,
        pelvis_acc=block.pelvis.acc,
        thigh_acc=block.thigh.acc,
        pelvis_restarted=pelvis.restarted,
        thigh_restarted=thigh.restarted,
        on_sample=block.on_sample,
        pelvis_mag=block.pelvis.mag,
        thigh_mag=block.thigh.mag,
    )
