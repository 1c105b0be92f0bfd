"""Routines: names for lists of exercises that are done in one session and share one calibration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

ROUTINES: Mapping[str, tuple[str, ...]] = {
    "routine_1": ("standing_dissociation", "supine_ere", "hinge_ir"),
    "routine_2": ("seated_ir", "prone_ir", "brettzel"),
}


def exercises_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of exercises with every routine's name replaced by what it stands for; other names stay."""
    return tuple(exercise_id for name in names for exercise_id in ROUTINES.get(name, (name,)))
