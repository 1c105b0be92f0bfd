"""Random and mutated bytes into every decoder, and into the answers that a driver waits for: nothing may be raised."""

from __future__ import annotations

import argparse
import random
import sys
import time
import tomllib
from pathlib import Path

from imu_hip.codec.registry import DRIVERS, FLOAT64_TABLE, decoder
from imu_hip.model.driver import Ask, Step
from imu_hip.model.item import Characteristic

VECTORS = Path(__file__).resolve().parents[1] / "firmware_protocol" / "vectors"


def main() -> int:
    """Feed all; return 1 when something was raised."""
    parser = argparse.ArgumentParser(prog="tools/fuzz", description=__doc__)
    parser.add_argument("--payloads", type=int, default=1_000_000, metavar="N", help="for each decoder (1000000)")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    failed = 0
    for family in (*(driver.family for driver in DRIVERS), FLOAT64_TABLE):
        began_s = time.perf_counter()
        raised = fuzzed(family, args.payloads, args.seed)
        failed += raised is not None
        took_s = time.perf_counter() - began_s
        print(f"{family:12} {args.payloads} payloads, {took_s:.0f} s: {raised or 'nothing raised'}", flush=True)
    return 1 if failed else 0


def fuzzed(family: str, count: int, seed: int) -> str | None:
    """Return what was raised, and by which bytes."""
    rng = random.Random(f"{seed} {family}")
    decode, seeds = decoder(family), _seeds()
    questions = [step for driver in DRIVERS if driver.family == family for step in _asked(driver.start)]
    kinds = list(Characteristic)
    for _ in range(count):
        payload = _mutated(rng, seeds)
        kind = rng.choice(kinds)
        try:
            decode(kind, payload)
            for question in questions:
                question.result(payload)
        except Exception as error:
            return f"{type(error).__name__}: {error} by {kind.value} {payload.hex()}"
    return None


def _asked(steps: tuple[Step, ...]) -> list[Ask]:
    return [step for step in steps if isinstance(step, Ask)]


def _seeds() -> list[bytes]:
    files = [*VECTORS.glob("*.toml"), *VECTORS.glob("families/*.toml")]
    return [
        bytes.fromhex(vector["hex"]) for file in files for vector in tomllib.loads(file.read_text("utf-8"))["vector"]
    ]


def _mutated(rng: random.Random, seeds: list[bytes]) -> bytes:
    if rng.random() < 0.2:
        return rng.randbytes(rng.randrange(0, 260))
    value = bytearray(rng.choice(seeds))
    for _ in range(rng.randrange(0, 4)):
        way = rng.randrange(4)
        at = rng.randrange(len(value) + 1)
        if way == 0 and value:
            value[at % len(value)] ^= 1 << rng.randrange(8)
        elif way == 1:
            del value[at:]
        elif way == 2:
            value[at:at] = rng.randbytes(rng.randrange(1, 20))
        elif value:
            value[at % len(value)] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
    return bytes(value)


if __name__ == "__main__":
    sys.exit(main())
