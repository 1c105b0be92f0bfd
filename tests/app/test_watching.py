"""What the console says of the second screen, and of sound that is not to be had."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import pytest

from imu_hip.app import watching
from imu_hip.feedback import loudspeaker, player
from tests.app.calling import RECORDING, call


def test_the_console_says_the_next_code_when_one_was_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def share(*_: object) -> Callable[[], str]:
        lines = iter(["Second screen: A"] * 2 + ["Second screen: B"] * 10_000)
        return lambda: next(lines)

    monkeypatch.setattr(watching, "share", share)
    outcome = call("replay", RECORDING, "--headless", "--mute", "--speed", "16", "--serve")
    assert outcome.code == 0, outcome
    assert [outcome.err.count(f"Second screen: {name}\n") for name in "AB"] == [1, 1]


def test_without_a_loudspeaker_the_console_says_what_to_do_once_and_the_session_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(player, "open_output", lambda fill: loudspeaker.NO_DEVICE)
    enough = threading.Timer(2.0, signal.raise_signal, (signal.SIGINT,))
    enough.start()
    outcome = call("replay", RECORDING, "--headless")
    assert outcome.code == 0, outcome
    assert outcome.err.count(f"{loudspeaker.NO_DEVICE}.") == 1
    assert "result sha256" in outcome.out
