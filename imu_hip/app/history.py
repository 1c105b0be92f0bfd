"""A person's sessions over the weeks: rows for the results page, and what has changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from imu_hip.exercise.asymmetry import change
from imu_hip.model.app_state import HistoryRow
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.session.user_library import KeptSession


def history_rows(sessions: Sequence[KeptSession]) -> tuple[HistoryRow, ...]:
    """Return a row for each recording with a readable result, in their order."""
    return tuple(row for kept in sessions if (row := _row(kept)) is not None)


def _row(kept: KeptSession) -> HistoryRow | None:
    result = kept.result
    try:
        if result is None:
            return None
        about = result["recording"]
        when = datetime.fromisoformat(about["start"]).astimezone()
        parts: list[dict[str, Any]] = result["parts"]
        return HistoryRow(
            when=when.strftime("%Y-%m-%d %H:%M"),
            day=when.timestamp() / 86400.0,
            exercise=about["exercise"].replace("_", " "),
            exercise_id=about["exercise"],
            side=about["side"],
            internal_deg=_best(parts, "internal_rotation_deg"),
            internal_sd_deg=_of_best(parts, "internal_rotation_deg", "internal_rotation_sd_deg"),
            external_deg=_best(parts, "external_rotation_deg"),
            holds=sum(len(part["holds"]) for part in parts),
            path=str(kept.path),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # a result of another version, or changed by hand: the recording is still there


def _best(parts: Sequence[dict[str, Any]], key: str) -> float | None:
    return max((part["range"][key] for part in parts if part["range"].get(key) is not None), default=None)


def _of_best(parts: Sequence[dict[str, Any]], key: str, other: str) -> float | None:
    known = [part["range"] for part in parts if part["range"].get(key) is not None]
    return max(known, key=lambda each: float(each[key])).get(other) if known else None


def changes(rows: Sequence[HistoryRow], specs: Sequence[ExerciseSpec]) -> tuple[str, ...]:
    """Return what has changed between the first and the newest session of each exercise and side, in words.

    A change is one only beyond the smallest that can be told from error in that posture.
    """
    said = []
    known = {spec.id: spec for spec in specs}
    for exercise_id, side in dict.fromkeys((row.exercise_id, row.side) for row in rows):
        own = [row for row in rows if (row.exercise_id, row.side) == (exercise_id, side)]
        newest, first = own[0], own[-1]
        spec = known.get(exercise_id)
        if spec is None or newest is first or None in (newest.internal_deg, first.internal_deg):
            continue
        pair = [
            (math.radians(row.internal_deg or 0.0), math.radians(row.internal_sd_deg or 0.0)) for row in (first, newest)
        ]
        found = change(spec.posture, pair[0], pair[1])
        by = math.degrees(found.difference_rad)
        since = first.when.split()[0]
        sign = "+" if by >= 0.0 else "−"
        limit = f"{math.degrees(found.limit_rad):.0f}°"
        verdict = "a real change" if found.is_real else f"within what error can do, {limit}"
        said.append(f"{spec.name}, {side}: {sign}{abs(by):.0f}° since {since} ({verdict})")
    return tuple(said)
