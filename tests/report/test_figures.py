"""Numbers as people read them."""

from __future__ import annotations

from imu_hip.report import figures


def test_numbers_have_a_real_minus_and_zero_has_none() -> None:
    assert figures.number(-0.4) == "0"
    assert figures.number(-0.04, 1, sign=True) == "0.0"
    assert figures.number(-3.62, 1) == "−3.6"
    assert figures.number(3.62, 1, sign=True) == "+3.6"


def test_angles_stand_with_two_standard_deviations() -> None:
    assert figures.angle(25.8, 1.36) == "26° ± 3°"
    assert figures.angle(25.8, None) == "26° ± ––"


def test_what_is_not_known_is_dashes() -> None:
    unknown = (figures.number(None, 1), figures.angle(None, 1.0), figures.degrees(None), figures.clock(None))
    assert {*unknown, figures.seconds(None)} == {"––"}
    assert figures.moment(None) == "time not known"


def test_times_are_those_of_a_clock() -> None:
    assert figures.clock(59.99) == "0:59"
    assert figures.clock(3723.0) == "1:02:03"
    assert figures.clock(-61.0) == "−1:01"
    assert figures.seconds(9.96) == "10.0 s"
    assert figures.moment("2026-11-23T05:43:01Z") == "2026-11-23 05:43 UTC"
