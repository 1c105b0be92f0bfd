"""Orientations as OpenSense has them: the samples derived from them lead back to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imu_hip.model.errors import UnusableInputError
from imu_hip.model.item import Role
from imu_hip.model.setup import Side
from imu_hip.session.foreign_csv import STANDARD_GRAVITY_M_S2
from imu_hip.session.opensense import Up, read_orientations

Floats = NDArray[np.float64]
HEAD = "DataRate=100.000000\nDataType=Quaternion\nversion=3\nOpenSimVersion=4.5\nendheader\n"
ROWS = 400
T_S = 2.0 + 0.01 * np.arange(ROWS)


def sto(t_s: Floats, **sensors: Rotation) -> str:
    """Return the text of a file with ground-from-sensor orientations."""
    cells = [[",".join(map(repr, q)) for q in each.as_quat(scalar_first=True).tolist()] for each in sensors.values()]
    rows = ("\t".join([repr(t), *of]) for t, *of in zip(t_s.tolist(), *cells, strict=True))
    return HEAD + "\n".join(["\t".join(["time", *sensors]), *rows]) + "\n"


def turning(seed: int) -> Rotation:
    """Return an orientation that turns about changing axes, through more than half a turn."""
    rng = np.random.default_rng(seed)
    rates = np.cumsum(rng.normal(0.0, 0.3, (ROWS, 3)), axis=0)
    now = [Rotation.from_rotvec(rng.normal(0.0, 1.0, 3))]
    for rate in rates[1:]:
        now.append(now[-1] * Rotation.from_rotvec(0.01 * rate))
    return Rotation.concatenate(now)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "imu.sto"
    path.write_text(sto(T_S, pelvis_imu=turning(0), femur_l_imu=turning(1), femur_r_imu=turning(2)))
    return path


@pytest.mark.parametrize(
    ("role", "side", "seed"), [(Role.PELVIS, Side.LEFT, 0), (Role.THIGH, Side.LEFT, 1), (Role.THIGH, Side.RIGHT, 2)]
)
@pytest.mark.parametrize("up", Up)
def test_rates_and_gravity_are_those_of_the_sensor_that_is_asked_for(
    path: Path, role: Role, side: Side, seed: int, up: Up
) -> None:
    found = read_orientations(path, role, side, up)
    np.testing.assert_array_equal(found.t_s, T_S[1:])
    led = turning(seed)[0]
    for rate in found.gyr:
        led = led * Rotation.from_rotvec(0.01 * rate)
    assert (led.inv() * turning(seed)[-1]).magnitude() < 1e-9
    vertical = {Up.Y: [0.0, 1.0, 0.0], Up.Z: [0.0, 0.0, 1.0]}[up]
    np.testing.assert_allclose(
        turning(seed)[1:].apply(found.acc), np.tile(vertical, (ROWS - 1, 1)) * STANDARD_GRAVITY_M_S2, atol=1e-9
    )
    assert found.mag is None


def test_the_other_sign_of_a_quaternion_is_the_same_orientation(tmp_path: Path) -> None:
    still = "".join(f"{t}\t{sign}1,0,0,0\n" for t, sign in ((0.0, ""), (0.01, "-"), (0.02, "")))
    (tmp_path / "x.sto").write_text(f"{HEAD}time\tpelvis_imu\n{still}")
    assert not read_orientations(tmp_path / "x.sto", Role.PELVIS, Side.LEFT, Up.Z).gyr.any()


def test_rows_without_an_orientation_and_rows_behind_a_hole_are_missing(tmp_path: Path) -> None:
    t_s = np.delete(T_S, np.s_[100:120])
    lines = sto(t_s, pelvis_imu=turning(0)[np.isin(T_S, t_s)]).splitlines()
    first = lines.index("time\tpelvis_imu") + 1
    lines[first + 50] = f"{t_s[50]}\tNaN,NaN,NaN,NaN"
    (tmp_path / "x.sto").write_text("\n".join(lines))
    found = read_orientations(tmp_path / "x.sto", Role.PELVIS, Side.LEFT, Up.Z)
    np.testing.assert_array_equal(found.t_s, np.delete(t_s, [0, 50, 51, 100]))
    assert np.abs(found.gyr).max() < 25.0  # and not one that crosses a hole in a hundredth of a second


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("t_s,gyr_x\n1,2\n", "no header with DataType=Quaternion"),
        (HEAD.replace("Quaternion", "double") + "time\tpelvis_imu\n", "no header with DataType=Quaternion"),
        (HEAD, "columns are none"),
        (HEAD + "time\ttorso_imu\n0\t1,0,0,0\n", "columns are time, torso_imu; time and pelvis_imu are needed"),
        (HEAD + "time\tpelvis_imu\tpelvis_imu\n", "time and pelvis_imu are needed"),
        (HEAD + "time\tpelvis_imu\n0\n", "line 7, column pelvis_imu: 1 cells"),
        (HEAD + "time\tpelvis_imu\n0\t1,0,0\n", "line 7, column pelvis_imu: '1,0,0' is no quaternion"),
        (HEAD + "time\tpelvis_imu\n0\t1,0,0,x\n", "line 7, column pelvis_imu: 'x' is not a number"),
        (HEAD + "time\tpelvis_imu\n0\t1,0,0,nan\n", "'nan' is not a number"),
        (HEAD + "time\tpelvis_imu\n0\t1,0,0,1\n", "not of unit length"),
        (HEAD + "time\tpelvis_imu\n0\t1,0,0,0\n0\t1,0,0,0\n", "line 8, column time: 0 is no time after"),
        (HEAD + "time\tpelvis_imu\n1e400\t1,0,0,0\n", "line 7, column time"),
        (HEAD + "time\tpelvis_imu\n0\t1,0,0,0\n1\t1,0,0,0\n", "2 rows; at least 3"),
        (HEAD + "time\tpelvis_imu\n" + "".join(f"{k}\tnan,nan,nan,nan\n" for k in range(9)), "hardly any row"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "x.sto").write_text(text)
    with pytest.raises(UnusableInputError) as refused:
        read_orientations(tmp_path / "x.sto", Role.PELVIS, Side.LEFT, Up.Y)
    assert says in refused.value.message
