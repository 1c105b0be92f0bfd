"""The lock holds what pyproject asks for, pinned and hashed, and no address."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked() -> list[tuple[Requirement, int]]:
    """Return every requirement of the lock and its number of hashes."""
    joined = LOCK.replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.lstrip().startswith("#")]
    return [(Requirement(line.split("--hash")[0]), line.count("--hash=sha256:")) for line in lines]


def asked_for() -> list[Requirement]:
    """Return what pyproject asks for directly, with every extra and the build backend."""
    project = PROJECT["project"]
    lists = [project["dependencies"], PROJECT["build-system"]["requires"]]
    lists += project["optional-dependencies"].values()
    asked = [Requirement(text) for text in sorted({text for texts in lists for text in texts})]
    return [requirement for requirement in asked if requirement.name != project["name"]]


def test_the_lock_holds_no_address() -> None:
    assert not re.search(r"://|index-url|find-links|@ file", LOCK)


def test_everything_locked_is_one_version_with_hashes() -> None:
    for requirement, hashes in locked():
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert hashes > 0, requirement


@pytest.mark.parametrize("asked", asked_for(), ids=str)
def test_what_pyproject_asks_for_is_locked_within_its_bounds(asked: Requirement) -> None:
    versions = [
        next(iter(requirement.specifier)).version
        for requirement, _ in locked()
        if canonicalize_name(requirement.name) == canonicalize_name(asked.name)
    ]
    assert versions
    assert all(version in asked.specifier for version in versions)
