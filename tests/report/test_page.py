"""The page says what the JSON says, in strict HTML, and loads nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from imu_hip.app.catalogue import exercise
from imu_hip.app.reporting import report_of
from imu_hip.model.coaching_words import FAULTS
from imu_hip.model.event import Event, PartEnded, PartStarted, RadioTrouble, StrapGainFound, Touch, Trouble
from imu_hip.model.exercise_spec import CompensationKind, Direction
from imu_hip.model.item import Role
from imu_hip.report import figures, wording
from tests.report.examples import NAMES, analysis, hour_of, page, read_page, result
from tests.report.strict_html import Node, read

on_every_page = pytest.mark.parametrize("name", NAMES)
NUMBER = re.compile(r"\d+(?:[.:]\d+)*")


def rows(page: Node, caption: str) -> list[list[str]]:
    """Return the cells of the table with this caption."""
    (found,) = (table for table in page.all("table") if next(table.all("caption")).text == caption)
    (body,) = found.all("tbody")
    return [[cell.text for cell in row.children if isinstance(cell, Node)] for row in body.all("tr")]


def tiles(page: Node) -> dict[str, str]:
    """Return the values of the result by their names."""
    (found, *_) = page.of_class("dl", "tiles")
    return {next(each.all("dt")).text: next(each.all("b")).text for each in found.all("div")}


@on_every_page
def test_the_page_is_strict_html_and_loads_nothing(name: str) -> None:
    html = read_page(name)
    assert html.attributes == {"lang": "en"}
    assert len(list(html.all("title"))) == 1 + len(list(html.all("svg"))) - len(silent(html))
    for node in every(html):
        assert not {key for key in node.attributes if key.startswith("on") or key in ("src", "srcset", "style")}
        assert node.attributes.get("href", "#").startswith("#")
    assert "@import" not in page(name)
    assert set(re.findall(r"url\(([^)]*)\)", page(name))) <= {"#dots", "#bars", "#hatch"}
    assert re.findall(r"\w+://", page(name)) == []


def every(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        if isinstance(child, Node):
            yield from every(child)


def silent(html: Node) -> list[Node]:
    return [svg for svg in html.all("svg") if svg.attributes.get("aria-hidden") == "true"]


@on_every_page
def test_headings_tables_and_plots_have_names(name: str) -> None:
    html = read_page(name)
    levels = [int(node.tag[1]) for node in every(html) if node.tag in ("h1", "h2", "h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in html.all("table"):
        assert next(table.all("caption")).text
        assert {cell.attributes["scope"] for cell in table.all("th")} == {"col", "row"}
    pictures = [svg for svg in html.all("svg") if svg not in silent(html)]
    assert pictures
    for svg in pictures:
        named = {node.attributes["id"]: node.text for tag in ("title", "desc") for node in svg.all(tag)}
        assert svg.attributes["role"] == "img"
        assert all(named[key] for key in svg.attributes["aria-labelledby"].split())


@on_every_page
def test_holds_exits_blocks_and_faults_are_those_of_the_json(name: str) -> None:
    html, found = read_page(name), result(name)
    (part,) = found["parts"]
    expected: dict[str, list[list[str]]] = {
        wording.HOLDS: [
            [
                f"H{k}", figures.clock(hold["start_s"]), f"{hold['duration_s']:.1f} s", hold["direction"],
                f"{hold['angle_deg']:.0f}° ± {2.0 * hold['sd_deg']:.0f}°",
                f"{hold['percent_of_end_range']:.0f} %",
                f"{figures.number(hold['drift_deg_per_s'], 1, sign=True)} °/s; {hold['wobble_deg']:.1f}°",
                wording.HOLD_VERDICTS[hold["verdict"]], hold["why"],
            ]
            for k, hold in enumerate(part["holds"], 1)
        ],
        wording.EXITS: [
            [
                f"E{k}", figures.clock(left["start_s"]), f"{left['duration_s']:.1f} s", left["direction"],
                f"{left['peak_deg_per_s']:.0f} °/s", f"{left['sparc']:.2f}".replace("-", "−"),
                wording.EXIT_VERDICTS[left["verdict"]], left["why"],
            ]
            for k, left in enumerate(part["exits"], 1)
        ],
        wording.BLOCKS: [
            [f"B{k}", figures.clock(b["start_s"]), f"{b['duration_s']:.1f} s", f"{b['range_deg']:.1f}°"]
            for k, b in enumerate(part["blocks"], 1)
        ],
        wording.FAULTS: [
            [
                f"F{k}", figures.clock(fault["start_s"]), f"{fault['end_s'] - fault['start_s']:.1f} s",
                FAULTS[CompensationKind(fault["kind"])].name, f"{fault['peak_deg']:.0f}°",
                FAULTS[CompensationKind(fault["kind"])].correction, fault["why"],
            ]
            for k, fault in enumerate(part["compensations"], 1)
        ],
    }  # fmt: skip
    captions = [next(table.all("caption")).text for table in html.all("table")]
    for caption, lines in expected.items():
        assert (caption in captions) == bool(lines)
        if lines:
            assert rows(html, caption) == lines
    letters = [text.text for svg in html.all("svg") for text in svg.all("text") if "letter" in text.attributes["class"]]
    named = [line[0] for lines in expected.values() for line in lines]
    trials = [f"T{k}" for k, _ in enumerate(part.get("trials", ()), 1)]
    assert sorted(letter for letter in letters if letter != "?") == sorted([*named, *trials])


def test_a_measurement_shows_trials_means_arc_ratio_and_minimal_detectable_change() -> None:
    html, found = read_page("arom_seated_right"), result("arom_seated_right")
    shown = tiles(html)
    measured = found["parts"][0]["active_range"]
    for direction, name in (("internal", "Internal rotation"), ("external", "External rotation")):
        mean, sd = measured[direction]["mean_deg"], measured[direction]["sd_deg"]
        assert shown[name] == f"{mean:.0f}° ± {2.0 * sd:.0f}°"
        note = f"mean of 3 trials, best {measured[direction]['best_deg']:.0f}°"
        assert f"{note}, SD between trials {measured[direction]['trial_sd_deg']:.1f}°" in html.text
    assert shown["Whole arc"] == f"{found['arc_deg']:.0f}° ± {2.0 * found['arc_sd_deg']:.0f}°"
    assert shown["Internal : external"] == f"{found['ir_er_ratio']:.2f}"
    assert shown["Minimal detectable change"] == "6°"
    assert len(rows(html, "Trials")) == len(found["parts"][0]["trials"])


def test_the_top_says_side_posture_signs_method_and_that_nobody_was_measured() -> None:
    html = read_page("arom_seated_right")
    (facts,) = html.of_class("dl", "facts")
    for text in ("right", "sitting", "internal rotation +", "pelvis + thigh", "2026-11-23 05:43 UTC", "1:54"):
        assert text in facts.text
    assert "two standard deviations" in facts.text
    assert html.of_class("p", "simulated")
    live = analysis("arom_seated_right")
    measured = replace(live, setup=replace(live.setup, origin=type(live.setup.origin).LIVE))
    assert not read(report_of(measured)).of_class("p", "simulated")


@on_every_page
def test_every_number_of_the_result_comes_from_the_json(name: str) -> None:
    html, found = read_page(name), result(name)
    known = set(numbers(found)) | set(NUMBER.findall(" ".join(texts(found)))) | {"1.00"}
    cells = [*html.all("td"), *html.all("dd"), *(cell for cell in html.all("th") if cell.attributes["scope"] == "row")]
    told = {
        number for cell in cells for number in NUMBER.findall(re.sub(r"\b[HBETF]\d+\b|\d{4}-\d\d-\d\d", "", cell.text))
    }
    told -= set(NUMBER.findall(wording.SIGN_TEXT + " ".join([*wording.COSTS.values(), *wording.COST_TROUBLE.values()])))
    assert told - known == set()


def numbers(value: Any, key: str = "") -> Iterator[str]:
    """Yield every way in which the page may write a number of the JSON."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from numbers(each, name)
        if "start_s" in value and value["start_s"] is not None:
            yield f"{value['end_s'] - value['start_s']:.1f}"
        if "lost" in value:
            yield f"{100.0 * value['lost'] / (value['samples'] + value['lost']):.1f}"
        if "range" in value:
            # A change counts from 6° or 8° on, or from two standard deviations of a difference.
            spreads = [value["range"][f"{d}_rotation_sd_deg"] for d in Direction]
            yield from (f"{max(8.0, 2.0 * math.sqrt(2.0) * sd):.0f}" for sd in spreads if sd is not None)
            yield from ("6", *(f"{2.0 * math.sqrt(2.0) * sd:.0f}" for sd in spreads if sd is not None))
    elif isinstance(value, list):
        yield from numbers(len(value))
        for each in value:
            yield from numbers(each, key)
        if key == "calibration":
            yield from (str(k + 1) for k in range(len(value)))
        for field in ("verdict", "complete"):
            said = [each[field] for each in value if isinstance(each, dict) and field in each]
            yield from (str(said.count(word)) for word in (*said, "complete", "controlled"))
            yield str(len(said) - said.count(None))
    elif isinstance(value, int | float):
        size = abs(value)
        yield from (f"{size:.0f}", f"{size:.1f}", f"{size:.2f}", f"{2.0 * size:.0f}")
        if key == "start" or key.endswith("_s"):
            yield figures.clock(size)
        if key == "quality":
            yield f"{100.0 * size:.0f}"


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)
    elif isinstance(value, str):
        yield re.sub(r"\d{4}-\d\d-\d\dT(\d\d:\d\d):\d\dZ", r"\1", value)


def test_a_moved_sensor_is_told_before_the_result_is_read() -> None:
    html = read_page("prone_ir_left_slipped")
    (notice,) = html.of_class("aside", "care")
    assert "the thigh sensor has moved by about 20°" in notice.text
    assert wording.CARE_NOTE in html.of_class("dl", "tiles")[0].text
    assert [link.attributes["href"] for link in notice.all("a")] == ["#doubts"]
    assert page("prone_ir_left_slipped").index("<aside") < page("prone_ir_left_slipped").index('<dl class="tiles"')


def test_another_posture_is_told_beside_the_posture() -> None:
    html = read_page("supine_ere_left_wrong_posture")
    assert "lying on the back, but the sensors show another" in html.of_class("dl", "facts")[0].text
    (notice,) = html.of_class("aside", "care")
    assert "belongs to another posture" in notice.text
    assert "The ± is more than half of the angle" in notice.text
    assert not read_page("supine_ere_right").of_class("aside", "care")


def test_what_could_not_be_judged_stands_with_its_cost_and_is_not_called_clean() -> None:
    html = read_page("supine_ere_right_lost_samples")
    lines = rows(html, wording.DOUBTS)
    assert [line[1] for line in lines] == [wording.COST_TROUBLE["gap"], wording.UNJUDGED_COST]
    assert "Knee moved" in lines[1][0]
    (clean,) = (p.text for p in html.all("p") if p.text.startswith("Looked for and not seen"))
    assert "pelvis lifted" in clean
    assert "knee moved" not in clean
    assert "230 (2.5 %)" in rows(html, wording.LINK)[1]


def test_lost_data_are_hatched_where_they_were_lost() -> None:
    html = read_page("supine_ere_right_lost_samples")
    (plot,) = (svg for svg in html.all("svg") if svg not in silent(html))
    drawn = {path.attributes["class"]: path.attributes["d"] for path in plot.all("path")}
    unknown, dropped = (
        [(float(x), float(width)) for x, width in re.findall(r"M([\d.]+),[\d.]+h([\d.]+)", drawn[kind])]
        for kind in ("unknown", "dropout")
    )
    assert len(unknown) == len(dropped) == 2
    for hatched, bar in zip(unknown, dropped, strict=True):
        assert hatched == pytest.approx(bar, abs=3.0)
    assert "Not known for" in next(plot.all("desc")).text


def test_several_parts_are_several_plots_each_under_its_name() -> None:
    one = analysis("supine_ere_right")
    end = next(event for event in one.events if isinstance(event, PartEnded))
    again: list[Event] = [PartStarted(end.t_s - 5.0, "prone_ir"), PartEnded(end.t_s - 1.0, "prone_ir")]
    setup = replace(one.setup, exercises=(*one.setup.exercises, exercise("prone_ir")))
    html = read(report_of(replace(one, setup=setup, events=(*one.events, *again))))
    assert html.of_class("h1", "") == []
    assert next(html.all("h1")).text == "Hip rotation: 2 exercises"
    headings = [heading.text for heading in html.all("h2")]
    assert headings[:2] == ["1. Supine end-range expansion", "2. Prone internal rotation"]
    assert len(list(html.all("figure"))) == 2
    assert "lying on the back, lying face down" in html.of_class("dl", "facts")[0].text


def test_without_angles_the_page_says_so_and_what_it_costs() -> None:
    one = analysis("supine_ere_right")
    nothing = replace(one.angles, valid=one.angles.valid & False)
    html = read(report_of(replace(one, angles=nothing, events=())))
    assert list(html.all("figure")) == []
    assert wording.PLOT_NO_ANGLE in html.text
    assert tiles(html)["Internal rotation"] == "––"
    assert wording.NOTHING_COUNTED in html.text


def test_an_empty_recording_has_a_page() -> None:
    one = analysis("supine_ere_right")
    rows_of_none = type(one.angles)(*(getattr(one.angles, name)[:0] for name in one.angles.__slots__))
    html = read(report_of(replace(one, angles=rows_of_none, phases=one.phases[:0], events=(), duration_s=None)))
    assert wording.PLOT_NO_ANGLE in html.text


def test_a_strap_gain_puts_the_degrees_of_the_shin_beside_the_straps() -> None:
    one = analysis("prone_ir_left_slipped")
    html = read(report_of(replace(one, events=(*one.events, StrapGainFound(20.0, 1.5, 0.1, 4)))))
    (best,) = (part["range"]["internal_rotation_deg"] for part in result("prone_ir_left_slipped")["parts"])
    shown = tiles(html)
    assert shown["Internal rotation"].startswith(f"{best:.0f}°")
    assert shown["Internal rotation, in degrees of the shin"].startswith(f"{1.5 * best:.0f}°")


def test_a_hold_that_was_left_too_soon_is_counted_beside_the_holds() -> None:
    one = analysis("supine_ere_right")
    start = next(k for k, event in enumerate(one.events) if isinstance(event, PartStarted))
    touched = (*one.events[: start + 1], Touch(56.0, 56.6, Direction.INTERNAL), *one.events[start + 1 :])
    assert "left too soon to count: 1" in read(report_of(replace(one, events=touched))).text


@pytest.mark.parametrize("name", ["supine_ere_right_lost_samples", "prone_ir_left_slipped"])
def test_an_hour_weighs_less_than_half_a_megabyte(name: str) -> None:
    text = report_of(hour_of(name))
    html = read(text)
    assert len(text.encode()) < 500_000
    assert len(list(html.all("figure"))) == 8
    assert len(rows(html, wording.HOLDS)) > 200


def test_an_hour_of_bad_radio_weighs_less_than_half_a_megabyte() -> None:
    hour = hour_of("supine_ere_right")
    lost = hour.angles.t_s % 1.0 < 0.2
    gaps = [Trouble(t_s, t_s + 0.2, Role.THIGH, RadioTrouble.GAP, 20) for t_s in range(60, 3600)]
    text = report_of(
        replace(hour, angles=replace(hour.angles, valid=hour.angles.valid & ~lost), events=(*hour.events, *gaps))
    )
    assert len(text.encode()) < 500_000
    assert "Not known for" in read(text).text
