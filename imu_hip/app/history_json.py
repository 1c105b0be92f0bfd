"""A history as JSON, `imu-hip/history/1`. Degrees and seconds; days are local dates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from imu_hip.app.history import History, RatioOf, SidesOf, TrendOf
from imu_hip.exercise.progress import PROGRAMME_DAYS, Measured, Programme, Verdict
from imu_hip.model.app_state import ExerciseChange
from imu_hip.session.typed_json import to_json

SCHEMA = "imu-hip/history/1"

Json = dict[str, Any]


def history_json(history: History, person: str, pseudonym: str | None, changes: Sequence[ExerciseChange]) -> Json:
    """Return the whole history; what is not known is None."""
    return {
        "schema": SCHEMA,
        "person": person,
        "pseudonym": pseudonym,
        "recordings": history.recordings,
        "programme": None if history.programme is None else _programme(history.programme),
        "trends": [_trend(of) for of in history.trends],
        "sides": [_sides(of) for of in history.sides],
        "ratios": [_ratio(of) for of in history.ratios],
        "changes": [to_json(change) for change in changes],
        "sessions": [to_json(row) for row in history.rows],
        "left_out": [to_json(each) for each in history.left_out],
        "versions": list(history.versions),
    }


def _programme(found: Programme) -> Json:
    least, most = PROGRAMME_DAYS
    return {
        "first_day": _date(found.first_day),
        "day_number": found.day,
        "days_practised": found.practised,
        "days_since_practice": found.pause_days,
        "least_days": least,
        "most_days": most,
    }


def _trend(of: TrendOf) -> Json:
    found, change = of.trend, of.trend.change
    one = found.verdict is Verdict.ONE_DAY
    return {
        "exercise": of.exercise_id,
        "posture": of.posture.value,
        "side": of.side.value,
        "direction": of.direction.value,
        "measurement": of.measurement,
        "days": [_day(day) for day in found.days],
        "change_deg": None if one else math.degrees(change.difference_rad),
        "change_sd_deg": None if one else math.degrees(change.sd_rad),
        "least_change_deg": math.degrees(change.limit_rad),
        "verdict": found.verdict.value,
        "per_week_deg": _degrees(found.per_week_rad),
        "per_week_sd_deg": _degrees(found.per_week_sd_rad),
    }


def _day(found: Measured) -> Json:
    return {"day": _date(found.day), "angle_deg": math.degrees(found.angle_rad), "sd_deg": math.degrees(found.sd_rad)}


def _sides(of: SidesOf) -> Json:
    return {
        "exercise": of.exercise_id,
        "direction": of.direction.value,
        "left": _day(of.left),
        "right": _day(of.right),
        "difference_deg": math.degrees(of.compared.difference_rad),
        "difference_sd_deg": math.degrees(of.compared.sd_rad),
        "least_difference_deg": math.degrees(of.compared.limit_rad),
        "is_real": of.compared.is_real,
    }


def _ratio(of: RatioOf) -> Json:
    return {"exercise": of.exercise_id, "side": of.side.value, "ir_er_ratio": of.ratio, "ir_er_ratio_sd": of.sd}


def _degrees(angle_rad: float | None) -> float | None:
    return None if angle_rad is None else math.degrees(angle_rad)


def _date(day: int) -> str:
    return date.fromordinal(day).isoformat()
