"""Typed values survive JSON; anything that does not fit is named by its place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given

from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.setup import Setup
from imu_hip.session.typed_json import from_json, to_json
from tests.session.examples import values_of


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Inner:
    length_m: float
    count: int = 3


@dataclass(frozen=True, slots=True)
class Outer:
    colour: Colour
    inners: tuple[Inner, ...]
    pair: tuple[str, bool]
    maybe: Inner | None


OUTER = Outer(Colour.RED, (Inner(0.1, 2), Inner(2.0)), ("é", True), None)
PLAIN: dict[str, Any] = {
    "colour": "red",
    "inners": [{"length_m": 0.1, "count": 2}, {"length_m": 2.0, "count": 3}],
    "pair": ["é", True],
    "maybe": None,
}


def test_a_nested_value_becomes_plain_json() -> None:
    assert to_json(OUTER) == PLAIN
    assert from_json(Outer, PLAIN) == OUTER


@given(values_of(Setup))
def test_any_setup_survives_json_text(setup: Setup) -> None:
    assert from_json(Setup, json.loads(json.dumps(to_json(setup), allow_nan=False))) == setup


@given(values_of(ExerciseSpec))
def test_any_exercise_survives_json_text(spec: ExerciseSpec) -> None:
    assert from_json(ExerciseSpec, json.loads(json.dumps(to_json(spec), allow_nan=False))) == spec


def test_a_whole_number_is_good_for_a_float_and_becomes_one() -> None:
    inner = from_json(Inner, {"length_m": 2})
    assert inner == Inner(2.0, 3)
    assert isinstance(inner.length_m, float)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "blue"}, r"value\.colour: 'blue' is not a valid Colour"),
        ({"colour": ["red"]}, r"value\.colour: "),
        ({"inners": {}}, r"value\.inners: list expected, not dict"),
        ({"inners": [7]}, r"value\.inners\[0\]: object expected, not int"),
        ({"inners": [{}]}, r"value\.inners\[0\]: key 'length_m' is missing"),
        ({"inners": [{"length_m": "1"}]}, r"value\.inners\[0\]\.length_m: float expected, not str"),
        ({"inners": [{"length_m": True}]}, r"value\.inners\[0\]\.length_m: float expected, not bool"),
        (
            {"inners": [{"length_m": 1.0, "count": 2.0}]},
            r"value\.inners\[0\]\.count: int expected, not float",
        ),
        (
            {"inners": [{"length_m": 1.0, "count": True}]},
            r"value\.inners\[0\]\.count: int expected, not bool",
        ),
        ({"pair": ["a"]}, r"value\.pair: 2 elements expected, not 1"),
        ({"pair": ["a", 1]}, r"value\.pair\[1\]: bool expected, not int"),
        ({"pair": [None, True]}, r"value\.pair\[0\]: str expected, not NoneType"),
        ({"extra": 1}, r"value: unknown key 'extra'"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_json(Outer, PLAIN | change)


def test_a_value_without_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        to_json(b"raw")
