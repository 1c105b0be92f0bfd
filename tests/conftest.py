"""For all tests: the tools find each other, a browser, no deadlines: compiled functions compile at their first call."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))
settings.register_profile("compiled", deadline=None)
settings.load_profile("compiled")


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """Start a browser; without one the tests that want it are skipped."""
    from tests.serve import browser

    program = browser.installed()
    if program is None:
        pytest.skip("no chromium is installed")
    with browser.running(program) as found:
        yield found
