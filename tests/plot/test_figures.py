"""Every step has a drawing of a person with limbs of human length."""

from __future__ import annotations

from dataclasses import replace
from math import dist, radians, tan

import pytest

from imu_hip.model.cue import Cue
from imu_hip.model.exercise_spec import Direction, Posture
from imu_hip.model.item import MarkLabel
from imu_hip.plot.figure_drawing import extent, sensors, smooth
from imu_hip.plot.figures import FIGURES, POSTURES, Figure, figure

ALL = {**FIGURES, **{f"posture {name}": each for name, each in POSTURES.items()}}
PEOPLE = {name: each for name, each in ALL.items() if each.trunk}
SEEN_FORESHORTENED = {MarkLabel.KNEE_ROCKS}


def test_everything_that_a_calibration_asks_has_its_own_drawing() -> None:
    asked = {*MarkLabel, *Cue}
    of_the_posture = {
        MarkLabel.POSTURE_NEUTRAL, MarkLabel.NEUTRAL, MarkLabel.EXERCISE, MarkLabel.MAX_REP,
        Cue.INTERNAL_HOLD, Cue.EXTERNAL_HOLD, Cue.BLOCK, Cue.LET_GO,
    }  # fmt: skip
    assert asked - of_the_posture == set(FIGURES) - {"legs_straight"}


def test_every_posture_has_a_drawing_under_the_words_of_the_view_state() -> None:
    assert {posture.value.replace("_", " ") for posture in Posture} == set(POSTURES)


@pytest.mark.parametrize("way", Direction)
def test_effort_is_drawn_with_an_arrow_round_the_thigh_that_way(way: Direction) -> None:
    effort = figure(MarkLabel.MAX_REP, "supine", way)
    assert effort == replace(POSTURES["supine"], turns=(way,))
    assert not figure(MarkLabel.POSTURE_NEUTRAL, "supine").turns


def test_what_nobody_knows_is_a_standing_person() -> None:
    assert figure("", "") == FIGURES[MarkLabel.N_POSE]


@pytest.mark.parametrize("name", PEOPLE)
def test_limbs_have_human_lengths(name: str) -> None:
    each = PEOPLE[name]
    hip, neck = each.trunk
    assert dist(hip, neck) == pytest.approx(29.5, abs=3.5)
    assert each.head is not None
    assert dist(neck, each.head) == pytest.approx(10.5, abs=2.5)
    if name in SEEN_FORESHORTENED:
        return
    for leg in (each.near_leg, each.far_leg):
        assert dist(hip, leg[0]) == pytest.approx(25.5, abs=6.0), "thigh"
        assert dist(leg[0], leg[1]) == pytest.approx(24.0, abs=2.6), "shank"


@pytest.mark.parametrize("name", PEOPLE)
def test_sensors_sit_behind_the_pelvis_and_on_the_near_thigh(name: str) -> None:
    each = PEOPLE[name]
    (pelvis, _), (thigh, _) = sensors(each)
    hip, knee = each.trunk[0], each.near_leg[0]
    assert dist(pelvis, hip) < 8.0
    assert dist(hip, thigh) + dist(thigh, knee) == pytest.approx(dist(hip, knee))
    assert dist(thigh, knee) < dist(thigh, hip)
    assert dist(pelvis, thigh) > 8.0, "they lie on each other"


def test_sensors_that_nobody_wears_lie_on_the_table() -> None:
    table = FIGURES[MarkLabel.TABLE_REST]
    assert [place for place, _ in sensors(table)] == list(table.laid)


@pytest.mark.parametrize("name", ALL)
def test_nobody_sinks_into_the_floor_and_all_is_within_the_drawing(name: str) -> None:
    each = ALL[name]
    left, low, width, height = extent(each)
    for path in (each.trunk, each.near_leg, each.far_leg, *each.ghosts, *each.arrows):
        for x, y in path:
            assert left < x < left + width
            assert low < y < low + height
            assert y >= 0.0 or not each.floor


@pytest.mark.parametrize("name", [name for name, each in ALL.items() if each.arrows])
def test_arrows_end_where_they_point(name: str) -> None:
    for arrow in ALL[name].arrows:
        end = smooth(arrow).currentPosition()
        assert (end.x(), end.y()) == arrow[-1]


def test_hook_lying_thighs_rise_by_about_45_degrees() -> None:
    hip, knee = POSTURES["supine"].trunk[0], POSTURES["supine"].near_leg[0]
    assert (knee[1] - hip[1]) / (knee[0] - hip[0]) == pytest.approx(tan(radians(45.0)), abs=0.15)


def test_a_figure_without_anything_worn_is_possible() -> None:
    assert sensors(Figure()) == ()
