"""Take values out of one TOML file's tables, and name file and key when one is wrong."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from imu_hip.exercise.defaults import Number, Pair
from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.exercise_spec import Threshold

_Word = TypeVar("_Word", bound=StrEnum)


class TomlValues:
    """Reads what is asked for; every method raises `UnusableInputError` (WRONG_VALUE) for what is not right.

    `where` names the file in messages.
    """

    def __init__(self, where: str) -> None:
        self.where = where

    def known(self, table: Mapping[str, object], keys: tuple[str, ...], prefix: str) -> None:
        """Refuse keys that nobody reads."""
        for key in table:
            if key not in keys:
                raise self.wrong(f"{prefix}{key}", f"is not a key; there are {', '.join(keys)}")

    def table(self, data: Mapping[str, object], key: str) -> Mapping[str, object]:
        """Return a table, empty when it is not there."""
        table = data.get(key, {})
        if not isinstance(table, dict):
            raise self.wrong(key, "is not a table")
        return table

    def tables(self, data: Mapping[str, object], key: str, prefix: str = "") -> tuple[Mapping[str, object], ...]:
        """Return an array of tables, empty when it is not there."""
        found = data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
            raise self.wrong(prefix + key, f"is not an array of tables: write [[{prefix}{key}]]")
        return tuple(found)

    def text(self, data: Mapping[str, object], key: str, prefix: str = "") -> str:
        """Return a text that must be there."""
        if key not in data:
            raise self.wrong(prefix + key, "is missing")
        text = data[key]
        if not isinstance(text, str) or not text.strip():
            raise self.wrong(prefix + key, "is not a text")
        return text

    def texts(self, data: Mapping[str, object], key: str) -> tuple[str, ...]:
        """Return a list of texts that must be there."""
        if key not in data:
            raise self.wrong(key, "is missing")
        texts = data[key]
        if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise self.wrong(key, "is not a list of texts")
        return tuple(texts)

    def words(self, data: Mapping[str, object], key: str, words: type[_Word]) -> tuple[_Word, ...]:
        """Return a list of words that must be there."""
        return tuple(self.word(key, text, words) for text in self.texts(data, key))

    def word(self, key: str, text: str, words: type[_Word]) -> _Word:
        """Return the word that a text is."""
        for word in words:
            if word.value == text:
                return word
        raise self.wrong(key, f"'{text}' is not one of {', '.join(words)}")

    def flag(self, table: Mapping[str, object], key: str, *, default: bool, prefix: str = "") -> bool:
        """Return true or false."""
        value = table.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(prefix + key, "is neither true nor false")
        return value

    def number(self, prefix: str, table: Mapping[str, object], key: str, rule: Number) -> float:
        """Return a number within its bounds, or its default."""
        return self._within(prefix + key, table.get(key, rule.default), rule.lowest, rule.highest)

    def numbers(self, prefix: str, table: Mapping[str, object], rules: Mapping[str, Number]) -> dict[str, float]:
        """Return each number of `rules`."""
        return {key: self.number(prefix, table, key, rule) for key, rule in rules.items()}

    def pair(self, prefix: str, table: Mapping[str, object], key: str, rule: Pair) -> Threshold:
        """Return a floor in rad and a fraction from `[degrees, fraction]`."""
        pair = table.get(key, [rule.floor, rule.fraction])
        if not isinstance(pair, list) or len(pair) != 2:
            raise self.wrong(prefix + key, "is not a pair [floor, fraction of the end range]")
        floor = self._within(prefix + key, pair[0], 0.0, rule.highest_floor)
        return Threshold(math.radians(floor), self._within(prefix + key, pair[1], 0.0, 1.0))

    def wrong(self, key: str, reason: str) -> UnusableInputError:
        """Return the error for a key."""
        return UnusableInputError(Reason.WRONG_VALUE, f"{self.where}: {key}: {reason}")

    def _within(self, key: str, value: object, lowest: float, highest: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, f"{value!r} is not a number")
        if not lowest <= value <= highest:
            beyond = isinstance(value, int) and abs(value) > sys.float_info.max
            found = "so large a number" if beyond else f"{value:g}"
            raise self.wrong(key, f"{found} is not between {lowest:g} and {highest:g}")
        return float(value)
