"""Simulated sessions through stream, orientation and kinematics, cut as a test likes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from imu_hip.kinematics import stage as kinematics
from imu_hip.kinematics.calibration import CalibrationState
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.model.block import AngleBlock
from imu_hip.model.event import CalibrationStep, Event
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import Edge, Mark, MarkLabel, Role
from imu_hip.model.packet import Received, TimedSamples
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Origin, SensorSetup, Setup, Side
from imu_hip.orientation import stage as orientation
from imu_hip.orientation.stage import OrientationParams, OrientationState
from imu_hip.simulate.sensors import SensorReadings
from imu_hip.stream import stage as stream
from imu_hip.stream.stage import StreamInput, StreamOutput, StreamParams

RATE_HZ = 100.0


@dataclass(frozen=True)
class Result:
    """All rows and all events of a run."""

    angles: AngleBlock
    events: tuple[Event, ...]
    calibration: CalibrationState

    def steps(self, label: MarkLabel) -> list[CalibrationStep]:
        return [e for e in self.events if isinstance(e, CalibrationStep) and e.label is label]


def marks_of(script: Sequence[Prompt], without: Iterable[MarkLabel] = ()) -> list[Mark]:
    """Return both ends of every labelled prompt, ends before begins where they meet."""
    timed = []
    for prompt in script:
        if prompt.label is None or prompt.label in set(without):
            continue
        end_s = prompt.start_s + prompt.duration_s
        timed.append((prompt.start_s, 1, Mark(round(prompt.start_s * 1e9), prompt.label, Edge.BEGIN, prompt.detail)))
        timed.append((end_s, 0, Mark(round(end_s * 1e9), prompt.label, Edge.END, prompt.detail)))
    return [mark for _, _, mark in sorted(timed, key=lambda entry: entry[:2])]


def items_of(
    t_s: np.ndarray,
    pelvis: SensorReadings,
    thigh: SensorReadings,
    marks: Sequence[Mark],
    *,
    rows: int = 25,
    kept: tuple[np.ndarray, np.ndarray] | None = None,
) -> list[StreamInput]:
    """Return samples in blocks of `rows`, with the marks among them; `kept` masks lost samples of each sensor."""
    timed: list[tuple[int, int, StreamInput]] = [(mark.t_ns, 1, mark) for mark in marks]
    masks = (np.ones(len(t_s), bool),) * 2 if kept is None else kept
    for role, readings, mask in ((Role.PELVIS, pelvis, masks[0]), (Role.THIGH, thigh, masks[1])):
        for start in range(0, len(t_s), rows):
            at = np.flatnonzero(mask[start : start + rows]) + start
            if len(at) == 0:
                continue
            samples = TimedSamples(t_s[at], readings.gyr[at], readings.acc[at], None)
            timed.append((round(t_s[at[-1]] * 1e9), 0, Received(round(t_s[at[-1]] * 1e9), role, samples)))
    return [item for _, _, item in sorted(timed, key=lambda entry: entry[:2])]


def run(items: Sequence[StreamInput], side: Side, lengths: Iterable[int] = ()) -> Result:
    """Run the three rooms over pieces of the given lengths (the rest in one)."""
    sensors = (SensorSetup(Role.PELVIS, "float64", RATE_HZ), SensorSetup(Role.THIGH, "float64", RATE_HZ))
    setup = Setup(side, "supine_ere", (), sensors, Origin.SIMULATION, None, 0, ())
    chain = _Chain(setup)
    start = 0
    for length in [*lengths, len(items)]:
        chain.receive(items[start : start + length])
        start += length
    return chain.finish()


class _Chain:
    def __init__(self, setup: Setup) -> None:
        self._stream_params = StreamParams(zero_ns=0)
        self._stream = stream.start(self._stream_params, setup)
        self._orientation = OrientationState()
        self._params = KinematicsParams(setup.side, Posture.SUPINE, {"supine_ere": Posture.SUPINE})
        self._kinematics = KinematicsState()
        self._bias_known_since_s: float | None = None
        self._blocks: list[AngleBlock] = []
        self._events: list[list[Event]] = [[], [], []]

    def receive(self, items: Sequence[StreamInput]) -> None:
        self._stream, output = stream.step(self._stream_params, self._stream, items)
        self._pass_on(output)

    def finish(self) -> Result:
        self._stream, output = stream.finish(self._stream_params, self._stream)
        self._pass_on(output)
        names = AngleBlock.__slots__
        angles = AngleBlock(**{name: np.concatenate([getattr(b, name) for b in self._blocks]) for name in names})
        events = tuple(event for room in self._events for event in room)
        return Result(angles, events, self._kinematics.calibration)

    def _pass_on(self, received: StreamOutput) -> None:
        period_s = self._stream.period_s or 0.01
        self._orientation, oriented, calibrated = orientation.step(
            OrientationParams(), self._orientation, received.block, received.marks, period_s
        )
        for event in calibrated:
            known = isinstance(event, CalibrationStep) and event.accepted and event.label is MarkLabel.TABLE_REST
            if known and self._bias_known_since_s is None:
                self._bias_known_since_s = event.end_s  # type: ignore[union-attr]
        self._kinematics, angles, aligned = kinematics.step(
            self._params, self._kinematics, oriented, received.marks, period_s, self._bias_known_since_s
        )
        self._blocks.append(angles)
        for room, new in zip(self._events, (received.troubles, calibrated, aligned), strict=True):
            room.extend(new)
