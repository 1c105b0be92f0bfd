"""What was missing by the end of a recording is said, with what to do about it, and nothing else."""

from dataclasses import replace

import pytest

from imu_hip.kinematics.shortfall import shortfalls
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import MarkLabel
from tests.kinematics.poser import PRONE, SUPINE, Script, params_of, run


def _codes(state: KinematicsState, params: KinematicsParams | None = None) -> list[str]:
    return [warning.code for warning in shortfalls(params or params_of(), state)]


def _state(*without: MarkLabel, posture: Posture = Posture.SUPINE) -> KinematicsState:
    script = Script()
    script.calibrate()
    script.lie_down(PRONE if posture is Posture.PRONE else SUPINE)
    script.stay(0.5)
    return run(script.record().without(*without), params_of(posture)).state


def test_nothing_is_said_when_nothing_was_missing() -> None:
    assert _codes(_state()) == []


def test_an_empty_recording_lacks_its_n_pose() -> None:
    (warning,) = shortfalls(params_of(), KinematicsState())
    assert warning.code == "no_n_pose"
    assert "there are no hip angles; stand still with straight legs" in warning.text


def test_without_n_pose_nothing_else_matters() -> None:
    assert _codes(_state(MarkLabel.N_POSE)) == ["no_n_pose"]


def test_without_any_axis_there_are_no_angles() -> None:
    lying = (MarkLabel.LEG_SWINGS, MarkLabel.BOWS, MarkLabel.POSTURE_NEUTRAL)
    (warning,) = shortfalls(params_of(), _state(*lying))
    assert warning.code == "not_aligned"
    assert "three straight leg swings and three bows, or walk" in warning.text


@pytest.mark.parametrize("posture", [Posture.SUPINE, Posture.PRONE])
@pytest.mark.parametrize(
    ("without", "codes", "names"),
    [
        ((MarkLabel.LEG_SWINGS,), ["no_leg_swings"], ["thigh"]),
        ((MarkLabel.BOWS,), ["no_bows"], ["pelvis"]),
        ((MarkLabel.LEG_SWINGS, MarkLabel.BOWS), ["no_leg_swings", "no_bows"], ["thigh", "pelvis"]),
    ],
)
def test_the_second_best_source_is_named(
    posture: Posture, without: tuple[MarkLabel, ...], codes: list[str], names: list[str]
) -> None:
    warnings = shortfalls(params_of(posture), _state(*without, posture=posture))
    assert [w.code for w in warnings] == codes
    for warning, name in zip(warnings, names, strict=True):
        assert f"how the {name} sensor sits is taken from standing and lying" in warning.text


def test_an_axis_from_walking_is_named_so() -> None:
    state = _state()
    walked = replace(state, calibration=replace(state.calibration, thigh_axis=None))
    (warning,) = shortfalls(params_of(), walked)
    assert (warning.code, "taken from walking" in warning.text) == ("no_leg_swings", True)


def test_lying_flat_without_a_neutral_pause_is_said() -> None:
    script = Script()
    script.calibrate()
    script.go(2.0, replace(SUPINE, rotation=60.0))
    script.stay(3.0)
    state = run(script.record()).state
    assert _codes(state) == ["no_posture_neutral"]
    assert _codes(state, params_of(Posture.PRONE)) == ["no_posture_neutral"]


@pytest.mark.parametrize("posture", sorted(set(Posture) - {Posture.SUPINE, Posture.PRONE}))
def test_only_lying_flat_asks_for_a_pause_in_the_posture(posture: Posture) -> None:
    state = replace(_state(), posture_anchored=False)
    assert _codes(state, params_of(posture)) == []
    assert _codes(replace(state, posture=Posture.SUPINE), params_of(posture)) == ["no_posture_neutral"]
