"""Everything that was found in a part, as tables: trials, holds, blocks, exits, cycles, faults."""

from __future__ import annotations

from collections.abc import Iterator

from imu_hip.model.coaching_words import FAULTS
from imu_hip.model.exercise_spec import CompensationKind
from imu_hip.report import figures, wording
from imu_hip.report.marks import label
from imu_hip.report.markup import Element, element, table
from imu_hip.report.material import Json, Part


def tables(part: Part) -> Iterator[Element]:
    """Yield the tables of a part; what was not found has none."""
    if part.is_measurement:
        if part.found["trials"]:
            yield _trials(part)
    elif part.found["holds"]:
        yield _holds(part)
    else:
        yield element("p", wording.NOTHING_COUNTED)
    if part.found["blocks"]:
        yield _blocks(part)
        yield element("p", wording.BLOCK_NOTE, class_="note")
    if part.found["exits"]:
        yield _exits(part)
    if part.found["cycles"]:
        yield _cycles(part)
    if part.found["compensations"]:
        yield _faults(part)
    yield element("p", _not_seen(part), class_="note")


def fault_name(kind: str) -> str:
    """Return a fault in the words of the screens."""
    return FAULTS[CompensationKind(kind)].name


def _trials(part: Part) -> Element:
    head = (wording.NUMBER, wording.AT, wording.LASTS, wording.DIRECTION, wording.ANGLE)
    rows = [
        (*_when("trials", number, trial), wording.DIRECTIONS[trial["direction"]], _angle(trial))
        for number, trial in enumerate(part.found["trials"], 1)
    ]
    return table(wording.TRIALS, head, rows)


def _holds(part: Part) -> Element:
    head = (
        wording.NUMBER, wording.AT, wording.LASTS, wording.DIRECTION, wording.ANGLE, wording.PERCENT,
        wording.STEADINESS, wording.VERDICT, wording.WHY,
    )  # fmt: skip
    rows = [
        (
            *_when("holds", number, hold),
            wording.DIRECTIONS[hold["direction"]],
            _angle(hold),
            f"{figures.number(hold['percent_of_end_range'])} %",
            wording.STEADY.format(
                drift=figures.number(hold["drift_deg_per_s"], 1, sign=True),
                wobble=figures.number(hold["wobble_deg"], 1),
            ),
            _verdict(wording.HOLD_VERDICTS[hold["verdict"]], good=hold["verdict"] == "complete"),
            hold["why"],
        )
        for number, hold in enumerate(part.found["holds"], 1)
    ]
    return table(wording.HOLDS, head, rows)


def _blocks(part: Part) -> Element:
    head = (wording.NUMBER, wording.AT, wording.LASTS, wording.STAYED)
    rows = [
        (*_when("blocks", number, block), f"{figures.number(block['range_deg'], 1)}°")
        for number, block in enumerate(part.found["blocks"], 1)
    ]
    return table(wording.BLOCKS, head, rows)


def _exits(part: Part) -> Element:
    head = (
        wording.NUMBER, wording.AT, wording.LASTS, wording.DIRECTION, wording.PEAK, wording.SMOOTHNESS,
        wording.VERDICT, wording.WHY,
    )  # fmt: skip
    rows = [
        (
            *_when("exits", number, found),
            wording.DIRECTIONS[found["direction"]],
            wording.PER_SECOND.format(rate=figures.number(found["peak_deg_per_s"])),
            figures.number(found["sparc"], 2),
            _verdict(wording.EXIT_VERDICTS[found["verdict"]], good=found["verdict"] == "controlled"),
            found["why"],
        )
        for number, found in enumerate(part.found["exits"], 1)
    ]
    return table(wording.EXITS, head, rows)


def _cycles(part: Part) -> Element:
    head = (wording.NUMBER, wording.AT, wording.LASTS, wording.VERDICT, wording.GROWTH, wording.STEPS_SEEN)
    rows = []
    for number, cycle in enumerate(part.found["cycles"], 1):
        steps = ", ".join(wording.STEPS[step] for step in cycle["steps"]) or wording.UNKNOWN
        if cycle["missing"]:
            steps += f"; {wording.MISSING.format(steps=', '.join(wording.STEPS[step] for step in cycle['missing']))}"
        growth = figures.number(cycle["growth_deg"], 1, sign=True)
        rows.append(
            (
                str(number),
                figures.clock(cycle["start_s"]),
                figures.seconds(cycle["end_s"] - cycle["start_s"]),
                _verdict(wording.COMPLETE[cycle["complete"]], good=cycle["complete"]),
                growth if cycle["growth_deg"] is None else f"{growth}°",
                steps,
            )
        )
    return table(wording.CYCLES_TITLE, head, rows)


def _faults(part: Part) -> Element:
    head = (
        wording.NUMBER, wording.AT, wording.LASTS, wording.FAULT_COLUMN, wording.PEAK_SIZE, wording.TO_MEND,
        wording.WHY,
    )  # fmt: skip
    rows = [
        (
            *_when("compensations", number, fault),
            fault_name(fault["kind"]),
            figures.degrees(fault["peak_deg"]),
            FAULTS[CompensationKind(fault["kind"])].correction,
            fault["why"],
        )
        for number, fault in enumerate(part.found["compensations"], 1)
    ]
    return table(wording.FAULTS, head, rows)


def _not_seen(part: Part) -> str:
    """Return which faults would have been told from error and were not made."""
    looked_for = () if part.spec is None else part.spec.faults.kinds
    open_or_made = {each["kind"] for key in ("compensations", "not_judged") for each in part.found[key]}
    kinds = [fault_name(kind).lower() for kind in looked_for if kind not in open_or_made]
    if not looked_for:
        return wording.NOT_LOOKED_FOR
    return wording.NO_FAULTS.format(kinds=", ".join(kinds) or wording.UNKNOWN)


def _when(kind: str, number: int, found: Json) -> tuple[str, str, str]:
    return label(kind, number), figures.clock(found["start_s"]), figures.seconds(found["end_s"] - found["start_s"])


def _angle(found: Json) -> str:
    return figures.angle(found["angle_deg"], found["sd_deg"])


def _verdict(text: str, *, good: bool) -> Element:
    return element("span", text, class_="good" if good else "poor")
