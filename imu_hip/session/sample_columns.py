"""The samples of an analysis as columns that share its memory: numpy views, and Arrow without a copy."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.analysis import Analysis
from imu_hip.model.extras import missing_extra

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Samples:
    """One value for each row, in every column; radians and seconds. What is not known is NaN.

    `valid`: the angles are known. `on_sample`: False for rows that only fill a hole of the pelvis sensor. `phase`: the
    numbers of `imu_hip.model.event.Phase`. Nothing can be written to them.
    """

    t_s: NDArray[np.float64]
    flexion_rad: NDArray[np.float64]
    adduction_rad: NDArray[np.float64]
    internal_rotation_rad: NDArray[np.float64]
    flexion_sd_rad: NDArray[np.float64]
    adduction_sd_rad: NDArray[np.float64]
    internal_rotation_sd_rad: NDArray[np.float64]
    valid: NDArray[np.bool_]
    on_sample: NDArray[np.bool_]
    phase: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.t_s)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name, as `pandas.DataFrame` and `polars.DataFrame` take them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def arrow(self) -> pa.Table:
        """Return an Arrow table whose numbers lie where they are; what is not known is null.

        `valid` and `on_sample` are 0 and 1: Arrow packs its booleans, which would be a copy.

        Raises
        ------
        UsageError
            pyarrow is not installed.
        """
        try:
            import pyarrow as pa
        except ImportError:
            raise missing_extra("Arrow needs an extra", "exports") from None
        known = pa.py_buffer(np.packbits(self.valid, bitorder="little"))
        unknown = len(self) - int(np.count_nonzero(self.valid))
        arrays = {}
        for name, values in self.columns().items():
            numbers = values.view(np.uint8) if values.dtype == np.bool_ else values
            angle = name.endswith("_rad")
            arrays[name] = pa.Array.from_buffers(
                pa.from_numpy_dtype(numbers.dtype),
                len(numbers),
                [known if angle else None, pa.py_buffer(numbers)],
                unknown if angle else 0,
            )
        return pa.table(arrays)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand the table to any library that reads Arrow (the Arrow PyCapsule interface)."""
        return self.arrow().__arrow_c_stream__(requested_schema)


def samples_of(analysis: Analysis) -> Samples:
    """Return the columns of an analysis. Those of its angles are views where they lie column by column."""
    angles = analysis.angles
    columns = [
        angles.t_s,
        *angles.angles_rad.T,
        *angles.sd_rad.T,
        angles.valid,
        angles.on_sample,
        analysis.phases,
    ]
    return Samples(*(_read_only(column) for column in columns))


def _read_only(column: NDArray[Any]) -> NDArray[Any]:
    view = column.view()
    view.flags.writeable = False
    return view
