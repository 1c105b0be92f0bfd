"""The sample recordings replay to what is expected of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imu_hip import api
from imu_hip.model.event import Cycle, Exit, ExitVerdict, Hold, HoldVerdict, RadioTrouble, Trouble
from imu_hip.model.setup import Side
from imu_hip.session.expected_json import differences, expected_json

FOLDER = Path(__file__).resolve().parents[2] / "recordings"
NAMES = sorted(path.stem for path in FOLDER.glob("*.mcap"))


def test_there_are_recordings_of_both_sides() -> None:
    sides = {api.read(FOLDER / f"{name}.mcap").setup.side for name in NAMES}
    assert sides == {Side.LEFT, Side.RIGHT}


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_gives_what_is_expected_of_it(name: str) -> None:
    expected = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    found = json.loads(json.dumps(expected_json(api.analyze(FOLDER / f"{name}.mcap"))))
    assert list(differences(expected, found)) == []


def test_a_difference_beyond_the_tolerance_is_found() -> None:
    assert list(differences({"a": [1.0]}, {"a": [1.0 + 1e-12]})) == []
    assert list(differences({"a": [1.0]}, {"a": [1.0 + 1e-6]})) == [".a[0]: 1.0 expected, 1.000001 found"]
    assert len(list(differences({"a": "x"}, {"a": "y", "b": 1}))) == 2
    assert len(list(differences([1], [1, 2]))) == 1


@pytest.mark.parametrize("name", ["supine_ere_right", "supine_ere_left"])
def test_a_whole_cycle_is_seen_as_one(name: str) -> None:
    events = api.analyze(FOLDER / f"{name}.mcap").events
    assert [c.complete for c in events if isinstance(c, Cycle)] == [True]
    assert [h.verdict for h in events if isinstance(h, Hold)] == [HoldVerdict.COMPLETE] * 2
    assert [e.verdict for e in events if isinstance(e, Exit)] == [ExitVerdict.CONTROLLED]


def test_a_flop_keeps_the_cycle_from_being_complete() -> None:
    events = api.analyze(FOLDER / "supine_ere_left_flop.mcap").events
    assert [e.verdict for e in events if isinstance(e, Exit)] == [ExitVerdict.FLOP]
    assert [c.complete for c in events if isinstance(c, Cycle)] == [False]


def test_a_short_loss_does_not_end_a_hold_and_a_long_one_does() -> None:
    result = api.analyze(FOLDER / "supine_ere_right_lost_samples.mcap")
    gaps = [e.count for e in result.events if isinstance(e, Trouble) and e.kind is RadioTrouble.GAP]
    first = next(e for e in result.events if isinstance(e, Hold))
    assert gaps == [30, 200]
    assert first.verdict is HoldVerdict.DATA_LOST
    assert first.end_s - first.start_s > 2.0
