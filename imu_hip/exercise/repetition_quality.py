"""How well maximal repetitions tell the end range: by how they agree, or why they do not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from imu_hip.model.exercise_spec import Direction


@dataclass(frozen=True, slots=True)
class RepetitionQualityParams:
    """What is asked of maximal repetitions.

    `usual_sd_rad`: how well people repeat an active end range (half of the difference that two measurements must
    exceed to be real, 5.4°: Krause 2015, KSSTA 23:2562-2567, over 1.96 √2). Two that differ by more than
    `most_apart_rad`, twice that difference, were not both maximal.
    """

    usual_sd_rad: float = math.radians(5.4 / 1.96 / math.sqrt(2.0))
    most_apart_rad: float = math.radians(10.8)


@dataclass(frozen=True, slots=True)
class RepetitionQuality:
    """`sd_rad`: expected error of the end range. `quality` 0..1: that of two usual repetitions over it."""

    sd_rad: float
    quality: float
    text: str


def repetition_quality(
    params: RepetitionQualityParams, direction: Direction, plateaus_rad: Sequence[float]
) -> RepetitionQuality | str:
    """Return how well the plateaus of one direction tell its end range, or that they contradict each other."""
    n = len(plateaus_rad)
    way = "inward" if direction is Direction.INTERNAL else "outward"
    if n == 0:
        return f"there was no maximal repetition {way}; turn {way} as far as you can and stay there for a second"
    apart = max(plateaus_rad) - min(plateaus_rad)
    if apart > params.most_apart_rad and n < 3:
        return (
            f"the repetitions {way} differ by {math.degrees(apart):.0f}°; repeat one, slowly, as far as you can, "
            "and stay there for a second"
        )
    mean = sum(plateaus_rad) / n
    # One value more than was seen: what people usually do stands in until there are enough of this person's own.
    variance = (params.usual_sd_rad**2 + sum((p - mean) ** 2 for p in plateaus_rad)) / n
    sd = math.sqrt(variance / n)
    best = params.usual_sd_rad / math.sqrt(2.0)
    each = "one repetition" if n == 1 else f"{n} repetitions within {math.degrees(apart):.0f}°"
    text = f"end range {way} from {each}, good to {math.degrees(sd):.0f}°"
    return RepetitionQuality(sd, min(1.0, best / sd), text)
