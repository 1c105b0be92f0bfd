"""Read exports with other people's software and compare them with the result: ``tools/validate exports [FILE...]``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.app.exporting import Format, export
from imu_hip.app.importing import import_tables
from imu_hip.model.analysis import Analysis
from imu_hip.model.setup import Side

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"
RERUN = Path(sys.executable).with_name("rerun")
BIDS_VALIDATOR = Path(sys.executable).with_name("bids-validator-deno")
LARGEST_DIFFERENCE_DEG = 1e-3
_ANGLES = ("flexion", "adduction", "internal_rotation")

Floats = NDArray[np.float64]


def main() -> int:
    """Check every format of the recordings; return 1 when one is not what it should be."""
    parser = argparse.ArgumentParser(prog="tools/validate exports", description=__doc__)
    parser.add_argument("file", type=Path, nargs="*", help="recordings (default: the sample recordings)")
    files = parser.parse_args().file or sorted(RECORDINGS.glob("*.mcap"))
    failed = 0
    for file in files:
        analysis = api.analyze(file)
        for to in CHECKS:
            with tempfile.TemporaryDirectory() as folder:
                found = list(checked(file, to, analysis, Path(folder)))
            failed += bool(found)
            print(f"{file.name:48} {to.value:8} {'; '.join(found) or 'the same'}")
    print(f"{len(files)} recordings, {len(CHECKS)} formats: {failed} failures")
    return 1 if failed else 0


def checked(file: Path, to: Format, analysis: Analysis, folder: Path) -> Iterator[str]:
    """Export a recording into a folder; yield what another reader finds wrong."""
    out = folder / f"out.{to.value}"
    export(file, to, out)
    yield from CHECKS[to](out, analysis)


def known_rows(analysis: Analysis) -> tuple[Floats, Floats]:
    """Return times (n,) and angles in degrees (n, 3) of the rows that are known."""
    rows = analysis.angles
    known = rows.valid & rows.on_sample
    return rows.t_s[known], np.degrees(rows.angles_rad[known])


def _csv(out: Path, analysis: Analysis) -> Iterator[str]:
    """Import again: the same angles; duckdb reads the tables."""
    import duckdb

    again = out / "again.mcap"
    side = Side(analysis.setup.side)
    spec = exercise(analysis.setup.exercise_id)
    import_tables(out / "pelvis.csv", out / "thigh.csv", out / "marks.csv", spec, side, again)
    t_s, angles_deg = known_rows(analysis)
    again_s, again_deg = known_rows(api.analyze(again))
    if not np.array_equal(t_s, again_s):
        yield f"{len(again_s)} rows are known after import, not {len(t_s)}"
    elif not np.abs(again_deg - angles_deg).max() <= LARGEST_DIFFERENCE_DEG:
        yield f"angles differ by {np.abs(again_deg - angles_deg).max():g}° after import"
    names = ", ".join(f"{name}_deg" for name in _ANGLES)
    rows = duckdb.execute(f"select t_s, {names} from read_csv('{out / 'angles.csv'}') where valid = 1").fetchnumpy()
    yield from _compared(rows["t_s"], np.column_stack([rows[f"{name}_deg"] for name in _ANGLES]), analysis, 1e-6)
    for name in ("events", "marks"):
        duckdb.execute(f"select * from read_csv('{out / name}.csv', header = true)").fetchall()


def _parquet(out: Path, analysis: Analysis) -> Iterator[str]:
    """Read the same angles with duckdb."""
    import duckdb

    rows = duckdb.execute(f"select * from read_parquet('{out}') where valid = 1").fetchnumpy()
    yield from _compared(rows["t_s"], np.column_stack([rows[f"{name}_deg"] for name in _ANGLES]), analysis, 1e-12)


def _bids(out: Path, analysis: Analysis) -> Iterator[str]:
    """Find no error with the official validator, and the same angles in the table."""
    yield from bids_errors(out)
    (motion,) = out.glob("sub-*/ses-*/motion/*_motion.tsv")
    channels = motion.with_name(motion.name.replace("_motion.tsv", "_channels.tsv"))
    if not channels.exists():
        yield "channels.tsv is missing"
        return
    names = [line.split("\t")[0] for line in channels.read_text().splitlines()[1:]]
    table = np.genfromtxt(motion, delimiter="\t", missing_values="n/a", filling_values=np.nan)
    if table.shape != (int(analysis.angles.on_sample.sum()), len(names)):
        yield f"the table is {table.shape}, not a row for each sample and a column for each of {len(names)} channels"
        return
    columns = dict(zip(names, table.T, strict=True))
    angles = np.column_stack([columns[name] for name in _ANGLES])
    known = ~np.isnan(angles).any(axis=1)
    first_s = analysis.angles.t_s[analysis.angles.on_sample][0]
    yield from _compared(columns["latency"][known] + first_s, angles[known], analysis, 1e-9)
    told = json.loads(motion.with_suffix(".json").read_text())
    if not isinstance(told["SamplingFrequency"], float):
        yield "SamplingFrequency is no number"


def _sto(out: Path, analysis: Analysis) -> Iterator[str]:
    """Read the same angles strictly, from the quaternions and from the .mot."""
    letter = analysis.setup.side.value[0]
    _, names, cells = storage(out)
    if names != ["time", "pelvis_imu", f"femur_{letter}_imu"]:
        yield f"columns {names}"
        return
    pelvis, thigh = (_rotations(cells, column) for column in (1, 2))
    mirror = 1.0 if letter == "r" else -1.0
    flexion, adduction, rotation = (pelvis.inv() * thigh).as_euler("ZXY", degrees=True).T
    times = np.array([float(row[0]) for row in cells])
    yield from _compared(times, np.column_stack([flexion, mirror * adduction, mirror * rotation]), analysis, 1e-6)
    header, names, cells = storage(out.with_suffix(".mot"))
    if header["inDegrees"] != "yes" or (int(header["nRows"]), int(header["nColumns"])) != (len(cells), len(names)):
        yield f"header {header}"
    if names != ["time", *(f"hip_{angle}_{letter}" for angle in ("flexion", "adduction", "rotation"))]:
        yield f"columns {names}"
    table = np.array([[float(cell) for cell in row] for row in cells])
    yield from _compared(table[:, 0], table[:, 1:], analysis, 1e-9)


def _c3d(out: Path, analysis: Analysis) -> Iterator[str]:
    """Read the same angles at the same times with ezc3d."""
    import ezc3d

    file = ezc3d.c3d(str(out))
    analog, parameters = file["data"]["analogs"][0], file["parameters"]
    columns = dict(zip(parameters["ANALOG"]["LABELS"]["value"], analog, strict=True))
    known = columns["valid"] > 0.5
    rate_hz = parameters["ANALOG"]["RATE"]["value"][0]
    first_s = analysis.angles.t_s[analysis.angles.on_sample][0]
    times = first_s + np.flatnonzero(known) / rate_hz
    angles = np.column_stack([columns[f"{name}_deg"][known] for name in _ANGLES])
    wanted_s, wanted_deg = known_rows(analysis)
    between = np.column_stack([np.interp(times, wanted_s, column) for column in wanted_deg.T])
    lost = len(wanted_s) - len(times)
    if not np.abs(angles - between).max() < 1e-3:
        yield "other angles"
    elif not -2 <= lost <= 1 + 2 * (np.diff(wanted_s) > 1.5 / rate_hz).sum():
        yield f"{lost} of {len(wanted_s)} rows with angles are lost"
    if any(np.isnan(values).any() for values in columns.values()):
        yield "NaN"


def _fhir(out: Path, analysis: Analysis) -> Iterator[str]:
    """Read the Bundle with fhir.resources (R4B): degrees, and no LOINC code."""
    from fhir.resources.R4B.bundle import Bundle

    bundle = Bundle.model_validate_json(out.read_bytes())
    told = json.loads(out.read_text())
    values = [entry["resource"]["valueQuantity"] for entry in told.get("entry", [])]
    if len(bundle.entry or []) != len(values) or any(value["code"] != "deg" for value in values):
        yield "values without their unit"
    if "loinc" in out.read_text().lower():
        yield "a LOINC code"


def _mcap(out: Path, analysis: Analysis) -> Iterator[str]:
    """Find the file sound with rerun, each message as its schema says, and the same angles at the same times."""
    import jsonschema
    from mcap.reader import make_reader

    done = subprocess.run([RERUN, "mcap", "check", out], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        yield f"rerun: {done.stderr.strip() or done.stdout.strip()}"
    rows, last_ns = [], 0
    with out.open("rb") as stream:
        for schema, channel, message in make_reader(stream, validate_crcs=True).iter_messages(log_time_order=False):
            fields = json.loads(message.data)
            if message.log_time < last_ns:
                yield f"{channel.topic}: goes back in time"
            last_ns = message.log_time
            if schema is None or message.sequence % 100 == 0 or channel.topic == "/events":
                jsonschema.validate(fields, json.loads(schema.data if schema else b"{}"))
            if channel.topic == "/angles":
                rows.append((fields["t_s"], *(fields[f"{name}_deg"] for name in _ANGLES)))
    table = np.array(rows)
    yield from _compared(table[:, 0], table[:, 1:], analysis, 1e-12)


CHECKS: dict[Format, Callable[[Path, Analysis], Iterator[str]]] = {
    Format.CSV: _csv,
    Format.PARQUET: _parquet,
    Format.BIDS: _bids,
    Format.STO: _sto,
    Format.C3D: _c3d,
    Format.FHIR: _fhir,
    Format.MCAP: _mcap,
}


def bids_errors(dataset: Path) -> list[str]:
    """Return what the official validator calls an error."""
    command = [str(BIDS_VALIDATOR), str(dataset), "--format", "json", "--max-rows", "-1"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False).stdout
    issues = json.loads(said)["issues"]["issues"]
    return [f"{issue['code']} {issue.get('location', '')}" for issue in issues if issue["severity"] == "error"]


def storage(path: Path) -> tuple[dict[str, str], list[str], list[list[str]]]:
    """Read a file of OpenSim strictly: header, names, rows of cells.

    Raises
    ------
    ValueError
        A row is not as wide as the names, or times do not increase.
    """
    lines = path.read_text().split("\n")
    end = lines.index("endheader")
    header = dict(line.split("=", 1) for line in lines[:end] if "=" in line)
    names = lines[end + 1].split("\t")
    rows = [line.split("\t") for line in lines[end + 2 :] if line]
    times = [float(row[0]) for row in rows]
    if any(len(row) != len(names) for row in rows) or any(b <= a for a, b in pairwise(times)):
        raise ValueError(f"{path}: a row is not as wide as the names, or times do not increase")
    return header, names, rows


def _rotations(cells: list[list[str]], column: int) -> Rotation:
    return Rotation.from_quat(
        np.array([[float(part) for part in row[column].split(",")] for row in cells]), scalar_first=True
    )


def _compared(t_s: Floats, angles_deg: Floats, analysis: Analysis, within_deg: float) -> Iterator[str]:
    wanted_s, wanted_deg = known_rows(analysis)
    if len(t_s) != len(wanted_s) or not np.abs(np.asarray(t_s) - wanted_s).max() < 1e-9:
        yield f"{len(t_s)} rows at other times than the {len(wanted_s)} known"
    elif not np.abs(angles_deg - wanted_deg).max() <= within_deg:
        yield f"angles differ by {np.abs(angles_deg - wanted_deg).max():g}°"


if __name__ == "__main__":
    sys.exit(main())
