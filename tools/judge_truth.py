"""Score the judge on simulated sessions: holds, exits, blocks, cycles and faults, against the definition and the plan.

The definition is what the same judge says of the noise-free angle of the strap; the plan is what the person meant to
do. Every session is another person with another pair of sensors and goes through the whole corridor. Rates are given
with Wilson's 95 % interval.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime

import numpy as np
from judge_cases import FAULT_SIZES_DEG, cases
from judge_score import RELAXATIONS, Tally, scored
from monte_carlo import EXERCISES, MEASUREMENTS

from imu_hip.app.catalogue import exercise
from imu_hip.model.event import ExitVerdict
from imu_hip.model.exercise_spec import CompensationKind
from imu_hip.session.versions import versions

PROCESSES = 2
VERDICTS = tuple(ExitVerdict)
HOLD_ROWS = (
    ("holds by definition, seen", "hold seen"),
    ("planned holds, seen", "planned hold"),
    ("touches, not counted", "touch not counted"),
    ("sub-maximal, not counted", "submaximal not counted"),
    ("0.3 s lost: goes on", "hole 0.3"),
    ("2 s lost: ends", "hole 2"),
)


def main() -> int:
    """Simulate, judge, compare, print the tables."""
    parser = argparse.ArgumentParser(prog="tools/validate judging", description=__doc__)
    parser.add_argument("--sessions", type=int, default=12, help="seeds per exercise (default: 12)")
    parser.add_argument("--exercise", action="append", choices=(*EXERCISES, *MEASUREMENTS), help="default: all eight")
    parser.add_argument("--seed", type=int, default=0, help="the first one (default: 0)")
    parser.add_argument("--quick", action="store_true", help="two seeds: to see that it runs")
    parser.add_argument("--disagreements", action="store_true", help="list each one as well, with its seed")
    args = parser.parse_args()
    seeds = range(args.seed, args.seed + (2 if args.quick else args.sessions))
    chosen = args.exercise or [*EXERCISES, *MEASUREMENTS]
    tallies = measured(chosen, seeds)
    used = " ".join(f"{name} {number}" for name, number in versions())
    print(f"measured {datetime.now(UTC):%Y-%m-%d}; {used}; {len(seeds)} seeds from {args.seed}\n")
    judged = {name: tally for name, tally in tallies.items() if name in EXERCISES}
    if judged:
        print_holds(judged)
        print_exits(judged)
        print_cycles(judged)
    measurements = {name: tally for name, tally in tallies.items() if name in MEASUREMENTS}
    if measurements:
        print_ranges(measurements)
    print_faults(tallies)
    if args.disagreements:
        print("\n".join(line for tally in tallies.values() for line in tally.lines))
    return 0


def measured(exercise_ids: Sequence[str], seeds: Iterable[int]) -> dict[str, Tally]:
    """Return the tally of each exercise; progress goes to stderr."""
    jobs = [case for exercise_id in exercise_ids for seed in seeds for case in cases(exercise_id, seed)]
    tallies = {exercise_id: Tally() for exercise_id in exercise_ids}
    begun_s = time.monotonic()
    with ProcessPoolExecutor(PROCESSES, initializer=os.nice, initargs=(10,)) as pool:
        for done, (case, tally) in enumerate(zip(jobs, pool.map(scored, jobs, chunksize=4), strict=True), start=1):
            tallies[case.exercise_id].add(tally)
            if done % 20 == 0 or done == len(jobs):
                lasted_s = time.monotonic() - begun_s
                print(f"\r{done}/{len(jobs)} sessions, {lasted_s:.0f} s", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return tallies


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    if trials == 0:
        return 0.0, 1.0
    z = 1.959964
    share, square = hits / trials, z * z / trials
    middle = (share + 0.5 * square) / (1.0 + square)
    half = z * math.sqrt(share * (1.0 - share) / trials + 0.25 * square / trials) / (1.0 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def rate(hits: int, trials: int) -> str:
    """Return `hits`/`trials` and the interval of the share."""
    if trials == 0:
        return "–"
    low, high = wilson(hits, trials)
    return f"{hits}/{trials} ({100.0 * low:.1f}–{100.0 * high:.1f} %)"


def spread(errors: Sequence[float]) -> str:
    """Return within what half of the errors are, and 95 % of them."""
    if not errors:
        return "–"
    return " / ".join(f"{of:.2f}" for of in np.percentile(np.abs(errors), (50, 95)))


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table."""
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print(flush=True)


def with_all(tallies: dict[str, Tally]) -> dict[str, Tally]:
    """Return the tallies and, last, that of all."""
    everything = Tally()
    for tally in tallies.values():
        everything.add(tally)
    return {**{f"`{name}`": tally for name, tally in tallies.items()}, "**all**": everything}


def print_holds(tallies: dict[str, Tally]) -> None:
    """Print how holds, touches and holes were judged."""
    columns = with_all(tallies)
    rows = [
        [text, *(rate(each.counts[f"{name} right"], each.counts[f"{name} all"]) for each in columns.values())]
        for text, name in HOLD_ROWS
    ]
    for text, name in (
        ("holds that are none by definition", "hold false"),
        ("holds where nothing was held", "hold nowhere"),
        ("planned holds that are none by definition", "planned hold, none by definition"),
        ("touches counted that are holds by definition", "touch counted by definition"),
        ("sub-maximal counted that are holds by definition", "submaximal counted by definition"),
        ("2 s lost: named so", "hole 2 named data_lost"),
    ):
        rows.append([text, *(str(each.counts[name]) for each in columns.values())])
    for what in ("start", "end", "start while sagging", "end while sagging"):
        name = f"hold {what}"
        text = what.replace("while sagging", "where holds sag")
        rows.append(
            [f"{text}: half within / 95 % within, s", *(spread(each.values[name]) for each in columns.values())]
        )
    print_table(["holds", *columns], rows)


def print_exits(tallies: dict[str, Tally]) -> None:
    """Print the confusion of exits, rows by definition on the noise-free angle; in brackets those near a limit."""
    graded = {name: tally for name, tally in tallies.items() if exercise(name).exit is not None}
    seen = (*VERDICTS, "None", "not seen")
    rows = []
    for name, tally in with_all(graded).items():
        for verdict in (*VERDICTS, "None"):
            cells = [
                f"{tally.counts[f'exit clear {verdict} {other}']} ({tally.counts[f'exit near {verdict} {other}']})"
                for other in seen
            ]
            rows.append([name, "no verdict" if verdict == "None" else verdict, *cells])
    print_table(["exercise", "by definition", *VERDICTS, "no verdict", "not seen"], rows)
    rows = []
    for name, tally in with_all(graded).items():
        flops = _agree(tally, lambda a: a == ExitVerdict.FLOP, VERDICTS)
        slower = _agree(tally, lambda a: a, (ExitVerdict.CONTROLLED, ExitVerdict.FAST))
        meant = [(v, o) for v in VERDICTS for o in seen]
        right = sum(tally.counts[f"meant {v} {o}"] for v, o in meant if v == o)
        rows.append(
            [name, rate(*flops), rate(*slower), rate(right, sum(tally.counts[f"meant {v} {o}"] for v, o in meant))]
        )
    print_table(["exercise", "flop or not", "controlled or fast", "as meant"], rows)


def _agree(tally: Tally, of: object, verdicts: Sequence[ExitVerdict]) -> tuple[int, int]:
    """Return how many exits with a verdict agree, and how many there are, clear of the limits."""
    pairs = {(v, o): tally.counts[f"exit clear {v} {o}"] for v in verdicts for o in VERDICTS}
    assert callable(of)
    return sum(n for (v, o), n in pairs.items() if of(v) == of(o)), sum(pairs.values())


def print_cycles(tallies: dict[str, Tally]) -> None:
    """Print blocks and cycles, where the exercise has them."""
    with_cycle = {name: tally for name, tally in tallies.items() if exercise(name).cycle}
    rows = []
    for name, tally in with_cycle.items():
        for text, key in (
            ("blocks, seen", "block"),
            *((f"of these {name} of the hold given up", f"block {name}") for name, _ in RELAXATIONS),
            ("failed blocks, not counted", "failed block not counted"),
            ("cycles, complete or not as planned", "cycle as planned"),
            ("cycles, steps as by definition", "cycle as defined"),
        ):
            rows.append([f"`{name}`", text, rate(tally.counts[f"{key} right"], tally.counts[f"{key} all"])])
        for text, key in (
            ("planned blocks that are none by definition", "block, none by definition"),
            ("failed blocks counted that are blocks by definition", "failed block counted by definition"),
            ("blocks where nobody pushed", "block nowhere"),
        ):
            rows.append([f"`{name}`", text, str(tally.counts[key])])
    if rows:
        print_table(["exercise", "blocks and cycles", "found"], rows)


def print_ranges(tallies: dict[str, Tally]) -> None:
    """Print the error of the active range."""
    rows = []
    for name, tally in tallies.items():
        errors = np.array(tally.values["range error"])
        stated = np.array(tally.values["range sd"])
        rows.append(
            [
                f"`{name}`",
                rate(tally.counts["trials right"], tally.counts["trials all"]),
                f"{np.mean(errors):+.2f} / {np.sqrt(np.mean(errors**2)):.2f}",
                f"{np.sqrt(np.mean(stated**2)):.2f}",
                rate(int(np.sum(np.abs(errors) < 2.0 * stated)), len(errors)),
            ]
        )
    print_table(["exercise", "all trials counted", "range: mean / RMS error, °", "stated sd, °", "within two"], rows)


def print_faults(tallies: dict[str, Tally]) -> None:
    """Print how often each fault was found or flagged, by its size."""
    rows = []
    for name, tally in tallies.items():
        kinds = sorted({key.removeprefix("made ").partition("|")[0] for key in tally.counts if key.startswith("made ")})
        for kind in kinds:
            by_size = []
            for size in (*(f"{size:g}" for size in FAULT_SIZES_DEG), "all", ""):
                key = f"{kind}|{size}"
                found, made, unsure = (tally.counts[f"{what} {key}"] for what in ("found", "made", "unsure"))
                by_size.append(rate(found, made) + (f", {unsure} not judged" if unsure else ""))
            *sized, lost, unsized = by_size
            ways = [key for key in tally.counts if key.startswith(f"told way {kind}|")]
            told = sum(tally.counts[key] for key in ways)
            right = sum(tally.counts[key.replace("told", "right", 1)] for key in ways)
            rows.append([f"`{name}`", kind, *sized, unsized if unsized != "–" else lost, rate(right, told)])
        posture = [tally.counts[f"fault wrong_posture {what}"] for what in ("right", "all")]
        if posture[1]:
            rows.append([f"`{name}`", "wrong_posture", *["–"] * len(FAULT_SIZES_DEG), rate(*posture), "–"])
    sizes = [f"{size:g}°: flagged" if size <= 2.0 else f"{size:g}°: found" for size in FAULT_SIZES_DEG]
    print_table(["exercise", "fault", *sizes, "without size: found", "right way"], rows)
    rows = []
    for name, tally in tallies.items():
        cells = [
            ", ".join(
                f"{key.removeprefix(f'{what} ')} {n}" for key, n in sorted(tally.counts.items()) if key in named and n
            )
            for what in ("unasked", "by definition")
            for named in [{f"{what} {kind}" for kind in CompensationKind}]
        ]
        flagged = sum(tally.counts[f"unasked {kind}"] for kind in CompensationKind)
        clean = tally.counts["clean repetitions"]
        rows.append([f"`{name}`", rate(flagged, clean), *(cell or "none" for cell in cells)])
    head = ["exercise", "flagged in repetitions without a fault", "which", "besides, right by definition"]
    print_table(head, rows)


if __name__ == "__main__":
    raise SystemExit(main())
