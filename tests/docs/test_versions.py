"""The citation is that of this program, and the page on versions tells the formats of today."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import imu_hip
from imu_hip.session import setup_json
from imu_hip.session.analysis_json import SCHEMA

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
VERSIONS = (ROOT / "docs" / "versions.md").read_text("utf-8")


@pytest.fixture
def citation() -> dict[str, Any]:
    """Return what CITATION.cff says; every value as text where YAML would make something else of it."""
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - this one makes strings only
    return found


def test_the_citation_is_of_this_version_under_this_licence(citation: dict[str, Any]) -> None:
    assert citation["version"] == imu_hip.__version__
    assert citation["license"] == PROJECT["license"]
    assert citation["authors"] == PROJECT["authors"]
    assert citation["keywords"] == PROJECT["keywords"]


def test_the_citation_has_what_its_format_asks_for(citation: dict[str, Any]) -> None:
    assert (citation["cff-version"], citation["type"]) == ("1.2.0", "software")
    assert citation["message"]
    assert citation["title"] == imu_hip.__name__
    for reference in citation["references"]:
        assert reference.keys() >= {"type", "title", "authors"}


def test_every_work_in_the_citation_is_a_source_of_the_maths(citation: dict[str, Any]) -> None:
    maths = (ROOT / "docs" / "maths.md").read_text("utf-8")
    for reference in citation["references"]:
        assert f"doi:{reference['doi']}" in maths
        assert all(author["family-names"] in maths for author in reference["authors"])


def test_formats_of_the_page_are_those_of_the_program() -> None:
    assert re.findall(r"Today's is format (\d+)", VERSIONS) == [str(setup_json.FORMAT)]
    assert f"`{SCHEMA}`" in VERSIONS


def test_the_newest_version_of_the_changelog_is_this_one() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == imu_hip.__version__
