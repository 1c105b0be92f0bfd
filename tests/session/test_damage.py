"""Damaged files: a slice of `tools/validate damage`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from damage_truth import DAMAGES, RECORDINGS, Tally, damage_table, full_disk, one_damage

from imu_hip.session import recover as recovering


def test_nothing_is_wrong_without_being_told(tmp_path: Path) -> None:
    assert damage_table(8, 1, tmp_path)


def test_a_recovery_that_makes_items_up_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import random

    monkeypatch.setattr(
        recovering,
        "in_order",
        lambda found: [item for each in found for _, items in each.chunks for item in items][:-1],
    )
    tally = Tally()
    file = RECORDINGS / "supine_ere_right.mcap"
    one_damage(file, lambda data, rng: (data, 0, 0), random.Random(0), tally, tmp_path)
    assert tally.silent >= 1
    assert set(DAMAGES) == {"truncation", "bit flip", "zeroed 4 KiB"}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_keeps_what_was_durable(tmp_path: Path) -> None:
    assert full_disk(tmp_path)
