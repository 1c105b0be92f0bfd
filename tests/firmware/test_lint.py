"""The C library keeps every rule that `lint-sensor` asks for."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("bumble")

from tests.ble.test_conformance import PLAN, Examine, broken, examined, one_connection, two_connections
from tests.firmware.c_sensor import CPlan


@pytest.mark.parametrize("examine", [one_connection, two_connections])
def test_a_sensor_that_runs_the_c_library_has_nothing_to_hear(library: tuple[Any, Any], examine: Examine) -> None:
    findings = examined(CPlan(PLAN, *library), examine)
    assert broken(findings) == set()
    assert len(findings) >= 6
