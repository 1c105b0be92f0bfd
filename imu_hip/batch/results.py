"""Which results a destination has, and how many small files of them become few."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import pyarrow as pa
import pyarrow.parquet as pq

from imu_hip.batch.ledger import keep_sources, known_sources
from imu_hip.batch.parquet import read_table
from imu_hip.batch.place import Place
from imu_hip.batch.result_row import SCHEMA
from imu_hip.batch.task import QUARANTINED, RESULT

MOST_IN_ONE = 4096
"""Recordings in a file: some tens of MB, read in one go."""
COMPACTED = "compacted-"
_READ_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class There:
    """What a destination has of one version: recordings by their hashes, and the small files of some."""

    done: frozenset[str]
    quarantined: frozenset[str]
    small: dict[str, str]
    """URL of each file of one recording, by hash."""
    twice: tuple[str, ...]
    """URLs of small files whose recordings stand in a compacted one, too."""


def results_in(dest: Place, folder: str) -> There:
    """Look what is there."""
    small: dict[str, str] = {}
    done: set[str] = set()
    quarantined: set[str] = set()
    compacted: set[str] = set()
    for each in dest.files(folder, RESULT):
        name = each.url.rpartition("/")[2]
        if name.startswith(COMPACTED):
            table = read_table(each.url, ("recording_sha256", "status"))
            for sha256, status in zip(*(column.to_pylist() for column in table.columns), strict=True):
                (done if status == "done" else quarantined).add(sha256)
                compacted.add(sha256)
        else:
            sha256 = name.partition(".")[0]
            (quarantined if name.endswith(QUARANTINED) else done).add(sha256)
            small[sha256] = each.url
    twice = tuple(small.pop(sha256) for sha256 in sorted(compacted & set(small)))
    return There(frozenset(done), frozenset(quarantined), small, twice)


def compact(dest: Place) -> tuple[int, int]:
    """Put small files into large ones, version by version; return how many there were and have become.

    Large files are written first and small ones deleted then: broken off in between, some recordings stand in both,
    and the next run or compaction deletes the small ones.
    """
    before = after = 0
    folders = [each.url[len(dest.url) + 1 :].partition("/")[0] for each in dest.files() if "/algorithm=" in each.url]
    for folder, _ in groupby(sorted(folders)):
        there = results_in(dest, folder)
        dest.delete(list(there.twice))
        urls = [url for _, url in sorted(there.small.items())]
        for start in range(0, len(urls), MOST_IN_ONE):
            some = urls[start : start + MOST_IN_ONE]
            data = _together(some)
            dest.put(f"{folder}/{COMPACTED}{hashlib.sha256(data).hexdigest()[:32]}.parquet", data)
            dest.delete(some)
            after += 1
        before += len(urls)
    known, tables = known_sources(dest)
    if len(tables) > 1:
        kept = keep_sources(dest, known)
        dest.delete([url for url in tables if url != kept])
    return before, after


def _together(urls: Sequence[str]) -> bytes:
    with ThreadPoolExecutor(_READ_AT_ONCE) as pool:
        tables = list(pool.map(partial(read_table, columns=SCHEMA.names, schema=SCHEMA), urls))
    stream = io.BytesIO()
    pq.write_table(pa.concat_tables(tables), stream, compression="zstd", row_group_size=512)
    return stream.getvalue()
