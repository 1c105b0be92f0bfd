"""The JSON of a result has the contract's keys and units, and says null where something is not known."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from imu_hip.model.analysis import Analysis
from imu_hip.model.block import AngleBlock
from imu_hip.model.event import (
    Block,
    CalibrationStep,
    Compensation,
    Cycle,
    Event,
    Exit,
    ExitVerdict,
    Hold,
    HoldVerdict,
    PartEnded,
    PartStarted,
    Plateau,
    RadioTrouble,
    Trouble,
    Warning,
)
from imu_hip.model.exercise_spec import CompensationKind, Direction, Step
from imu_hip.model.item import MarkLabel, Role
from imu_hip.model.output import LinkStatistics
from imu_hip.session.analysis_json import analysis_json
from tests.session.contract import violations
from tests.session.examples import SETUP, SPEC

RAD = np.pi / 180.0
HOLD = Hold(
    start_s=10.0, end_s=19.5, direction=Direction.INTERNAL, entry_peak_rad_s=40 * RAD, angle_rad=30 * RAD,
    sd_rad=2 * RAD, fraction_of_end_range=0.95, drift_rad_s=-0.1 * RAD, wobble_rad=0.5 * RAD,
    verdict=HoldVerdict.COMPLETE, why="held",
)  # fmt: skip
EXIT = Exit(19.5, 21.0, Direction.INTERNAL, 35 * RAD, -1.7, ExitVerdict.CONTROLLED, "slow enough")
PART: tuple[Event, ...] = (
    PartStarted(9.0, "supine_ere"),
    HOLD,
    Block(20.0, 29.0, 3 * RAD),
    EXIT,
    Compensation(11.0, 12.0, CompensationKind.PELVIS_LIFTED, 9 * RAD),
    Cycle(9.5, 21.0, False, (Step.INTERNAL_HOLD, Step.BLOCK), (Step.CONTROLLED_EXIT,)),
    Plateau(12.0, Direction.INTERNAL, 30 * RAD, 2 * RAD),
    Plateau(15.0, Direction.INTERNAL, 31 * RAD, 2.5 * RAD),
    PartEnded(30.0, "supine_ere"),
)


def angles(n: int) -> AngleBlock:
    t_s, vectors, nothing = np.linspace(0.0, 0.01 * (n - 1), n), np.zeros((n, 3)), np.zeros(n)
    known = np.ones(n, dtype=bool)
    return AngleBlock(t_s, vectors, vectors, known, nothing, nothing, nothing, vectors, known)


def analysis(*events: Event, rows: int = 101, **changes: Any) -> Analysis:
    link = LinkStatistics(101, 0, 100.0, 12.5, "P-1", 90, 1.0)
    silent = LinkStatistics(0, 0, None, None, "", None, None)
    whole = Analysis(
        setup=SETUP,
        recording_sha256="ab" * 32,
        duration_s=1.0,
        angles=angles(rows),
        phases=np.zeros(rows, np.uint8),
        events=events,
        link={Role.PELVIS: link, Role.THIGH: silent},
        result_sha256="cd" * 32,
    )
    return replace(whole, **changes)


def as_json(of: Analysis) -> dict[str, Any]:
    """Return the JSON as a reader sees it, checked against the contract."""
    found: dict[str, Any] = json.loads(json.dumps(analysis_json(of), allow_nan=False))
    assert list(violations(found)) == []
    return found


def test_one_interval_stands_at_the_top_and_as_the_only_part() -> None:
    found = as_json(analysis(*PART))
    (part,) = found["parts"]
    assert (part["exercise"], part["posture"], part["start_s"], part["end_s"]) == ("supine_ere", "supine", 9.0, 30.0)
    for key in ("range", "holds", "exits", "blocks", "compensations", "cycles"):
        assert found[key] == part[key]
    assert len(found["holds"]) == len(found["exits"]) == len(found["blocks"]) == len(found["cycles"]) == 1


def test_several_intervals_are_parts_each_with_its_own_events() -> None:
    other = replace(SETUP, exercises=(SPEC, replace(SPEC, id="seated_ir")))
    second = (PartStarted(40.0, "seated_ir"), replace(HOLD, start_s=41.0, end_s=50.0), PartEnded(60.0, "seated_ir"))
    found = as_json(analysis(*PART, *second, setup=other))
    assert [part["exercise"] for part in found["parts"]] == ["supine_ere", "seated_ir"]
    assert [len(part["holds"]) for part in found["parts"]] == [1, 1]
    assert found["parts"][1]["range"]["internal_rotation_deg"] is None
    assert "holds" not in found
    assert "range" not in found


def test_angles_are_degrees_and_shares_are_percent() -> None:
    found = as_json(analysis(*PART))
    (hold,) = found["holds"]
    assert hold == {
        "start_s": 10.0,
        "end_s": 19.5,
        "duration_s": 9.5,
        "direction": "internal",
        "entry_peak_deg_per_s": pytest.approx(40.0),
        "angle_deg": pytest.approx(30.0),
        "sd_deg": pytest.approx(2.0),
        "percent_of_end_range": pytest.approx(95.0),
        "drift_deg_per_s": pytest.approx(-0.1),
        "wobble_deg": pytest.approx(0.5),
        "verdict": "complete",
        "why": "held",
    }
    assert found["exits"][0]["peak_deg_per_s"] == pytest.approx(35.0)
    assert found["blocks"][0]["range_deg"] == pytest.approx(3.0)
    assert found["compensations"][0]["peak_deg"] == pytest.approx(9.0)
    assert found["compensations"][0]["kind"] == "pelvis_lifted"
    assert found["cycles"][0]["steps"] == ["internal_hold", "block"]


def test_range_is_the_best_plateau_of_each_direction() -> None:
    outward = Plateau(20.0, Direction.EXTERNAL, 40 * RAD, 1.7 * RAD)
    found = as_json(analysis(*PART[:-1], outward, PART[-1]))["range"]
    assert found["internal_rotation_deg"] == pytest.approx(31.0)
    assert found["internal_rotation_sd_deg"] == pytest.approx(2.5)
    assert found["external_rotation_deg"] == pytest.approx(40.0)
    assert found["external_rotation_sd_deg"] == pytest.approx(1.7)


def test_what_is_not_known_is_null() -> None:
    hold = replace(HOLD, sd_rad=float("nan"), fraction_of_end_range=float("nan"), drift_rad_s=float("inf"))
    leaving = replace(EXIT, verdict=None, sparc=float("nan"), peak_rad_s=float("nan"))
    found = as_json(analysis(PART[0], hold, leaving, setup=replace(SETUP, start_utc=None), duration_s=None, rows=0))
    assert found["recording"]["start"] is None
    assert found["recording"]["duration_s"] is None
    assert found["parts"][0]["end_s"] is None
    assert found["range"] == dict.fromkeys(found["range"])
    assert [found["holds"][0][k] for k in ("sd_deg", "percent_of_end_range", "drift_deg_per_s")] == [None] * 3
    assert [found["exits"][0][k] for k in ("verdict", "sparc", "peak_deg_per_s")] == [None] * 3
    assert found["link"]["thigh"] == {
        "samples": 0, "lost": 0, "rate_hz": None, "clock_ppm": None, "clock_sd_ms": None, "clock_delay_ms": 0.0,
        "packet_s": None, "serial": None,
    }  # fmt: skip


def test_how_well_the_clocks_are_known_is_in_milliseconds() -> None:
    link = LinkStatistics(101, 0, 100.0, 12.5, "P-1", 90, 1.0, clock_sd_s=0.0015, clock_delay_s=0.015)
    found = as_json(analysis(*PART, link=dict.fromkeys(Role, link)))["link"]["pelvis"]
    assert (found["clock_sd_ms"], found["clock_delay_ms"]) == (1.5, 15.0)


def test_without_an_interval_there_is_one_empty_part_over_everything() -> None:
    found = as_json(analysis())
    assert (found["parts"][0]["start_s"], found["parts"][0]["end_s"]) == (0.0, 1.0)
    assert found["holds"] == found["exits"] == found["blocks"] == found["cycles"] == []
    assert (as_json(analysis(rows=0))["parts"][0]["start_s"]) is None


def test_what_was_judged_without_a_marked_interval_is_in_that_part() -> None:
    found = as_json(analysis(HOLD, EXIT))
    assert len(found["holds"]) == len(found["parts"][0]["holds"]) == len(found["exits"]) == 1


def test_every_warning_is_said_once_and_radio_trouble_is_counted() -> None:
    refused = CalibrationStep(0.0, 4.0, MarkLabel.N_POSE, False, 0.0, "you moved")
    good = CalibrationStep(5.0, 9.0, MarkLabel.BOWS, True, 0.9, "fine")
    gaps = [Trouble(t, t + 0.1, Role.THIGH, RadioTrouble.GAP, 10) for t in (1.0, 2.0)]
    found = as_json(analysis(Warning("no_bows", "no bows"), Warning("no_bows", "no bows"), refused, good, *gaps))
    assert {w["code"]: w["text"] for w in found["warnings"]} == {
        "no_bows": "no bows",
        "n_pose_refused": "you moved",
        "thigh_gap": "thigh sensor: 20 samples were lost on the way; angles are missing there",
    }
    assert [(c["label"], c["accepted"]) for c in found["calibration"]] == [("n_pose", False), ("bows", True)]


@pytest.mark.parametrize("kind", RadioTrouble)
def test_every_radio_trouble_has_words(kind: RadioTrouble) -> None:
    (warning,) = as_json(analysis(Trouble(0.0, 1.0, Role.PELVIS, kind, 3)))["warnings"]
    assert warning["code"] == f"pelvis_{kind.value}"
    assert warning["text"].startswith("pelvis sensor: 3 ")


def test_software_is_what_computed_the_result_not_what_recorded_it() -> None:
    found = as_json(analysis(setup=replace(SETUP, versions=(("imu_hip", "0.0.1"),))))
    assert found["recording"]["recorded_with"] == {"imu_hip": "0.0.1"}
    assert found["software"]["imu_hip"] != "0.0.1"
    assert {"imu_hip", "vqf", "numpy"} <= found["software"].keys()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "imu-hip/analysis/2"),
        (("recording", "side"), "both"),
        (("holds", 0, "angle_deg"), "30"),
        (("holds", 0, "verdict"), None),
        (("exits", 0, "verdict"), "maybe"),
        (("cycles", 0, "complete"), 1),
        (("link", "pelvis", "samples"), None),
        (("result_sha256",), "abc"),
    ],
)
def test_the_check_of_the_contract_notices_violations(path: tuple[Any, ...], value: object) -> None:
    found = json.loads(json.dumps(analysis_json(analysis(*PART))))
    at = found
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    assert list(violations(found))
    del at[path[-1]]
    assert list(violations(found))
