"""What viewers of MCAP plot: angles, sensors and what happened, as JSON messages that describe themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from heapq import merge
from pathlib import Path
from typing import Any

import numpy as np
from mcap.writer import CompressionType, Writer

from imu_hip import __version__
from imu_hip.model.block import Floats
from imu_hip.model.item import Role
from imu_hip.session.exports.contents import Contents, angle_columns, sensor_columns
from imu_hip.session.exports.tables import about, unit
from imu_hip.session.exports.timeline import Annotation, timeline
from imu_hip.session.output_file import make_durable

ANGLES, EVENTS = "/angles", "/events"
Message = tuple[float, str, Mapping[str, Any]]


def write_viewer_mcap(path: Path, contents: Contents) -> None:
    """Write channels of JSON in the order of time: `/angles`, `/pelvis`, `/thigh`, `/events`.

    Log times are the recording's beginning plus its common clock, in ns since 1970; without a beginning (imports) since
    its zero. No recording: what was derived, for eyes; its profile is empty, so that no command here takes it for one.
    """
    began_ns = _began_ns(contents.analysis.setup.start_utc)
    tables = {ANGLES: angle_columns(contents)} | {f"/{role}": sensor_columns(contents, role) for role in Role}
    happened = timeline(contents)
    with path.open("r+b") as stream:
        writer = Writer(stream, compression=CompressionType.ZSTD, enable_data_crcs=True)
        writer.start(profile="", library=f"imu_hip {__version__}")
        writer.add_metadata("imu_hip", {key: _text(value) for key, value in about(contents).items()})
        schemas = {topic: _schema_of_columns(columns) for topic, columns in tables.items()} | {EVENTS: _EVENT_SCHEMA}
        channels = {
            topic: writer.register_channel(
                topic, "json", writer.register_schema(f"imu_hip.export{topic}", "jsonschema", _text(schema).encode())
            )
            for topic, schema in schemas.items()
        }
        streams = [_rows(topic, contents.t_s, columns) for topic, columns in tables.items()]
        for sequence, (t_s, topic, fields) in enumerate(merge(*streams, _events(happened), key=lambda each: each[0])):
            t_ns = began_ns + max(0, round(1e9 * t_s))
            writer.add_message(channels[topic], t_ns, _text(fields).encode(), publish_time=t_ns, sequence=sequence)
        writer.finish()  # type: ignore[no-untyped-call]
        make_durable(stream)


def _rows(topic: str, t_s: Floats, columns: Mapping[str, Floats]) -> Iterator[Message]:
    """Yield a message for each row in which anything is known."""
    table = np.column_stack(list(columns.values()))
    known = ~np.isnan(table).all(axis=1)
    for when, row in zip(t_s[known].tolist(), table[known].tolist(), strict=True):
        cells = (None if value != value else value for value in row)
        yield when, topic, {"t_s": when, **dict(zip(columns, cells, strict=True))}


def _events(happened: tuple[Annotation, ...]) -> Iterator[Message]:
    for each in happened:
        yield each.start_s, EVENTS, asdict(each)


def _schema_of_columns(columns: Mapping[str, Floats]) -> dict[str, Any]:
    numbers = {name: {"type": ["number", "null"], "description": unit(name)} for name in columns}
    return {"type": "object", "properties": {"t_s": {"type": "number", "description": "s"}, **numbers}}


_EVENT_SCHEMA = {
    "type": "object",
    "properties": {
        **{name: {"type": "number", "description": "s"} for name in ("start_s", "end_s")},
        **{name: {"type": "string"} for name in ("kind", "what", "verdict", "why")},
        "angle_deg": {"type": ["number", "null"], "description": "deg"},
    },
}


def _began_ns(start_utc: str | None) -> int:
    return 0 if start_utc is None else int(datetime.fromisoformat(start_utc).timestamp()) * 1_000_000_000


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)
