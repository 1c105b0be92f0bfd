"""Damaged files into every reader: only its own refusal or a value may come out, soon, and in little memory."""

from __future__ import annotations

import argparse
import hashlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from reader_targets import LONGEST_REFUSAL, TARGETS, Target

from imu_hip.model.errors import ImuHipError

KEPT = Path(__file__).resolve().parents[1] / "build" / "fuzz"
LONGEST_S = 2.0
"""Of processor time, so that a busy machine is no finding."""
SILENT_S = 30.0
"""After so long without an answer a reader waits for something that never comes."""
MOST_BYTES = 500_000_000
_SLICE_S = 15.0
_CURRENT = "current"


def main() -> int:
    """Fuzz the readers in turn, each in a process of its own; return 1 when something was found."""
    parser = argparse.ArgumentParser(prog="tools/fuzz readers", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, metavar="N", help="in all (5)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=TARGETS, metavar="READER", nargs="+", help=", ".join(TARGETS))
    parser.add_argument("--again", type=Path, metavar="FILE", help="one file that was found, once more")
    parser.add_argument("--slice", metavar="READER", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.again:
        return _again(args.again)
    if args.slice:
        return _slice(args.slice, args.seed, args.seconds)
    names, end_s, failed = args.only or list(TARGETS), time.monotonic() + 60.0 * args.minutes, False
    each_s = min(_SLICE_S, 60.0 * args.minutes / len(names))
    turn = args.seed
    while time.monotonic() < end_s:
        for name in names:
            failed |= _watched(name, turn, each_s)
        turn += 1
    return 1 if failed else 0


def _watched(name: str, seed: int, seconds: float) -> bool:
    """Run a slice in a process; kill it where it hangs, and keep what did that."""
    words = [sys.executable, __file__, "--slice", name, "--seed", str(seed), "--seconds", str(seconds)]
    with tempfile.TemporaryDirectory(prefix="imu-hip-fuzz-") as folder:
        process = subprocess.Popen(words, cwd=folder)
        current = Path(folder) / _CURRENT
        code = None
        while code is None:
            try:
                code = process.wait(1.0)
            except subprocess.TimeoutExpired:
                if current.exists() and time.time() - current.stat().st_mtime > SILENT_S:
                    process.kill()
                    process.wait()
                    code = -signal.SIGKILL
        if code < 0:
            _tell(name, current.read_bytes(), f"ended by signal {-code}")
    return code != 0


def _slice(name: str, seed: int, seconds: float) -> int:
    with tempfile.TemporaryDirectory(prefix="imu-hip-fuzz-") as folder:
        target = TARGETS[name](Path(folder))
        for each in target.seeds:
            target.read(each)
        rng, known, count = random.Random(f"{seed} {name}"), set(), 0
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            data = damaged(rng, target)
            Path(_CURRENT).write_bytes(data)
            count += 1
            found = outcome(target, data)
            kind = "" if found is None else found.partition(": ")[0]
            if found is not None and kind not in known:
                known.add(kind)
                _tell(name, data, found)
        print(f"{name:14} {count} files: {len(known) or 'nothing'} found", flush=True)
        return 1 if known else 0


def damaged(rng: random.Random, target: Target) -> bytes:
    """Return one of a reader's sound files, damaged."""
    return rng.choice(target.mutations)(rng, rng.choice(target.seeds))


def outcome(target: Target, data: bytes) -> str | None:
    """Return what came out of a reader that must not: the exception, the time, the memory."""
    before = _peak_bytes()
    try:
        with _stopped_after(LONGEST_S), warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            target.read(data)
    except ImuHipError as refused:
        if len(refused.message) > LONGEST_REFUSAL:
            return f"a refusal of {len(refused.message)} letters"
    except (Exception, _TooSlowError) as error:
        where = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in where if "imu_hip" in frame.filename] or list(where)
        place = f"{Path(own[-1].filename).name}:{own[-1].lineno}"
        way = "".join(traceback.format_tb(error.__traceback__)[-4:])
        return f"{type(error).__name__} at {place}: {str(error)[:200]}\n{way}"
    grown = _peak_bytes() - before
    return f"grew by {grown / 1e6:.0f} MB" if grown > MOST_BYTES else None


class _TooSlowError(BaseException):
    """No Exception: nobody on the way may take it for one of a library's."""


@contextmanager
def _stopped_after(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return

    def stop(_: int, __: FrameType | None) -> None:
        raise _TooSlowError(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def _peak_bytes() -> int:
    """Return the most memory that this process has had."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux: what `resource` says there may be of the process that started this one
        line = next(each for each in status.read_text().splitlines() if each.startswith("VmHWM:"))
        return 1024 * int(line.split()[1])
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _tell(name: str, data: bytes, found: str) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{name}.{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    print(f"{name}: {found}\n    again: tools/fuzz readers --again {path}", flush=True)


def _again(path: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="imu-hip-fuzz-") as folder:
        target = TARGETS[path.name.partition(".")[0]](Path(folder))
        found = outcome(target, path.read_bytes())
    print(found or "nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
