"""How well a table rest tells the bias, and rests that were none."""

import math

import numpy as np
import pytest

from imu_hip.orientation.rest_quality import RestQuality, RestQualityParams, rest_quality
from imu_hip.orientation.table_rest import TableRestParams

TABLE, PARAMS = TableRestParams(), RestQualityParams()
RATE_HZ = 100.0


def _rest(
    length_s: float = 10.5,
    *,
    bias_deg_s: tuple[float, float, float] = (0.3, -0.5, 0.1),
    noise_deg_s: float = 0.05,
    turned_deg_s: np.ndarray | None = None,
) -> RestQuality | str:
    """Return the judgement of a sensor that lies flat and turns by `turned_deg_s` (n, 3) about its own axes."""
    rng = np.random.default_rng(1)
    t_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    turned = np.zeros((len(t_s), 3)) if turned_deg_s is None else turned_deg_s[: len(t_s)]
    gyr = np.radians(turned + np.array(bias_deg_s) + rng.normal(0.0, noise_deg_s, (len(t_s), 3)))
    tilt = np.radians(np.cumsum(turned[:, 0]) / RATE_HZ)
    acc = 9.81 * np.stack([0.0 * tilt, np.sin(tilt), np.cos(tilt)], axis=1) + rng.normal(0.0, 0.01, (len(t_s), 3))
    return rest_quality(TABLE, PARAMS, t_s, gyr, acc)


def _turning(about: int, deg_s: float, start_s: float = 0.0, end_s: float = 99.0, length_s: float = 10.5) -> np.ndarray:
    t_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    out = np.zeros((len(t_s), 3))
    out[(t_s >= start_s) & (t_s < end_s), about] = deg_s
    return out


def _accepted(found: RestQuality | str) -> RestQuality:
    assert isinstance(found, RestQuality), found
    return found


def test_ten_seconds_on_a_table_have_quality_one() -> None:
    found = _accepted(_rest())
    assert found.quality == 1.0
    assert math.degrees(found.sd_rad_s) < 0.03


def test_a_shorter_rest_and_a_noisier_sensor_are_worth_less() -> None:
    short, noisy = _accepted(_rest(4.5)), _accepted(_rest(noise_deg_s=0.75))
    assert short.quality == pytest.approx(
        math.hypot(0.02, 0.03 / 4.0) / math.hypot(0.02, 0.03 / math.sqrt(7.0)), rel=0.01
    )
    assert noisy.quality < 0.9


def test_a_jolt_leaves_the_rest_of_the_time() -> None:
    shaken = _turning(1, 40.0, 4.0, 4.4)
    assert "from 9.0 s at rest" in _accepted(_rest(turned_deg_s=shaken)).text


def test_a_rest_that_is_too_short_is_refused() -> None:
    assert "it lay still for 2.0 s only" in str(_rest(3.0))
    assert "it lay still for 0.0 s only" in str(_rest(0.0))


def test_a_sensor_that_turns_steadily_has_no_bias() -> None:
    assert "turned by 45 °/s all the time" in str(_rest(turned_deg_s=_turning(2, 45.0)))


def test_a_sensor_on_a_lap_is_refused() -> None:
    t_s = np.arange(1050) / RATE_HZ
    swaying = np.zeros((1050, 3))
    swaying[:, 2] = 0.8 * np.sin(2.0 * np.pi * 0.1 * t_s)
    assert "it was turned slowly" in str(_rest(turned_deg_s=swaying))


def test_a_sensor_that_tilts_slowly_is_refused() -> None:
    found = _rest(turned_deg_s=_turning(0, 0.2))
    assert "it tilted by 1." in str(found)
