"""Two files without a common clock: the movement of one body tells the offset, or that it cannot be told."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from imu_hip.model.setup import ClockMap, Side
from imu_hip.simulate.delivery import DeliveryParams, deliver
from imu_hip.simulate.session import simulate_session
from imu_hip.stream import clock_match
from imu_hip.stream.clock_match import ClockMatch, MatchParams, Moved, match
from tests.scripts import script

PARAMS = MatchParams()
G_M_S2 = 9.81


def _body(length_s: float, seed: int, lead_s: float = 0.15, rate_hz: float = 100.0) -> tuple[Moved, Moved]:
    """Return two body parts that move in the same bouts, each in its own way; jolts reach both at once.

    In every other bout the first part leads by `lead_s`, in the others the second.
    """
    rng = np.random.default_rng(seed)
    n, bout = round(length_s * rate_hz), round(1.5 * rate_hz)
    busy = np.repeat(rng.random(n // bout + 1) < 0.4, bout)[:n]
    first_leads = np.repeat(np.arange(n // bout + 1) % 2 == 0, bout)[:n]
    begins = np.flatnonzero(np.diff(busy.astype(int)) > 0)
    size = rng.uniform(1.0, 5.0, len(begins))

    def part(leads: np.ndarray) -> Moved:
        late = np.where(leads, 0, round(lead_s * rate_hz))
        shared = gaussian_filter1d(busy[np.maximum(np.arange(n) - late, 0)].astype(float), 0.2 * rate_hz)
        own = gaussian_filter1d(rng.standard_normal((n, 3)), 0.15 * rate_hz, axis=0)
        gyr = shared[:, None] * own / own.std() + rng.normal(0.0, 0.02, (n, 3))
        acc = rng.normal((0.0, G_M_S2, 0.0), 0.05, (n, 3))
        for begin, how_hard in zip(begins, size, strict=True):
            rings = np.exp(-np.arange(20) / 5.0) * np.cos(np.arange(20) * 1.2)
            stop = min(n, begin + 20)
            acc[begin:stop] += how_hard * rings[: stop - begin, None] * rng.normal(0.0, 1.0, 3)
        return Moved(np.arange(n) / rate_hz, gyr, acc)

    return part(first_leads), part(~first_leads)


def _after(moved: Moved, start_s: float) -> Moved:
    kept = moved.t_s >= start_s
    return Moved(moved.t_s[kept], moved.gyr[kept], moved.acc[kept])


def _mapped(clock: ClockMap, t_s: np.ndarray) -> np.ndarray:
    return t_s + clock.offset_s + clock.rate * (t_s - clock.origin_s)


def _matched(
    offset_s: float, ppm: float, length_s: float = 120.0, seed: int = 0, late_s: tuple[float, float] = (0.0, 0.0)
) -> tuple[ClockMatch | None, np.ndarray]:
    """Return the match, and the error of mapped times (s), when the second clock is off and both files begin late."""
    pelvis, thigh = (_after(part, late) for part, late in zip(_body(length_s, seed), late_s, strict=True))
    own_s = (thigh.t_s - offset_s) / (1.0 + ppm * 1e-6)
    found = match(PARAMS, pelvis, replace(thigh, t_s=own_s))
    if found is None:
        return None, np.empty(0)
    return found, _mapped(found.clock, own_s) - thigh.t_s


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("offset_s", "ppm"), [(0.0, 0.0), (100.0, 50.0), (-100.0, -50.0), (3.217, 20.0)])
def test_jolts_tell_the_offset_to_milliseconds_though_either_part_may_lead(
    offset_s: float, ppm: float, seed: int
) -> None:
    found, error_s = _matched(offset_s, ppm, seed=seed)
    assert found is not None
    assert np.abs(error_s).max() < 2.0 * found.clock.sd_s
    assert found.clock.sd_s < 0.010


@pytest.mark.parametrize("late_s", [(11.0, 0.0), (0.0, 23.0), (7.3, 30.1)])
def test_files_may_begin_at_different_moments(late_s: tuple[float, float]) -> None:
    found, error_s = _matched(-42.0, 10.0, late_s=late_s)
    assert found is not None
    assert np.abs(error_s).max() < 2.0 * found.clock.sd_s


@pytest.mark.parametrize("ppm", [-50.0, 50.0])
def test_a_long_recording_also_tells_the_rate(ppm: float) -> None:
    found, error_s = _matched(17.0, ppm, length_s=2400.0)
    assert found is not None
    assert found.clock.rate == pytest.approx(ppm * 1e-6, abs=5e-6)
    assert np.abs(error_s).max() < 2.0 * found.clock.sd_s


def test_what_few_jolts_can_tell_is_said_to_be_less() -> None:
    pelvis, thigh = _body(120.0, 3)
    calm = gaussian_filter1d(thigh.acc, 30.0, axis=0)
    sure, unsure = match(PARAMS, pelvis, thigh), match(PARAMS, pelvis, replace(thigh, acc=calm))
    assert sure is not None
    assert unsure is None or unsure.clock.sd_s > 2.0 * sure.clock.sd_s


@pytest.mark.parametrize("exercise_id", ["standing_dissociation", "seated_ir", "hinge_ir"])
def test_a_simulated_session_with_two_clocks_is_matched_within_milliseconds(exercise_id: str) -> None:
    rng = np.random.default_rng(5)
    session = simulate_session(script(exercise_id), Side.RIGHT, rng)
    worn = deliver(session, rng, DeliveryParams(own_clocks=True))
    pelvis, thigh = (Moved(table.t_s, table.readings.gyr, table.readings.acc) for table in (worn.pelvis, worn.thigh))
    found = match(PARAMS, pelvis, thigh)
    assert found is not None
    true_s = (thigh.t_s - worn.thigh.clock.offset_s) / worn.thigh.clock.rate
    error_s = _mapped(found.clock, thigh.t_s) - worn.pelvis.clock.shows(true_s)
    assert np.abs(error_s).max() < 2.0 * found.clock.sd_s
    assert np.abs(error_s).max() < 0.010


def test_files_at_different_rates_match() -> None:
    pelvis, thigh = _body(120.0, 3)
    found = match(PARAMS, pelvis, Moved(thigh.t_s[::2] + 5.0, thigh.gyr[::2], thigh.acc[::2]))
    assert found is not None
    assert found.clock.offset_s == pytest.approx(-5.0, abs=2.0 * found.clock.sd_s)


@pytest.mark.parametrize("seed", range(5))
def test_movements_of_two_bodies_do_not_match(seed: int) -> None:
    assert match(PARAMS, _body(120.0, seed)[0], _body(120.0, seed + 100)[1]) is None


def test_sensors_that_never_move_do_not_match() -> None:
    t_s = np.arange(6000) / 100.0
    noise = np.random.default_rng(0).normal(0.0, 0.01, (4, 6000, 3))
    still = np.zeros((6000, 3))
    assert match(PARAMS, Moved(t_s, noise[0], noise[1]), Moved(t_s, noise[2], noise[3])) is None
    assert match(PARAMS, Moved(t_s, still, still), Moved(t_s, still, still)) is None


def test_files_that_are_too_short_do_not_match() -> None:
    pelvis, thigh = _body(9.0, 1)
    assert match(PARAMS, pelvis, thigh) is None


def test_a_movement_that_repeats_alike_could_be_any_of_its_repetitions() -> None:
    t_s = np.arange(12_000) / 100.0
    swing = np.maximum(0.0, np.sin(2.0 * np.pi * t_s / 5.0))[:, None] * np.ones(3)
    assert match(PARAMS, Moved(t_s, swing, swing), Moved(t_s, swing, swing)) is None


def test_votes_without_a_peak_leave_the_coarse_lag_and_say_how_little_is_known() -> None:
    params = MatchParams()
    reach = int(params.search_s * params.rate_hz)
    # The later the likelier, up to the border of the search: nothing to climb.
    votes = np.tile(np.arange(2.0 * reach + 1.0), (6, 1))
    lag_s, rate, sd_s = clock_match._elected(params, 5.0 * np.arange(6.0), votes)
    assert np.isfinite([lag_s, rate]).all()
    assert abs(lag_s) <= params.search_s
    assert sd_s >= params.coarse_sd_s


def test_the_line_is_the_one_that_solves_its_two_equations() -> None:
    bend, bend_t, bend_tt, pull, pull_t = 0.5, 0.3, 0.9, 0.02, -0.01
    lag, rate = clock_match._solved(np.array([bend, bend_t, bend_tt, pull, pull_t]), 0.4)
    expected = np.linalg.solve([[bend, bend_t], [bend_t, bend_tt + 0.4]], [pull, pull_t])
    assert (lag, rate) == pytest.approx(tuple(expected))


@pytest.mark.parametrize("sums", [(0.0, 0.0, 1.0, 1.0, 0.0), (-1.0, 0.0, -1.0, 1.0, 0.0), (1.0, 1.0, 1.0, 1.0, 0.0)])
def test_votes_that_are_flat_hollow_or_all_of_one_moment_have_no_line(sums: tuple[float, ...]) -> None:
    assert clock_match._solved(np.array(sums), 0.0) == (np.inf, 0.0)


def test_three_stretches_are_enough_and_two_are_not() -> None:
    enough, too_few = (_matched(3.0, 0.0, length_s=length_s)[0] for length_s in _lengths())
    assert enough is not None
    assert too_few is None


def _lengths() -> tuple[float, float]:
    """Return recordings that hold three and two stretches beside what is searched around them."""
    beside_s = 2.0 * PARAMS.search_s + 2.0
    return 3.0 * PARAMS.stretch_s + beside_s, 2.0 * PARAMS.stretch_s + beside_s
