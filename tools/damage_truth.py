"""Damage recordings in many ways and count what is saved, what is lost, and what is wrong without being told."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mcap.opcode import Opcode

from imu_hip import api
from imu_hip.model.errors import UnusableInputError
from imu_hip.model.item import NumberedItem
from imu_hip.model.setup import Setup
from imu_hip.session.chunk_items import chunk_items
from imu_hip.session.mcap_parse import MAGIC, Record, record_at
from imu_hip.session.recorder import Recorder
from imu_hip.session.recover import RecoveryReport, recover
from imu_hip.session.writer import RecordingWriter

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"
CHILD = Path(__file__).with_name("recording_child.py")
SECTOR = 4096
STALL_S = 5.0
_SMALL_DISK_BYTES = 52_000_000  # a recording wants 50 MB free before it begins


@dataclass(slots=True)
class Tally:
    """What became of so many trials.

    `whole`: items in chunks that were not touched, `back`: those of them that were saved. `silent`: trials with a wrong
    item, or with a loss that the report does not tell. `crashed`: trials with an exception that is no refusal.
    """

    trials: int = 0
    refused: int = 0
    whole: int = 0
    back: int = 0
    silent: int = 0
    crashed: int = 0
    what: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        """Return a row of the table."""
        share = 100.0 * self.back / self.whole if self.whole else 100.0
        return (
            f"{name:12} {self.trials:6} {self.whole:9} {share:8.3f} % {self.refused:8} {self.silent:7} {self.crashed:8}"
        )


def main() -> int:
    """Print the tables; return 1 when a bound is missed."""
    parser = argparse.ArgumentParser(prog="tools/validate damage", description=__doc__)
    parser.add_argument("--trials", type=int, default=150, metavar="N", help="of each kind (150)")
    parser.add_argument("--kills", type=int, default=30, metavar="N", help="of a recording under way (30)")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sound = damage_table(args.trials, args.seed, folder)
        sound &= kill_table(args.kills, args.seed, folder)
        sound &= full_disk(folder)
        sound &= stalled_disk(folder)
    return 0 if sound else 1


def damage_table(trials: int, seed: int, folder: Path) -> bool:
    """Damage the sample recordings; return whether nothing was wrong without being told."""
    files = sorted(RECORDINGS.glob("*.mcap"))
    print(f"{'damage':12} {'trials':>6} {'untouched':>9} {'saved':>10} {'refused':>8} {'silent':>7} {'crashed':>8}")
    sound = True
    for name, damage in DAMAGES.items():
        rng, tally = random.Random(f"{seed} {name}"), Tally()
        for trial in range(trials):
            one_damage(files[trial % len(files)], damage, rng, tally, folder)
        print(tally.line(name))
        for what in tally.what[:5]:
            print(f"  {what}")
        sound &= tally.silent == tally.crashed == 0 and tally.back >= 0.99 * tally.whole
    return sound


Touched = tuple[bytes, int, int]
"""Damaged bytes, and the range [start, end) of the original that is not as it was."""


def truncated(data: bytes, rng: random.Random) -> Touched:
    """Cut a file off anywhere."""
    cut = rng.randrange(len(data))
    return data[:cut], cut, len(data)


def flipped(data: bytes, rng: random.Random) -> Touched:
    """Turn one bit round."""
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :], at, at + 1


def zeroed(data: bytes, rng: random.Random) -> Touched:
    """Empty a sector of 4 KiB."""
    start = rng.randrange(0, max(1, len(data) - SECTOR)) // SECTOR * SECTOR
    end = min(len(data), start + SECTOR)
    return data[:start] + bytes(end - start) + data[end:], start, end


DAMAGES: dict[str, Callable[[bytes, random.Random], Touched]] = {
    "truncation": truncated,
    "bit flip": flipped,
    "zeroed 4 KiB": zeroed,
}


def one_damage(
    file: Path, damage: Callable[[bytes, random.Random], Touched], rng: random.Random, tally: Tally, folder: Path
) -> None:
    """Damage a file once, read and recover it, and count."""
    data = file.read_bytes()
    damaged, start, end = damage(data, rng)
    source, target = folder / "damaged.mcap", folder / "saved.mcap"
    source.write_bytes(damaged)
    chunks = [(record, chunk_items(data, record)) for record in _chunks(data)]
    known = {numbered.number: numbered for _, items in chunks for numbered in items}
    untouched = [item for record, items in chunks if record.end <= start or record.start >= end for item in items]
    tally.trials += 1
    try:
        _check_reading(source, known, tally)
        report = recover(source, target, force=True)
        saved = api.read(target).items
        if source.read_bytes() != damaged:
            _silent(tally, "the damaged file was changed")
        _check_recovery(report, saved, known, tally)
        numbers = {numbered.number for numbered in saved}
        tally.whole += len(untouched)
        tally.back += sum(numbered.number in numbers for numbered in untouched)
    except UnusableInputError:
        # Nothing was left that says what the recording is: its head and every copy of it are gone.
        tally.refused += 1
    except Exception as error:  # what this is here to find
        tally.crashed += 1
        tally.what.append(f"{file.name} {start}..{end}: {error!r}")


def _check_reading(source: Path, known: dict[int, NumberedItem], tally: Tally) -> None:
    """Count a damaged file that is read as something that it was not."""
    try:
        items = api.read(source).items
    except UnusableInputError:
        return
    if list(items) != list(known.values()):
        _silent(tally, "a damaged file was read as something else")


def _check_recovery(
    report: RecoveryReport, saved: Sequence[NumberedItem], known: dict[int, NumberedItem], tally: Tally
) -> None:
    if any(known.get(numbered.number) != numbered for numbered in saved):
        _silent(tally, "an item that never was")
    if len(saved) < len(known) and report.complete:
        _silent(tally, "items are lost and nothing is told")
    inside = [number for number in known if saved and saved[0].number < number < saved[-1].number]
    if report.items_missing != len(inside) - sum(
        n.number != saved[0].number and n.number != saved[-1].number for n in saved
    ):
        _silent(tally, "another number of lost items is told")


def _silent(tally: Tally, what: str) -> None:
    tally.silent += 1
    tally.what.append(what)


def _chunks(data: bytes) -> Iterator[Record]:
    at = len(MAGIC)
    while at < len(data) - len(MAGIC):
        record = record_at(data, at)
        if record.opcode == Opcode.CHUNK:
            yield record
        at = record.end


def kill_table(kills: int, seed: int, folder: Path) -> bool:
    """Kill recordings at random moments, eight at a time; return whether none lost more than a second."""
    rng = random.Random(f"{seed} kill")
    worst_s, unsaved = 0.0, 0
    for first in range(0, kills, 8):
        runs_s = [rng.uniform(0.5, 6.0) for _ in range(min(8, kills - first))]
        for lost_s in killed(runs_s, folder):
            unsaved += lost_s is None
            worst_s = max(worst_s, lost_s or 0.0)
    print(
        f"kill -9: {kills} recordings, {unsaved} could not be recovered, at most {worst_s:.2f} s of arrived data lost"
    )
    return unsaved == 0 and worst_s <= 1.0


def killed(runs_s: Sequence[float], folder: Path) -> list[float | None]:
    """Return for each run how many seconds of arrived data are lost when it is killed; None: nothing was saved."""
    paths = [folder / f"killed_{k}.mcap" for k in range(len(runs_s))]
    children = [
        subprocess.Popen([sys.executable, CHILD, path], stdout=subprocess.PIPE, text=True) for path in paths
    ]  # fmt: skip
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    begun_s = time.monotonic()
    lost: list[float | None] = []
    for run_s, k in sorted(zip(runs_s, range(len(runs_s)), strict=True)):
        time.sleep(max(0.0, begun_s + run_s - time.monotonic()))
        children[k].kill()
        put = children[k].communicate()[0].split()
        lost.append(_lost_s(paths[k], float(put[-1]) if put else 0.0))
    return lost


def _lost_s(path: Path, arrived_s: float) -> float | None:
    saved = path.with_suffix(".saved.mcap")
    try:
        recover(path, saved, force=True)
    except UnusableInputError:
        return None
    items = api.read(saved).items
    last_s = (items[-1].item.t_ns - items[0].item.t_ns) / 1e9 if items else 0.0
    for each in (path, saved):
        each.unlink()
    return max(0.0, arrived_s - last_s)


def full_disk(folder: Path) -> bool:
    """Record onto a small disk until it is full; return whether all that was durable is there."""
    items = api.read(RECORDINGS / "supine_ere_right.mcap")
    with small_disk(folder / "small") as disk:
        if disk is None:
            print("full disk: not tried, mounting one needs root")
            return True
        recorder = Recorder(disk / "a.mcap", items.setup)
        filler = disk / "filler"
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        filler.write_bytes(bytes(free - 300_000))
        number = 0
        while recorder.error is None and number < 40 * len(items.items):
            recorder.put(NumberedItem(number, items.items[number % len(items.items)].item))
            number += 1
            if number % 200 == 0:
                recorder.wait_until_written(5.0)
        closed, durable, alarm = recorder.close(), recorder.durable, recorder.alarm
        filler.unlink()
        report = recover(disk / "a.mcap", folder / "full.mcap", force=True)
    saved = report.items_saved
    print(f"full disk: {durable} items durable, {saved} saved; alarm: {alarm.rpartition(': ')[2]!r}")
    return not closed and saved >= durable > 0 and "disk is full" in alarm


@contextmanager
def small_disk(at: Path) -> Iterator[Path | None]:
    """Mount a real file system of 52 MB; None where that is not allowed."""
    at.mkdir()
    size = f"size={_SMALL_DISK_BYTES}"
    mounted = os.name == "posix" and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", at], capture_output=True, check=False
    ).returncode == 0  # fmt: skip
    try:
        yield at if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", at], check=True)


class _StallingWriter(RecordingWriter):
    """A disk that does not answer for some seconds, once, while the recording is under way."""

    flushed = 0

    def flush(self) -> None:
        """Write, after the stall."""
        self.flushed += 1
        time.sleep(STALL_S if self.flushed == 3 else 0.0)
        super().flush()


def stalled_disk(folder: Path) -> bool:
    """Record in real time while the disk stalls; return whether nothing is lost and nobody waited."""
    recording = api.read(RECORDINGS / "supine_ere_right.mcap")
    path = folder / "stalled.mcap"

    def opened(at: Path, setup: Setup) -> RecordingWriter:
        return _StallingWriter(at, setup)

    recorder = Recorder(path, recording.setup, open_writer=opened)
    alarms, longest_s, put = set(), 0.0, 0
    first_ns, begun_s = recording.items[0].item.t_ns, time.monotonic()
    for numbered in recording.items:
        due_s = (numbered.item.t_ns - first_ns) / 1e9
        if due_s > STALL_S + 2.0:
            break
        time.sleep(max(0.0, begun_s + due_s - time.monotonic()))
        at_s = time.monotonic()
        put += recorder.put(numbered)
        longest_s = max(longest_s, time.monotonic() - at_s)
        alarms.add(recorder.alarm.partition(":")[0])
    closed = recorder.close()
    kept = len(api.read(path).items)
    print(
        f"disk stalls {STALL_S:.0f} s: {put} items put, {kept} kept, {recorder.dropped} dropped, the longest put "
        f"{1e3 * longest_s:.1f} ms; told: {', '.join(sorted(alarms - {''}))}"
    )
    return closed and kept == put and "the disk is slow" in alarms


if __name__ == "__main__":
    sys.exit(main())
