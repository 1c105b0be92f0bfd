"""Notices: which trouble is told, and until when."""

from __future__ import annotations

import pytest

from imu_hip.model.event import RadioTrouble, Trouble
from imu_hip.model.item import Role
from imu_hip.view.notice import SHOWN_S, Notices, after, is_lost, most_urgent


def told(*kinds: RadioTrouble) -> Notices:
    notices: Notices = ()
    for at_s, kind in enumerate(kinds):
        notices = after(notices, Trouble(at_s, at_s, Role.THIGH, kind, 1))
    return notices


def test_a_sensor_that_is_looked_for_in_vain_replaces_the_word_that_it_was_lost_until_it_is_back() -> None:
    lost = told(RadioTrouble.LOST, RadioTrouble.SEARCHING)
    assert len(lost) == 1
    assert most_urgent(lost, 1e6) == "Thigh sensor not back: is it charged and near?"
    assert is_lost(lost, Role.THIGH)
    assert told(RadioTrouble.LOST, RadioTrouble.SEARCHING, RadioTrouble.BACK) == ()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (RadioTrouble.CLIPPED, "Thigh sensor at its limit: move more slowly"),
        (RadioTrouble.QUEUE_FULL, "This computer is too slow: thigh data dropped"),
    ],
)
def test_trouble_that_passes_is_told_for_a_moment(kind: RadioTrouble, text: str) -> None:
    notices = told(kind)
    assert most_urgent(notices, SHOWN_S - 0.1) == text
    assert most_urgent(notices, SHOWN_S) == ""


def test_a_lost_sensor_comes_before_what_passes() -> None:
    assert "lost" in most_urgent(told(RadioTrouble.LOST, RadioTrouble.QUEUE_FULL), 1.5)


def test_gaps_are_not_worth_a_line() -> None:
    assert told(RadioTrouble.GAP) == ()
