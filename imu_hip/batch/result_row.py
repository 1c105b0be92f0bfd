"""One recording's result as one row of a table: the columns, and the row as a Parquet file."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Json = Mapping[str, Any]

_ROTATION = ("internal_rotation_deg", "internal_rotation_sd_deg", "external_rotation_deg", "external_rotation_sd_deg")
_PART = pa.struct(
    [
        ("exercise", pa.string()),
        ("posture", pa.string()),
        ("start_s", pa.float64()),
        ("end_s", pa.float64()),
        *((name, pa.float64()) for name in _ROTATION),
        ("cycles", pa.int32()),
        ("complete_cycles", pa.int32()),
    ]
)
_HOLD = pa.struct(
    [
        ("exercise", pa.string()),
        ("direction", pa.string()),
        ("start_s", pa.float64()),
        ("end_s", pa.float64()),
        ("duration_s", pa.float64()),
        ("angle_deg", pa.float64()),
        ("sd_deg", pa.float64()),
        ("percent_of_end_range", pa.float64()),
        ("verdict", pa.string()),
        ("why", pa.string()),
    ]
)
_COMPENSATION = pa.struct(
    [
        ("exercise", pa.string()),
        ("kind", pa.string()),
        ("toward", pa.string()),
        ("start_s", pa.float64()),
        ("end_s", pa.float64()),
        ("peak_deg", pa.float64()),
    ]
)
SCHEMA = pa.schema(
    [
        ("recording_sha256", pa.string()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("result_sha256", pa.string()),
        ("start", pa.string()),
        ("duration_s", pa.float64()),
        ("side", pa.string()),
        ("exercise", pa.string()),
        ("posture", pa.string()),
        ("origin", pa.string()),
        ("parts", pa.list_(_PART)),
        ("holds", pa.list_(_HOLD)),
        ("compensations", pa.list_(_COMPENSATION)),
        ("warnings", pa.list_(pa.struct([("code", pa.string()), ("text", pa.string())]))),
        ("analysis", pa.string()),
    ]
)
"""`analysis` is what `imu-hip analyze --json` prints; a row in quarantine has only the first three columns."""


def result_row(analysis: Json) -> bytes:
    """Return a result as a Parquet file of one row; the same result always gives the same bytes."""
    recording, parts = analysis["recording"], analysis["parts"]
    return _file(
        {
            "recording_sha256": recording["sha256"],
            "status": "done",
            "result_sha256": analysis["result_sha256"],
            **{name: recording[name] for name in ("start", "duration_s", "side", "exercise", "posture", "origin")},
            "parts": [_part(part) for part in parts],
            "holds": [
                {**_chosen(_HOLD, hold), "exercise": part["exercise"]} for part in parts for hold in part["holds"]
            ],
            "compensations": [
                {**_chosen(_COMPENSATION, fault), "exercise": part["exercise"]}
                for part in parts
                for fault in part["compensations"]
            ],
            "warnings": analysis["warnings"],
            "analysis": json.dumps(analysis, ensure_ascii=False, separators=(",", ":")),
        }
    )


def quarantine_row(recording_sha256: str, reason: str) -> bytes:
    """Return the row of a recording that has no result, and why, as a Parquet file."""
    return _file({"recording_sha256": recording_sha256, "status": "quarantined", "reason": reason})


def _part(part: Json) -> dict[str, Any]:
    cycles = part["cycles"]
    return {
        **_chosen(_PART, {**part, **part["range"]}),
        "cycles": len(cycles),
        "complete_cycles": sum(cycle["complete"] for cycle in cycles),
    }


def _chosen(kind: pa.DataType, values: Json) -> dict[str, Any]:
    return {field.name: values.get(field.name) for field in kind}


def _file(row: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), stream, compression="zstd")
    return stream.getvalue()
