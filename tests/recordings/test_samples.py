"""What people do wrong in the sample recordings is seen; recordings in which nobody does show nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from imu_hip import api
from imu_hip.model.analysis import Analysis
from imu_hip.model.event import ActiveRange, Compensation, Cycle, Exit, ExitVerdict, Hold, Touch, Warning
from imu_hip.model.exercise_spec import CompensationKind, Step

FOLDER = Path(__file__).resolve().parents[2] / "recordings"


@cache
def analysis(name: str) -> Analysis:
    return api.analyze(FOLDER / f"{name}.mcap")


def of(name: str, kind: type) -> list:
    return [event for event in analysis(name).events if isinstance(event, kind)]


def faults(name: str) -> set[CompensationKind]:
    return {event.kind for event in of(name, Compensation)}


MADE = {
    "standing_dissociation_left_pelvis_followed": {
        CompensationKind.PELVIS_FOLLOWED,
        CompensationKind.OTHER_LEG_MOVED,
    },
    "supine_ere_right_pelvis_lifted": {CompensationKind.PELVIS_LIFTED},
    "supine_ere_left_wrong_posture": {CompensationKind.WRONG_POSTURE},
    "hinge_ir_right_hip_out": {CompensationKind.HIP_OUT},
    "hinge_ir_left_rotation_lost": {CompensationKind.ROTATION_LOST},
    "seated_ir_right_ankle_only": {CompensationKind.THIGH_DID_NOT_ROTATE, CompensationKind.KNEE_MOVED},
    "prone_ir_right_pelvis_lifted": {CompensationKind.PELVIS_LIFTED, CompensationKind.KNEE_MOVED},
    "prone_ir_left_wrong_direction": {CompensationKind.WRONG_DIRECTION},
}
CLEAN = (
    "standing_dissociation_right", "supine_ere_right", "supine_ere_left", "supine_ere_left_flop",
    "supine_ere_right_lost_samples", "seated_ir_left_short_and_aborted", "brettzel_right", "brettzel_left_sagging",
    "arom_seated_right", "arom_prone_left", "prone_ir_left_slipped", "supine_ere_left_block_flops_out",
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_faults_that_were_made_are_found_and_no_others(name: str) -> None:
    assert faults(name) == MADE[name]


@pytest.mark.parametrize("name", CLEAN)
def test_where_nobody_makes_a_fault_none_is_found(name: str) -> None:
    assert faults(name) == set()


def seen_short_and_aborted(name: str) -> None:
    assert len(of(name, Hold)) == 1
    assert len(of(name, Touch)) == 1


def seen_block_flops_out(name: str) -> None:
    assert all(not cycle.complete and Step.BLOCK not in cycle.steps for cycle in of(name, Cycle))
    assert len(of(name, Hold)) == 2


def seen_sagging(name: str) -> None:
    (hold,) = of(name, Hold)
    assert hold.drift_rad_s < -0.0026


def seen_slipped(name: str) -> None:
    assert "thigh_sensor_moved" in {warning.code for warning in of(name, Warning)}


def seen_fast(name: str) -> None:
    assert [way_back.verdict for way_back in of(name, Exit)] == [ExitVerdict.CONTROLLED, ExitVerdict.FAST]


def seen_trials(name: str) -> None:
    assert [result.trials for result in of(name, ActiveRange)] == [3, 3]


SEEN: dict[str, Callable[[str], None]] = {
    "seated_ir_left_short_and_aborted": seen_short_and_aborted,
    "supine_ere_left_block_flops_out": seen_block_flops_out,
    "brettzel_left_sagging": seen_sagging,
    "prone_ir_left_wrong_direction": seen_fast,
    "prone_ir_left_slipped": seen_slipped,
    "arom_seated_right": seen_trials,
    "arom_prone_left": seen_trials,
}


@pytest.mark.parametrize("name", sorted(SEEN))
def test_what_was_done_is_seen(name: str) -> None:
    SEEN[name](name)
