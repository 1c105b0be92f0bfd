"""The person follows the script: in time, in order, and says so when it cannot."""

from dataclasses import replace

import numpy as np
import pytest

from imu_hip.model.cue import Cue
from imu_hip.model.errors import UsageError
from imu_hip.model.event import ExitVerdict
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.simulate.channel import PEAK_SPEED
from imu_hip.simulate.choreography import choreograph
from imu_hip.simulate.person import PersonParams, draw_person
from imu_hip.simulate.plan import Channel, Plan, PlateauKind

HOLD, BLOCK = PlateauKind.HOLD, PlateauKind.BLOCK
PUT_ON = Prompt(0.0, 4.0, "", None, Cue.PUT_ON)
EXERCISE = (
    Prompt(10.0, 40.0, "", MarkLabel.EXERCISE, "supine_ere"),
    Prompt(10.0, 11.0, "", None, Cue.INTERNAL_HOLD),
    Prompt(21.0, 10.0, "", None, Cue.BLOCK),
    Prompt(31.0, 11.0, "", None, Cue.INTERNAL_HOLD),
    Prompt(42.0, 4.0, "", None, Cue.LET_GO),
)


def plan(*prompts: Prompt, params: PersonParams | None = None, seed: int = 0) -> Plan:
    chosen = params or PersonParams()
    rng = np.random.default_rng(seed)
    return choreograph(prompts, draw_person(chosen, rng), chosen, rng)


@pytest.mark.parametrize("seed", range(10))
def test_every_movement_begins_within_the_reaction_time_of_its_prompt(seed: int) -> None:
    made = plan(PUT_ON, *EXERCISE, seed=seed)
    starts = [made.putting_on.start_s, *(turn.way.start_s for turn in made.turns), made.exits[0].way.start_s]
    prompted = [0.0, 10.0, 21.0, 31.0, 42.0]
    assert all(0.2 <= start - at <= 0.6 for start, at in zip(starts, prompted, strict=True))


def test_a_cycle_is_hold_block_hold_and_each_lasts_until_the_next_movement() -> None:
    made = plan(PUT_ON, *EXERCISE)
    assert [turn.kind for turn in made.turns] == [HOLD, BLOCK, HOLD]
    following = [turn.way.start_s for turn in made.turns[1:]] + [made.exits[0].way.start_s]
    assert [turn.plateau.end_s for turn in made.turns] == following
    assert all(turn.plateau.start_s == turn.way.end_s for turn in made.turns)


def test_the_block_gives_up_the_chosen_share_of_the_hold_before_it() -> None:
    params = PersonParams(relaxation=(0.2, 0.2))
    for seed in range(10):
        hold, block, *_ = plan(PUT_ON, *EXERCISE, params=params, seed=seed).moves[Channel.ROTATION]
        assert block.target / hold.target == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("verdict", "slowest", "fastest"),
    [(ExitVerdict.CONTROLLED, 0.6, 0.95), (ExitVerdict.FAST, 1.75, 2.0), (ExitVerdict.FLOP, 3.5, 5.0)],
)
def test_the_femur_leaves_at_the_speed_of_the_chosen_exit(verdict: ExitVerdict, slowest: float, fastest: float) -> None:
    params = replace(PersonParams(exits=(verdict,)), end_range_rad=(0.5, 0.5))
    for seed in range(10):
        made = plan(PUT_ON, *EXERCISE, params=params, seed=seed)
        before, back = made.moves[Channel.ROTATION][-2:]
        peak = PEAK_SPEED * abs(before.target - back.target) / back.duration_s
        assert slowest - 1e-9 <= peak / 0.5 <= fastest + 1e-9
        assert made.exits[0].verdict is verdict


def test_a_maximal_repetition_is_no_hold_of_the_exercise() -> None:
    repetition = Prompt(4.0, 5.0, "", MarkLabel.MAX_REP, "internal")
    made = plan(PUT_ON, repetition, Prompt(7.0, 2.0, "", None, Cue.LET_GO), *EXERCISE)
    assert len(made.max_reps) == 1
    assert len(made.turns) == 3
    assert len(made.exits) == 1


def test_being_told_to_rest_in_neutral_brings_a_turned_leg_back() -> None:
    neutral = Prompt(9.0, 3.0, "", MarkLabel.NEUTRAL)
    made = plan(PUT_ON, Prompt(4.0, 5.0, "", MarkLabel.MAX_REP, "internal"), neutral)
    assert abs(made.moves[Channel.ROTATION][-1].target) < 4 * PersonParams().neutral_sd_rad


def test_a_plateau_that_nobody_ends_lasts_until_the_script_does() -> None:
    made = plan(PUT_ON, *EXERCISE[:2])
    assert made.turns[-1].plateau.end_s == 21.0


def test_swings_start_forward_and_end_within_their_prompt() -> None:
    swings = plan(PUT_ON, Prompt(4.0, 6.5, "", MarkLabel.LEG_SWINGS)).moves[Channel.FLEXION]
    assert swings[0].target > 0.5
    assert swings[1].target < 0.0
    assert swings[-1].start_s + swings[-1].duration_s < 10.5


def test_bows_start_forward_and_end_upright() -> None:
    bows = plan(PUT_ON, Prompt(4.0, 6.0, "", MarkLabel.BOWS)).moves[Channel.TILT]
    assert bows[0].target < -0.5
    assert bows[-1].target == 0.0
    assert bows[-1].start_s + bows[-1].duration_s < 10.0


@pytest.mark.parametrize(
    "unknown",
    [
        Prompt(4.0, 5.0, "", MarkLabel.STRAP_GAIN),
        Prompt(4.0, 5.0, "", None, "moonwalk"),
        Prompt(4.0, 5.0, "", MarkLabel.MAX_REP, "sideways"),
    ],
)
def test_a_prompt_that_was_not_learnt_is_refused_by_name(unknown: Prompt) -> None:
    with pytest.raises(UsageError, match=unknown.label or unknown.detail):
        plan(PUT_ON, unknown)


def test_a_script_without_putting_the_sensors_on_is_refused() -> None:
    with pytest.raises(UsageError, match="put_on"):
        plan(Prompt(0.0, 4.0, "", MarkLabel.N_POSE))
