"""A person's history as one page to print or hand over: the ranges of both sides, what has changed, the sessions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from imu_hip.app.history import History, TrendOf
from imu_hip.app.history_words import (
    TREND_HEAD,
    counts_from,
    programme_words,
    ratio_words,
    session_rows,
    sides_words,
    trend_cells,
)  # fmt: skip
from imu_hip.exercise.asymmetry import CHANGE_DEG, FORM_DEG, SOURCE
from imu_hip.exercise.progress import Measured
from imu_hip.feedback.wording import UNKNOWN, angle, count, figure
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.setup import Side
from imu_hip.report import wording
from imu_hip.report.canvas import LEFT, WIDTH, box, line, text
from imu_hip.report.markup import Element, definitions, element, table
from imu_hip.report.page import framed

TITLE = "Hip rotation, session by session"
_HEADINGS = {True: "Measured range", False: "Training: the best angle held (a measurement says more)"}
_BARS = "Newest active range of each side with ± 2 standard deviations: external to the left, internal to the right"
_ROW, _BAR, _AXIS, _SPARE = 34.0, 16.0, 22.0, 18.0
_STEP_DEG = 15
_MEANING = (
    "± is two standard deviations: in 95 of 100 measurements the true angle of the straps lies within. A change counts "
    f"when it exceeds that and the error of strapping and warming up: {CHANGE_DEG:g}° lying and sitting, {FORM_DEG:g}° "
    f"standing; both sides differ from {FORM_DEG:g}° on."
)


def history_html(history: History, person: str, names: Mapping[str, str], today: date) -> str:
    """Return the page; `person` as it shall stand there, `names` of exercises by their id."""
    days = len({row.when[:10] for row in history.rows})
    facts = [
        ("Person", person),
        ("Made on", today.isoformat()),
        ("Sessions", f"{count(history.recordings, 'session')} on {count(days, 'day')}"),
        ("Practice", programme_words(history.programme) or UNKNOWN),
    ]
    head = element("header", element("h1", TITLE), definitions(facts, "facts"))
    main = element("main", *_parts(history, names), _sessions(history), _meaning(history))
    foot = element("footer", element("p", wording.DISCLAIMER), element("p", wording.PRIVACY))
    return framed(TITLE, head, main, foot)


def _parts(history: History, names: Mapping[str, str]) -> Iterator[Element]:
    for measurement, heading in _HEADINGS.items():
        trends = [of for of in history.trends if of.measurement is measurement]
        if not trends:
            continue
        section = element("section", element("h2", heading))
        for exercise_id in dict.fromkeys(of.exercise_id for of in trends):
            own = [of for of in trends if of.exercise_id == exercise_id]
            posture = own[0].posture.value.replace("_", " ")
            section.append(element("h3", f"{names.get(exercise_id, exercise_id)}, {posture}"))
            section.extend(_exercise(history, exercise_id, own))
        yield section


def _exercise(history: History, exercise_id: str, trends: Sequence[TrendOf]) -> Iterator[Element]:
    sides = [side for side in Side if any(of.side is side for of in trends)]
    newest = {(of.side, of.direction): of.trend.days[-1] for of in trends}
    yield element("figure", element("figcaption", _BARS), element("div", _bars(sides, newest), class_="plot"))
    if len(sides) == 2 or trends[0].measurement:
        ratios = ratio_words(history, exercise_id)
        rows = [
            (
                side.value,
                *(_range(newest.get((side, each))) for each in Direction),
                _arc(side, newest),
                ratios.get(side, UNKNOWN),
            )
            for side in sides
        ]
        head = ("Side", "Internal", "External", "Arc", "Internal : external")
        yield table("The newest measurement of each side", head, rows)
    yield from (element("p", f"{words[:1].upper()}{words[1:]}.") for words in sides_words(history, exercise_id))
    if any(len(of.trend.days) > 1 for of in trends):
        yield table(f"First and newest ({counts_from(trends[0])})", TREND_HEAD, [trend_cells(of) for of in trends])


def _bars(sides: Sequence[Side], newest: Mapping[tuple[Side, Direction], Measured]) -> Element:
    """Draw a bar for each side, from external to internal rotation, with whiskers of two standard deviations."""
    reach = max(math.degrees(each.angle_rad + 2.0 * each.sd_rad) for each in newest.values())
    most = _STEP_DEG * max(2, math.ceil(reach / _STEP_DEG))
    middle, scale = 0.5 * (LEFT + WIDTH - _SPARE), 0.5 * (WIDTH - LEFT - _SPARE) / most
    height = _ROW * len(sides)
    drawn = []
    for tick in range(-most, most + 1, _STEP_DEG):
        x = middle + scale * tick
        drawn.append(line(x, 0.0, x, height, "zero" if tick == 0 else "grid"))
        drawn.append(text(x, height + 14.0, f"{abs(tick)}°", "tick middle"))
    for row, side in enumerate(sides):
        y = row * _ROW + 0.5 * (_ROW - _BAR)
        drawn.append(text(LEFT - 8.0, y + 0.75 * _BAR, side.value, "end"))
        for direction, sign in ((Direction.EXTERNAL, -1.0), (Direction.INTERNAL, 1.0)):
            if (found := newest.get((side, direction))) is None:
                continue
            long, doubt = scale * math.degrees(found.angle_rad), scale * math.degrees(2.0 * found.sd_rad)
            end = middle + sign * long
            drawn.append(box(min(middle, end), y, abs(end - middle), _BAR, "ribbon"))
            drawn.append(line(end - doubt, y + 0.5 * _BAR, end + doubt, y + 0.5 * _BAR, "curve"))
            drawn.extend(line(x, y + 3.0, x, y + _BAR - 3.0, "curve") for x in (end - doubt, end + doubt))
    box_ = f"0 0 {WIDTH:.0f} {height + _AXIS:.0f}"
    return element("svg", *drawn, viewBox=box_, role="img", aria_label=_BARS)


def _sessions(history: History) -> Element:
    head, rows = session_rows(history)
    return element("section", element("h2", "Sessions"), table("Sessions", head, rows, headed=True))


def _meaning(history: History) -> Element:
    made_by = ", ".join(history.versions) or UNKNOWN
    return element(
        "section",
        element("h2", "How to read this"),
        element("p", _MEANING),
        definitions([("Least changes", SOURCE), ("imu_hip", made_by)], "versions"),
    )


def _range(found: Measured | None) -> str:
    return UNKNOWN if found is None else angle(math.degrees(found.angle_rad), math.degrees(found.sd_rad))


def _arc(side: Side, newest: Mapping[tuple[Side, Direction], Measured]) -> str:
    both = [newest.get((side, direction)) for direction in Direction]
    known = [each for each in both if each is not None]
    if len(known) < len(both):
        return UNKNOWN
    return f"{figure(math.degrees(sum(each.angle_rad for each in known)))}°"
