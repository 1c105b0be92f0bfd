"""Analyses to report on: sample recordings, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from imu_hip import api
from imu_hip.app.reporting import report_of
from imu_hip.model.analysis import Analysis
from imu_hip.model.event import Event, PartEnded, PartStarted
from imu_hip.session.analysis_json import analysis_json
from tests.app.calling import ROOT
from tests.report.strict_html import Node, read

NAMES = (
    "supine_ere_right",
    "arom_seated_right",
    "standing_dissociation_left_pelvis_followed",
    "supine_ere_right_lost_samples",
    "supine_ere_left_wrong_posture",
    "prone_ir_left_slipped",
)


@cache
def analysis(name: str) -> Analysis:
    """Return what a sample recording shows."""
    return api.analyze(ROOT / "recordings" / f"{name}.mcap")


@cache
def result(name: str) -> dict[str, Any]:
    """Return the same as JSON."""
    return analysis_json(analysis(name))


@cache
def page(name: str) -> str:
    """Return its report."""
    return report_of(analysis(name))


def read_page(name: str) -> Node:
    """Return its report, read strictly."""
    return read(page(name))


def hour_of(name: str) -> Analysis:
    """Return an hour of the exercise of a sample recording, one repetition of it behind the other."""
    one = analysis(name)
    (first,) = (k for k, event in enumerate(one.events) if isinstance(event, PartStarted))
    (last,) = (k for k, event in enumerate(one.events) if isinstance(event, PartEnded))
    start, end = one.events[first], one.events[last]
    assert isinstance(start, PartStarted)
    assert isinstance(end, PartEnded)
    every_s = end.t_s - start.t_s
    times = int(3600.0 / every_s)
    rows = np.flatnonzero((one.angles.t_s >= start.t_s) & (one.angles.t_s < end.t_s))
    late_s = np.repeat(every_s * np.arange(times), rows.size)
    columns = {key: np.tile(getattr(one.angles, key)[rows].T, times).T for key in one.angles.__slots__}
    columns["t_s"] = columns["t_s"] + late_s
    # No two strips of paper alike: noise of a tenth of a degree moves every extreme.
    noise = np.random.default_rng(7).normal(0.0, np.radians(0.1), columns["angles_rad"].shape)
    columns["angles_rad"] = columns["angles_rad"] + noise
    events: list[Event] = list(one.events[: first + 1])
    for k in range(times):
        events += [_later(event, k * every_s) for event in one.events[first + 1 : last]]
    events += [_later(end, (times - 1) * every_s), *one.events[last + 1 :]]
    return replace(
        one, angles=type(one.angles)(**columns), phases=np.tile(one.phases[rows], times), events=tuple(events)
    )


def _later(event: Event, by_s: float) -> Event:
    moved: dict[str, Any] = {
        name: getattr(event, name) + by_s for name in ("t_s", "start_s", "end_s") if hasattr(event, name)
    }
    return replace(event, **moved)
