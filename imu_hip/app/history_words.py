"""A history in words: the table of `history`, and what the results page says of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from imu_hip.app.history import History, TrendOf
from imu_hip.exercise.progress import BREAK_DAYS, PROGRAMME_DAYS, Measured, Programme, Verdict
from imu_hip.feedback.wording import UNKNOWN, count, figure, one_line
from imu_hip.model.app_state import ErrorBand, ExerciseChange, HistoryRow
from imu_hip.model.exercise_spec import Direction, Posture
from imu_hip.model.setup import Side
from imu_hip.session.kept_session import recover_command

VERDICTS: Mapping[Verdict, str] = {
    Verdict.ONE_DAY: "one day so far",
    Verdict.NO_REAL_CHANGE: "no real change yet",
    Verdict.REAL_ONCE: "beyond error, once: repeat it",
    Verdict.REAL: "more than the measurement error",
}
_CUT_OFF = "cut off, not evaluated; this does it:"
TREND_HEAD = ("side", "way", "first", "newest", "change", "/week", "so far")
_WAYS = {Direction.INTERNAL: "in", Direction.EXTERNAL: "out"}
_ON_THE_FEET = (Posture.STANDING, Posture.HINGE)


def shown_history(history: History, person: str) -> dict[str, Any]:
    """Return what the results page shows of a history, by the names of its view."""
    return {
        "person": person,
        "sessions": history.rows,
        "changes": changes(history),
        "programme": programme_words(history.programme),
        "bands": bands(history),
    }


def changes(history: History) -> tuple[ExerciseChange, ...]:
    """Return what has changed since the first day, a line for each trend of more than one day."""
    return tuple(
        ExerciseChange(
            of.exercise_id,
            f"{of.side.value}, {_WAYS[of.direction]}: {_signed(of.trend.change.difference_rad)}° "
            f"since {_date(of.trend.days[0].day)}, {VERDICTS[of.trend.verdict]} ({figure(_needed_deg(of))}°)",
        )
        for of in history.trends
        if of.trend.verdict is not Verdict.ONE_DAY
    )


def programme_words(found: Programme | None) -> str:
    """Return how far the weeks of practice are, "" before the first day."""
    if found is None:
        return ""
    least, most = PROGRAMME_DAYS
    days = count(found.practised, "day")
    if found.pause_days > BREAK_DAYS:
        return f"last practised {found.pause_days} days ago; the next session begins the {least} to {most} days anew"
    if found.day > most:
        return f"the {most} days are over (day {found.day}): practised on {days} of them"
    return f"day {found.day}, practised on {days}; the programme takes {least} to {most} days"


def bands(history: History) -> tuple[ErrorBand, ...]:
    """Return the error around the first internal rotation of each exercise and side."""
    found = []
    for of in history.trends:
        if of.direction is Direction.INTERNAL:
            first_deg, reach_deg = math.degrees(of.trend.days[0].angle_rad), _needed_deg(of)
            found.append(ErrorBand(of.exercise_id, of.side.value, first_deg - reach_deg, first_deg + reach_deg))
    return tuple(found)


def history_lines(history: History, person: str, names: Mapping[str, str]) -> Iterable[str]:
    """Yield the whole history, in lines of at most 80 letters as long as names are short."""
    days = len({row.when[:10] for row in history.rows})
    yield f"{one_line(person)}: {count(history.recordings, 'session')} on {count(days, 'day')}"
    if words := programme_words(history.programme):
        held_s = round(sum(row.hold_s for row in history.rows))
        yield f"programme: {words}"
        yield f"at end range: {held_s // 60} min {held_s % 60:02d} s in all"
    headings = ((True, "Measurements"), (False, "Training (the best angle held; a measurement says more)"))
    for measurement, heading in headings:
        ids = dict.fromkeys(of.exercise_id for of in history.trends if of.measurement is measurement)
        if ids:
            yield from ("", heading)
        for exercise_id in ids:
            yield from _exercise_lines(history, exercise_id, names)
    if history.rows:
        yield ""
        head, rows = session_rows(history)
        yield from _table((head, *rows), right={5, 6, 7, 8})
    yield from _left_out_lines(history)
    if len(history.versions) > 1:
        yield ""
        yield f"results of imu_hip {' and '.join(history.versions)}: derive them alike with imu-hip verify"


def _left_out_lines(history: History) -> Iterable[str]:
    """Yield the sessions that are not counted because they were cut off, and how they come to be."""
    if history.left_out:
        yield from ("", "Not counted")
    for each in history.left_out:
        yield one_line("  ".join(word for word in (each.when, each.exercise, each.side, _CUT_OFF) if word))
        yield f"  {recover_command(Path(each.path))}"


def session_places(history: History) -> Iterable[str]:
    """Yield the name of the folder of each session, behind its day."""
    yield from (
        f"{when}  {Path(path).parent.name}" for path, when in {row.path: row.when for row in history.rows}.items()
    )


def _exercise_lines(history: History, exercise_id: str, names: Mapping[str, str]) -> Iterable[str]:
    trends = [of for of in history.trends if of.exercise_id == exercise_id]
    form = ", a check of form" if trends[0].posture in _ON_THE_FEET else ""
    name = one_line(names.get(exercise_id, exercise_id))
    yield f"{name} ({trends[0].posture.value.replace('_', ' ')}{form}; {counts_from(trends[0])})"
    yield from (f"  {line}" for line in _table((TREND_HEAD, *(trend_cells(of) for of in trends)), right={4, 5}))
    yield from (f"  {words}" for words in sides_words(history, exercise_id))
    ratios = ratio_words(history, exercise_id)
    if ratios:
        yield f"  internal to external: {', '.join(f'{side.value} {words}' for side, words in ratios.items())}"


def counts_from(of: TrendOf) -> str:
    """Return from how much on a change of a trend's range is more than error."""
    return f"a change counts from {figure(math.degrees(of.trend.change.limit_rad))}°"


def sides_words(history: History, exercise_id: str) -> Iterable[str]:
    """Yield what the newest measurements of both sides of an exercise say of each other."""
    for of in history.sides:
        if of.exercise_id == exercise_id:
            by = figure(math.degrees(abs(of.compared.difference_rad)))
            more = "more" if of.compared.difference_rad >= 0.0 else "less"
            enough = "more than" if of.compared.is_real else "within"
            how_far = f"left turns {by}° {more}" if by != "0" else "left turns as far"
            than = "than" if by != "0" else "as"
            yield f"{how_far} {_WAYS[of.direction]} {than} right: {enough} the measurement error"


def ratio_words(history: History, exercise_id: str) -> dict[Side, str]:
    """Return the ratio of internal to external range of each side on which an exercise measured both."""
    return {of.side: f"{of.ratio:.2f} ± {2.0 * of.sd:.2f}" for of in history.ratios if of.exercise_id == exercise_id}


def trend_cells(of: TrendOf) -> tuple[str, ...]:
    """Return a trend as cells below `TREND_HEAD`."""
    speed = "" if of.trend.per_week_rad is None else f"{_signed(of.trend.per_week_rad, 1)}°"
    first, newest = of.trend.days[0], of.trend.days[-1]
    one = of.trend.verdict is Verdict.ONE_DAY
    return (
        of.side.value,
        _WAYS[of.direction],
        _figure(first),
        "" if one else _figure(newest),
        "" if one else f"{_signed(of.trend.change.difference_rad)}°",
        speed,
        VERDICTS[of.trend.verdict],
    )


def session_rows(history: History) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the head of a table of sessions, and its rows."""
    # Most weeks nothing hurts: columns for what was told are there where something was.
    told = tuple(name for name in ("pain", "notes") if any(getattr(row, name) for row in history.rows))
    return ("when", "exercise", "side", "in", "out", "holds", "s", *told), [_cells(row, told) for row in history.rows]


def _cells(row: HistoryRow, told: tuple[str, ...]) -> tuple[str, ...]:
    ways = ((row.internal_deg, row.internal_sd_deg), (row.external_deg, row.external_sd_deg))
    angles = (UNKNOWN if angle is None or sd is None else _angle(angle, sd) for angle, sd in ways)
    return (
        row.when,
        one_line(row.exercise_id) + (", stopped" if row.stopped else ""),
        row.side,
        *angles,
        str(row.holds),
        f"{row.hold_s:.0f}",
        *(_told(row, each) for each in told),
    )


def _told(row: HistoryRow, name: str) -> str:
    value = row.pain if name == "pain" else row.notes or None
    return "" if value is None else str(value)


def _table(rows: Iterable[tuple[str, ...]], right: set[int]) -> Iterable[str]:
    """Yield lines of columns as wide as their widest cell; those in `right` end where the others begin."""
    rows = list(rows)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (
            f"{cell:>{w}}" if k in right else f"{cell:<{w}}"
            for k, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _needed_deg(of: TrendOf) -> float:
    """Return what a change must exceed: the least that can be told in that posture, and two standard deviations."""
    return math.degrees(max(of.trend.change.limit_rad, 2.0 * of.trend.change.sd_rad))


def _figure(found: Measured) -> str:
    return _angle(math.degrees(found.angle_rad), math.degrees(found.sd_rad))


def _angle(angle_deg: float, sd_deg: float) -> str:
    return f"{figure(angle_deg)} ± {figure(2.0 * sd_deg)}°"


def _signed(angle_rad: float, digits: int = 0) -> str:
    rounded = round(math.degrees(angle_rad), digits)
    return f"{rounded:+.{digits}f}".replace("-", "−") if rounded else "0"


def _date(day: int) -> str:
    return date.fromordinal(day).isoformat()
