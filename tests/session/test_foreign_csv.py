"""Foreign tables are read exactly, and refused with file, line and column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.item import MarkLabel
from imu_hip.model.packet import TimedSamples
from imu_hip.session.foreign_csv import (
    SENSOR_COLUMNS,
    MarkedInterval,
    _careful_table,
    _fast_table,
    doubtful_units,
    read_marks_csv,
    read_sensor_csv,
)

HEADER = "t_s,gyr_x,gyr_y,gyr_z,acc_x,acc_y,acc_z"
ROW = "0,0,0,0,0,9.81"


def table(*rows: str, header: str = HEADER, end: str = "\n") -> bytes:
    return (end.join([header, *rows]) + end).encode()


def written(folder: Path, data: bytes, name: str = "P.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


SOUND = table("1.5,0.1,-0.2,3e-1,.5,9.,+9.81", "1.51,1,2,3,4,5,6.000000000000001")


def check_sound(samples: TimedSamples) -> None:
    assert samples.t_s.tolist() == [1.5, 1.51]
    assert samples.gyr.tolist() == [[0.1, -0.2, 0.3], [1.0, 2.0, 3.0]]
    assert samples.acc.tolist() == [[0.5, 9.0, 9.81], [4.0, 5.0, 6.000000000000001]]
    assert samples.mag is None


@pytest.mark.parametrize(
    "data",
    [
        SOUND,
        b"\xef\xbb\xbf" + SOUND,
        SOUND.replace(b"\n", b"\r\n"),
        SOUND.replace(b"\n", b"\r"),
        SOUND.rstrip(b"\n"),
        SOUND + b"\n \r\n\n",
        SOUND + b",,,,,,\n",
        SOUND.replace(b"1.51,1,", b'"1.51" , "1",'.replace(b" ", b"")),
        SOUND.replace(b"t_s,gyr_x", b'"t_s","gyr_x"'),
        SOUND.replace(b",", b" , "),
    ],
    ids=[
        "plain",
        "bom",
        "crlf",
        "cr",
        "no newline",
        "blank end",
        "empty cells",
        "quoted",
        "header",
        "spaces",
    ],
)
def test_the_dialects_of_csv_read_the_same(tmp_path: Path, data: bytes) -> None:
    check_sound(read_sensor_csv(written(tmp_path, data)))


def test_a_magnetometer_is_read_when_it_is_there(tmp_path: Path) -> None:
    data = table(f"0,{ROW},20,-1,43", f"1,{ROW},21,-1,43", header=HEADER + ",mag_x,mag_y,mag_z")
    samples = read_sensor_csv(written(tmp_path, data))
    assert samples.mag is not None
    assert samples.mag.tolist() == [[20.0, -1.0, 43.0], [21.0, -1.0, 43.0]]


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30, unique=True), st.floats(allow_nan=False))
def test_the_quick_way_and_the_careful_way_read_the_same_bits(times: list[float], value: float) -> None:
    rows = [f"{t!r},{value!r},0,0,0,0,1e-320" for t in sorted(times)]
    text = table(*rows).decode()
    quick = _fast_table(text, 7)
    if not np.isfinite(value):
        assert quick is None
        return
    careful = _careful_table(Path("P.csv"), text, list(SENSOR_COLUMNS))
    assert quick is not None
    assert quick.tobytes() == careful.tobytes()


GOOD = tuple(f"{k / 10},{ROW}" for k in range(5))


@pytest.mark.parametrize(
    ("data", "reason", "place", "why"),
    [
        (b"", Reason.EMPTY, "", "the file is empty"),
        (b"\n", Reason.WRONG_HEADER, ", line 1", "found ''"),
        (b"\xff\xfet\0_\0s\0", Reason.WRONG_FORMAT, ", line 1", "not UTF-8"),
        (table(*GOOD) + b"\xff,", Reason.WRONG_FORMAT, ", line 7", "not UTF-8"),
        (table(*GOOD, header="time,x"), Reason.WRONG_HEADER, ", line 1", "found 'time,x'"),
        (table(*GOOD, header=HEADER.replace(",", ";")), Reason.WRONG_HEADER, ", line 1", "found 't_s;gyr_x"),
        (table(*GOOD, header=HEADER + ",mag_x"), Reason.WRONG_HEADER, ", line 1", "perhaps mag_x"),
        (table(*GOOD[1:], header=GOOD[0]), Reason.WRONG_HEADER, ", line 1", "found '0.0,0"),
        (table(), Reason.EMPTY, "", "0 samples"),
        (table(GOOD[0]), Reason.EMPTY, "", "1 samples"),
        (
            table(*GOOD, f"abc,{ROW}"),
            Reason.WRONG_VALUE,
            ", line 7, column t_s",
            "'abc' is not a number",
        ),
        (
            table(*GOOD[:2], "0.2,0,1_0,0,0,0,9.8"),
            Reason.WRONG_VALUE,
            ", line 4, column gyr_y",
            "'1_0' is not",
        ),
        (
            table(*GOOD[:2], "0.2,0,0x1,0,0,0,9.8"),
            Reason.WRONG_VALUE,
            ", line 4, column gyr_y",
            "'0x1' is not",
        ),
        (
            table(*GOOD[:2], "0.2,0,0,nan,0,0,9.8"),
            Reason.WRONG_VALUE,
            ", line 4, column gyr_z",
            "nan is not a value",
        ),
        (
            table(*GOOD[:2], "0.2,0,0,0,-Infinity,0,9.8"),
            Reason.WRONG_VALUE,
            ", line 4, column acc_x",
            "-Infinity is not",
        ),
        (
            table(*GOOD[:2], "0.2,0,0,0,1e999,0,9.8"),
            Reason.WRONG_VALUE,
            ", line 4, column acc_x",
            "too large",
        ),
        (
            table(*GOOD[:2], "0.2,0,0,0,0,,9.8"),
            Reason.WRONG_VALUE,
            ", line 4, column acc_y",
            "an empty cell",
        ),
        (
            table(*GOOD[:2], "0.2,0,0,0,0,0"),
            Reason.WRONG_FORMAT,
            ", line 4, column acc_z",
            "6 cells, but the header has 7",
        ),
        (
            table(*GOOD[:2], "0.2,0,0,0,0,0,9.8,1"),
            Reason.WRONG_FORMAT,
            ", line 4, column after acc_z",
            "8 cells",
        ),
        (
            table(*GOOD[:3], "", GOOD[1]),
            Reason.TIME_NOT_INCREASING,
            ", line 6, column t_s",
            "0.1 is not after 0.2 in the row before",
        ),
        (
            table(*GOOD, GOOD[4]),
            Reason.TIME_NOT_INCREASING,
            ", line 7, column t_s",
            "0.4 is not after 0.4",
        ),
        (
            table(*(f"17900000000{k}0,{ROW}" for k in range(3))),
            Reason.WRONG_VALUE,
            ", line 2, column t_s",
            "no time in seconds",
        ),
        (table(*GOOD, '"0.5,0'), Reason.WRONG_FORMAT, ", line 7", "not a CSV row"),
        (
            table("0,0,0,0,0,0,1.0", "1,0,0,0,0,0,1.0"),
            Reason.WRONG_VALUE,
            ", columns acc_x,acc_y,acc_z",
            "look like g (multiply by 9.80665)",
        ),
        (
            table("0,0,0,0,0,0,980", "1,0,0,0,0,0,981"),
            Reason.WRONG_VALUE,
            ", columns acc_x,acc_y,acc_z",
            "look like another unit",
        ),
        (
            table(*(f"{k},60,0,0,0,0,9.8" for k in range(9))),
            Reason.WRONG_VALUE,
            ", columns gyr_x,gyr_y,gyr_z",
            "look like deg/s",
        ),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(
    tmp_path: Path, data: bytes, reason: Reason, place: str, why: str
) -> None:
    path = written(tmp_path, data)
    with pytest.raises(UnusableInputError) as caught:
        read_sensor_csv(path)
    assert caught.value.reason is reason
    assert caught.value.message.startswith(f"{path}{place}: ")
    assert why in caught.value.message
    assert "\n" not in caught.value.message


def test_an_absent_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match=r"P\.csv: there is no such file"):
        read_sensor_csv(tmp_path / "P.csv")


@pytest.mark.parametrize(("speed", "warned"), [(10.0, False), (20.0, True)])
def test_turning_as_fast_as_no_exercise_does_is_a_warning(tmp_path: Path, speed: float, warned: bool) -> None:
    rows = (f"{k},{speed if k % 2 else 0.0},0,0,0,0,9.8" for k in range(200))
    samples = read_sensor_csv(written(tmp_path, table(*rows)))
    warnings = doubtful_units(samples, "P.csv")
    assert [warning.code for warning in warnings] == (["doubtful_units"] if warned else [])


def test_a_knock_is_no_reason_to_doubt_the_units(tmp_path: Path) -> None:
    rows = [f"{k / 100},{300.0 if k == 77 else 0.2},0,0,0,0,9.8" for k in range(1000)]
    assert doubtful_units(read_sensor_csv(written(tmp_path, table(*rows))), "P.csv") == ()


MARKS = "t_start_s,t_end_s,label"


def test_marks_are_read_with_and_without_details_in_any_dialect(tmp_path: Path) -> None:
    plain = written(tmp_path, f"{MARKS}\n0,10,table_rest\n12.5,20,n_pose\n".encode())
    assert read_marks_csv(plain) == (
        MarkedInterval(0.0, 10.0, MarkLabel.TABLE_REST),
        MarkedInterval(12.5, 20.0, MarkLabel.N_POSE),
    )
    text = f'\ufeff{MARKS},detail\r\n30,40, exercise ,"supine_ere"\r\n-1,2,max_rep,internal\r\n3,4,bows,\r\n\r\n'
    assert read_marks_csv(written(tmp_path, text.encode())) == (
        MarkedInterval(30.0, 40.0, MarkLabel.EXERCISE, "supine_ere"),
        MarkedInterval(-1.0, 2.0, MarkLabel.MAX_REP, "internal"),
        MarkedInterval(3.0, 4.0, MarkLabel.BOWS),
    )


def test_a_marks_table_without_rows_has_no_marks(tmp_path: Path) -> None:
    assert read_marks_csv(written(tmp_path, MARKS.encode())) == ()


@pytest.mark.parametrize(
    ("text", "reason", "place", "why"),
    [
        ("", Reason.EMPTY, "", "the file is empty"),
        ("start,end,label", Reason.WRONG_HEADER, ", line 1", "the header must be t_start_s,t_end_s,label"),
        (
            f"{MARKS}\n0,1,nap",
            Reason.WRONG_VALUE,
            ", line 2, column label",
            "'nap' is none of table_rest, n_pose",
        ),
        (
            f"{MARKS}\n0,1,bows\n2,2,bows",
            Reason.WRONG_VALUE,
            ", line 3, column t_end_s",
            "2 is not after t_start_s 2",
        ),
        (
            f"{MARKS}\n0,1,bows\n2,1,bows",
            Reason.WRONG_VALUE,
            ", line 3, column t_end_s",
            "1 is not after t_start_s 2",
        ),
        (f"{MARKS}\nsoon,1,bows", Reason.WRONG_VALUE, ", line 2, column t_start_s", "'soon' is not a number"),
        (f"{MARKS}\n0,inf,bows", Reason.WRONG_VALUE, ", line 2, column t_end_s", "inf is not a value"),
        (f"{MARKS}\n0,1", Reason.WRONG_FORMAT, ", line 2, column label", "2 cells, but the header has 3"),
        (f"{MARKS}\n0,1,bows,x", Reason.WRONG_FORMAT, ", line 2, column after label", "4 cells"),
        (f"{MARKS},detail\n0,1,bows", Reason.WRONG_FORMAT, ", line 2, column detail", "3 cells"),
    ],
)
def test_a_wrong_marks_table_is_refused_with_its_place(
    tmp_path: Path, text: str, reason: Reason, place: str, why: str
) -> None:
    path = written(tmp_path, text.encode(), "M.csv")
    with pytest.raises(UnusableInputError) as caught:
        read_marks_csv(path)
    assert caught.value.reason is reason
    assert caught.value.message.startswith(f"{path}{place}: ")
    assert why in caught.value.message
