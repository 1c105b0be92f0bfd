"""The table of sensors says what the drivers say."""

from __future__ import annotations

from imu_hip.codec.registry import DRIVERS
from tests.docs.pages import ROOT, tables

PAGE = ROOT / "docs" / "sensors.md"


def test_the_table_has_every_family_with_its_product_and_its_timing() -> None:
    rows = {row["family"].strip("`"): row for row in tables(PAGE, "sensor")}
    assert set(rows) == {driver.family for driver in DRIVERS}
    for driver in DRIVERS:
        assert rows[driver.family]["in time"] == driver.timing.value
        if driver.family != "bip1":  # whose boards are everybody's own
            assert driver.product.split()[0] in rows[driver.family]["sensor"]


def test_what_was_checked_is_told_of_every_family() -> None:
    rows = {row[""].strip("`") for row in tables(PAGE, "") if row.get("virtual twin", "").startswith("yes")}
    assert rows == {driver.family for driver in DRIVERS}
