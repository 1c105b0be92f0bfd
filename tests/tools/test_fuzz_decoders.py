"""A slice of what `tools/fuzz` does by the million."""

from __future__ import annotations

import pytest
from fuzz_decoders import fuzzed

from imu_hip.codec.registry import DRIVERS, FLOAT64_TABLE


@pytest.mark.parametrize("family", [*(driver.family for driver in DRIVERS), FLOAT64_TABLE])
def test_nothing_is_raised(family: str) -> None:
    assert fuzzed(family, 5000, seed=11) is None
