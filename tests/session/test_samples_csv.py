"""The table of angles says what is known, exactly, and nothing about the rest."""

from __future__ import annotations

import csv
import math
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from imu_hip.model.block import AngleBlock
from imu_hip.model.errors import Reason, RecordingError, UsageError
from imu_hip.model.event import Phase
from imu_hip.model.output import Outputs
from imu_hip.session.samples_csv import write_samples

COLUMNS = [
    "t_s",
    "flexion_deg",
    "adduction_deg",
    "internal_rotation_deg",
    "flexion_sd_deg",
    "adduction_sd_deg",
    "internal_rotation_sd_deg",
    "valid",
    "phase",
]


def outputs(t_s: list[float], *, valid: list[bool], on_sample: list[bool]) -> Outputs:
    n = len(t_s)
    known = np.array(valid)
    angles = np.where(known[:, None], np.radians(np.arange(3.0 * n).reshape(n, 3) - 4.0), np.nan)
    nothing = np.zeros(n)
    block = AngleBlock(
        t_s=np.array(t_s),
        angles_rad=angles,
        sd_rad=np.where(known[:, None], np.radians(np.full((n, 3), 1.5)), np.nan),
        valid=known,
        pelvis_tilt_rad=nothing,
        pelvis_list_rad=nothing,
        pelvis_yaw_rad=nothing,
        thigh_rate_rad_s=np.zeros((n, 3)),
        on_sample=np.array(on_sample),
    )
    return Outputs(block, np.full(n, Phase.HOLD, dtype=np.uint8), ())


TWO = (
    outputs([0.1, 1 / 3, 0.5], valid=[True, False, True], on_sample=[True, True, False]),
    outputs([1e9 + 0.123], valid=[True], on_sample=[True]),
)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_rows_are_those_on_samples_and_unknown_angles_are_empty(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    write_samples(path, TWO)
    found = rows(path)
    assert list(found[0]) == COLUMNS
    assert [float(row["t_s"]) for row in found] == [0.1, 1 / 3, 1e9 + 0.123]
    assert [row["valid"] for row in found] == ["1", "0", "1"]
    assert [found[0][name] for name in COLUMNS[1:7]] == [
        "-4.000000",
        "-3.000000",
        "-2.000000",
        "1.500000",
        "1.500000",
        "1.500000",
    ]
    assert [found[1][name] for name in COLUMNS[1:7]] == [""] * 6
    assert {row["phase"] for row in found} == {"hold"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_result_without_samples_is_a_header(tmp_path: Path) -> None:
    write_samples(tmp_path / "s.csv", [])
    assert (tmp_path / "s.csv").read_text() == ",".join(COLUMNS) + "\n"


def test_truth_has_one_column_more(tmp_path: Path) -> None:
    femur = np.radians([10.0, 20.0, 30.0, -40.0])
    write_samples(tmp_path / "truth.csv", TWO, femur_internal_rotation_rad=femur)
    found = rows(tmp_path / "truth.csv")
    assert list(found[0]) == [*COLUMNS, "femur_internal_rotation_deg"]
    values = [float(row["femur_internal_rotation_deg"]) for row in found]
    assert values == pytest.approx([10.0, 20.0, -40.0], abs=1e-6)


def test_parquet_holds_the_same_with_units_and_nulls(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "s.parquet"
    write_samples(path, TWO)
    table = pq.read_table(path)
    assert table.column_names == COLUMNS
    assert table["t_s"].to_pylist() == [0.1, 1 / 3, 1e9 + 0.123]
    assert table["flexion_deg"].to_pylist()[:2] == [pytest.approx(-4.0), None]
    assert table["valid"].to_pylist() == [1, 0, 1]
    assert table["phase"].to_pylist() == ["hold"] * 3
    units = {field.name: field.metadata[b"unit"].decode() for field in table.schema}
    assert (units["t_s"], units["flexion_sd_deg"], units["phase"]) == ("s", "deg", "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_parquet_without_its_extra_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UsageError, match=r'pip install "imu-hip\[exports\]"') as caught:
        write_samples(tmp_path / "s.parquet", TWO)
    assert caught.value.reason is Reason.MISSING_EXTRA
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["s.csv", "s.parquet"])
def test_an_existing_table_is_replaced_only_by_force(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        write_samples(path, TWO)
    assert path.read_text() == "mine"
    write_samples(path, TWO, force=True)
    assert path.read_bytes() != b"mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"s\.csv: cannot be written") as caught:
        write_samples(tmp_path / "nowhere" / "s.csv", TWO)
    assert caught.value.reason is Reason.NOT_WRITABLE


def test_many_rows_keep_every_bit_of_their_time(tmp_path: Path) -> None:
    t_s = (np.arange(5000) / 97.0).tolist()
    known = [True] * 5000
    write_samples(tmp_path / "s.csv", [outputs(t_s, valid=known, on_sample=known)])
    found = rows(tmp_path / "s.csv")
    assert [float(row["t_s"]) for row in found] == t_s
    assert not any(math.isnan(float(row["flexion_deg"])) for row in found)
