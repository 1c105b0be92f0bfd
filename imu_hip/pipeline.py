"""The only corridor: items in their total order -> angles, events and the hash of both.

Composes the rooms and nothing else.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Sequence
from copy import copy, deepcopy
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from imu_hip.codec.item_decoder import ItemDecoder
from imu_hip.exercise import judge
from imu_hip.kinematics import stage as kinematics
from imu_hip.kinematics.magnetic_heading import MagneticParams
from imu_hip.kinematics.shortfall import shortfalls
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.model.block import AlignedBlock, AngleBlock, OrientationBlock, joined
from imu_hip.model.event import CalibrationStep, Event, ReZero, Warning, ZeroRefined
from imu_hip.model.item import MarkLabel, NumberedItem, Role, TimedMark
from imu_hip.model.output import JudgeSnapshot, LinkStatistics, Outputs
from imu_hip.model.setup import Origin, Setup
from imu_hip.model.stream_run import StreamRun
from imu_hip.orientation import stage as orientation
from imu_hip.orientation.stage import OrientationParams, OrientationState
from imu_hip.stream import stage as stream
from imu_hip.stream.pairing import PairingParams
from imu_hip.stream.stage import StreamOutput, StreamParams

_UNTIL_KNOWN_S = 0.01
_ROWS_HASHED_TOGETHER = 64
_EVOLVING = ("_stream", "_orientation", "_kinematics", "_judge", "_digest")


class Pipeline:
    """One recording's way through the rooms; the same object serves live, replay and analysis.

    However the items are cut into calls of `receive`, the concatenated outputs and the hash are the same.
    """

    def __init__(self, setup: Setup, *, with_late: bool = False) -> None:
        """Prepare the rooms for `setup`; `with_late` waits for late samples as long as it takes (another result)."""
        self._setup = setup
        self._decoder = ItemDecoder(setup.sensors)
        default = setup.exercise(setup.exercise_id)
        postures = {spec.id: spec.posture for spec in setup.exercises}
        pairing = PairingParams(deadline_s=math.inf) if with_late else PairingParams()
        self._stream_params = StreamParams(pairing=pairing, zero_ns=setup.zero_ns)
        self._orientation_params = OrientationParams(filter=setup.filter)
        self._kinematics_params = KinematicsParams(
            side=setup.side,
            posture=default.posture if default else next(iter(postures.values())),
            postures=postures,
            magnetic=MagneticParams() if setup.magnetometer else None,
        )
        self._stream = stream.start(self._stream_params, setup)
        self._orientation = OrientationState()
        self._kinematics = KinematicsState()
        self._judge_params: judge.Params | None = None
        self._judge = judge.State()
        self._bias_known_since_s: float | None = None
        self._samples: AlignedBlock | None = None
        self._digest = _Digest()

    def __deepcopy__(self, memo: dict[int, object]) -> Pipeline:
        """Return another that goes on from here; what does not change is shared, the newest samples are left out."""
        other = copy(self)
        memo[id(self)] = other
        for name in _EVOLVING:
            setattr(other, name, deepcopy(getattr(self, name), memo))
        other._samples = None
        return other

    def receive(self, items: Sequence[NumberedItem | StreamRun]) -> Outputs:
        """Take in items, in their total order; return the rows and events that became final."""
        inputs = self._decoder.decode(items)
        self._stream, received = stream.step(self._stream_params, self._stream, inputs)
        return self._pass_on(received)

    def finish(self) -> Outputs:
        """Close everything that is open: nothing more will come."""
        self._stream, received = stream.finish(self._stream_params, self._stream)
        outputs = self._pass_on(received)
        self._judge, judged = judge.finish(self._params_of_judge(), self._judge)
        missing = (*shortfalls(self._kinematics_params, self._kinematics), *_of_origin(self._setup.origin))
        self._digest.events("exercise", judged.events)
        self._digest.events("kinematics", missing)
        return dataclasses.replace(outputs, events=(*outputs.events, *judged.events, *missing))

    def snapshot(self) -> JudgeSnapshot:
        """Return what the judge thinks right now."""
        return judge.snapshot(self._params_of_judge(), self._judge)

    def link(self) -> dict[Role, LinkStatistics]:
        """Return each sensor's radio life so far."""
        return stream.statistics(self._stream)

    @property
    def newest_samples(self) -> AlignedBlock | None:
        """What both sensors measured in the rows of the last call; None before the first."""
        return self._samples

    @property
    def result_sha256(self) -> str:
        """Return the hash of all angles, standard deviations, phases and events so far."""
        return self._digest.hexdigest()

    def _params_of_judge(self) -> judge.Params:
        # The judge's filters need the sample rate, which live is known only from the first samples on.
        period_s = self._stream.period_s
        if self._judge_params is not None:
            return self._judge_params
        params = judge.Params(
            specs=self._setup.exercises,
            exercise_id=self._setup.exercise_id,
            rate_hz=1.0 / (period_s or _UNTIL_KNOWN_S),
        )
        if period_s is not None:
            self._judge_params = params
        return params

    def _pass_on(self, received: StreamOutput) -> Outputs:
        period_s = self._stream.period_s or _UNTIL_KNOWN_S
        self._samples = received.block
        self._orientation, oriented, calibrated = orientation.step(
            self._orientation_params, self._orientation, received.block, received.marks, period_s
        )
        self._note_bias(calibrated)
        angles, aligned = self._angles(oriented, received.marks, period_s)
        corrections = [event for event in aligned if isinstance(event, ReZero | ZeroRefined)]
        self._judge, judged = judge.step(self._params_of_judge(), self._judge, angles, received.marks, corrections)
        self._digest.angles(angles, judged.phases)
        for room, events in (
            ("stream", received.troubles),
            ("orientation", calibrated),
            ("kinematics", aligned),
            ("exercise", judged.events),
        ):
            self._digest.events(room, events)
        return Outputs(angles, judged.phases, (*received.troubles, *calibrated, *aligned, *judged.events))

    def _angles(
        self, oriented: OrientationBlock, marks: Sequence[TimedMark], period_s: float
    ) -> tuple[AngleBlock, tuple[Event, ...]]:
        self._kinematics, angles, events = kinematics.step(
            self._kinematics_params, self._kinematics, oriented, marks, period_s, self._bias_known_since_s
        )
        return angles, events

    def _note_bias(self, events: Sequence[Event]) -> None:
        for event in events:
            first = self._bias_known_since_s is None
            if first and isinstance(event, CalibrationStep) and event.accepted and event.label is MarkLabel.TABLE_REST:
                self._bias_known_since_s = event.end_s


class _Digest:
    """SHA-256 over the derived stream, kept room by room so that it does not depend on how the input was cut."""

    def __init__(self) -> None:
        self._parts = {
            name: hashlib.sha256() for name in ("angles", "phases", "stream", "orientation", "kinematics", "exercise")
        }
        self._waiting: list[tuple[AngleBlock, NDArray[np.uint8]]] = []
        self._rows = 0

    def __deepcopy__(self, memo: dict[int, object]) -> _Digest:
        other = _Digest()
        other._parts = {name: part.copy() for name, part in self._parts.items()}
        other._waiting, other._rows = list(self._waiting), self._rows  # nobody writes to a block
        memo[id(self)] = other
        return other

    def angles(self, block: AngleBlock, phases: NDArray[np.uint8]) -> None:
        if len(block.t_s) == 0:
            return
        self._waiting.append((block, phases))
        self._rows += len(block.t_s)
        if self._rows >= _ROWS_HASHED_TOGETHER:
            self._take_waiting()

    def _take_waiting(self) -> None:
        """Hash the rows that wait: many small blocks at once cost as much as one; a large one waits for none."""
        if not self._waiting:
            return
        blocks, phase_blocks = zip(*self._waiting, strict=True)
        block, phases = joined(blocks), np.concatenate(phase_blocks)
        self._waiting, self._rows = [], 0
        rows = np.empty((len(block.t_s), 8), dtype="<f8")
        rows[:, 0], rows[:, 1:4], rows[:, 4:7], rows[:, 7] = block.t_s, block.angles_rad, block.sd_rad, block.valid
        rows[~block.valid, 1:7] = 0.0
        self._parts["angles"].update(rows.data)
        self._parts["phases"].update(phases.data)

    def events(self, room: str, events: Sequence[Event]) -> None:
        for event in events:
            fields = {f.name: _plain(getattr(event, f.name)) for f in dataclasses.fields(event)}
            line = json.dumps([type(event).__name__, fields], sort_keys=True)
            self._parts[room].update(line.encode() + b"\n")

    def hexdigest(self) -> str:
        self._take_waiting()
        whole = hashlib.sha256()
        for name in sorted(self._parts):
            whole.update(self._parts[name].digest())
        return whole.hexdigest()


def _of_origin(origin: Origin) -> tuple[Warning, ...]:
    """Say what no standard deviation can know: errors that were there before the samples were."""
    if origin is not Origin.ORIENTATIONS:
        return ()
    text = (
        "the samples were derived from orientations that another program computed: its errors are in them and not in "
        "the standard deviation, and how the sensors were shaken is not known; import gyroscope and accelerometer "
        "where there are any"
    )
    return (Warning("from_orientations", text),)


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value
