"""The catalogue parses to the rules that were agreed, and a wrong file is refused by name, key and reason."""

import math
from importlib.resources import files

import pytest

from imu_hip.exercise.parse import parse_exercise
from imu_hip.model.cue import Cue
from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.exercise_spec import (
    BlockRule,
    Channel,
    ChannelRule,
    CompensationKind,
    Direction,
    ExitRule,
    FaultRules,
    HoldRule,
    Posture,
    Sense,
    Step,
    Threshold,
)
from imu_hip.model.item import MarkLabel
from imu_hip.model.programme import Line, Maximal, Programme, Round
from tests.exercise.traces import PLAIN, catalogue

IDS = [
    "arom_prone",
    "arom_seated",
    "brettzel",
    "hinge_ir",
    "prone_ir",
    "seated_ir",
    "standing_dissociation",
    "supine_ere",
]
BOTH = (Direction.INTERNAL, Direction.EXTERNAL)
INWARD = (Direction.INTERNAL,)


def deg(floor: float, fraction: float) -> Threshold:
    return Threshold(math.radians(floor), fraction)


@pytest.mark.parametrize(
    "table",
    [
        "[exit]\ncontrolled_per_s = 2.0\nflop_per_s = 2.0",
        "[exit]\ncontrolled_s = 0.5\nflop_s = 0.5",
        "[hold]\nmin_dwell_s = 3.0\nbreath_s = 3.0",
        "[hold]\nsettle_s = 1.0\nmin_dwell_s = 1.0",
        "[hold]\nenter_deg = [6.0, 0.35]\nleave_deg = [6.0, 0.35]",
    ],
)
def test_two_limits_may_be_the_same(table: str) -> None:
    assert parse_exercise(PLAIN + table, "plain.toml").id


def test_the_catalogue_holds_the_exercises_of_the_contract_each_in_the_file_of_its_name() -> None:
    names = sorted(path.name for path in (files("imu_hip.exercise") / "catalog").iterdir())
    assert names == [f"{exercise_id}.toml" for exercise_id in IDS]
    assert [catalogue(exercise_id).id for exercise_id in IDS] == IDS


def test_defaults_are_the_published_numbers() -> None:
    spec = parse_exercise(PLAIN, "plain.toml")
    assert spec.hold == HoldRule(
        enter=deg(4.0, 0.20),
        leave=deg(6.0, 0.35),
        still=deg(5.0, 0.25),
        release=deg(10.0, 0.6),
        drop=deg(2.5, 0.15),
        step=deg(2.0, 0.12),
        grow=deg(3.0, 0.10),
        small_step=deg(1.5, 0.05),
        climb=deg(1.5, 0.06),
        settle_s=0.30,
        min_dwell_s=2.0,
        breath_s=8.0,
        grace_s=0.40,
        release_s=0.12,
        drop_window_s=1.5,
        merge_s=0.8,
        back_date_s=1.2,
        neutral_fraction=0.25,
        smallest_end_range_rad=math.radians(4.0),
    )
    assert spec.exit == ExitRule(controlled_per_s=1.5, controlled_s=0.6, flop_per_s=2.5, flop_s=0.35, timeout_s=12.0)
    assert (spec.block, spec.cycle) == (None, ())


def test_supine_ere_is_a_cycle_with_a_block_and_a_finer_drop() -> None:
    spec = catalogue("supine_ere")
    assert spec.cycle == (Step.INTERNAL_HOLD, Step.BLOCK, Step.INTERNAL_HOLD, Step.CONTROLLED_EXIT)
    assert spec.hold.drop == deg(2.0, 0.10)
    assert spec.block == BlockRule(0.4, 0.95, math.radians(4.0), math.radians(3.0), 4.0)


@pytest.mark.parametrize(
    ("exercise_id", "posture", "directions", "drop", "dwell_s", "breath_s", "graded"),
    [
        ("standing_dissociation", Posture.STANDING, BOTH, deg(4.5, 0.22), 2.0, 8.0, True),
        ("supine_ere", Posture.SUPINE, INWARD, deg(2.0, 0.10), 2.0, 8.0, True),
        ("hinge_ir", Posture.HINGE, INWARD, deg(4.5, 0.22), 2.0, 2.0, True),
        ("seated_ir", Posture.LONG_SITTING, INWARD, deg(2.5, 0.15), 2.0, 2.0, True),
        ("prone_ir", Posture.PRONE, INWARD, deg(2.5, 0.15), 1.0, 1.0, True),
        ("brettzel", Posture.SIDE_LYING, INWARD, deg(2.5, 0.15), 2.0, 24.0, False),
        ("arom_seated", Posture.SEATED, BOTH, deg(2.5, 0.15), 2.0, 8.0, False),
        ("arom_prone", Posture.PRONE, BOTH, deg(2.5, 0.15), 2.0, 8.0, False),
    ],
)
def test_each_exercise_says_what_differs(
    exercise_id: str,
    posture: Posture,
    directions: tuple[Direction, ...],
    drop: Threshold,
    dwell_s: float,
    breath_s: float,
    graded: bool,
) -> None:
    spec = catalogue(exercise_id)
    assert (spec.posture, spec.directions) == (posture, directions)
    assert (spec.hold.drop, spec.hold.min_dwell_s, spec.hold.breath_s) == (drop, dwell_s, breath_s)
    assert (spec.exit is not None) is graded


def test_prone_ir_says_how_its_source_was_read() -> None:
    assert "read here as the position with the foot outward" in catalogue("prone_ir").source


FAULT = PLAIN + "[[compensation]]\n"
HIP_OUT = FAULT + 'kind = "hip_out"\nchannel = "adduction"\n'
ENTRY = PLAIN + '[guide]\nentry = [{say = "Lie still", mark = "posture_neutral"}]\n'
ROUND = 'round = [{lines = [{say = "Go", cue = "internal_hold"}]}]\n'
CYCLE = 'cycle = ["internal_hold", "block"]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PLAIN + "prompts = []", "prompts: is not a key; there are id, name"),
        (PLAIN + "[hold]\nenter = 3", "hold.enter: is not a key"),
        (PLAIN + "[exit]\nspeed = 3", "exit.speed: is not a key"),
        (PLAIN + CYCLE + "[block]\nlow = 3", "block.low: is not a key"),
        (PLAIN.replace('name = "Plain"', ""), "name: is missing"),
        (PLAIN.replace("not_seen = []", ""), "not_seen: is missing"),
        (PLAIN.replace('"Plain"', "7"), "name: is not a text"),
        (PLAIN.replace('"Plain"', '" "'), "name: is not a text"),
        (PLAIN.replace("not_seen = []", 'not_seen = "x"'), "not_seen: is not a list of texts"),
        (PLAIN.replace('id = "plain"', 'id = "No-Name"'), "id: 'No-Name' is not lower case"),
        (PLAIN.replace('"supine"', '"upside_down"'), "posture: 'upside_down' is not one of standing, supine"),
        (PLAIN.replace('["internal"]', '["inward"]'), "directions: 'inward' is not one of internal, external"),
        (PLAIN.replace('["internal"]', "[]"), "directions: name internal, external, or each once"),
        (PLAIN.replace('["internal"]', '["internal", "internal"]'), "directions: name internal"),
        (PLAIN.replace('["internal"]', '["internal", "external"]') + CYCLE, "cycle: is only understood for"),
        (PLAIN + 'cycle = ["external_hold"]', "cycle: external_hold is not one of the directions"),
        (PLAIN + "hold = 3", "hold: is not a table"),
        (PLAIN + "[hold]\nmin_dwell_s = true", "hold.min_dwell_s: True is not a number"),
        (PLAIN + '[hold]\nmin_dwell_s = "2"', "hold.min_dwell_s: '2' is not a number"),
        (PLAIN + "[hold]\nmin_dwell_s = nan", "hold.min_dwell_s: nan is not between 0.1 and 60"),
        (PLAIN + "[hold]\ngrace_s = -1", "hold.grace_s: -1 is not between 0.05 and 2"),
        (PLAIN + "[hold]\nenter_deg = 4.0", "hold.enter_deg: is not a pair"),
        (PLAIN + "[hold]\nenter_deg = [4.0, 20]", "hold.enter_deg: 20 is not between 0 and 1"),
        (PLAIN + "[hold]\nenter_deg = [9.0, 0.2]", "hold.leave_deg: must not be nearer"),
        (PLAIN + "[hold]\nleave_deg = [6.0, 0.8]", "hold.neutral_fraction: lies above"),
        (PLAIN + "[hold]\nmin_dwell_s = 0.2", "hold.min_dwell_s: is shorter than hold.settle_s"),
        (PLAIN + "[hold]\nbreath_s = 1.0", "hold.breath_s: is shorter than hold.min_dwell_s"),
        (PLAIN + "[exit]\ngraded = 1", "exit.graded: is neither true nor false"),
        (PLAIN + 'cycle = ["controlled_exit"]\n[exit]\ngraded = false', "exit.graded: must be true"),
        (PLAIN + "[exit]\nflop_per_s = 1.0", "exit.flop_per_s: is below"),
        (PLAIN + "[exit]\nflop_s = 1.0", "exit.flop_s: is longer"),
        (PLAIN + "[block]\nmin_s = 5.0", "block: is of no use"),
        (PLAIN + CYCLE + "[block]\nlowest = 0.96", "block.highest: is not above"),
        (PLAIN + 'leg = "left"', "leg: 'left' is not one of moving, stance"),
        (PLAIN + CYCLE + "measurement = true", "measurement: must be false"),
        (PLAIN + "compensation = 3", "compensation: is not an array of tables: write [[compensation]]"),
        (FAULT, "compensation.kind: is missing"),
        (FAULT + 'kind = "laziness"', "compensation.kind: 'laziness' is not one of pelvis_followed"),
        (FAULT + 'kind = "hip_out"', "compensation.channel: is missing"),
        (FAULT + 'kind = "hip_out"\nchannel = "nose"', "compensation.channel: 'nose' is not one of pelvis_turn"),
        (HIP_OUT + 'sense = "up"', "compensation.sense: 'up' is not one of either"),
        (HIP_OUT + "limit_deg = 1", "compensation.limit_deg: 1 is not between 2 and 45"),
        (HIP_OUT + "beyond_habit = 1", "compensation.beyond_habit: is neither true nor false"),
        (HIP_OUT + "least_deg = [5, 0.3]", "compensation.least_deg: is not a key"),
        (HIP_OUT + HIP_OUT.removeprefix(PLAIN), "compensation.channel: hip_out is there twice for adduction"),
        (FAULT + 'kind = "thigh_did_not_rotate"\nleast_deg = 5', "compensation.least_deg: is not a pair"),
        (FAULT + 'kind = "wrong_posture"\nlimit_deg = 5', "compensation.limit_deg: is not a key"),
        (FAULT + 'kind = "rotation_lost"\nkept = 2', "compensation.kept: 2 is not between 0.1 and 1"),
        (PLAIN + 2 * '[[compensation]]\nkind = "wrong_posture"\n', "compensation.kind: wrong_posture is there twice"),
        (PLAIN + "[guide]\ntitle = 3", "guide.title: is not a key"),
        (PLAIN + "[guide]", "guide.entry: is missing"),
        (PLAIN + '[guide]\nentry = [{say = "Lie down", cue = "lie_down"}]', "guide.entry: has no line with mark"),
        (ENTRY, "guide.round: is missing"),
        (ENTRY + "round = [{times = 1.5, lines = []}]", "guide.round.times: 1.5 is not a whole number"),
        (ENTRY + "round = [{times = 1, lines = []}]", "guide.round.lines: is missing"),
        (ENTRY + 'round = [{lines = [{say = "Go"}]}]', "guide.round.lines.cue: name either"),
        (ENTRY + 'round = [{lines = [{say = "Go", cue = "fly"}]}]', "guide.round.lines.cue: 'fly' is not one of"),
        (ENTRY + 'round = [{lines = [{say = "Go", mark = "bows"}]}]', "guide.round.lines.mark: 'bows' is not one of"),
        (ENTRY + 'round = [{lines = [{say = "Go", cue = "let_go", for_s = 0}]}]', "guide.round.lines.for_s: 0 is not"),
        (ENTRY + ROUND + "[guide.maximal]\n", "guide.maximal.internal: is missing"),
        (ENTRY + ROUND + '[guide.maximal]\ninternal = "In"\nexternal = "Out"', "guide.maximal.external: is not one of"),
        (ENTRY + ROUND + '[guide.maximal]\ninternal = "In"\nlet_go_s = 6', "guide.maximal.let_go_s: is not before"),
    ],
)
def test_a_wrong_file_is_refused_by_file_key_and_reason(text: str, message: str) -> None:
    with pytest.raises(UnusableInputError) as error:
        parse_exercise(text, "mine.toml")
    assert error.value.reason is Reason.WRONG_VALUE
    assert error.value.message.startswith(f"mine.toml: {message}")
    assert "\n" not in error.value.message


def test_what_is_not_toml_is_a_wrong_format() -> None:
    with pytest.raises(UnusableInputError, match=r"mine\.toml: not a TOML file") as error:
        parse_exercise("id = ", "mine.toml")
    assert error.value.reason is Reason.WRONG_FORMAT


def test_numbers_of_a_file_replace_the_defaults() -> None:
    text = (
        PLAIN + CYCLE + "[hold]\nstill_deg_per_s = [6, 0.3]\nbreath_s = 9\n[exit]\ntimeout_s = 20\n[block]\nmin_s = 6"
    )
    spec = parse_exercise(text, "mine.toml")
    assert spec.hold.still == deg(6.0, 0.3)
    assert spec.exit is not None
    assert spec.block is not None
    assert (spec.hold.breath_s, spec.exit.timeout_s, spec.block.min_s) == (9.0, 20.0, 6.0)


def test_faults_of_a_file_are_read_with_their_limits() -> None:
    text = HIP_OUT + 'sense = "positive"\nlimit_deg = 7\n[[compensation]]\nkind = "rotation_lost"\n'
    faults = parse_exercise(text, "mine.toml").faults
    rule = ChannelRule(CompensationKind.HIP_OUT, Channel.ADDUCTION, Sense.POSITIVE, math.radians(7.0))
    assert faults == FaultRules(channels=(rule,), rotation_kept=0.5)
    assert faults.kinds == (CompensationKind.HIP_OUT, CompensationKind.ROTATION_LOST)


def test_what_is_said_is_read_line_by_line() -> None:
    guide = parse_exercise(ENTRY + ROUND + '[guide.maximal]\ninternal = "As far as you can"', "mine.toml").guide
    assert guide == Programme(
        entry=(Line(3.0, "Lie still", MarkLabel.POSTURE_NEUTRAL),),
        maximal=Maximal("As far as you can", "", 5.0, 3.25, 2.25),
        rounds=(Round(1, (Line(3.0, "Go", None, Cue.INTERNAL_HOLD),)),),
    )


def test_every_exercise_of_the_catalogue_can_be_guided_and_has_faults() -> None:
    for exercise_id in IDS:
        spec = catalogue(exercise_id)
        assert spec.guide is not None
        assert CompensationKind.WRONG_POSTURE in spec.faults.kinds
