"""Waiting for long packets, and for no others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imu_hip.model.patience import RADIO_S, patience_s

SECONDS = st.floats(0.0, 100.0)


@given(SECONDS, SECONDS)
def test_nobody_waits_less_than_without_long_packets_nor_more_than_they_need(limit_s: float, packet_s: float) -> None:
    wait_s = patience_s(limit_s, packet_s)
    assert wait_s in (limit_s, packet_s + RADIO_S)
    assert wait_s >= limit_s
    assert wait_s >= packet_s


def test_packets_that_are_filled_at_once_change_nothing() -> None:
    assert patience_s(1.0, 0.05) == 1.0
    assert patience_s(0.5, 0.0) == 0.5
