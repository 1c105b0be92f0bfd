"""What the console says of the second screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from imu_hip.app import watching
from tests.app.calling import RECORDING, call


def test_the_console_says_the_next_code_when_one_was_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def share(*_: object) -> Callable[[], str]:
        lines = iter(["Second screen: A"] * 2 + ["Second screen: B"] * 10_000)
        return lambda: next(lines)

    monkeypatch.setattr(watching, "share", share)
    outcome = call("replay", RECORDING, "--headless", "--mute", "--speed", "16", "--serve")
    assert outcome.code == 0, outcome
    assert [outcome.err.count(f"Second screen: {name}\n") for name in "AB"] == [1, 1]
