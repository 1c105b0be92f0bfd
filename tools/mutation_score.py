"""Make small changes to the program that should make a test fail, and list those that no test minds.

Each mutant meets the tests that call its function: those of its room, its own mirror file first, then the quickest;
if they all pass, those of whole sessions, sample recordings and the numbers in docs/, the quickest first, up to
`--far-seconds` of them. What is done is kept below `--place` and used again: a killed mutant as long as its file is
the same, any other as long as the tests are the same, too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import random
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mutants import Mutant, modules, mutants
from mutation_trial import Tree, Verdict
from scipy.stats import binomtest

CHECKOUT = Path(__file__).resolve().parent.parent
EQUIVALENT = Path(__file__).resolve().parent / "equivalent_mutants.toml"
ROOMS = ("codec", "stream", "kinematics", "exercise")
FAR = (
    *("tests/recordings", "tests/crossing", "tests/test_pipeline.py", "tests/test_api.py", "tests/docs/test_docs.py"),
    *("tests/ble/test_families.py", "tests/app/test_own_exercise.py"),
)
LEFT_OUT = ("tests/crossing/test_real_window.py", "tests/crossing/test_drivers.py")  # a screen; a minute of radio

Tests = Mapping[str, Mapping[str, Any]]


def main() -> int:
    """Try a sample; return 1 when more survive than `--most` allows."""
    args = _arguments()
    args.place.mkdir(parents=True, exist_ok=True)
    tree = Tree(args.checkout, args.place)
    tree.load()
    files = [args.checkout / file for file in args.modules] or list(modules(args.checkout, ROOMS))
    wanted = args.tests or [*(f"tests/{room}" for room in ROOMS), *FAR, *(f"--ignore={path}" for path in LEFT_OUT)]
    tests = _baseline(tree, wanted)
    if tests is None:
        print(f"A test fails on the program as it is: see {tree.log}")
        return 2
    everything = [mutant for file in files for mutant in mutants(args.checkout, file)]
    sample = random.Random(args.seed).sample(everything, min(args.count, len(everything)))
    done = Results(args.place / f"seed-{args.seed}.jsonl", tree.digest(args.checkout, "tests/", "recordings/", "docs/"))
    for number, mutant in enumerate(sample, 1):
        source = (args.checkout / mutant.file).read_bytes()
        verdict = done.known(mutant, source)
        if verdict is None:
            began_s = time.monotonic()
            verdict = _verdict(tree, mutant, source, tests, args.far_seconds, args.patience)
            by = tree.culprit() if verdict is Verdict.KILLED else ""
            done.add(mutant, source, verdict, by, time.monotonic() - began_s)
            print(f"{number:4}/{len(sample)} {verdict:9} {mutant.name}", flush=True)
    return _report(sample, done, args, len(everything))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", type=Path, metavar="FILE", help=f"modules (all of {', '.join(ROOMS)})")
    parser.add_argument("--count", type=int, default=300, metavar="N", help="mutants (300)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tests", action="append", metavar="PATH", help="tests instead of those that fit the rooms")
    parser.add_argument("--far-seconds", type=float, default=10.0, metavar="S", help="of tests that cross rooms (10)")
    parser.add_argument("--most", type=float, default=15.0, metavar="PERCENT", help="that may survive (15)")
    parser.add_argument("--patience", type=float, default=30.0, metavar="S", help="besides twice the tests' time")
    parser.add_argument("--checkout", type=Path, default=CHECKOUT, help="whose program is changed (this one)")
    parser.add_argument("--place", type=Path, default=CHECKOUT / "build" / "mutation", help="for copies and results")
    return parser.parse_args()


def _baseline(tree: Tree, wanted: Sequence[str]) -> Tests | None:
    """Return what each test takes and calls, measured once for a state of the checkout."""
    out = tree.root / "build" / f"{hashlib.sha256(repr(wanted).encode()).hexdigest()[:16]}.json"
    if not (out.exists() and tree.kept.exists()):
        print("Running all tests on the program as it is.", flush=True)
        if not tree.baseline(wanted, out):
            out.unlink(missing_ok=True)
            return None
    tests: Tests = json.loads(out.read_text("utf-8"))
    return tests


def _verdict(tree: Tree, mutant: Mutant, source: bytes, tests: Tests, far_s: float, patience_s: float) -> Verdict:
    near, far = covering(mutant, tests, far_s)
    for some in filter(None, (near, far)):
        limit_s = patience_s + 2.0 * sum(tests[test]["s"] for test in some)
        verdict = tree.trial(mutant.file, mutant.applied(source), some, limit_s)
        if verdict is not Verdict.SURVIVED:
            return verdict
    return Verdict.SURVIVED if near or far else Verdict.UNTESTED


def covering(mutant: Mutant, tests: Tests, far_s: float) -> tuple[list[str], list[str]]:
    """Return the tests of its room and those that cross rooms that call the mutant's function, in their order.

    What stands outside of functions is used anywhere: there it is every test of the room.
    """
    room, module = Path(mutant.file).parts[1], Path(mutant.file).stem
    mirror = f"tests/{room}/test_{module}.py"
    called = f"{mutant.file}:{mutant.function}"
    anywhere = mutant.function is None
    near = [
        test for test, of in tests.items() if test.startswith(f"tests/{room}/") and (anywhere or called in of["calls"])
    ]
    rest = [
        test
        for test, of in tests.items()
        if not test.startswith(tuple(f"tests/{each}/" for each in ROOMS)) and (anywhere or called in of["calls"])
    ]
    near.sort(key=lambda test: (not test.startswith(mirror), tests[test]["s"]))
    far, took_s = [], 0.0
    for test in sorted(rest, key=lambda test: tests[test]["s"]):
        took_s += tests[test]["s"]
        if took_s > far_s:
            break
        far.append(test)
    return near, far


class Results:
    """Verdicts in a file, one a line."""

    def __init__(self, path: Path, tests: str) -> None:
        self.path, self.tests = path, tests
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        self.lines = {line["name"]: line for line in map(json.loads, lines)}

    def known(self, mutant: Mutant, source: bytes) -> Verdict | None:
        """Return the verdict if it still stands."""
        line = self.lines.get(mutant.name)
        if line is None or line["source"] != hashlib.sha256(source).hexdigest():
            return None
        same = line["tests"] == self.tests or line["verdict"] == Verdict.KILLED
        return Verdict(line["verdict"]) if same else None

    def add(self, mutant: Mutant, source: bytes, verdict: Verdict, by: str, took_s: float) -> None:
        """Keep a verdict."""
        line = {
            "name": mutant.name,
            "verdict": verdict,
            "by": by,
            "s": round(took_s, 1),
            "source": hashlib.sha256(source).hexdigest(),
            "tests": self.tests,
        }
        self.lines[mutant.name] = line
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def equivalents() -> dict[tuple[str, str, str, str], str]:
    """Return why no test can fail for a mutant, by file, line of source, what stood there and what stands there."""
    entries = tomllib.loads(EQUIVALENT.read_text("utf-8"))["mutant"]
    return {(each["file"], each["line"], each["before"], each["after"]): each["why"] for each in entries}


def _report(sample: Sequence[Mutant], done: Results, args: argparse.Namespace, of: int) -> int:
    same = equivalents()
    verdicts: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in sample:
        equivalent = (mutant.file, mutant.context, mutant.before, mutant.after) in same
        verdict = done.lines[mutant.name]["verdict"]
        verdicts["equivalent" if equivalent and verdict == Verdict.SURVIVED else verdict].append(mutant)
    lived = [*verdicts[Verdict.SURVIVED], *verdicts[Verdict.UNTESTED]]
    judged = len(sample) - len(verdicts["equivalent"])
    packages = ", ".join(f"{name} {version(name)}" for name in ("imu-hip", "numpy", "numba", "hypothesis"))
    print(f"{datetime.now(UTC):%Y-%m-%d}, {packages}, Python {platform.python_version()}, seed {args.seed}")
    print(f"{len(sample)} of {of} mutants")
    print("  ".join(f"{verdict} {len(these)}" for verdict, these in verdicts.items() if these))
    print(f"survived, equivalent ones not counted: {_share(len(lived), judged)}")
    print(f"survived, with equivalent ones: {_share(len(lived) + len(verdicts['equivalent']), len(sample))}")
    rooms = Counter(Path(mutant.file).parts[1] for mutant in sample)
    for room in sorted(rooms):
        count = sum(Path(mutant.file).parts[1] == room for mutant in lived)
        print(f"  {room:12} {count} of {rooms[room]}")
    for mutant in sorted(lived, key=lambda each: (each.file, each.line)):
        print(f"{mutant.file}:{mutant.line}: {mutant.before!r} -> {mutant.after!r} in: {mutant.context}")
    return 1 if 100.0 * len(lived) > args.most * max(judged, 1) else 0


def _share(count: int, of: int) -> str:
    """Return a share with Wilson's 95 % interval."""
    low, high = binomtest(count, of).proportion_ci(method="wilson") if of else (0.0, 1.0)
    return f"{count}/{of} ({100.0 * low:.1f}–{100.0 * high:.1f} %)"


if __name__ == "__main__":
    sys.exit(main())
