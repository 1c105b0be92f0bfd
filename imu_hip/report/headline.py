"""The top of the page: who, when and how; the result in tiles; what to read with care."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imu_hip.model.exercise_spec import CompensationKind
from imu_hip.report import figures, wording
from imu_hip.report.markup import Element, definitions, element
from imu_hip.report.material import Json, Material, Part
from imu_hip.report.tables import fault_name

CARE_CODES = frozenset(
    {
        "no_n_pose", "not_aligned", "sensors_swapped", "axis_turned_round", "pelvis_sensor_moved",
        "thigh_sensor_moved", "no_posture_neutral", "no_legs_straight", "no_exercise_mark", "unknown_exercise",
        "end_range_too_small", "no_end_range", "clock_uncertain", "items_missing", "from_orientations",
    }
)  # fmt: skip
"""Warnings that touch the result itself."""
TOO_WIDE = 0.5
"""A result whose ± is a larger share of it than this is told with care."""

Tile = tuple[str, str, str]
"""Name, value, and a note below it."""


def title(parts: Sequence[Part]) -> str:
    """Return what the page is called."""
    names = list(dict.fromkeys(part.name for part in parts))
    return wording.TITLE.format(exercise=names[0] if len(names) == 1 else wording.SEVERAL.format(count=len(names)))


def facts(material: Material, parts: Sequence[Part]) -> Element:
    """Return side, posture, date and method: what a number is worth nothing without."""
    about = material.result["recording"]
    postures = dict.fromkeys(_posture_seen(part) for part in parts)
    method = wording.METHOD_TEXT
    if material.analysis.setup.magnetometer:
        method = f"{method}; {wording.MAGNETOMETER}"
    pairs: list[tuple[str, Element | str]] = []
    if material.person:
        pairs.append((wording.PERSON, element("bdi", material.person)))
    pairs += [
        (wording.SIDE, element("strong", wording.SIDES[about["side"]])),
        (wording.POSTURE, element("strong", ", ".join(postures))),
        (wording.RECORDED, figures.moment(about["start"])),
        (wording.LASTED, figures.clock(about["duration_s"])),
        (wording.METHOD, method),
        (wording.SIGN, wording.SIGN_TEXT),
        (wording.SPREAD, wording.SPREAD_TEXT),
    ]
    return definitions(pairs, "facts")


def part_facts(part: Part) -> str:
    """Return posture and time of one part of several."""
    return wording.PART_FACTS.format(
        posture=_posture_seen(part), start=figures.clock(part.start_s), end=figures.clock(part.end_s)
    )


def tiles(part: Part, strap_gain: Json | None, *, doubtful: bool) -> Element:
    """Return the result of a part; `doubtful`: the ranges say so themselves."""
    ranges = [*_ranges(part), *_corrected(part, strap_gain)]
    if doubtful:
        ranges = [(name, value, f"{note}; {wording.CARE_NOTE}") for name, value, note in ranges]
    found = [*ranges, *_both_ways(part), *_counts(part), *_least_change(part)]
    if not any(part.found["range"][f"{direction}_rotation_deg"] is not None for direction in wording.ROTATIONS):
        found.insert(0, (wording.ROTATIONS["internal"], wording.UNKNOWN, wording.NO_RANGE))
    groups = [
        (name, element("span", element("b", value), element("small", note)) if note else element("b", value))
        for name, value, note in found
    ]
    return definitions(groups, "tiles")


def doubts_of(material: Material, parts: Sequence[Part]) -> list[str]:
    """Return what to know before the result is believed."""
    lines = [text for part in parts for text in _doubts(part)]
    lines += [each["text"] for each in material.result["warnings"] if each["code"] in CARE_CODES]
    return list(dict.fromkeys(lines))


def care(lines: Sequence[str], anchor: str) -> Element | None:
    """Return these lines as a notice that leads on to the rest; None when there are none."""
    if not lines:
        return None
    link = element("a", wording.CARE_LINK, href=f"#{anchor}")
    items = (element("li", text) for text in lines)
    return element(
        "aside", element("h2", wording.CARE), element("ul", *items), element("p", link), class_="care"
    )  # fmt: skip


def _posture_seen(part: Part) -> str:
    """Return the posture that the exercise asks for, and whether the sensors contradict it."""
    if part.found["posture"] is None:
        return wording.UNKNOWN
    asked = wording.POSTURES[part.found["posture"]]
    return wording.NOT_THE_POSTURE.format(posture=asked) if _wrong_postures(part) else asked


def _wrong_postures(part: Part) -> list[Json]:
    return [each for each in part.found["compensations"] if each["kind"] == CompensationKind.WRONG_POSTURE]


def _ranges(part: Part) -> Iterator[Tile]:
    measured = part.found.get("active_range", {})
    for direction, name in wording.ROTATIONS.items():
        value = part.found["range"][f"{direction}_rotation_deg"]
        if value is None:
            continue
        spread = figures.angle(value, part.found["range"][f"{direction}_rotation_sd_deg"])
        yield name, spread, _range_note(measured.get(direction))


def _range_note(measured: Json | None) -> str:
    if measured is None:
        return wording.BEST_HELD
    notes = [wording.MEAN_OF[measured["trials"] == 1].format(count=measured["trials"])]
    notes.append(wording.BEST.format(angle=figures.degrees(measured["best_deg"])))
    if measured["trial_sd_deg"] is not None:
        notes.append(wording.TRIAL_SD.format(sd=figures.number(measured["trial_sd_deg"], 1)))
    return ", ".join(notes)


def _corrected(part: Part, gain: Json | None) -> Iterator[Tile]:
    for direction, rotation in wording.ROTATIONS.items():
        value = part.found["range"][f"{direction}_rotation_corrected_deg"]
        if value is None or gain is None:
            continue
        spread = figures.angle(value, part.found["range"][f"{direction}_rotation_corrected_sd_deg"])
        note = wording.BY_GAIN.format(gain=figures.number(gain["gain"], 2), spread=figures.number(2.0 * gain["sd"], 2))
        yield wording.CORRECTED.format(rotation=rotation), spread, note


def _both_ways(part: Part) -> Iterator[Tile]:
    if part.is_measurement:
        arc, ratio = part.found["arc_deg"], part.found["ir_er_ratio"]
        yield wording.ARC, figures.angle(arc, part.found["arc_sd_deg"]), wording.ARC_NOTE
        yield wording.RATIO, figures.number(ratio, 2), wording.RATIO_NOTE


def _least_change(part: Part) -> Iterator[Tile]:
    if part.least_change_deg:
        each = {direction: figures.degrees(value) for direction, value in part.least_change_deg.items()}
        if len(set(each.values())) == 1:
            value = next(iter(each.values()))
        else:
            value = ", ".join(
                wording.LEAST_CHANGE_OF.format(direction=wording.DIRECTIONS[direction], angle=angle)
                for direction, angle in each.items()
            )
        yield wording.LEAST_CHANGE, value, wording.LEAST_CHANGE_NOTE


def _counts(part: Part) -> Iterator[Tile]:
    found = part.found
    if not part.is_measurement:
        for end in found["end_range"]:
            name = wording.END_RANGE.format(direction=wording.DIRECTIONS[end["direction"]])
            yield name, figures.degrees(end["angle_deg"]), wording.FROM_MAX_REP[end["from_max_rep"]]
        full = sum(hold["verdict"] == "complete" for hold in found["holds"])
        touches = len(found["touches"])
        soon = f"; {wording.TOUCHES.format(count=touches)}" if touches else ""
        yield wording.FULL_HOLDS, figures.out_of(full, len(found["holds"])), f"{wording.FULL_HOLDS_NOTE}{soon}"
        if found["cycles"]:
            whole = sum(cycle["complete"] for cycle in found["cycles"])
            yield wording.CYCLES, figures.out_of(whole, len(found["cycles"])), ""
        graded = [each for each in found["exits"] if each["verdict"] is not None]
        if found["exits"]:
            well = sum(each["verdict"] == "controlled" for each in graded)
            left = len(found["exits"]) - len(graded)
            note = wording.UNGRADED.format(count=left) if left else ""
            yield wording.EXITS_WELL, figures.out_of(well, len(graded)), note
    notes = list(dict.fromkeys(fault_name(each["kind"]) for each in found["compensations"]))
    if found["not_judged"]:
        notes.append(wording.NOT_TOLD.format(count=len(found["not_judged"])))
    yield wording.FAULT_COUNT, str(len(found["compensations"])), ", ".join(notes)


def _doubts(part: Part) -> Iterator[str]:
    for fault in _wrong_postures(part):
        times = {"start": figures.clock(fault["start_s"]), "end": figures.clock(fault["end_s"])}
        yield wording.CARE_POSTURE.format(fault=fault_name(fault["kind"]), **times)
    for direction, rotation in wording.ROTATIONS.items():
        angle, sd = (part.found["range"][f"{direction}_rotation{key}_deg"] for key in ("", "_sd"))
        if angle is not None and sd is not None and 2.0 * sd > TOO_WIDE * angle:
            yield wording.CARE_UNSURE.format(rotation=rotation, angle=figures.angle(angle, sd))
