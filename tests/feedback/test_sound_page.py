"""The page about sound names every tone, and its figures are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

from imu_hip.exercise import conditioning
from imu_hip.feedback import loudspeaker, tones
from imu_hip.feedback.mixer import STALE_S
from imu_hip.feedback.speaker import PATIENCE_S
from imu_hip.stream.pairing import PairingParams

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sound.md").read_text(encoding="utf-8")


def test_every_tone_is_described_once() -> None:
    table = PAGE.split("## Tones")[1].split("## Settings")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sorted(tones.TONES)


def test_figures_of_the_page_are_those_of_the_code() -> None:
    longest_s = max(tones.duration_s(kind) for kind in tones.TONES)
    shortest_s = min(tones.duration_s(kind) for kind in tones.TONES)
    for words in (
        f"{1e3 * shortest_s:.0f} ms to {longest_s:.2f} s",
        f"{1e3 * loudspeaker.BLOCK_FRAMES / tones.RATE_HZ:.1f} ms at a time ({loudspeaker.BLOCK_FRAMES} samples",
        f"after {PATIENCE_S:.0f} s",
        f"| low-pass of the angle | {1e3 * conditioning.LAG_S:.0f} |",
        f"{1e3 * PairingParams().deadline_s:.0f} at most",
    ):
        assert words in PAGE
    assert STALE_S == 0.5
    assert "could not begin within half a second" in PAGE.replace("\n", " ")
