"""What a report is made of, and its parts: one for each exercise interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.analysis import Analysis
from imu_hip.model.event import RadioTrouble, ReZero, Trouble
from imu_hip.model.exercise_spec import ExerciseSpec

Json = dict[str, Any]
Floats = NDArray[np.float64]

_DROPOUTS = (RadioTrouble.GAP, RadioTrouble.LOST, RadioTrouble.QUEUE_FULL, RadioTrouble.OVERRUN)


@dataclass(frozen=True, slots=True)
class Material:
    """An analysis, and the same as the JSON of `analyze`, from which every number of the page is taken.

    `least_changes_deg`: for each part and direction, by how much another day must differ to count, and what that rests
    on. `person`: whose report it is, "" where the page is to name nobody. `advice`: what to do next, in one line, ""
    where nothing was judged.
    """

    analysis: Analysis
    result: Json
    least_changes_deg: Sequence[Mapping[str, float]]
    least_change_source: str
    person: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """Internal rotation (n,) with its standard deviation in degrees, NaN where it is not known."""

    t_s: Floats
    angle_deg: Floats
    sd_deg: Floats


@dataclass(frozen=True, slots=True)
class Part:
    """One exercise interval: its place in the page, its JSON, its rules, its curve.

    `corrected_s`: when a shown angle was corrected at once. `dropouts`: role, start and end of lost data.
    """

    number: int
    found: Json
    spec: ExerciseSpec | None
    name: str
    start_s: float
    end_s: float
    curve: Curve
    corrected_s: tuple[float, ...]
    dropouts: tuple[tuple[str, float, float], ...]
    least_change_deg: Mapping[str, float]

    @property
    def is_measurement(self) -> bool:
        """Whether trials were measured, and no holds judged."""
        return "trials" in self.found


def parts(material: Material) -> tuple[Part, ...]:
    """Return the parts in their order."""
    analysis = material.analysis
    curve = _curve(analysis)
    out = []
    pairs = zip(material.result["parts"], material.least_changes_deg, strict=True)
    for number, (found, least_change_deg) in enumerate(pairs, 1):
        spec = analysis.setup.exercise(found["exercise"])
        start_s, end_s = _bounds(found, curve)
        inside = (curve.t_s >= start_s) & (curve.t_s <= end_s)
        out.append(
            Part(
                number=number,
                found=found,
                spec=spec,
                name=spec.name if spec is not None else found["exercise"],
                start_s=start_s,
                end_s=end_s,
                curve=Curve(curve.t_s[inside], curve.angle_deg[inside], curve.sd_deg[inside]),
                corrected_s=tuple(
                    e.t_s for e in analysis.events if isinstance(e, ReZero) and start_s <= e.t_s <= end_s
                ),
                dropouts=tuple(
                    (e.role.value, max(e.start_s, start_s), min(e.end_s, end_s))
                    for e in analysis.events
                    if isinstance(e, Trouble) and e.kind in _DROPOUTS and e.start_s <= end_s and e.end_s >= start_s
                ),
                least_change_deg=least_change_deg,
            )
        )
    return tuple(out)


def _curve(analysis: Analysis) -> Curve:
    rows = analysis.angles
    shown = rows.on_sample
    known = rows.valid[shown]
    angle, sd = (np.degrees(values[shown, 2]) for values in (rows.angles_rad, rows.sd_rad))
    return Curve(rows.t_s[shown], np.where(known, angle, np.nan), np.where(known, sd, np.nan))


def _bounds(found: Json, curve: Curve) -> tuple[float, float]:
    """Return where a part begins and ends: one that was broken off ends with the data."""
    first, last = (float(curve.t_s[0]), float(curve.t_s[-1])) if curve.t_s.size else (0.0, 0.0)
    start_s = first if found["start_s"] is None else found["start_s"]
    end_s = last if found["end_s"] is None else found["end_s"]
    return start_s, max(start_s, end_s)
