"""Which file had which content when it was read: what spares the next run from reading all of them again.

A cache: without it every file is read and its hash taken once more, and nothing else is different.
"""

from __future__ import annotations

import hashlib
import io

import pyarrow as pa
import pyarrow.parquet as pq

from imu_hip.batch.parquet import read_table
from imu_hip.batch.place import Listed, Place
from imu_hip.model.errors import UnusableInputError

FOLDER = "sources"
_SCHEMA = pa.schema(
    [("url", pa.string()), ("size", pa.int64()), ("stamp", pa.string()), ("recording_sha256", pa.string())]
)

Known = dict[Listed, str]


def known_sources(dest: Place) -> tuple[Known, list[str]]:
    """Return the hash of each file that was read in earlier runs, and the URLs of the tables that say so."""
    known: Known = {}
    tables = [each.url for each in dest.files(FOLDER, ".parquet")]
    for url in tables:
        try:
            rows = read_table(url, _SCHEMA.names, _SCHEMA).to_pylist()
        except UnusableInputError:
            continue
        for row in rows:
            if None not in row.values():
                known[Listed(row["url"], row["size"], row["stamp"])] = row["recording_sha256"]
    return known, tables


def keep_sources(dest: Place, known: Known) -> str:
    """Write what was read, under a name that its content gives it; return the URL."""
    rows = [
        {"url": each.url, "size": each.size, "stamp": each.stamp, "recording_sha256": sha256}
        for each, sha256 in sorted(known.items(), key=lambda pair: (pair[0].url, pair[0].stamp))
    ]
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), stream, compression="zstd")
    data = stream.getvalue()
    name = f"{FOLDER}/{hashlib.sha256(data).hexdigest()[:32]}.parquet"
    dest.put(name, data)
    return f"{dest.url}/{name}"
