"""Read an exercise file (TOML text) into an `ExerciseSpec`, and say by file, key and reason what is wrong with it.

Angles are degrees and speeds degrees per second in the file, radians inside. A pair `[floor, fraction]` means: the
larger of `floor` and `fraction` times the personal end range. A file states only what differs from `defaults`.

    id, name, posture, directions, dose, not_seen, source     must be there
    cycle          the steps of one cycle in order; without it repetitions are judged one by one
    [hold]         keys of `HOLD_PAIRS` and `HOLD_NUMBERS`
    [exit]         keys of `EXIT_NUMBERS`; `graded = false` where the way back does not matter
    [block]        keys of `BLOCK_NUMBERS`; only where the cycle has a block
    [[compensation]]  one for each fault that is looked for: see `parse_faults`
    leg            "moving" (if it is not there) or "stance": which leg wears the thigh sensor
    [guide]        what is said: see `parse_guide`
    measurement    true: trials are measured, and no holds judged
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping

from imu_hip.exercise.defaults import BLOCK_NUMBERS, EXIT_NUMBERS, HOLD_NUMBERS, HOLD_PAIRS
from imu_hip.exercise.parse_faults import parse_faults
from imu_hip.exercise.parse_guide import parse_guide
from imu_hip.exercise.toml_values import TomlValues
from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.exercise_spec import (
    BlockRule,
    Direction,
    ExerciseSpec,
    ExitRule,
    HoldRule,
    Leg,
    Posture,
    Step,
)

_TEXTS = ("id", "name", "dose", "source")
_KEYS = (
    *_TEXTS,
    "posture",
    "directions",
    "not_seen",
    "cycle",
    "hold",
    "exit",
    "block",
    "compensation",
    "measurement",
    "guide",
    "leg",
)
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
    except (ValueError, RecursionError) as error:  # too long a number is a ValueError, too deep a nest the other
        raise UnusableInputError(Reason.WRONG_FORMAT, f"{where}: not a TOML file: {error}") from None
    return _Reader(where).exercise(data)


class _Reader(TomlValues):
    """Reads the tables of an exercise file."""

    def exercise(self, data: Mapping[str, object]) -> ExerciseSpec:
        self.known(data, _KEYS, "")
        name, dose, source = (self.text(data, key) for key in ("name", "dose", "source"))
        identifier = self.text(data, "id")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", identifier):
            raise self.wrong("id", f"'{identifier}' is not lower case letters, digits and underscores")
        directions = self.words(data, "directions", Direction)
        if not directions or len(set(directions)) < len(directions):
            raise self.wrong("directions", "name internal, external, or each once")
        cycle = self.words(data, "cycle", Step) if "cycle" in data else ()
        measurement = self.flag(data, "measurement", default=False)
        if measurement and cycle:
            raise self.wrong("measurement", "must be false, because there is a cycle")
        graded = None if measurement else self._exit(self.table(data, "exit"), cycle)
        return ExerciseSpec(
            id=identifier,
            name=name,
            posture=self.word("posture", self.text(data, "posture"), Posture),
            directions=directions,
            hold=self._hold(self.table(data, "hold")),
            exit=graded,
            block=self._block(self.table(data, "block"), cycle),
            cycle=self._cycle(cycle, directions),
            dose=dose,
            not_seen=self.texts(data, "not_seen"),
            source=source,
            faults=parse_faults(self, data),
            measurement=measurement,
            guide=parse_guide(self, data, directions),
            leg=self.word("leg", self.text(data, "leg"), Leg) if "leg" in data else Leg.MOVING,
        )

    def _hold(self, table: Mapping[str, object]) -> HoldRule:
        self.known(table, (*HOLD_PAIRS, *HOLD_NUMBERS), "hold.")
        pairs = {key: self.pair("hold.", table, key, rule) for key, rule in HOLD_PAIRS.items()}
        numbers = self.numbers("hold.", table, HOLD_NUMBERS)
        enter, leave = pairs["enter_deg"], pairs["leave_deg"]
        if leave.floor < enter.floor or leave.fraction < enter.fraction:
            raise self.wrong("hold.leave_deg", "must not be nearer to the end range than hold.enter_deg")
        if leave.fraction + numbers["neutral_fraction"] >= 1.0:
            raise self.wrong("hold.neutral_fraction", "lies above the level of hold.leave_deg")
        if numbers["min_dwell_s"] < numbers["settle_s"]:
            raise self.wrong("hold.min_dwell_s", "is shorter than hold.settle_s")
        if numbers["breath_s"] < numbers["min_dwell_s"]:
            raise self.wrong("hold.breath_s", "is shorter than hold.min_dwell_s")
        return HoldRule(
            enter=enter,
            leave=leave,
            still=pairs["still_deg_per_s"],
            release=pairs["release_deg_per_s"],
            drop=pairs["drop_deg"],
            step=pairs["step_deg"],
            grow=pairs["grow_deg"],
            small_step=pairs["small_step_deg"],
            climb=pairs["climb_deg"],
            smallest_end_range_rad=math.radians(numbers.pop("smallest_end_range_deg")),
            **numbers,
        )

    def _exit(self, table: Mapping[str, object], cycle: tuple[Step, ...]) -> ExitRule | None:
        self.known(table, (*EXIT_NUMBERS, "graded"), "exit.")
        if not self.flag(table, "graded", default=True, prefix="exit."):
            if Step.CONTROLLED_EXIT in cycle:
                raise self.wrong("exit.graded", "must be true, because the cycle has a controlled_exit")
            return None
        numbers = self.numbers("exit.", table, EXIT_NUMBERS)
        if numbers["flop_per_s"] < numbers["controlled_per_s"]:
            raise self.wrong("exit.flop_per_s", "is below exit.controlled_per_s")
        if numbers["flop_s"] > numbers["controlled_s"]:
            raise self.wrong("exit.flop_s", "is longer than exit.controlled_s")
        return ExitRule(**numbers)

    def _block(self, table: Mapping[str, object], cycle: tuple[Step, ...]) -> BlockRule | None:
        self.known(table, tuple(BLOCK_NUMBERS), "block.")
        if Step.BLOCK not in cycle:
            if table:
                raise self.wrong("block", "is of no use, because the cycle has no block")
            return None
        numbers = self.numbers("block.", table, BLOCK_NUMBERS)
        if numbers["highest"] <= numbers["lowest"]:
            raise self.wrong("block.highest", "is not above block.lowest")
        return BlockRule(
            still_rad_s=math.radians(numbers.pop("still_deg_per_s")),
            range_rad=math.radians(numbers.pop("range_deg")),
            **numbers,
        )

    def _cycle(self, cycle: tuple[Step, ...], directions: tuple[Direction, ...]) -> tuple[Step, ...]:
        if cycle and len(directions) > 1:
            raise self.wrong("cycle", "is only understood for an exercise of one direction")
        for step in cycle:
            if step in _HOLDS and _HOLDS[step] not in directions:
                raise self.wrong("cycle", f"{step} is not one of the directions")
        return cycle
