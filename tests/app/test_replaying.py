"""Going elsewhere in a recording: every moment looks as it did, whatever way led there."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from imu_hip import api
from imu_hip.app.replaying import Replay
from imu_hip.model.item import NumberedItem, Tick
from imu_hip.model.signal import Signal
from imu_hip.session.reader import Recording
from imu_hip.view.as_json import view_json
from tests.app.calling import RECORDING


@pytest.fixture(scope="module")
def recording() -> Recording:
    return api.read(RECORDING)


def until(happened: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 30.0
    while not happened():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def moment(replay: Replay, position_s: float) -> str:
    """Return all that is shown at a moment."""
    replay.seek(position_s)
    until(lambda: replay._wanted_s is None)
    return json.dumps(view_json(replay.session.view_state()))


@pytest.fixture
def still(recording: Recording) -> Replay:
    """Return a replay that stands still and has looked ahead."""
    replay = Replay(recording, "x", 1.0, stays=True)
    replay.playing = False
    replay.start()
    replay._ahead.join()
    return replay


def test_every_moment_is_as_it_was_when_it_came(recording: Recording, still: Replay) -> None:
    moments = (5.0, 19.99, 20.0, 47.3, 61.5, 80.0, 92.0)
    plain = Replay(recording, "x", 1.0)
    wanted = {}
    for position_s in moments:
        plain.seek(position_s)
        plain._pass_over()
        wanted[position_s] = json.dumps(view_json(plain.session.view_state()))
    for position_s in (92.0, 5.0, 80.0, 20.0, 19.99, 61.5, 47.3, 92.0, 61.5):
        assert moment(still, position_s) == wanted[position_s]
    still.request_stop()
    still.finish()


def test_the_result_after_going_to_and_fro_is_that_of_the_analysis(recording: Recording, still: Replay) -> None:
    for position_s in (70.0, 10.0, 50.0, still.duration_s):
        moment(still, position_s)
    still.request_stop()
    still.finish()
    analysis = api.analyze(recording)
    assert still.session.result_sha256 == analysis.result_sha256
    assert sorted(map(repr, still.session.events)) == sorted(map(repr, analysis.events))


def test_nobody_waits_for_the_time_between_the_files_of_a_session(recording: Recording) -> None:
    times_s = (0.0, 0.5, 300.0, 300.5, 301.0)
    ticks = tuple(NumberedItem(number, Tick(round(t_s * 1e9))) for number, t_s in enumerate(times_s))
    now_s, slept_s = [0.0], []

    def sleep(seconds: float) -> None:
        now_s[0] += seconds
        slept_s.append(seconds)

    replay = Replay(Recording(recording.setup, ticks, ""), "x", 1.0, clock=lambda: now_s[0], sleep=sleep)
    replay.start()
    replay.finish()
    assert replay.position_s == 301.0
    assert sum(slept_s) == pytest.approx(1.5, abs=0.2)


def test_looking_ahead_finds_what_the_analysis_does(recording: Recording, still: Replay) -> None:
    assert sorted(map(repr, still.look_ahead())) == sorted(map(repr, api.analyze(recording).events))
    still.request_stop()
    still.finish()


def test_places_that_are_kept_stay_as_they_are(still: Replay) -> None:
    first = moment(still, 41.0)
    moment(still, 90.0)
    assert moment(still, 41.0) == first
    assert len(still._kept) == 5
    still.request_stop()
    still.finish()


def test_cues_are_heard_after_going_back_and_none_of_what_is_passed_over(still: Replay) -> None:
    heard: list[Signal] = []
    still.session.on_signal = heard.append
    for position_s in (90.0, 50.0, 59.0, 39.0):
        moment(still, position_s)
    assert heard == []
    still.factor, still.playing = None, True
    until(lambda: still.position_s >= still.duration_s)
    still.request_stop()
    still.finish()
    assert heard


def test_it_can_be_ended_while_it_looks_ahead(recording: Recording) -> None:
    replay = Replay(recording, "x", 1.0, stays=True)
    replay.start()
    replay.request_stop()
    replay.finish()
    assert not replay._ahead.is_alive()
