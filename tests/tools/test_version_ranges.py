"""The tests at the ends of the ranges have the tools of the lock, and what the program needs as it comes."""

import tomllib
from pathlib import Path

import version_ranges
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def test_what_tests_need_is_pinned_with_its_extras() -> None:
    settings = {
        "project": {"name": "mine", "optional-dependencies": {"dev": ["mine[all]", "Alpha[one,two]>=1", "beta"]}}
    }
    lock = "alpha==1.5 \\\n    --hash=sha256:00\nbeta==2.0 \\\n    --hash=sha256:11\n"
    assert list(version_ranges.tests_need(settings, lock)) == ["Alpha[one,two]==1.5", "beta==2.0"]


def test_nothing_that_the_program_asks_for_is_pinned() -> None:
    project = SETTINGS["project"]
    own = {Requirement(text).name for text in project["dependencies"]}
    pinned = {Requirement(text).name for text in version_ranges.tests_need(SETTINGS, LOCK)}
    assert pinned.isdisjoint(own)
    assert "pytest" in pinned


def test_the_tests_that_run_there_exist() -> None:
    assert all((ROOT / each).exists() for each in version_ranges.TESTS)


def test_the_lowest_versions_are_tried_on_the_oldest_python_that_is_allowed() -> None:
    (least,) = Requirement(f"python{SETTINGS['project']['requires-python']}").specifier
    _, python = version_ranges.ENDS["lowest"]
    assert least.version == ".".join(map(str, python))
