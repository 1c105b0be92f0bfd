"""The pages as a site: every one is in it, every link of it leads somewhere, nothing is loaded from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from imu_hip.app.catalogue import catalogue

pytest.importorskip("sphinx")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    arguments = ["--quiet", "--fail-on-warning", "--keep-going", "--conf-dir", ROOT / "docs", ROOT, out]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out


def test_every_page_is_in_it(site: Path) -> None:
    assert {page.stem for page in (ROOT / "docs").glob("*.md")} == {
        page.stem for page in (site / "docs").glob("*.html")
    }


def test_it_can_be_searched_without_a_network(site: Path) -> None:
    assert "internal_rotation" in (site / "searchindex.js").read_text("utf-8")
    for page in site.rglob("*.html"):
        loaded = re.findall(r'<(?:script|img|link)\b[^>]*?(?:src|href)="(https?:[^"]+)"', page.read_text("utf-8"))
        assert loaded == [], page


def test_every_exercise_has_its_pictures_and_its_section() -> None:
    page = (ROOT / "docs" / "exercises.md").read_text("utf-8")
    for spec in catalogue():
        assert f"`{spec.id}`" in page
        for ending in ("png", "svg"):
            assert f"(pictures/{spec.id}.{ending})" in page
            assert (ROOT / "docs" / "pictures" / f"{spec.id}.{ending}").exists()
