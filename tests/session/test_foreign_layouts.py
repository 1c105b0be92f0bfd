"""Exports of other sensors' programs, written here as their makers describe them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.model.errors import UnusableInputError
from imu_hip.model.packet import TimedSamples
from imu_hip.session.foreign_layouts import Layout, looks_like, read_sensor_table

G = 9.80665
DOT_HEAD = (
    "DeviceTag:,Xsens DOT 3\nFirmwareVersion:,2.0.0\nAppVersion:,2021.0.0\nSyncStatus:,Synced\nOutputRate:,60Hz\n"
    "FilterProfile:,General\nMeasurement Mode:,Custom Mode 5\nStartTime:,2026-01-05_10-11-12\n\n"
)
DOT_NAMES = "PacketCounter,SampleTimeFine,Quat_W,Quat_X,Quat_Y,Quat_Z,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z"
XSENS_HEAD = (
    "// Start Time: Unknown\n// Update Rate: 100.0Hz\n// Filter Profile: human (46.1)\n// Firmware Version: 4.0.2\n"
)
XSENS_NAMES = "PacketCounter\tSampleTimeFine\tAcc_X\tAcc_Y\tAcc_Z\tGyr_X\tGyr_Y\tGyr_Z\tMag_X\tMag_Y\tMag_Z"
XIMU3_NAMES = (
    "Timestamp (us),Gyroscope X (deg/s),Gyroscope Y (deg/s),Gyroscope Z (deg/s),"
    "Accelerometer X (g),Accelerometer Y (g),Accelerometer Z (g)"
)


def samples(count: int, seed: int, first_s: float = 3.0) -> TimedSamples:
    rng = np.random.default_rng(seed)
    steps_s = rng.choice([0.01, 0.02, 0.07], count)  # some samples are lost
    force = rng.normal(0.0, 1.0, (count, 3)) + np.array([0.0, G, 0.0])
    return TimedSamples(first_s + np.cumsum(steps_s), rng.normal(0.0, 1.0, (count, 3)), force, None)


def dot(of: TimedSamples, offset: int = 0) -> str:
    rows = [
        [k, (round(t * 1e6) + offset) % 2**32, 1, 0, 0, 0, *acc, *np.degrees(gyr)]
        for k, (t, acc, gyr) in enumerate(zip(of.t_s.tolist(), of.acc.tolist(), of.gyr, strict=True))
    ]
    return DOT_HEAD + "\n".join([DOT_NAMES, *(",".join(map(str, row)) for row in rows)]) + "\n"


def xsens(of: TimedSamples, *, fine: bool = True) -> str:
    rows = [
        [f"{round(t * 100) % 2**16:05d}", round(t * 1e4) if fine else "", *acc, *gyr, 0.1, 0.2, 0.3]
        for t, acc, gyr in zip(of.t_s.tolist(), of.acc.tolist(), of.gyr.tolist(), strict=True)
    ]
    return XSENS_HEAD + "\n".join([XSENS_NAMES, *("\t".join(map(str, row)) for row in rows)]) + "\n"


def ximu3(of: TimedSamples) -> str:
    rows = [[round(t * 1e6), *np.degrees(gyr), *(acc / G)] for t, acc, gyr in zip(of.t_s, of.acc, of.gyr, strict=True)]
    return "\n".join([XIMU3_NAMES, *(",".join(map(str, row)) for row in rows)]) + "\n"


def same(found: TimedSamples, wanted: TimedSamples, within_s: float) -> None:
    np.testing.assert_allclose(found.t_s - found.t_s[0], wanted.t_s - wanted.t_s[0], atol=within_s)
    np.testing.assert_allclose(found.gyr, wanted.gyr, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.acc, wanted.acc, rtol=1e-12, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 60), st.integers(0, 99), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, count: int, seed: int, end: str, bom: bool
) -> None:
    folder, wanted = tmp_path_factory.mktemp("layouts"), samples(count, seed)
    for layout, text, within_s in (
        (Layout.DOT, dot(wanted), 1.1e-6),
        (Layout.XSENS, xsens(wanted), 1.1e-4),
        (Layout.XSENS, xsens(wanted, fine=False), 1e-9),
        (Layout.XIMU3, ximu3(wanted), 1.1e-6),
    ):
        path = folder / "x.csv"
        path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.replace("\n", end).encode())
        assert looks_like(path) is layout
        same(read_sensor_table(path, layout), wanted, within_s)


def test_counters_that_begin_again_go_on(tmp_path: Path) -> None:
    wanted = samples(400, 1)
    (tmp_path / "dot.csv").write_text(dot(wanted, 2**32 - 6_000_000))
    same(read_sensor_table(tmp_path / "dot.csv", Layout.DOT), wanted, 1.1e-6)
    late = samples(400, 2, first_s=650.0)  # 16 bits at 100 Hz begin again after 655 s
    (tmp_path / "x.txt").write_text(xsens(late, fine=False))
    same(read_sensor_table(tmp_path / "x.txt", Layout.XSENS), late, 1e-9)


def test_rows_without_a_value_are_lost_samples(tmp_path: Path) -> None:
    wanted = samples(10, 3)
    lines = xsens(wanted).splitlines()
    cells = lines[-4].split("\t")
    cells[3] = ""
    lines[-4] = "\t".join(cells)
    (tmp_path / "x.txt").write_text("\n".join(lines))
    found = read_sensor_table(tmp_path / "x.txt", Layout.XSENS)
    np.testing.assert_array_equal(found.acc, np.delete(wanted.acc, 6, axis=0))


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_mt_manager_may_part_its_columns_otherwise_and_is_not_taken_for_a_dot(delimiter: str, tmp_path: Path) -> None:
    wanted = samples(30, 6)
    path = tmp_path / "x.csv"
    path.write_text(xsens(wanted).replace("\t", delimiter))
    assert looks_like(path) is Layout.XSENS
    same(read_sensor_table(path, Layout.XSENS), wanted, 1.1e-4)


def test_a_table_without_its_preamble_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(dot(samples(9, 1)).split("\n\n")[1])
    assert looks_like(tmp_path / "x.csv") is None


def test_the_first_row_of_a_dot_recording_with_six_zeros_is_no_sample(tmp_path: Path) -> None:
    wanted = samples(20, 7)
    lines = dot(wanted).splitlines()
    first = lines[-20].split(",")
    lines[-20] = ",".join([*first[:6], *["0.00000000000000"] * 6])
    (tmp_path / "x.csv").write_text("sep=,\n" + "\n".join(lines) + "\n")
    found = read_sensor_table(tmp_path / "x.csv", Layout.DOT)
    np.testing.assert_array_equal(found.acc, wanted.acc[1:])


def test_a_header_of_mt_manager_2022_needs_a_rate_and_says_so(tmp_path: Path) -> None:
    wanted = samples(30, 8)
    head = "// General information: \n//  MT Manager version: 2022.2.0 \n// Coordinate system: ENU\n"
    text = xsens(wanted, fine=False).removeprefix(XSENS_HEAD).replace("\t\t", "\tNaN\t")
    path = tmp_path / "x.txt"
    path.write_text(head + text)
    with pytest.raises(UnusableInputError, match=r"add the line '// Update Rate: 100\.0Hz' above the table"):
        read_sensor_table(path, Layout.XSENS)
    path.write_text(f"{head}// Update Rate: 100.0Hz\n{text}")
    same(read_sensor_table(path, Layout.XSENS), wanted, 1e-9)


@pytest.mark.parametrize("head", ["DataRate=100\nDataType=Quaternion\nversion=3", "angles\nversion=1\ninDegrees=yes"])
def test_opensim_files_are_refused_whatever_they_are_said_to_be(head: str, tmp_path: Path) -> None:
    (tmp_path / "x.sto").write_text(f"{head}\nendheader\ntime\tpelvis_imu\n0\t1,0,0,0\n")
    with pytest.raises(UnusableInputError, match=r"an OpenSim file; .*add --from opensense"):
        looks_like(tmp_path / "x.sto")


def test_an_ximu3_may_be_a_folder(tmp_path: Path) -> None:
    wanted = samples(10, 4)
    (tmp_path / "Inertial.csv").write_text(ximu3(wanted))
    (tmp_path / "Magnetometer.csv").write_text("Timestamp (us),Magnetometer X (a.u.)\n")
    assert looks_like(tmp_path) is Layout.XIMU3
    same(read_sensor_table(tmp_path, Layout.XIMU3), wanted, 1.1e-6)


@pytest.mark.parametrize(
    ("layout", "text", "why"),
    [
        (Layout.DOT, "", "the file is empty"),
        (Layout.DOT, dot(samples(9, 1)).replace(",", ";"), "not through a spreadsheet"),
        (Layout.DOT, dot(samples(9, 1)).replace("Acc_", "FreeAcc_"), "has FreeAcc"),
        (Layout.DOT, dot(samples(9, 1)).replace("Gyr_X", "Gyr_Q"), "no column Gyr_X"),
        (Layout.DOT, dot(samples(9, 1)) + "9,1\n", "2 cells, but the header has 12"),
        (Layout.DOT, dot(samples(9, 1)) + dot(samples(1, 1)).splitlines()[-1], "is not after the row before"),
        (Layout.DOT, dot(samples(9, 1)).replace(",1,0,0,0,", ",1,0,0,0,soon", 1), "is not a number"),
        (Layout.DOT, dot(samples(1, 1)), "at least 2 are needed"),
        (Layout.XSENS, xsens(samples(9, 1), fine=False).replace("Update Rate", "x"), "neither SampleTimeFine nor"),
        (Layout.XSENS, dot(samples(9, 1)), "use --from dot"),
        (Layout.XIMU3, dot(samples(9, 1)), "begins with 'DeviceTag:'"),
        (Layout.XIMU3, ximu3(samples(9, 1)).replace("(g)", "(m/s^2)"), "no column Accelerometer X (g)"),
        (Layout.XSENS, "DataRate=100\nDataType=Quaternion\nversion=3\nendheader\n", "add --from opensense"),
        (Layout.CSV, "DataRate=100\nDataType=Quaternion\nversion=3\nendheader\n", "the header must be"),
        (Layout.DOT, XSENS_HEAD + dot(samples(9, 1)).split("\n\n")[1], "use --from xsens"),
        (Layout.DOT, dot(samples(9, 1)).split("\n\n")[1], "its units are not known"),
        (Layout.XSENS, xsens(samples(9, 1)).removeprefix(XSENS_HEAD), "its units are not known"),
        (Layout.DOT, dot(samples(9, 1)).replace("Quat_W", "Gyr_X"), "column Gyr_X stands there twice"),
        (Layout.XSENS, xsens(samples(9, 1), fine=False).replace("100.0Hz", "1.0.0Hz"), "neither SampleTimeFine nor"),
        (Layout.XSENS, xsens(samples(9, 1), fine=False).replace("100.0Hz", "..Hz"), "neither SampleTimeFine nor"),
        (Layout.XIMU3, f"{XIMU3_NAMES}\n1e299,1,0,0,0,0,1\n2e299,2,0,0,0,0,1\n", "line 2, column Timestamp (us)"),
        (Layout.XIMU3, f"{XIMU3_NAMES}\n-5,1,0,0,0,0,1\n7,2,0,0,0,0,1\n", "line 2, column Timestamp (us): is no time"),
        (Layout.XSENS, xsens(samples(9, 1)).replace("\t", ";").replace(".", ","), "is not a number"),
    ],
)  # fmt: skip
def test_what_is_something_else_is_refused_in_a_line(tmp_path: Path, layout: Layout, text: str, why: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text)
    with pytest.raises(UnusableInputError) as refused:
        read_sensor_table(path, layout)
    assert why in refused.value.message
    assert str(path) in refused.value.message
    assert "\n" not in refused.value.message


def test_radians_where_degrees_are_meant_are_refused(tmp_path: Path) -> None:
    of = samples(50, 5)
    fast = TimedSamples(of.t_s, of.gyr * 57.3, of.acc, None)
    (tmp_path / "x.txt").write_text(xsens(fast))
    with pytest.raises(UnusableInputError, match="deg/s"):
        read_sensor_table(tmp_path / "x.txt", Layout.XSENS)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(Layout), st.binary(max_size=300), st.integers(0, 900), st.integers(0, 99))
def test_nothing_but_a_refusal_comes_of_a_mangled_file(
    tmp_path_factory: pytest.TempPathFactory, layout: Layout, junk: bytes, at: int, seed: int
) -> None:
    writers = {Layout.DOT: dot, Layout.XSENS: xsens, Layout.XIMU3: ximu3, Layout.CSV: ximu3}
    data = writers[layout](samples(5, seed)).encode()
    path = tmp_path_factory.mktemp("mangled") / "x.csv"
    path.write_bytes(data[:at] + junk + data[at + len(junk) :])
    try:
        looks_like(path)
        found = read_sensor_table(path, layout)
    except UnusableInputError as refused:
        said = refused.message
    else:
        said = ""
        assert (np.diff(found.t_s) > 0.0).all()
        assert np.isfinite(found.gyr).all()
        assert np.isfinite(found.acc).all()
    assert "\n" not in said
