"""The angle over time as inline SVG: ribbon of ± 2 SD, curve, what was found, what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor

import numpy as np

from imu_hip.report import figures, trace, wording
from imu_hip.report.canvas import HEIGHT, LEFT, RIGHT, WIDTH, Scale, box, boxes, line, polyline, text
from imu_hip.report.marks import FAULTS, SHADED, Mark, marks, rows_without_overlap
from imu_hip.report.markup import Element, element
from imu_hip.report.material import Curve, Floats, Part

LANE, AXIS = 16.0, 20.0
CLEAR = 6.0
"""Between the lowest angle and the name of a sensor."""
LETTER = 8.0
"""Width of a letter or digit."""
RIBBON_DOTS = 2.0
NARROWEST = 1.5
"""A stretch that is not known is never drawn narrower, so that it can be seen."""


def plots(part: Part) -> list[Element]:
    """Return a figure for each strip of a part; none where no angle is known."""
    known = trace.runs(part.curve)
    if not known:
        return []
    ends = _end_ranges(part)
    low, high = trace.limits(part.curve, [angle for _, angle, _ in ends])
    spans = trace.strips(part.start_s, part.end_s)
    return [_figure(part, k, len(spans), span, (low, high), ends) for k, span in enumerate(spans, 1)]


def _figure(
    part: Part,
    number: int,
    count: int,
    span: tuple[float, float],
    angles: tuple[float, float],
    ends: Sequence[tuple[float, float, str]],
) -> Element:
    start_s, end_s = span
    curve = trace.within(part.curve, start_s, end_s)
    inside = [mark for mark in marks(part, SHADED) if _overlaps(mark.start_s, mark.end_s, span)]
    faults = [mark for mark in marks(part, (FAULTS,)) if _overlaps(mark.start_s, mark.end_s, span)]
    lost = [each for each in part.dropouts if _overlaps(each[1], each[2], span)]
    unknown = trace.unknown_spans(curve, start_s, end_s)
    scale = Scale(start_s, end_s, *angles, 2.0 * LANE)
    fault_lanes, fault_rows = _fault_lanes(scale, faults)
    radio_top = scale.bottom + fault_rows * LANE + (CLEAR if lost else 0.0)
    roles = sorted({role for role, _, _ in lost})
    bottom = radio_top + len(roles) * LANE
    title = wording.PLOT if count == 1 else wording.PLOT_STRIP.format(strip=number, strips=count)
    name = wording.PLOT_NAME.format(
        exercise=part.name, plot=title, start=figures.clock(start_s), end=figures.clock(end_s)
    )
    key = f"plot-{part.number}-{number}"
    picture = element(
        "svg",
        element("title", name, id=f"{key}-title"),
        element("desc", description(curve, [*inside, *faults], unknown), id=f"{key}-desc"),
        *_shades(scale, inside),
        *_unknown(scale, unknown),
        *_grid(scale, bottom),
        *_ribbon(scale, curve),
        *_ends(scale, ends),
        *_corrected(scale, part.corrected_s),
        *_curve(scale, curve),
        *_names_of_ends(scale, ends),
        *_letters(scale, inside),
        *fault_lanes,
        *_radio(scale, roles, lost, radio_top),
        viewBox=f"0 0 {WIDTH:.0f} {bottom + AXIS:.0f}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
    )
    holder = element("div", picture, class_="plot", tabindex="0", role="group", aria_label=name)
    return element("figure", element("figcaption", name), holder)


def description(curve: Curve, inside: Sequence[Mark], unknown: Sequence[tuple[float, float]]) -> str:
    """Say in words what a plot shows."""
    known = curve.angle_deg[np.isfinite(curve.angle_deg)]
    if not known.size:
        return wording.PLOT_NOTHING
    low, high = float(known.min()), float(known.max())
    said = [wording.PLOT_RANGE.format(low=figures.number(low), high=figures.number(high))]
    if inside:
        said.append(wording.PLOT_WITHIN.format(marks=", ".join(mark.name for mark in inside)))
    if unknown:
        total = sum(end - start for start, end in unknown)
        said.append(wording.PLOT_UNKNOWN.format(seconds=figures.number(total, 1)))
    return " ".join(said)


def _overlaps(start_s: float, end_s: float, span: tuple[float, float]) -> bool:
    return start_s <= span[1] and end_s >= span[0]


def _end_ranges(part: Part) -> list[tuple[float, float, str]]:
    """Return from when on, at which angle, and in which words an end range is drawn."""
    out = []
    for found in part.found["end_range"]:
        sign = 1.0 if found["direction"] == "internal" else -1.0
        name = wording.END_RANGE_LINE.format(angle=figures.degrees(found["angle_deg"]))
        out.append((found["t_s"], sign * found["angle_deg"], name))
    return out


def _shades(scale: Scale, inside: Sequence[Mark]) -> Iterator[Element]:
    for mark in inside:
        left, right = scale.x(mark.start_s), scale.x(mark.end_s)
        yield box(left, scale.top, right - left, HEIGHT, f"shade {mark.kind}")


def _unknown(scale: Scale, spans: Sequence[tuple[float, float]]) -> Iterator[Element]:
    if not spans:
        return
    extents = [(scale.x(start), max(scale.x(end), scale.x(start) + NARROWEST)) for start, end in spans]
    yield boxes(extents, scale.top, HEIGHT, "unknown")
    for left, right in extents:
        if right - left > 2.0 * LETTER:
            yield text((left + right) / 2.0, scale.top + HEIGHT / 2.0, "?", "letter middle")


def _grid(scale: Scale, bottom: float) -> Iterator[Element]:
    step = 10.0 if scale.high_deg - scale.low_deg <= 70.0 else 20.0
    for k in range(ceil(scale.low_deg / step), floor(scale.high_deg / step) + 1):
        y = scale.y(step * k)
        yield line(LEFT, y, WIDTH - RIGHT, y, "zero" if k == 0 else "grid")
        yield text(LEFT - 5.0, y + 4.0, figures.degrees(step * k), "tick end")
    yield text(12.0, scale.top + 4.0, wording.AXIS_IN, "tick end", turn=True)
    if scale.low_deg <= -20.0:
        yield text(12.0, scale.bottom - 4.0, wording.AXIS_OUT, "tick start", turn=True)
    every = _every_s(scale.end_s - scale.start_s)
    for k in range(ceil(scale.start_s / every), floor(scale.end_s / every) + 1):
        x = scale.x(every * k)
        yield line(x, scale.bottom, x, bottom + 4.0, "grid")
        side = "end" if x > WIDTH - 24.0 else "middle"
        yield text(x, bottom + AXIS - 3.0, figures.clock(every * k), f"tick {side}")


def _every_s(length_s: float) -> float:
    """Return a distance of time labels that leaves about ten of them."""
    return next(
        (every for every in (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0) if length_s / every <= 12), 600.0
    )


def _ribbon(scale: Scale, curve: Curve) -> Iterator[Element]:
    """Draw ± 2 SD: one path for all stretches."""
    outlines = []
    for run in trace.runs(curve):
        t_s, lower, upper = trace.outline(run, scale.start_s, RIBBON_DOTS * scale.column_s)
        outlines.append(f"{polyline([*_points(scale, t_s, upper), *_points(scale, t_s, lower)[::-1]])}z")
    if outlines:
        yield element("path", d="".join(outlines), class_="ribbon")


def _curve(scale: Scale, curve: Curve) -> Iterator[Element]:
    lines = (polyline(_points(scale, *trace.extremes(run, scale.start_s, scale.column_s))) for run in trace.runs(curve))
    data = "".join(lines)
    if data:
        yield element("path", d=data, class_="curve")


def _points(scale: Scale, t_s: Floats, angle_deg: Floats) -> list[tuple[float, float]]:
    return [(scale.x(t), scale.y(angle)) for t, angle in zip(t_s.tolist(), angle_deg.tolist(), strict=True)]


def _ends(scale: Scale, ends: Sequence[tuple[float, float, str]]) -> Iterator[Element]:
    for from_s, angle, _ in ends:
        if from_s <= scale.end_s:
            y = scale.y(angle)
            yield line(scale.x(from_s), y, WIDTH - RIGHT, y, "end-range")


def _names_of_ends(scale: Scale, ends: Sequence[tuple[float, float, str]]) -> Iterator[Element]:
    """Name the dashed lines, above every curve."""
    for from_s, angle, name in ends:
        if from_s <= scale.end_s:
            yield text(WIDTH - RIGHT - 3.0, scale.y(angle) - 4.0, name, "tick end halo")


def _corrected(scale: Scale, corrected_s: Sequence[float]) -> Iterator[Element]:
    for t_s in corrected_s:
        if scale.start_s <= t_s <= scale.end_s:
            x = scale.x(t_s)
            yield line(x, scale.top, x, scale.bottom, "corrected")


def _letters(scale: Scale, inside: Sequence[Mark]) -> Iterator[Element]:
    """Write the letters above the plot, in two rows."""
    halves = [0.5 * LETTER * len(mark.name) + 2.5 for mark in inside]
    middles = [
        min((scale.x(mark.start_s) + scale.x(mark.end_s)) / 2.0, WIDTH - half)
        for mark, half in zip(inside, halves, strict=True)
    ]
    extents = [(middle - half, middle + half) for middle, half in zip(middles, halves, strict=True)]
    order = sorted(range(len(inside)), key=lambda k: extents[k])
    rows = rows_without_overlap([extents[k] for k in order], 2)
    for k, row in zip(order, rows, strict=True):
        if row is not None:
            yield text(middles[k], scale.top - 4.0 - LANE * row, inside[k].name, "letter middle")


def _fault_lanes(scale: Scale, faults: Sequence[Mark]) -> tuple[list[Element], int]:
    """Draw faults as brackets below the plot, each in a row of its own where they overlap."""
    extents = [
        (scale.x(mark.start_s), max(scale.x(mark.end_s), scale.x(mark.start_s) + LETTER * (len(mark.name) + 2)) + 2.0)
        for mark in faults
    ]
    rows = rows_without_overlap(extents, 4)
    drawn = []
    for mark, (left, _), row in zip(faults, extents, rows, strict=True):
        if row is None:
            continue
        y = scale.bottom + LANE * (row + 0.5)
        right = max(scale.x(mark.end_s), left + NARROWEST)
        drawn += [
            line(left, y, right, y, "fault"),
            element("path", d=f"M{left:.1f},{y - 5.0:.1f}v10l9,-5z", class_="fault-sign"),
            text(left + 11.0, y + 4.5, mark.name, "letter start halo"),
        ]
    return drawn, max((row + 1 for row in rows if row is not None), default=0)


def _radio(
    scale: Scale, roles: Sequence[str], lost: Sequence[tuple[str, float, float]], top: float
) -> Iterator[Element]:
    """Draw lost data of each sensor as bars."""
    for row, role in enumerate(roles):
        y = top + LANE * row
        yield text(LEFT - 5.0, y + 12.0, wording.ROLES[role], "tick end")
        spans = [
            (scale.x(start), max(scale.x(end), scale.x(start) + NARROWEST)) for each, start, end in lost if each == role
        ]
        yield boxes(spans, y + 4.0, LANE - 8.0, "dropout")
