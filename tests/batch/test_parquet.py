"""Tables of a destination are looked at before they are believed."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from imu_hip.batch import parquet
from imu_hip.batch.ledger import keep_sources, known_sources
from imu_hip.batch.parquet import read_table
from imu_hip.batch.place import Listed, Place
from imu_hip.batch.results import compact, results_in
from imu_hip.batch.task import algorithm, folder
from imu_hip.model.errors import UnusableInputError


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" * 100, bytes(1000)])
def test_what_is_no_table_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(data)
    with pytest.raises(UnusableInputError, match=r"a\.parquet: is no table of results"):
        read_table(str(path), ("a",))


def test_a_table_without_a_column_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(UnusableInputError, match=r"a\.parquet: is no table of results"):
        read_table(str(tmp_path / "a.parquet"), ("a", "b"))
    assert read_table(str(tmp_path / "a.parquet"), ("a",)).num_rows == 1


def test_a_table_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq.write_table(pa.table({"a": ["x" * 1000] * 10}), tmp_path / "a.parquet", use_dictionary=False)
    monkeypatch.setattr(parquet, "LARGEST_BYTES", 5000)
    with pytest.raises(UnusableInputError, match="unpacks to"):
        read_table(str(tmp_path / "a.parquet"), ("a",))


def test_a_ledger_that_cannot_be_read_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    place = Place(str(tmp_path))
    known = {Listed("file:///a", 1, "1.0"): "a" * 64}
    keep_sources(place, known)
    place.put("sources/b.parquet", b"PAR1 nothing PAR1")
    pq.write_table(pa.table({"url": ["x", None]}), tmp_path / "sources" / "c.parquet")
    assert known_sources(place)[0] == known


def test_results_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    place, under = Place(str(tmp_path)), folder(algorithm())
    place.put(f"{under}/compacted-x.parquet", b"PAR1 nothing PAR1")
    for question in (lambda: results_in(place, under), lambda: compact(place)):
        with pytest.raises(UnusableInputError, match=r"compacted-x\.parquet: .* delete it"):
            question()
