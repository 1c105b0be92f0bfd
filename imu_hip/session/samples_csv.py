"""Write the table of angles, one row per aligned sample, as CSV or Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.event import Phase
from imu_hip.model.extras import missing_extra
from imu_hip.model.output import Outputs
from imu_hip.session.output_file import create_file, make_durable, whole_file

_ANGLES = ("flexion", "adduction", "internal_rotation")
_PHASES = np.array([phase.name.lower() for phase in Phase])
TRUTH_COLUMN = "femur_internal_rotation_deg"

Table = dict[str, NDArray[Any]]


def write_samples(
    path: Path,
    outputs: Iterable[Outputs],
    *,
    femur_internal_rotation_rad: NDArray[np.float64] | None = None,
    force: bool = False,
) -> None:
    """Write the rows that lie on a sample; `path` ends in .parquet for Parquet, anything else is CSV.

    `femur_internal_rotation_rad` (n,), one for each row of the outputs, adds the column that a truth file has
    more. Raises UsageError when the file exists or the extra for Parquet is missing, RecordingError when it
    cannot be written.
    """
    parquet = path.suffix.lower() == ".parquet"
    if parquet:
        require_pyarrow(path)
    table = sample_table(tuple(outputs), femur_internal_rotation_rad)
    with whole_file(path, force=force) as part, create_file(part) as stream:
        if parquet:
            write_parquet(stream, table, {name: _unit(name) for name in table}, {})
        else:
            write_csv(stream, table)
        make_durable(stream)


@contextmanager
def samples_file(path: Path, *, force: bool = False) -> Iterator[Callable[[Outputs], None]]:
    """Yield what writes rows as they become known: the file of `write_samples`, held in memory by nobody.

    It is there at the end, or not at all. Raises as `write_samples` does.
    """
    parquet = path.suffix.lower() == ".parquet"
    if parquet:
        require_pyarrow(path)
    with whole_file(path, force=force) as part, create_file(part) as stream, ExitStack() as stack:
        empty = sample_table(())
        write = _parquet_rows(stream, empty, stack) if parquet else _csv_rows(stream, empty)
        yield lambda outputs: write(sample_table((outputs,)))
        stack.close()
        make_durable(stream)


def _csv_rows(stream: BinaryIO, empty: Table) -> Callable[[Table], None]:
    write_csv(stream, empty)
    return lambda table: _write_csv_rows(stream, table)


def _parquet_rows(stream: BinaryIO, empty: Table, stack: ExitStack) -> Callable[[Table], None]:
    import pyarrow.parquet as pq

    units = {name: _unit(name) for name in empty}
    writer = stack.enter_context(pq.ParquetWriter(stream, _arrow(empty, units, {}).schema, compression="zstd"))
    return lambda table: writer.write_table(_arrow(table, units, {})) if len(table["t_s"]) else None


def sample_table(outputs: tuple[Outputs, ...], femur_internal_rotation_rad: NDArray[np.float64] | None = None) -> Table:
    """Return the columns of the outside contract by name; what is not known is NaN."""
    blocks = [output.angles for output in outputs]
    shown = _joined([block.on_sample for block in blocks], (0,), np.bool_)
    valid = _joined([block.valid for block in blocks], (0,), np.bool_)[shown]
    angles_deg = np.degrees(_joined([block.angles_rad for block in blocks], (0, 3), np.float64))[shown]
    sd_deg = np.degrees(_joined([block.sd_rad for block in blocks], (0, 3), np.float64))[shown]
    phases = _joined([output.phases for output in outputs], (0,), np.uint8)[shown]
    table: Table = {"t_s": _joined([block.t_s for block in blocks], (0,), np.float64)[shown]}
    for name, values in zip(_ANGLES, angles_deg.T, strict=True):
        table[f"{name}_deg"] = np.where(valid, values, np.nan)
    for name, values in zip(_ANGLES, sd_deg.T, strict=True):
        table[f"{name}_sd_deg"] = np.where(valid, values, np.nan)
    table["valid"] = valid.astype(np.uint8)
    table["phase"] = _PHASES[phases]
    if femur_internal_rotation_rad is not None:
        table[TRUTH_COLUMN] = np.degrees(femur_internal_rotation_rad)[shown]
    return table


def _joined(parts: list[NDArray[Any]], empty_shape: tuple[int, ...], dtype: type) -> NDArray[Any]:
    return np.concatenate([np.empty(empty_shape, dtype), *parts])


def write_csv(stream: BinaryIO, table: Table) -> None:
    """Write a table as CSV."""
    stream.write((",".join(table) + "\n").encode())
    _write_csv_rows(stream, table)


def _write_csv_rows(stream: BinaryIO, table: Table) -> None:
    columns = [list(_cells(name, values)) for name, values in table.items()]
    stream.write("".join(",".join(row) + "\n" for row in zip(*columns, strict=True)).encode())


def _cells(name: str, values: NDArray[Any]) -> Iterator[str]:
    """Write times so that they read back exactly, angles to a millionth of a degree, unknown as nothing."""
    if name.endswith("_deg"):
        return ("" if value != value else f"{value:.6f}" for value in values.tolist())
    return (str(value) for value in values.tolist())


def write_parquet(stream: BinaryIO, table: Table, units: Mapping[str, str], about: Mapping[str, str]) -> None:
    """Write a table as Parquet, the units of its columns and `about` in the metadata; NaN becomes null."""
    import pyarrow.parquet as pq

    pq.write_table(_arrow(table, units, about), stream, compression="zstd")


def _arrow(table: Table, units: Mapping[str, str], about: Mapping[str, str]) -> Any:
    import pyarrow as pa

    fields, arrays = [], []
    for name, values in table.items():
        # from_pandas: NaN becomes null, which is what "not known" is called there.
        array = pa.array(values, from_pandas=True)
        fields.append(pa.field(name, array.type, metadata={"unit": units[name]}))
        arrays.append(array)
    schema = pa.schema(fields, metadata=dict(about))
    return pa.Table.from_arrays(arrays, schema=schema)


def _unit(column: str) -> str:
    return "s" if column == "t_s" else "deg" if column.endswith("_deg") else ""


def require_pyarrow(path: Path) -> None:
    """Raise UsageError without the library for Parquet."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise missing_extra(f"{path}: Parquet needs an extra", "exports") from None
