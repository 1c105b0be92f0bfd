"""Which branches are counted for which room, and whose tests are run."""

from __future__ import annotations

import tomllib

import pytest
from branches import ROOT, core, missing, own_tests, taken

FILES = {
    "imu_hip/codec/a.py": {"summary": {"num_branches": 4, "covered_branches": 3}, "missing_branches": [[7, 9]]},
    "imu_hip/codec/b.py": {"summary": {"num_branches": 2, "covered_branches": 2}, "missing_branches": []},
    "imu_hip/pipeline.py": {"summary": {"num_branches": 6, "covered_branches": 5}, "missing_branches": [[3, -1]]},
    "imu_hip/app/c.py": {"summary": {"num_branches": 8, "covered_branches": 0}, "missing_branches": [[1, 2]]},
}


@pytest.fixture
def rooms() -> list[str]:
    return core(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8")))


def test_the_core_is_that_of_the_contract(rooms: list[str]) -> None:
    assert {"model", "codec", "stream", "orientation", "kinematics", "exercise", "guide", "pipeline"} <= set(rooms)
    assert not {"app", "ble", "session", "plot"} & set(rooms)


def test_every_room_of_the_core_has_tests(rooms: list[str]) -> None:
    found = list(own_tests(rooms))
    assert {"tests/codec", "tests/simulate", "tests/test_pipeline.py"} <= set(found)
    assert len(found) == len(rooms)


def test_branches_are_summed_over_a_room_and_those_of_no_room_of_the_core_are_left_out() -> None:
    assert taken(["codec", "pipeline"], FILES) == {"codec": (5, 6), "pipeline": (5, 6)}


def test_a_branch_that_nobody_takes_is_named_by_its_lines() -> None:
    found = list(missing(["codec", "pipeline"], FILES))
    assert found == ["imu_hip/codec/a.py:7 -> 9", "imu_hip/pipeline.py:3 -> -1"]
