"""For all tests: no screen, signals as they were, the tools find each other, a browser, no deadlines for compilers."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything starts Qt
settings.register_profile("compiled", deadline=None)
settings.load_profile("compiled")


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """Start a browser; without one the tests that want it are skipped."""
    from tests.serve import browser

    program = browser.installed()
    if program is None:
        pytest.skip("no chromium is installed")
    with browser.running(program) as found:
        yield found
