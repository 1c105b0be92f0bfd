"""The view state as JSON: complete, finite, of stable types, without anything that says who it is."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from math import inf, isfinite, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.model.event import ExitVerdict, HoldVerdict, Phase
from imu_hip.model.exercise_spec import CompensationKind, Direction
from imu_hip.model.item import LinkState, Role
from imu_hip.model.view_state import (
    BreathPace,
    CalibrationView,
    ChannelView,
    ExitView,
    GuideView,
    HoldView,
    SensorView,
    TraceView,
    TrialView,
    ViewState,
)
from imu_hip.view.as_json import MAX_HOLDS, MAX_POINTS, SCHEMA, STEP_S, view_json
from tests.plot.scenes import NAMES, scene

RICH = replace(
    scene("exit_controlled"),
    pace=BreathPace(True, 0.4, 2),
    breaths_measured=1,
    faults=(CompensationKind.PELVIS_FOLLOWED,),
    unsure=(CompensationKind.KNEE_MOVED,),
    channels=(ChannelView("pelvis turn", 3.14, 5.0, at_fault=True),),
    guide=GuideView("exercise", "hold", 3.0, 9.0, 1, 4),
    calibration=(CalibrationView("n_pose", True, 0.9, "still"),),
    person="Anna Example",
    trials=(TrialView("internal", 38.4, 1.4),),
)

floats = st.floats() | st.none()
words = st.text(max_size=8)


def trace(n: int, seed: int, now_s: float, rate_hz: float) -> TraceView:
    rng = np.random.default_rng(seed)
    t_s = -np.arange(n)[::-1] / rate_hz
    angle = rng.normal(20.0, 30.0, n)
    angle[rng.random(n) < 0.1] = np.nan
    return TraceView(t_s, angle, np.abs(angle), rng.integers(0, 6, n).astype(np.uint8), np.zeros((n, 0)))


traces = st.builds(trace, st.integers(0, 3000), st.integers(0, 99), st.floats(0.0, 1e4), st.floats(5.0, 200.0))
states = st.builds(
    replace,
    st.sampled_from([scene(name) for name in NAMES]),
    t_s=st.floats(0.0, 1e5),
    angle_deg=floats,
    sd_deg=floats,
    end_range_deg=floats,
    band_deg=st.none() | st.tuples(st.floats(), st.floats()),
    hold_s=floats,
    phase=st.sampled_from(Phase),
    prompt=words,
    warning=words,
    holds=st.lists(st.builds(HoldView, st.floats(), st.floats(), st.floats(), words), max_size=20).map(tuple),
    last_exit=st.none() | st.builds(ExitView, st.none() | words, st.floats(), words),
    trials=st.none() | st.lists(st.builds(TrialView, words, st.floats(), st.floats()), max_size=6).map(tuple),
    pace=st.none() | st.builds(BreathPace, st.booleans(), st.floats(), st.integers(0, 9)),
    faults=st.lists(st.sampled_from(CompensationKind), max_size=3).map(tuple),
    channels=st.lists(st.builds(ChannelView, words, floats, st.floats(), st.booleans()), max_size=2).map(tuple),
    guide=st.builds(GuideView, words, words, floats, floats),
    calibration=st.lists(st.builds(CalibrationView, words, st.booleans(), st.floats(), words), max_size=3).map(tuple),
    sensors=st.lists(
        st.builds(
            SensorView,
            st.sampled_from(Role),
            st.none() | st.sampled_from(LinkState),
            words,
            floats,
            st.integers(0, 9),
            st.integers(0, 9),
            floats,
            st.none() | st.integers(0, 100),
        ),
        max_size=2,
    ).map(tuple),
    trace=traces,
)


def shape(content: object) -> object:
    """Return the types of a JSON value: keys of objects, kinds of what may stand in lists."""
    match content:
        case dict():
            return {key: shape(value) for key, value in content.items()}
        case list():
            return [shape(content[0])] if content else []
        case bool():
            return "bool"
        case float() | int():
            return "number"
        case None:
            return "null"
        case _:
            return type(content).__name__


def fits(found: object, wanted: object) -> bool:
    """Return whether a shape is one of the rich state's, where anything but an object's keys may be unknown."""
    match found, wanted:
        case "null", _:
            return True
        case _, "null":
            return True
        case dict(), dict():
            return found.keys() == wanted.keys() and all(fits(found[key], wanted[key]) for key in found)
        case list(), list():
            return not found or not wanted or fits(found[0], wanted[0])
        case _:
            return found == wanted


@settings(max_examples=60)
@given(states)
def test_any_state_is_finite_json_of_stable_keys_and_types(state: ViewState) -> None:
    content = view_json(state)
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert fits(shape(content), shape(view_json(RICH)))


@pytest.mark.parametrize("name", NAMES)
def test_every_scene_is_finite_json(name: str) -> None:
    assert fits(shape(json.loads(json.dumps(view_json(scene(name)), allow_nan=False))), shape(view_json(RICH)))


def test_every_field_but_the_person_is_in_it() -> None:
    assert {field.name for field in fields(ViewState)} - view_json(RICH).keys() == {"person"}


def test_nothing_says_who_it_is() -> None:
    text = json.dumps(view_json(RICH))
    assert "Anna" not in text
    assert "BIP-0001" not in text
    assert RICH.recording not in text
    assert view_json(RICH)["recording"] is True


@pytest.mark.parametrize("unknown", [None, nan, inf, -inf])
def test_an_unknown_number_is_null(unknown: float | None) -> None:
    assert view_json(replace(RICH, angle_deg=unknown))["angle_deg"] is None


def test_a_small_negative_angle_has_no_negative_zero() -> None:
    assert str(view_json(replace(RICH, angle_deg=-0.04))["angle_deg"]) == "0.0"


def test_the_newest_holds_are_told_and_all_are_counted() -> None:
    holds = tuple(HoldView(float(k), 40.0, 1.0, "complete") for k in range(30))
    content = view_json(replace(RICH, holds=holds))
    told = content["holds"]
    assert isinstance(told, list)
    assert [hold["duration_s"] for hold in told] == [float(k) for k in range(30 - MAX_HOLDS, 30)]
    assert content["holds_done"] == 30


def points(state: ViewState) -> dict[int, float | None]:
    """Return the trace's points by the number of their stretch on the session's clock."""
    told = view_json(state)["trace"]
    assert isinstance(told, dict)
    first = round((told["start_s"] + state.t_s) / STEP_S)
    return {first + k: angle for k, angle in enumerate(told["angle_deg"])}


def test_points_are_means_of_stretches_of_the_clock() -> None:
    t_s = np.arange(0.0, 12.0, 0.01) + 0.005
    angle_deg = 30.0 * np.sin(t_s)
    now_s = 12.0
    state = replace(
        RICH,
        t_s=now_s,
        trace=TraceView(t_s - now_s, angle_deg, angle_deg, np.ones(t_s.size, np.uint8), np.zeros((t_s.size, 0))),
    )
    found = points(state)
    assert sorted(found) == list(range(120))
    for k, angle in found.items():
        inside = angle_deg[(t_s >= k * STEP_S) & (t_s < (k + 1) * STEP_S)]
        assert angle == pytest.approx(inside.mean(), abs=0.051)


def test_points_do_not_move_while_time_passes() -> None:
    t_s = np.arange(0.0, 8.0, 0.01) + 0.003
    angle_deg = np.cumsum(np.random.default_rng(1).normal(0.0, 1.0, t_s.size))

    def seen(now_s: float) -> dict[int, float | None]:
        then = t_s <= now_s
        n = int(then.sum())
        trace = TraceView(t_s[then] - now_s, angle_deg[then], np.ones(n), np.ones(n, np.uint8), np.zeros((n, 0)))
        return points(replace(RICH, t_s=now_s, trace=trace))

    before, after = seen(6.047), seen(6.093)
    assert all(after[k] == before[k] for k in before if k < 60)


def test_a_stretch_with_an_unknown_angle_is_unknown_and_a_hole_is_one() -> None:
    t_s = np.concatenate([np.arange(0.0, 1.0, 0.01), np.arange(2.0, 3.0, 0.01)]) + 0.005
    angle_deg = np.full(t_s.size, 20.0)
    angle_deg[5] = nan
    trace = TraceView(t_s - 3.0, angle_deg, angle_deg, np.full(t_s.size, Phase.HOLD, np.uint8), np.zeros((t_s.size, 0)))
    state = replace(RICH, t_s=3.0, trace=trace)
    found = points(state)
    assert [k for k, angle in found.items() if angle is None] == [0, *range(10, 20)]
    told = view_json(state)["trace"]
    assert isinstance(told, dict)
    assert told["phases"] == [
        {"phase": "hold", "start_s": -3.0, "end_s": -2.0},
        {"phase": "unknown", "start_s": -2.0, "end_s": -1.0},
        {"phase": "hold", "start_s": -1.0, "end_s": 0.0},
    ]


@given(traces, st.floats(0.0, 1e4))
@settings(max_examples=40)
def test_a_trace_of_any_length_has_few_points_and_phases_that_cover_them(long: TraceView, now_s: float) -> None:
    told = view_json(replace(RICH, t_s=now_s, trace=long))["trace"]
    assert isinstance(told, dict)
    assert len(told["angle_deg"]) == len(told["sd_deg"]) <= MAX_POINTS
    spans = told["phases"]
    assert [span["start_s"] for span in spans[1:]] == [span["end_s"] for span in spans[:-1]]
    assert all(isfinite(span["start_s"]) and span["start_s"] <= span["end_s"] <= 0.0 for span in spans)


PAGE = (Path(__file__).resolve().parents[2] / "docs" / "second-screen.md").read_text("utf-8")


def told(heading: str) -> dict[str, list[str]]:
    """Return the rows of the table with this heading: the names in the first cell, all names in the second."""
    table = PAGE.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    rows = [line.split(" | ", 1) for line in table.splitlines()[2:]]
    return {name: re.findall(r"`(\w+)`", is_) for names, is_ in rows for name in re.findall(r"`(\w+)`", names)}


def objects(content: dict[str, object]) -> dict[str, set[str]]:
    """Return the keys of every object within, by the name under which it stands."""
    found: dict[str, set[str]] = {}
    for name, value in content.items():
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            found |= {name: set(inner), **objects(inner)}
    return found


def test_the_page_names_every_key_and_no_other() -> None:
    assert told("key in `view`").keys() == view_json(RICH).keys()
    pages, codes = told("object"), objects(view_json(RICH))
    assert pages.keys() == codes.keys()
    words = {*HoldVerdict, *ExitVerdict, *LinkState, *Direction, "null"}
    for name, keys in codes.items():
        assert set(pages[name]) - words - {"phases"} == keys - words - {"phases"}, name


def test_the_page_says_the_words_and_the_limits() -> None:
    assert told("key in `view`")["phase"] == [phase.name.lower() for phase in Phase]
    assert f"`{SCHEMA}`" in PAGE
    assert f"the newest {MAX_HOLDS}" in PAGE
    assert f"at most {MAX_POINTS} means" in PAGE
