"""What can be chosen on the start page: exercises and routines, with how long they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from imu_hip.guide.routines import ROUTINES, exercises_of
from imu_hip.guide.script import routine_script
from imu_hip.model.app_state import ExerciseChoice, StartView
from imu_hip.model.exercise_spec import ExerciseSpec

_FIRST_CHOICE = "supine_ere"


def start_view(specs: Sequence[ExerciseSpec], persons: tuple[str, ...], *, demo_possible: bool) -> StartView:
    """Return the start page as it is the first time: each routine with its exercises below it, then the others."""
    known = {spec.id for spec in specs}
    routines = {name: ids for name, ids in ROUTINES.items() if set(ids) <= known}
    listed: dict[str, str] = {}
    for name, ids in routines.items():
        listed |= {name: "", **dict.fromkeys(ids, name)}
    choices = [replace(_choice(each, exercises_named(each, specs)), routine=name) for each, name in listed.items()]
    choices += [_choice(spec.id, (spec,)) for spec in specs if spec.id not in listed]
    first = _FIRST_CHOICE if _FIRST_CHOICE in known else choices[0].id
    return StartView(tuple(choices), persons, first, "right", persons[0], "standing", demo_possible)


def exercises_named(name: str, specs: Sequence[ExerciseSpec]) -> tuple[ExerciseSpec, ...]:
    """Return the exercises that an exercise's or a routine's name stands for."""
    known = {spec.id: spec for spec in specs}
    return tuple(known[exercise_id] for exercise_id in exercises_of((name,)))


def _choice(name: str, specs: Sequence[ExerciseSpec]) -> ExerciseChoice:
    prompts = routine_script(specs)
    minutes = max(prompt.start_s + prompt.duration_s for prompt in prompts) / 60.0
    if len(specs) == 1:
        (spec,) = specs
        return ExerciseChoice(name, spec.name, spec.posture.value.replace("_", " "), spec.dose, minutes)
    title = name.replace("_", " ").capitalize()
    return ExerciseChoice(name, title, "several", ", ".join(spec.name for spec in specs), minutes)
