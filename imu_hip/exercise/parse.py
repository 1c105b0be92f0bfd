"""Read an exercise file (TOML text) into an `ExerciseSpec`, and say by file, key and reason what is wrong with it.

Angles are degrees and speeds degrees per second in the file, radians inside. A pair `[floor, fraction]` means: the
larger of `floor` and `fraction` times the personal end range. A file states only what differs from `defaults`.

    id, name, posture, directions, dose, not_seen, source     must be there
    cycle          the steps of one cycle in order; without it repetitions are judged one by one
    [hold]         keys of `HOLD_PAIRS` and `HOLD_NUMBERS`
    [exit]         keys of `EXIT_NUMBERS`; `graded = false` where the way back does not matter
    [block]        keys of `BLOCK_NUMBERS`; only where the cycle has a block
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from imu_hip.exercise.defaults import BLOCK_NUMBERS, EXIT_NUMBERS, HOLD_NUMBERS, HOLD_PAIRS, Number, Pair
from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.exercise_spec import (
    BlockRule,
    Direction,
    ExerciseSpec,
    ExitRule,
    HoldRule,
    Posture,
    Step,
    Threshold,
)

_Word = TypeVar("_Word", bound=StrEnum)


_TEXTS = ("id", "name", "dose", "source")
_KEYS = (*_TEXTS, "posture", "directions", "not_seen", "cycle", "hold", "exit", "block")
_HOLDS = {Step.INTERNAL_HOLD: Direction.INTERNAL, Step.EXTERNAL_HOLD: Direction.EXTERNAL}


def parse_exercise(text: str, where: str) -> ExerciseSpec:
    """Return the exercise that the TOML `text` describes; `where` names the file in messages.

    Raises
    ------
    UnusableInputError
        WRONG_FORMAT when it is not TOML, WRONG_VALUE when a key is unknown, missing, of a wrong type or out of range.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnusableInputError(Reason.WRONG_FORMAT, f"{where}: not a TOML file: {error}") from None
    return _Reader(where).exercise(data)


class _Reader:
    """Takes values out of one file's tables and names file and key when one is wrong."""

    def __init__(self, where: str) -> None:
        self.where = where

    def exercise(self, data: Mapping[str, object]) -> ExerciseSpec:
        self._known(data, _KEYS, "")
        name, dose, source = (self._text(data, key) for key in ("name", "dose", "source"))
        identifier = self._text(data, "id")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", identifier):
            raise self._wrong("id", f"'{identifier}' is not lower case letters, digits and underscores")
        directions = self._words(data, "directions", Direction)
        if not directions or len(set(directions)) < len(directions):
            raise self._wrong("directions", "name internal, external, or each once")
        cycle = self._words(data, "cycle", Step) if "cycle" in data else ()
        return ExerciseSpec(
            id=identifier,
            name=name,
            posture=self._word("posture", self._text(data, "posture"), Posture),
            directions=directions,
            hold=self._hold(self._table(data, "hold")),
            exit=self._exit(self._table(data, "exit"), cycle),
            block=self._block(self._table(data, "block"), cycle),
            cycle=self._cycle(cycle, directions),
            dose=dose,
            not_seen=self._texts(data, "not_seen"),
            source=source,
        )

    def _hold(self, table: Mapping[str, object]) -> HoldRule:
        self._known(table, (*HOLD_PAIRS, *HOLD_NUMBERS), "hold.")
        pairs = {key: self._pair(table, key, rule) for key, rule in HOLD_PAIRS.items()}
        numbers = self._numbers("hold.", table, HOLD_NUMBERS)
        enter, leave = pairs["enter_deg"], pairs["leave_deg"]
        if leave.floor < enter.floor or leave.fraction < enter.fraction:
            raise self._wrong("hold.leave_deg", "must not be nearer to the end range than hold.enter_deg")
        if leave.fraction + numbers["neutral_fraction"] >= 1.0:
            raise self._wrong("hold.neutral_fraction", "lies above the level of hold.leave_deg")
        if numbers["min_dwell_s"] < numbers["settle_s"]:
            raise self._wrong("hold.min_dwell_s", "is shorter than hold.settle_s")
        if numbers["breath_s"] < numbers["min_dwell_s"]:
            raise self._wrong("hold.breath_s", "is shorter than hold.min_dwell_s")
        return HoldRule(
            enter=enter,
            leave=leave,
            still=pairs["still_deg_per_s"],
            release=pairs["release_deg_per_s"],
            drop=pairs["drop_deg"],
            step=pairs["step_deg"],
            smallest_end_range_rad=math.radians(numbers.pop("smallest_end_range_deg")),
            **numbers,
        )

    def _exit(self, table: Mapping[str, object], cycle: tuple[Step, ...]) -> ExitRule | None:
        self._known(table, (*EXIT_NUMBERS, "graded"), "exit.")
        graded = table.get("graded", True)
        if not isinstance(graded, bool):
            raise self._wrong("exit.graded", "is neither true nor false")
        if not graded:
            if Step.CONTROLLED_EXIT in cycle:
                raise self._wrong("exit.graded", "must be true, because the cycle has a controlled_exit")
            return None
        numbers = self._numbers("exit.", table, EXIT_NUMBERS)
        if numbers["flop_per_s"] < numbers["controlled_per_s"]:
            raise self._wrong("exit.flop_per_s", "is below exit.controlled_per_s")
        if numbers["flop_s"] > numbers["controlled_s"]:
            raise self._wrong("exit.flop_s", "is longer than exit.controlled_s")
        return ExitRule(**numbers)

    def _block(self, table: Mapping[str, object], cycle: tuple[Step, ...]) -> BlockRule | None:
        self._known(table, tuple(BLOCK_NUMBERS), "block.")
        if Step.BLOCK not in cycle:
            if table:
                raise self._wrong("block", "is of no use, because the cycle has no block")
            return None
        numbers = self._numbers("block.", table, BLOCK_NUMBERS)
        if numbers["highest"] <= numbers["lowest"]:
            raise self._wrong("block.highest", "is not above block.lowest")
        return BlockRule(
            still_rad_s=math.radians(numbers.pop("still_deg_per_s")),
            range_rad=math.radians(numbers.pop("range_deg")),
            **numbers,
        )

    def _cycle(self, cycle: tuple[Step, ...], directions: tuple[Direction, ...]) -> tuple[Step, ...]:
        if cycle and len(directions) > 1:
            raise self._wrong("cycle", "is only understood for an exercise of one direction")
        for step in cycle:
            if step in _HOLDS and _HOLDS[step] not in directions:
                raise self._wrong("cycle", f"{step} is not one of the directions")
        return cycle

    def _known(self, table: Mapping[str, object], keys: tuple[str, ...], prefix: str) -> None:
        for key in table:
            if key not in keys:
                raise self._wrong(f"{prefix}{key}", f"is not a key; there are {', '.join(keys)}")

    def _table(self, data: Mapping[str, object], key: str) -> Mapping[str, object]:
        table = data.get(key, {})
        if not isinstance(table, dict):
            raise self._wrong(key, "is not a table")
        return table

    def _text(self, data: Mapping[str, object], key: str) -> str:
        if key not in data:
            raise self._wrong(key, "is missing")
        text = data[key]
        if not isinstance(text, str) or not text.strip():
            raise self._wrong(key, "is not a text")
        return text

    def _texts(self, data: Mapping[str, object], key: str) -> tuple[str, ...]:
        if key not in data:
            raise self._wrong(key, "is missing")
        texts = data[key]
        if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise self._wrong(key, "is not a list of texts")
        return tuple(texts)

    def _words(self, data: Mapping[str, object], key: str, words: type[_Word]) -> tuple[_Word, ...]:
        return tuple(self._word(key, text, words) for text in self._texts(data, key))

    def _word(self, key: str, text: str, words: type[_Word]) -> _Word:
        for word in words:
            if word.value == text:
                return word
        raise self._wrong(key, f"'{text}' is not one of {', '.join(words)}")

    def _numbers(self, prefix: str, table: Mapping[str, object], rules: Mapping[str, Number]) -> dict[str, float]:
        return {
            key: self._within(prefix + key, table.get(key, rule.default), rule.lowest, rule.highest)
            for key, rule in rules.items()
        }

    def _pair(self, table: Mapping[str, object], key: str, rule: Pair) -> Threshold:
        where = f"hold.{key}"
        pair = table.get(key, [rule.floor, rule.fraction])
        if not isinstance(pair, list) or len(pair) != 2:
            raise self._wrong(where, "is not a pair [floor, fraction of the end range]")
        floor = self._within(where, pair[0], 0.0, rule.highest_floor)
        return Threshold(math.radians(floor), self._within(where, pair[1], 0.0, 1.0))

    def _within(self, key: str, value: object, lowest: float, highest: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, f"{value!r} is not a number")
        if not lowest <= value <= highest:
            raise self._wrong(key, f"{value:g} is not between {lowest:g} and {highest:g}")
        return float(value)

    def _wrong(self, key: str, reason: str) -> UnusableInputError:
        return UnusableInputError(Reason.WRONG_VALUE, f"{self.where}: {key}: {reason}")
