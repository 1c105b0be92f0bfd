"""The recipes of the sample recordings cover what they are for, and stay short."""

import numpy as np
import pytest
from recipes import RECIPES, Recipe

from imu_hip.model.event import ExitVerdict
from imu_hip.model.exercise_spec import CompensationKind
from imu_hip.model.item import MarkLabel
from imu_hip.simulate.deeds import Abort, FailedBlock, Growth, Sag, Submaximal
from imu_hip.simulate.session import simulate_session
from imu_hip.simulate.truth import Truth
from tests.scripts import script

EXERCISES = ("standing_dissociation", "supine_ere", "hinge_ir", "seated_ir", "prone_ir", "brettzel")


def truth(recipe: Recipe) -> Truth:
    return simulate_session(recipe.prompts, recipe.side, np.random.default_rng(recipe.seed), recipe.simulation).truth


def test_every_exercise_has_a_recording_of_both_sides() -> None:
    made = {(recipe.exercise_id, recipe.side) for recipe in RECIPES.values()}
    assert all(len({side for exercise_id, side in made if exercise_id == each}) == 2 for each in EXERCISES)
    assert {"arom_seated", "arom_prone"} <= {exercise_id for exercise_id, _ in made}


def test_names_say_exercise_and_side() -> None:
    for name, recipe in RECIPES.items():
        assert name.startswith(f"{recipe.exercise_id}_{recipe.side}")


def test_every_fault_deed_and_exit_is_made_somewhere() -> None:
    people = [recipe.person for recipe in RECIPES.values()]
    wrong = {fault.kind for person in people for fault in person.faults}
    assert wrong == set(CompensationKind) - {CompensationKind.WRONG_POSTURE}
    assert any(person.instead for person in people)
    deeds = {type(deed) for person in people for deed in person.deeds}
    assert deeds == {Abort, FailedBlock, Growth, Sag, Submaximal}
    assert {verdict for person in people for verdict in person.exits} == set(ExitVerdict)
    assert any(recipe.slips for recipe in RECIPES.values())
    assert {loss.duration_s for recipe in RECIPES.values() for loss in recipe.losses} == {0.3, 2.0}


@pytest.mark.parametrize("name", RECIPES)
def test_what_was_asked_for_happens_within_the_script(name: str) -> None:
    recipe = RECIPES[name]
    made = truth(recipe)
    person = recipe.person
    assert len(made.compensations) == len(person.faults) + bool(person.instead)
    short = [deed for deed in person.deeds if isinstance(deed, Abort | Submaximal | FailedBlock)]
    assert len(made.attempts) == len(short)
    assert all(hold.end_s - hold.start_s > 1.0 for hold in made.holds)
    for loss in recipe.losses:
        hold = made.holds[loss.hold - 1]
        assert hold.start_s + loss.after_s + loss.duration_s < hold.end_s
    end_s = recipe.prompts[-1].start_s + recipe.prompts[-1].duration_s
    assert all(slip.at_s < end_s for slip in recipe.slips)


@pytest.mark.parametrize("name", RECIPES)
def test_a_script_ends_with_the_rest_after_its_last_repetition(name: str) -> None:
    recipe = RECIPES[name]
    told = recipe.prompts
    (exercise,) = (prompt for prompt in told if prompt.label is MarkLabel.EXERCISE)
    rests = [p for p in told if p.label is MarkLabel.NEUTRAL and p.start_s > exercise.start_s]
    assert len(rests) == recipe.repetitions
    assert told[-1] is rests[-1]
    assert exercise.start_s + exercise.duration_s == told[-1].start_s + told[-1].duration_s
    assert told[: told.index(exercise)] == script(recipe.exercise_id)[: told.index(exercise)]
