"""What the pages say is what the program does: commands, options, links, numbers, keys."""

from __future__ import annotations

import ast
import json
import math
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from imu_hip import api
from imu_hip.app import cli
from imu_hip.app.catalogue import catalogue
from imu_hip.app.history import history_of
from imu_hip.app.history_json import history_json
from imu_hip.app.history_words import VERDICTS, changes
from imu_hip.app.verifying import FAILURES, Outcome
from imu_hip.exercise import block, conditioning, evenly, judged_rows
from imu_hip.exercise.defaults import BLOCK_NUMBERS, EXIT_NUMBERS, HOLD_NUMBERS, HOLD_PAIRS, Pair
from imu_hip.exercise.progress import Verdict
from imu_hip.guide import breath, cueing, guide, speech
from imu_hip.guide.breath_pacer import PacerParams
from imu_hip.guide.movement_cues import MovementParams
from imu_hip.guide.routines import ROUTINES
from imu_hip.kinematics.calibration import CalibrationParams
from imu_hip.kinematics.heading_filter import HeadingParams
from imu_hip.kinematics.holes import HoleParams
from imu_hip.kinematics.link_heading import LinkParams
from imu_hip.kinematics.lying_alignment import LyingParams
from imu_hip.kinematics.lying_moves import LyingMoveParams
from imu_hip.kinematics.magnetic_heading import MagneticParams
from imu_hip.kinematics.neutral_anchor import AnchorParams
from imu_hip.kinematics.neutral_pose import NeutralPoseParams
from imu_hip.kinematics.state import KinematicsParams
from imu_hip.kinematics.uncertainty import UncertaintyParams
from imu_hip.kinematics.walking_alignment import WalkingParams
from imu_hip.model.command import CommandName
from imu_hip.model.event import Phase, RadioTrouble
from imu_hip.model.exercise_spec import Posture, Threshold
from imu_hip.model.item import MarkLabel
from imu_hip.model.setup import Side
from imu_hip.model.signal import SignalKind
from imu_hip.orientation.ahrs_filter import EkfParams, MadgwickParams, MahonyParams
from imu_hip.orientation.stage import OrientationParams
from imu_hip.orientation.table_rest import TableRestParams
from imu_hip.orientation.vqf_filter import VqfParams
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.foreign_csv import read_marks_csv, read_sensor_csv
from imu_hip.session.kept_session import KeptSession, PartSummary, Summary
from imu_hip.session.layout import TOPICS
from imu_hip.stream.clock_match import MatchParams
from imu_hip.stream.device_clock import ClockParams
from imu_hip.stream.pairing import PairingParams
from tests.docs import running
from tests.docs.pages import PAGES, ROOT, USER_PAGES, blocks, page_id, prose, spans, tables

OTHERS_OPTIONS = {  # of uv, ruff, pytest and Dask
    "--universal", "--python-version", "--generate-hashes", "--all-extras", "--no-emit-package", "--output-file",
    "--upgrade", "--upgrade-package", "--fix", "--nthreads", "--dry-run", "--no-deps", "--require-hashes",
    "--only-binary", "--python-platform", "--target",
}  # fmt: skip

TUNED = {
    "AnchorParams": AnchorParams(),
    "CalibrationParams": CalibrationParams(),
    "ClockParams": ClockParams(),
    "EkfParams": EkfParams(),
    "HeadingParams": HeadingParams(),
    "HoleParams": HoleParams(),
    "KinematicsParams": KinematicsParams(Side.RIGHT, Posture.SUPINE, {}),
    "LyingMoveParams": LyingMoveParams(),
    "LyingParams": LyingParams(),
    "LinkParams": LinkParams(),
    "MadgwickParams": MadgwickParams(),
    "MagneticParams": MagneticParams(),
    "MahonyParams": MahonyParams(),
    "MatchParams": MatchParams(),
    "NeutralPoseParams": NeutralPoseParams(),
    "OrientationParams": OrientationParams(),
    "PairingParams": PairingParams(),
    "TableRestParams": TableRestParams(),
    "UncertaintyParams": UncertaintyParams(),
    "VqfParams": VqfParams(),
    "WalkingParams": WalkingParams(),
    "block": block,
    "breath": breath.Params(),
    "conditioning": conditioning,
    "evenly": evenly,
    "judged_rows": judged_rows,
    "cueing": cueing.Params({}),
    "guide": guide.Params(()),
    "movement": MovementParams(),
    "pacer": PacerParams(),
    "speech": speech.SpeechParams(),
}


def command_lines(page: Path) -> list[str]:
    """Return the lines of blocks, and the whole inline calls, that call the program or a tool."""
    lines = [line.strip() for block in blocks(page) for line in block.text.splitlines()] + spans(page)
    return [line for line in lines if re.match(r"(imu-hip|(python3|py) tools[/\\]\w+|tools/\w+)( |$)", line)]


on_every_page = pytest.mark.parametrize("page", PAGES, ids=page_id)


@on_every_page
def test_command_lines_of_the_program_parse(page: Path) -> None:
    for line in command_lines(page):
        words = shlex.split(line)
        if words[0] != "imu-hip" or len(words) == 1 or "COMMAND" in words:
            continue
        try:
            cli._parser().parse_args(words[1:])
        except SystemExit as end:
            pytest.fail(f"{line}: exit code {end.code}") if end.code else None


@on_every_page
def test_command_lines_of_tools_parse(page: Path) -> None:
    for line in command_lines(page):
        program, *words = shlex.split(line.replace("\\", "/"))
        if program in ("python3", "py"):
            running.parse(words)


@on_every_page
def test_files_and_exercises_in_command_lines_exist(page: Path) -> None:
    known = {spec.id for spec in catalogue()}
    for line in command_lines(page):
        words = re.split(r"\s+", line)
        for word in words:
            if word.startswith(("recordings/", "tools/", "tools\\")):
                assert (ROOT / word.replace("\\", "/")).is_file(), line
        named = re.findall(r"imu-hip (?:demo|simulate) ([a-z]\w*)|--exercise ([a-z]\w*)", line)
        assert {name for pair in named for name in pair if name} <= known, line


@on_every_page
def test_options_exist(page: Path) -> None:
    tools = "".join(path.read_text("utf-8") for path in (ROOT / "tools").iterdir() if path.is_file())
    source = Path(cli.__file__).read_text("utf-8") + tools
    known = set(re.findall(r'"(--[a-z-]+)"', source)) | OTHERS_OPTIONS | {"--help"}
    code = " ".join([*(block.text for block in blocks(page) if block.language == "sh"), *spans(page)])
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", code)) <= known


@on_every_page
def test_relative_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", prose(page)):
        if not target.startswith(("http://", "https://")):
            path, _, heading = target.partition("#")
            assert (page.parent / path).exists(), target
            assert not heading or heading in headings(page.parent / path), target


def headings(page: Path) -> set[str]:
    found = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in found}


def test_every_command_is_in_the_readme() -> None:
    (commands,) = (action.choices for action in cli._parser()._actions if action.choices and action.dest != "side")
    table = "".join(row["command"] for row in tables(ROOT / "README.md", "command"))
    assert all(f"`imu-hip {name}" in table for name in commands)


def test_every_option_is_on_a_page() -> None:
    told = "".join(page.read_text("utf-8") for page in USER_PAGES)
    options = set(re.findall(r'"(--[a-z-]+)"', Path(cli.__file__).read_text("utf-8")))
    assert {option for option in options - {"--version"} if option not in told} == set()


def test_tables_of_the_readme_can_be_imported(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    read = 0
    for each in blocks(ROOT / "README.md"):
        if each.language == "csv":
            path.write_text(each.text)
            marks = each.text.startswith("t_start_s")
            read += len(read_marks_csv(path)) if marks else len(read_sensor_csv(path).t_s)
    assert read == 3 + 3 + 11


def test_constants_of_the_maths_are_those_of_the_code() -> None:
    rows = [row for name in ("maths", "judging", "guiding") for row in tables(ROOT / f"docs/{name}.md", "constant")]
    assert len(rows) > 60
    for row in rows:
        owner, _, name = row["constant"].strip("`").partition(".")
        value = getattr(TUNED[owner], name)
        values = value if isinstance(value, tuple) else (value,)
        if row["unit"].startswith("°") and "_rad" in name:
            values = tuple(math.degrees(v) for v in values)
        assert [float(v) for v in row["value"].split(",")] == pytest.approx(list(values), rel=1e-9), row


def test_numbers_of_judging_are_the_defaults() -> None:
    told = list(tables(ROOT / "docs" / "judging.md", "key"))
    numbers = [(row["key"].strip("`"), row) for row in told if "default" in row]
    defaults = [*HOLD_NUMBERS.items(), *BLOCK_NUMBERS.items(), *EXIT_NUMBERS.items()]
    assert [(key, float(row["default"])) for key, row in numbers] == [(key, n.default) for key, n in defaults]
    pairs = [row for row in told if "floor" in row]
    found = [(row["key"].strip("`"), float(row["floor"]), float(row["fraction"])) for row in pairs]
    assert found == [(key, pair.floor, pair.fraction) for key, pair in HOLD_PAIRS.items()]
    for row in pairs:
        size = at_30_deg(HOLD_PAIRS[row["key"].strip("`")])
        below = row["key"] in ("`enter_deg`", "`leave_deg`")
        assert float(row["at 30°"].rstrip("°/s")) == pytest.approx(30.0 - size if below else size)


def at_30_deg(pair: Pair) -> float:
    return max(pair.floor, 30.0 * pair.fraction)


def test_catalogue_of_judging_is_the_catalogue() -> None:
    def pair(threshold: Threshold) -> list[float]:
        return [round(math.degrees(threshold.floor), 9), threshold.fraction]

    rows = [row for row in tables(ROOT / "docs" / "judging.md", "exercise") if "posture" in row]
    assert [row["exercise"].strip("`") for row in rows] == [spec.id for spec in catalogue()]
    for row, spec in zip(rows, catalogue(), strict=True):
        assert row["posture"] == spec.posture
        assert row["directions"] == ", ".join(spec.directions)
        assert (float(row["`min_dwell_s`"]), float(row["`breath_s`"])) == (spec.hold.min_dwell_s, spec.hold.breath_s)
        assert [float(v) for v in row["`drop_deg`"].split(",")] == pair(spec.hold.drop)
        assert row["exits graded"] == ("no" if spec.exit is None else "yes")


def test_faults_of_judging_are_those_of_the_catalogue() -> None:
    shown = [
        (
            row["exercise"].strip("`"),
            row["kind"].strip("`"),
            row["channel"].strip("`"),
            row["sense"],
            float(row["limit"]),
        )
        for row in tables(ROOT / "docs" / "judging.md", "exercise")
        if "channel" in row
    ]
    assert shown == [
        (spec.id, rule.kind, rule.channel, rule.sense, round(math.degrees(rule.limit_rad), 9))
        for spec in catalogue()
        for rule in spec.faults.channels
    ]


def test_signals_of_guiding_are_those_of_the_program_in_their_order() -> None:
    rows = list(tables(ROOT / "docs" / "guiding.md", "signal"))
    assert {row["signal"].strip("`") for row in rows} == set(SignalKind)
    lines = [row["signal"].strip("`") for row in rows if row["line"] == "yes"]
    assert lines == list(speech.PRIORITY)
    wordless = [row["signal"].strip("`") for row in rows if row["tone"] == "no"]
    assert set(wordless) == set(speech.OF_THE_GUIDE)


def test_commands_and_routines_of_guiding_are_those_of_the_program() -> None:
    page = ROOT / "docs" / "guiding.md"
    assert {row["command"].strip("`") for row in tables(page, "command")} == set(CommandName)
    told = {row["routine"].strip("`"): tuple(re.findall(r"\w+", row["exercises"])) for row in tables(page, "routine")}
    assert told == dict(ROUTINES)


def test_amplitudes_of_guiding_are_those_of_the_program() -> None:
    told = re.findall(r"([\d.]+)° (to either side on the back|face down)", prose(ROOT / "docs" / "guiding.md"))
    found = {Posture.SUPINE: float(told[0][0]), Posture.PRONE: float(told[1][0])}
    assert {posture: math.radians(deg) for posture, deg in found.items()} == pytest.approx(dict(breath.AMPLITUDES_RAD))


def test_only_what_the_catalogue_page_shows_differs_from_the_defaults() -> None:
    for spec in catalogue():
        for key, default in HOLD_PAIRS.items():
            if key != "drop_deg":
                threshold = getattr(spec.hold, key.partition("_deg")[0])
                assert threshold == Threshold(math.radians(default.floor), default.fraction), (spec.id, key)


def test_formats_name_every_json_key() -> None:
    found = analysis_json(api.analyze(ROOT / "recordings" / "supine_ere_right.mcap"))
    told = set(spans(ROOT / "docs" / "formats.md"))
    assert set(keys(json.loads(json.dumps(found)))) - told - {"pelvis", "thigh", *found["software"]} == set()


def test_formats_name_every_key_of_a_history() -> None:
    part = PartSummary("arom_prone", "prone", True, 30.0, 1.5, 40.0, 1.5, 0, 0, 0.0)
    sessions = [
        KeptSession(Path("raw.mcap"), f"2026-11-{day}T12:00:00Z", side, "arom_prone", Summary("", "", "0.1.0", (part,)))
        for day in ("21", "20")
        for side in Side
    ]
    found = history_of(sessions, 739_000, {})
    plain = history_json(found, "me", None, changes(found))
    assert min(len(plain[name]) for name in ("trends", "sides", "ratios", "changes", "sessions")) > 0
    assert set(keys(plain)) - set(spans(ROOT / "docs" / "formats.md")) == set()


def test_verdicts_of_a_history_are_told() -> None:
    assert set(Verdict) <= set(spans(ROOT / "docs" / "formats.md"))
    (told,) = [[row["verdict"] for row in tables(ROOT / "docs" / "library.md", "verdict")]]
    assert told == list(VERDICTS.values())
    said = {row["says"].strip("`"): row["exit code"] for row in tables(ROOT / "docs" / "library.md", "says")}
    assert said == {outcome.value: str(int(outcome in FAILURES)) for outcome in Outcome}


def keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for each in value.values():
            yield from keys(each)
    elif isinstance(value, list):
        for each in value:
            yield from keys(each)


def test_formats_name_every_word_and_warning() -> None:
    told = set(spans(ROOT / "docs" / "formats.md"))
    words = {*MarkLabel, *(phase.name.lower() for phase in Phase), *RadioTrouble}
    assert words | set(warning_codes()) <= told
    assert {topic.rsplit("/", 1)[-1] for topic in TOPICS if topic.startswith("/raw")} <= told
    assert {topic for topic in TOPICS if topic.count("/") == 1} <= told


def warning_codes() -> Iterator[str]:
    """Yield the first argument of every Warning in the source that is written out."""
    for path in (ROOT / "imu_hip").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Warning":
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    yield str(code.value)


def test_every_source_is_cited() -> None:
    told = "".join(page.read_text("utf-8") for page in USER_PAGES)
    code = "".join(path.read_text("utf-8") for path in (ROOT / "imu_hip").rglob("*.py"))
    cited = {doi.rstrip('.,;)"') for doi in re.findall(r"doi:(10\.\S+)", code)}
    assert {doi for doi in cited if doi not in told} == set()
