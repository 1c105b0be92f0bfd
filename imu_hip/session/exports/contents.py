"""What an export is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imu_hip.model.analysis import Analysis
from imu_hip.model.item import Role
from imu_hip.model.packet import TimedSamples
from imu_hip.session.foreign_csv import MarkedInterval


@dataclass(frozen=True, slots=True)
class Contents:
    """An analysis, the same as the JSON of `analyze`, and what it was made of.

    `samples`: what each sensor measured, `t_s` on the recording's common clock, gyr rad/s and acc m/s² (and mag µT) in
    sensor axes; lost samples are not there. `marks`: what the exerciser was told when. `person` and `session`: labels
    of one to 64 of A-Z, a-z, 0-9 (pseudonyms, never a name).
    """

    analysis: Analysis
    result: Mapping[str, Any]
    samples: Mapping[Role, TimedSamples]
    marks: tuple[MarkedInterval, ...]
    person: str
    session: str
