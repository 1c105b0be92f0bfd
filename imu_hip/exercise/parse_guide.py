"""Read what is said in an exercise from its file: `[guide]` with `entry`, `[guide.maximal]`, `[[guide.round]]`."""

from __future__ import annotations

from collections.abc import Mapping

from imu_hip.exercise.defaults import GUIDE_NUMBERS, LINE_S, ROUNDS
from imu_hip.exercise.toml_values import TomlValues
from imu_hip.model.cue import Cue
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import MarkLabel
from imu_hip.model.programme import Line, Maximal, Programme, Round

_MARKS = (MarkLabel.NEUTRAL, MarkLabel.POSTURE_NEUTRAL)


def parse_guide(values: TomlValues, data: Mapping[str, object], directions: tuple[Direction, ...]) -> Programme | None:
    """Return what is said in the exercise, None when nobody is to be guided through it.

    Raises
    ------
    UnusableInputError
        WRONG_VALUE when a key is unknown, missing, of a wrong type or out of range.
    """
    if "guide" not in data:
        return None
    table = values.table(data, "guide")
    values.known(table, ("entry", "maximal", "round", "walks_there", "stands"), "guide.")
    entry = _lines(values, table, "entry", "guide.")
    if not any(line.label is MarkLabel.POSTURE_NEUTRAL for line in entry):
        raise values.wrong("guide.entry", "has no line with mark posture_neutral: rotation is zero there")
    rounds = tuple(_round(values, each) for each in values.tables(table, "round", "guide."))
    if not rounds:
        raise values.wrong("guide.round", "is missing: say what is to be done")
    return Programme(
        entry=entry,
        maximal=_maximal(values, table, directions),
        rounds=rounds,
        walks_there=values.flag(table, "walks_there", default=True, prefix="guide."),
        stands=values.flag(table, "stands", default=False, prefix="guide."),
    )


def _maximal(values: TomlValues, guide: Mapping[str, object], directions: tuple[Direction, ...]) -> Maximal | None:
    if "maximal" not in guide:
        return None
    table = values.table(guide, "maximal")
    values.known(table, (*Direction, *GUIDE_NUMBERS), "guide.maximal.")
    texts = {
        direction: values.text(table, direction, "guide.maximal.") if direction in directions else ""
        for direction in Direction
    }
    for direction in Direction:
        if direction in table and direction not in directions:
            raise values.wrong(f"guide.maximal.{direction}", "is not one of the directions")
    numbers = values.numbers("guide.maximal.", table, GUIDE_NUMBERS)
    if numbers["let_go_s"] >= numbers["whole_s"]:
        raise values.wrong("guide.maximal.let_go_s", "is not before the end of whole_s")
    return Maximal(texts[Direction.INTERNAL], texts[Direction.EXTERNAL], **numbers)


def _round(values: TomlValues, table: Mapping[str, object]) -> Round:
    values.known(table, ("times", "lines"), "guide.round.")
    times = values.number("guide.round.", table, "times", ROUNDS)
    if times != int(times):
        raise values.wrong("guide.round.times", f"{times:g} is not a whole number")
    return Round(int(times), _lines(values, table, "lines", "guide.round."))


def _lines(values: TomlValues, table: Mapping[str, object], key: str, prefix: str) -> tuple[Line, ...]:
    lines = values.tables(table, key, prefix)
    if not lines:
        raise values.wrong(prefix + key, "is missing: name at least one line")
    return tuple(_line(values, line, f"{prefix}{key}.") for line in lines)


def _line(values: TomlValues, table: Mapping[str, object], prefix: str) -> Line:
    values.known(table, ("say", "for_s", "cue", "mark"), prefix)
    duration_s = values.number(prefix, table, "for_s", LINE_S)
    text = values.text(table, "say", prefix)
    if ("cue" in table) == ("mark" in table):
        raise values.wrong(f"{prefix}cue", "name either what is done (cue) or that it is neutral (mark)")
    if "cue" in table:
        return Line(duration_s, text, None, values.word(f"{prefix}cue", values.text(table, "cue", prefix), Cue))
    label = values.word(f"{prefix}mark", values.text(table, "mark", prefix), MarkLabel)
    if label not in _MARKS:
        raise values.wrong(f"{prefix}mark", f"'{label}' is not one of {', '.join(_MARKS)}")
    return Line(duration_s, text, label)
