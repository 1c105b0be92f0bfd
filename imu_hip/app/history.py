"""A person's sessions over the weeks: rows, trends by exercise, side and direction, both sides compared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from imu_hip.exercise.asymmetry import Comparison, side_difference
from imu_hip.exercise.progress import SIDES_WITHIN_DAYS, Measured, Programme, Trend, programme, trend
from imu_hip.model.app_state import HistoryRow
from imu_hip.model.exercise_spec import Direction, Posture
from imu_hip.model.setup import Side
from imu_hip.session.kept_session import KeptSession, PartSummary


@dataclass(frozen=True, slots=True)
class TrendOf:
    """A trend, and whose it is."""

    exercise_id: str
    posture: Posture
    side: Side
    direction: Direction
    measurement: bool
    trend: Trend


@dataclass(frozen=True, slots=True)
class SidesOf:
    """The newest ranges of both sides, left less right."""

    exercise_id: str
    direction: Direction
    left: Measured
    right: Measured
    compared: Comparison


@dataclass(frozen=True, slots=True)
class RatioOf:
    """Internal to external range of one side, of the newest measurement of both, with its standard deviation."""

    exercise_id: str
    side: Side
    ratio: float
    sd: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A session that was cut off, and so has no result yet."""

    when: str
    exercise: str
    side: str
    path: str


@dataclass(frozen=True, slots=True)
class History:
    """What a person's sessions come to; `rows` newest first, measurements before training in all the others.

    Sessions stopped while calibrating have a row, and count nowhere. `recordings`: of all, also of those that were left
    out. `versions`: of the program, that made the results.
    """

    recordings: int
    rows: tuple[HistoryRow, ...]
    trends: tuple[TrendOf, ...]
    sides: tuple[SidesOf, ...]
    ratios: tuple[RatioOf, ...]
    programme: Programme | None
    versions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


def history_of(sessions: Sequence[KeptSession], today: int, names: Mapping[str, str]) -> History:
    """Put together what sessions, the newest first, come to.

    `today` is a day as `date.toordinal` counts them; `names` are those of the exercises, by id.
    """
    rows = tuple(row for kept in sessions for row in _rows(kept, names))
    trends = tuple(_trends(rows))
    return History(
        recordings=len(sessions),
        rows=rows,
        trends=trends,
        sides=tuple(_sides(trends)),
        ratios=tuple(_ratios(rows)),
        programme=programme([day_of(row) for row in rows if not row.stopped], today),
        versions=tuple(sorted({kept.summary.imu_hip for kept in sessions if kept.summary is not None})),
        left_out=tuple(_left_out(kept) for kept in sessions if kept.summary is None),
    )


def day_of(row: HistoryRow) -> int:
    """Return the local day of a session, as `date.toordinal` counts them."""
    return date.fromisoformat(row.when[:10]).toordinal()


def measured(row: HistoryRow, direction: Direction) -> Measured | None:
    """Return the range of one direction; None where it is not known."""
    found = (
        (row.internal_deg, row.internal_sd_deg)
        if direction is Direction.INTERNAL
        else (row.external_deg, row.external_sd_deg)
    )
    angle_deg, sd_deg = found
    if angle_deg is None or sd_deg is None:
        return None
    return Measured(day_of(row), math.radians(angle_deg), math.radians(sd_deg))


def _left_out(kept: KeptSession) -> LeftOut:
    when = "" if (start := _start_of(kept)) is None else start.isoformat(" ", "minutes")[:16]
    return LeftOut(when, kept.exercise or "", kept.side or "", str(kept.path))


def _start_of(kept: KeptSession) -> datetime | None:
    """Return when a session began, where the computer is."""
    try:
        return None if kept.start is None else datetime.fromisoformat(kept.start).astimezone()
    except (ValueError, OverflowError, OSError):  # a local day before the first or behind the last that there are
        return None


def _rows(kept: KeptSession, names: Mapping[str, str]) -> Iterable[HistoryRow]:
    """Yield a row for each exercise of a session; nothing where its day or its result is not known."""
    when = _start_of(kept)
    if when is None or kept.summary is None or kept.side not in set(Side):
        return
    parts = kept.summary.parts
    if not parts:
        yield _stopped(kept, when, names)
    for exercise_id in dict.fromkeys(part.exercise for part in parts):
        own = [part for part in parts if part.exercise == exercise_id]
        internal_deg, internal_sd_deg = _best((part.internal_deg, part.internal_sd_deg) for part in own)
        external_deg, external_sd_deg = _best((part.external_deg, part.external_sd_deg) for part in own)
        yield HistoryRow(
            when=when.isoformat(" ", "minutes")[:16],
            day=when.timestamp() / 86400.0,
            exercise=names.get(exercise_id, exercise_id.replace("_", " ")),
            exercise_id=exercise_id,
            side=kept.side,
            internal_deg=internal_deg,
            internal_sd_deg=internal_sd_deg,
            external_deg=external_deg,
            external_sd_deg=external_sd_deg,
            holds=sum(part.holds for part in own),
            hold_s=sum(part.hold_s for part in own),
            path=str(kept.path),
            posture=_posture(own),
            measurement=all(part.measurement for part in own),
            pain=kept.summary.pain,
            notes=kept.notes,
        )


def _stopped(kept: KeptSession, when: datetime, names: Mapping[str, str]) -> HistoryRow:
    """Return the row of a session in which nothing was measured, for what was told in it."""
    exercise_id = kept.exercise or ""
    name = names.get(exercise_id, exercise_id.replace("_", " "))
    return HistoryRow(
        when=when.isoformat(" ", "minutes")[:16],
        day=when.timestamp() / 86400.0,
        exercise=f"{name} (stopped while calibrating)",
        exercise_id=exercise_id,
        side=kept.side or "",
        internal_deg=None,
        internal_sd_deg=None,
        external_deg=None,
        holds=0,
        path=str(kept.path),
        pain=None if kept.summary is None else kept.summary.pain,
        notes=kept.notes,
        stopped=True,
    )


def _posture(parts: Sequence[PartSummary]) -> str:
    return next((part.posture for part in parts if part.posture is not None), "")


def _best(found: Iterable[tuple[float | None, float | None]]) -> tuple[float | None, float | None]:
    known = [(angle, sd) for angle, sd in found if angle is not None]
    return max(known, key=lambda pair: pair[0], default=(None, None))


def _trends(rows: Sequence[HistoryRow]) -> Iterable[TrendOf]:
    """Yield measurements first, then training; never across exercises, postures or sides."""
    keys = dict.fromkeys((not row.measurement, row.exercise_id, row.posture, row.side) for row in rows)
    for training, exercise_id, posture, side in sorted(keys):
        if posture not in set(Posture):
            continue
        own = [row for row in rows if (row.exercise_id, row.posture, row.side) == (exercise_id, posture, side)]
        for direction in (Direction.INTERNAL, Direction.EXTERNAL):
            known = [each for row in reversed(own) if (each := measured(row, direction)) is not None]
            if known:
                found = trend(Posture(posture), known)
                yield TrendOf(exercise_id, Posture(posture), Side(side), direction, not training, found)


def _sides(trends: Sequence[TrendOf]) -> Iterable[SidesOf]:
    """Yield what was measured on both sides within days of each other; training is no measure of a difference."""
    for left in trends:
        for right in trends:
            if not left.measurement or (left.side, right.side) != (Side.LEFT, Side.RIGHT):
                continue
            if (left.exercise_id, left.posture, left.direction) != (right.exercise_id, right.posture, right.direction):
                continue
            one, other = right.trend.days[-1], left.trend.days[-1]
            if abs(one.day - other.day) <= SIDES_WITHIN_DAYS:
                compared = side_difference((one.angle_rad, one.sd_rad), (other.angle_rad, other.sd_rad))
                yield SidesOf(left.exercise_id, left.direction, other, one, compared)


def _ratios(rows: Sequence[HistoryRow]) -> Iterable[RatioOf]:
    for exercise_id, side in dict.fromkeys((row.exercise_id, row.side) for row in rows if row.measurement):
        for row in rows:
            if (row.exercise_id, row.side) != (exercise_id, side):
                continue
            inward, outward = (measured(row, direction) for direction in (Direction.INTERNAL, Direction.EXTERNAL))
            if inward is not None and outward is not None and min(inward.angle_rad, outward.angle_rad) > 0.0:
                ratio = inward.angle_rad / outward.angle_rad
                sd = ratio * math.hypot(inward.sd_rad / inward.angle_rad, outward.sd_rad / outward.angle_rad)
                yield RatioOf(exercise_id, Side(side), ratio, sd)
                break
