"""A slice of what `tools/fuzz readers` does by the hour, and that it finds what it must."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

fuzz = pytest.importorskip("fuzz_readers", reason="batches and the second screen are extras")

from mutation import damaged_bytes, damaged_json, damaged_recording, damaged_text  # noqa: E402
from reader_targets import TARGETS, Target  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
FEW, MANY = 8, 40
SLOW = {"names", "sensors", "settings", "session", "result", "index", "old-person", "old-result", "beside", "analysis"}


@pytest.mark.parametrize("name", TARGETS)
def test_only_a_refusal_comes_of_a_damaged_file(name: str, tmp_path: Path) -> None:
    target, rng = TARGETS[name](tmp_path), random.Random(f"slice {name}")
    for seed in target.seeds:
        assert fuzz.outcome(target, seed) is None
    for _ in range(FEW if name in SLOW else MANY):
        data = fuzz.damaged(rng, target)
        assert fuzz.outcome(target, data) is None, data[:2000]


def _raises(_: bytes) -> None:
    raise KeyError("x")


def _never_ends(_: bytes) -> None:
    end_s = time.process_time() + 60.0
    while time.process_time() < end_s:
        try:
            sum(range(1000))
        except Exception:
            continue


def test_another_exception_is_found() -> None:
    assert str(fuzz.outcome(Target((b"",), (damaged_bytes,), _raises), b"")).startswith("KeyError at ")


def test_a_reader_that_does_not_end_is_found() -> None:
    found = str(fuzz.outcome(Target((b"",), (damaged_bytes,), _never_ends), b""))
    assert found.startswith("_TooSlowError at ")


def test_a_reader_that_eats_the_memory_is_found() -> None:
    code = "import fuzz_readers as fuzz; print(fuzz.outcome(fuzz.Target((), (), lambda _: b'x' * 900_000_000), b''))"
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tools")])
    line = [sys.executable, "-c", code]  # a process of its own: this one's peak is that of the other tests
    done = subprocess.run(line, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("grew by ")


@pytest.mark.parametrize("mutation", [damaged_bytes, damaged_text, damaged_json])
def test_the_same_seed_damages_the_same_way(mutation: object) -> None:
    assert callable(mutation)
    seed = b'{"a": [1, 2, {"b": "text"}], "c": null}'
    first = [mutation(random.Random(k), seed) for k in range(30)]
    assert first == [mutation(random.Random(k), seed) for k in range(30)]
    assert len(set(first)) > 15


def test_a_damaged_recording_may_look_sound_from_outside(tmp_path: Path) -> None:
    from reader_seeds import beginning

    from imu_hip.model.errors import UnusableInputError
    from imu_hip.session.reader import read_recording

    data, sound = beginning(tmp_path).read_bytes(), 0
    for k in range(60):
        (tmp_path / "a.mcap").write_bytes(damaged_recording(random.Random(k), data))
        try:
            read_recording(tmp_path / "a.mcap")
            sound += 1
        except UnusableInputError:
            continue
    assert 5 < sound < 55
