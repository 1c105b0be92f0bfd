"""What `imu-hip batch` does: share the work out, say how far it is, list what failed."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.extras import missing_extra
from imu_hip.model.setup import FilterName

if TYPE_CHECKING:
    from imu_hip.batch.run import Run

_BAR = 24
_SHOWN_EVERY_S = 0.2


def batch(args: Namespace) -> int:
    """Analyze the recordings that have no result yet; return 1 when some failed or were put in quarantine."""
    _refuse_contradictions(args)
    for package in ("fsspec", "pyarrow"):
        if find_spec(package) is None:
            raise missing_extra("batch needs an extra", "batch")
    if args.compact is not None:
        return _compact(args.compact)
    from imu_hip.batch import engines
    from imu_hip.batch.run import run

    if args.engine == "dask":
        engine = partial(engines.dask, scheduler=args.scheduler)
    else:
        engine = partial(engines.local, workers=args.workers or os.cpu_count() or 1)
    shown = _Shown()
    try:
        state = run(args.source, args.out, engine, shown.show, FilterName(args.filter or FilterName.VQF))
    except KeyboardInterrupt:
        shown.clear()
        print(f"stopped after {shown.words}: the same command goes on from there", file=sys.stderr)
        raise
    shown.clear()
    _print_summary(state, shown.elapsed_s)
    return 1 if state.failed or state.quarantined else 0


def _refuse_contradictions(args: Namespace) -> None:
    if (args.compact is None) == (args.source is None) or (args.source is None) != (args.out is None):
        raise UsageError(Reason.WRONG_USAGE, "give SRC and --out DEST, or --compact DEST alone")
    if args.compact is not None and args.filter is not None:
        raise UsageError(Reason.WRONG_USAGE, "--filter is for SRC: --compact takes the results of every filter")
    if (args.engine == "dask") != (args.scheduler is not None):
        raise UsageError(Reason.WRONG_USAGE, "--engine dask and --scheduler ADDR go together")
    if args.engine == "dask" and args.workers is not None:
        raise UsageError(Reason.WRONG_USAGE, "--workers is for this computer: a Dask cluster has those that it has")


def _compact(dest: str) -> int:
    from imu_hip.batch.place import Place
    from imu_hip.batch.results import compact

    before, after = compact(Place(dest))
    print(f"{before} small files of results are {after} now" if before else "no small files of results: nothing to do")
    return 0


def _print_summary(state: Run, elapsed_s: float) -> None:
    for name, found in (("quarantined", state.quarantined), ("failed", state.failed)):
        for url, reason in sorted(found):
            print(f"{name}: {_one_line(url)}: {_one_line(reason)}", file=sys.stderr)
    before = f", {state.quarantined_before} in quarantine since earlier" if state.quarantined_before else ""
    if not state.to_do:
        print(f"{state.recordings} recordings: nothing to do{before}")
        return
    there = f", {state.there} had theirs already" if state.there else ""
    print(
        f"{state.recordings} recordings, {state.to_do} to do: {state.made} results made{there}, "
        f"{len(state.quarantined)} quarantined, {len(state.failed)} failed{before}; {elapsed_s:.1f} s"
    )


class _Shown:
    """A line on the terminal that says how far it is; nothing where nobody looks."""

    def __init__(self) -> None:
        self.words = "0"
        self._begun_s = time.monotonic()
        self._shown_s = 0.0
        self._seen = sys.stderr.isatty()

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._begun_s

    def show(self, state: Run) -> None:
        self.words = f"{state.done} of {state.to_do}"
        if not state.done:
            self._begun_s = time.monotonic()
        now_s = time.monotonic()
        if not self._seen or (now_s - self._shown_s < _SHOWN_EVERY_S and state.done < state.to_do):
            return
        self._shown_s = now_s
        sys.stderr.write(f"\r\x1b[K{progress_line(state, self.elapsed_s)}")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._seen:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def progress_line(state: Run, elapsed_s: float) -> str:
    """Return bar, count, rate, time left and how many failed."""
    full = _BAR * state.done // state.to_do if state.to_do else _BAR
    line = f"[{'#' * full}{'.' * (_BAR - full)}] {state.done} of {state.to_do}"
    if state.done and elapsed_s > 0.0:
        rate = state.done / elapsed_s
        minutes, seconds = divmod(round((state.to_do - state.done) / rate), 60)
        line += f", {rate:.1f}/s, {minutes}:{seconds:02} left"
    bad = len(state.failed) + len(state.quarantined)
    return f"{line}, {bad} without result" if bad else line


def _one_line(text: str) -> str:
    return " ".join(text.split())
