"""Read the tables of a destination, which a stranger may have put there."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from imu_hip.batch.place import read_bytes
from imu_hip.model.errors import Reason, UnusableInputError

LARGEST_BYTES = 1 << 28
"""Unpacked: results of 4096 recordings have some 60 MB."""


def read_table(url: str, columns: Sequence[str], schema: pa.Schema | None = None) -> pa.Table:
    """Return the columns of a Parquet file, all of `schema` where that is given.

    Raises
    ------
    UnusableInputError
        It is none, or has other columns.
    OSError
        The store does not give it.
    """
    data = read_bytes(url)
    try:
        about = pq.ParquetFile(io.BytesIO(data)).metadata
        size = sum(about.row_group(k).total_byte_size for k in range(about.num_row_groups))
        if size > LARGEST_BYTES:
            raise ValueError(f"it unpacks to {size / 1e6:.0f} MB")
        table = pq.read_table(io.BytesIO(data), columns=None if schema else list(columns), schema=schema)
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        why = " ".join(str(error).split())[:200]
        raise UnusableInputError(
            Reason.DAMAGED, f"{url}: is no table of results ({why}); delete it, what stood in it is made again"
        ) from error
    return table
