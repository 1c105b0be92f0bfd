"""Compiled functions: what they leave alone, what their stored machine code depends on, who has to wait for numba."""

import math
import subprocess
import sys
from enum import IntEnum
from pathlib import Path
from types import FunctionType, ModuleType

import numba
import numpy as np
import pytest

from imu_hip.compiled import compiled, stamp
from tests.machine_code import needs_machine_code

SCALE = 2.0


@compiled
def _scaled(value: float) -> float:
    return SCALE * value


@compiled
def _inverse_of_scaled(value: float) -> float:
    return 1.0 / _scaled(value)


def _again(function: FunctionType, source: str, **known: object) -> FunctionType:
    """Return a function of another source with the globals of one, and `known` among them."""
    there = {**function.__globals__, **known}
    exec(source, there)
    return there["f"]


@needs_machine_code
def test_division_by_zero_is_infinite_as_with_numpy() -> None:
    assert _inverse_of_scaled(0.0) == math.inf
    assert math.isnan(_inverse_of_scaled(math.nan))


def test_a_sum_adds_in_order_however_long_it_is() -> None:
    @compiled
    def total(values: np.ndarray) -> float:
        out = 0.0
        for k in range(len(values)):
            out += values[k]
        return out

    values = np.random.default_rng(0).normal(size=1001) * 10.0 ** np.arange(1001)[::-1] ** 0.3
    assert total(values) == np.cumsum(values)[-1]


def test_vectorised_functions_of_another_rounding_are_off() -> None:
    assert not numba.config.USING_SVML


@needs_machine_code
def test_stored_code_is_of_a_function_all_that_it_calls_and_their_constants() -> None:
    here: FunctionType = _inverse_of_scaled.py_func
    outer = "def f(value):\n    return 1.0 / inner(value)"

    def of(inner: str, scale: float) -> str:
        called = compiled(_again(here, inner, SCALE=scale))
        return stamp(_again(here, outer, inner=called))

    same, other = "def f(value):\n    return SCALE * value", "def f(value):\n    return SCALE + value"
    assert of(same, 2.0) == of(same, 2.0)
    assert len({of(same, 2.0), of(same, 3.0), of(other, 2.0)}) == 3


@needs_machine_code
def test_stored_code_is_also_of_what_is_called_and_read_by_way_of_a_module() -> None:
    room = ModuleType("imu_hip.room")
    here: FunctionType = _inverse_of_scaled.py_func

    def of(inner: str, scale: float) -> str:
        room.__dict__.update(inner=compiled(_again(here, inner)), SCALE=scale)
        return stamp(_again(here, "def f(value):\n    return room.SCALE / room.inner(value)", room=room))

    same, other = "def f(value):\n    return value", "def f(value):\n    return -value"
    assert of(same, 2.0) == of(same, 2.0)
    assert len({of(same, 2.0), of(same, 3.0), of(other, 2.0)}) == 3


@needs_machine_code
def test_stored_code_is_also_of_the_numbers_that_names_stand_for() -> None:
    here: FunctionType = _inverse_of_scaled.py_func

    def of(number: int) -> str:
        mode = IntEnum("mode", {"IDLE": number})
        return stamp(_again(here, "def f(value):\n    return value == mode.IDLE", mode=mode))

    assert of(0) == of(0)
    assert of(0) != of(1)


@pytest.mark.parametrize("call", ["import imu_hip", "import imu_hip.app.cli as c; c.main(['--help'])"])
def test_who_only_asks_for_help_does_not_wait_for_the_compiler(call: str) -> None:
    code = f"import sys\ntry:\n    {call}\nexcept SystemExit:\n    pass\nsys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_without_a_place_to_keep_the_code_it_is_compiled_anew(tmp_path: Path) -> None:
    source = tmp_path / "gone.py"
    source.write_text("def f(value):\n    return value + 1.0\n", encoding="utf-8")
    there: dict[str, FunctionType] = {}
    exec(compile(source.read_text(encoding="utf-8"), str(source), "exec"), there)
    source.unlink()
    assert compiled(there["f"])(1.0) == 2.0


_SIGNATURES = """
import gc, sys
from numba.core.dispatcher import Dispatcher
from imu_hip import api
for path in sys.argv[1:]:
    api.analyze(path)
for f in [f for f in gc.get_objects() if isinstance(f, Dispatcher) and f.py_func.__module__.startswith("imu_hip.")]:
    print(f.py_func.__module__, f.py_func.__qualname__, len(f.signatures))
"""


@needs_machine_code
def test_every_loop_is_compiled_for_one_kind_of_arguments() -> None:
    recordings = Path(__file__).resolve().parent.parent / "recordings"
    names = ("supine_ere_left.mcap", "supine_ere_right_lost_samples.mcap")
    call = [sys.executable, "-c", _SIGNATURES, *(str(recordings / name) for name in names)]
    # Who compiles also counts what was made part of other loops: the first run leaves nothing to compile.
    subprocess.run(call, capture_output=True, check=True)
    lines = subprocess.run(call, capture_output=True, check=True, text=True).stdout.splitlines()
    counts = {" ".join(line.split()[:2]): int(line.split()[2]) for line in lines}
    assert counts["imu_hip.kinematics.row_angles _rows"] == 1
    assert {name: count for name, count in counts.items() if count > 1} == {}
