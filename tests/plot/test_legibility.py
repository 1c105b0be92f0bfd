"""What is meant for the floor can be read there: 3 m from a 14-inch screen that the page fills."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import imu_hip.exercise
from imu_hip.guide import around
from imu_hip.guide import wording as guide_wording
from imu_hip.model.app_state import Flash
from imu_hip.model.coaching_words import EXITS, FAULTS
from imu_hip.model.event import Phase
from imu_hip.model.item import Role
from imu_hip.model.signal import SignalKind
from imu_hip.model.view_state import BreathPace, CalibrationView, ViewState
from imu_hip.plot import calibrate_page, exercise_page, flash_frame, layout, state_text, wording
from imu_hip.plot.layout import Arrangement, Rect
from imu_hip.plot.lettering import ANGLE_CAP, FLOOR_CAP, INSTRUCTION_CAP, PHASE_CAP
from imu_hip.plot.panel import Drawing
from imu_hip.view.wording import one_line
from tests.plot.lettering import Written, written
from tests.plot.scenes import GUIDED, NAMES, calibrating, scene

SCREEN_MM = 174.3
SCREENS = [(1920, 1080), (1280, 800), (2560, 1440), (3840, 2160)]
OTHERS = [(1024, 640), (1366, 768), (800, 1280), (1080, 1920), (640, 480)]
ON_SCREENS = pytest.mark.parametrize("size", SCREENS, ids=str)
pytestmark = pytest.mark.usefixtures("qapp")

LONGEST_WARNINGS = (
    one_line("Standing still: the leg turned by 12° against the pelvis during the N-pose; keep both feet where they"),
    one_line(
        "Neutral in the posture: neither sensor shows the posture (lying on the back): take it up, or, if you are"
    ),
    one_line("Leg swings: the pelvis turned 1.5 times as much as the thigh; swing the leg and keep the trunk upright"),
    "This computer is too slow: pelvis data dropped",
    "Pelvis sensor at its limit: move more slowly",
    "Recording stopped: the disk is full, so the rest is not kept",
    "Hold ended: data were lost, not you",
    "Angle uncertain: pause in neutral",
)
REFUSALS = (
    "the leg turned by 12° against the pelvis during the N-pose; keep both feet where they are, toes ahead, and stand",
    "the thigh turned 1.5 times as much as the pelvis; bow from the hips with straight knees",
    "the pelvis was hardly lifted; lift the pelvis off the floor and lower it again, twice",
    one_line(
        "the thigh sensor is 43° off for the posture (lying on the back, knees bent) while the pelvis sensor fits: "
        * 2,
        120,
    ),
)


def catalogue_lines() -> Iterator[str]:
    folder = Path(imu_hip.exercise.__file__).parent / "catalog"
    for path in sorted(folder.glob("*.toml")):
        yield from said(tomllib.loads(path.read_text()).get("guide", {}))


def said(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        match value:
            case str() if key in ("say", "internal", "external"):
                yield value
            case dict():
                yield from said(value)
            case list():
                for each in value:
                    yield from said(each)


def instructions() -> list[str]:
    lines = [line.text for lines in around.CALIBRATIONS.values() for line in lines]
    lines += [around.WALK.text, around.STAND_UP.text, "Rest. Next: set 2 of 3", "Lie or stand as before, in neutral"]
    lines += [value for name, value in vars(guide_wording).items() if name.isupper() and isinstance(value, str)]
    lines += guide_wording.COSTS.values()
    for kind in FAULTS:
        lines += [guide_wording.correction(kind), guide_wording.ended_by_fault(kind, 3)]
    return sorted({*lines, *catalogue_lines(), "Push into the ground, nothing moves", "12° more to your end range"})


def warnings() -> list[str]:
    lost = [f"{role.value.capitalize()} sensor lost: hold paused" for role in Role]
    silent = [f"No data from the {role.value} sensor for 12 s" for role in Role]
    return [*(words.line for words in FAULTS.values()), *EXITS.values(), *lost, *silent, *LONGEST_WARNINGS]


def states() -> dict[str, ViewState]:
    found = {name: scene(name) for name in (*NAMES, *GUIDED)}
    guided = scene("guided")
    for phase in Phase:
        found[f"phase {phase.name}"] = replace(guided, phase=phase)
        found[f"phase {phase.name} outward"] = replace(guided, phase=phase, outward=True)
    for angle in (7.0, -7.0, 88.0, -88.0, 120.0, -120.0):
        found[f"angle {angle}"] = replace(guided, angle_deg=angle)
    found["breathe out"] = replace(guided, pace=BreathPace(False, 0.3, 1))
    found["long hold"] = replace(guided, hold_goal_s=32.0, hold_s=None)
    found["longer hold"] = replace(guided, hold_goal_s=108.0, hold_s=None)
    found["many sets"] = replace(guided, count="Set 10 of 12, repetition 10 of 12")
    found["spread"] = replace(guided, sd_deg=12.0)
    return found


def at_least(line: Written, least: float, height: int) -> None:
    millimetres = line.cap / height * SCREEN_MM
    assert line.cap >= least * height / 100.0, f"{line.card}: {line.text!r} has capitals of {millimetres:.1f} mm"


def is_sound(lines: list[Written], arrangement: Arrangement) -> None:
    """Everything stands within its card, is not squeezed beyond reading, and lies on nothing else."""
    boxes = arrangement.cards()
    for line in lines:
        box, ink = boxes[line.card], line.ink
        inside = ink.x >= box.x and ink.right <= box.right and ink.y >= box.y and ink.bottom <= box.bottom
        assert inside, f"{line.card}: {line.text!r}"
    for first, second in combinations(lines, 2):
        assert not first.ink.overlaps(second.ink), (first.text, second.text)


def least_cap(line: Written, state: ViewState) -> float:
    match line.card:
        case "angle":
            return PHASE_CAP if line.text == state_text.phase_word(state) else ANGLE_CAP
        case "hold":
            return PHASE_CAP if line.text.startswith(state_text.seconds_left(state)) else FLOOR_CAP
        case "banner":
            return FLOOR_CAP if state.warning and line.text not in state.prompt else INSTRUCTION_CAP
        case "instruction":
            return PHASE_CAP if line.text.isdigit() else INSTRUCTION_CAP
        case _:
            return FLOOR_CAP


@ON_SCREENS
def test_every_floor_text_of_the_exercise_page_is_tall_enough(size: tuple[int, int]) -> None:
    for name, state in states().items():
        arrangement = layout.arrange(*size)
        lines = written(exercise_page.DRAWINGS, arrangement, state).floor_text
        assert {line.card for line in lines} >= {"top_bar", "angle", "hold", "dial", "count"}, name
        for line in lines:
            at_least(line, least_cap(line, state), size[1])
            squeezed = 0.4 if line.card == "angle" and line.text not in wording.PHASES.values() else 0.76
            assert line.squeeze >= squeezed, (name, line)
        is_sound(lines, arrangement)


@ON_SCREENS
def test_every_instruction_of_the_banner_is_whole_and_tall_enough(size: tuple[int, int]) -> None:
    arrangement = layout.arrange(*size)
    banner = {"banner": exercise_page.DRAWINGS["banner"]}
    for text in instructions():
        lines = written(banner, arrangement, replace(scene("guided"), prompt=text)).floor_text
        assert " ".join(line.text for line in lines) == text
        for line in lines:
            at_least(line, INSTRUCTION_CAP, size[1])
            assert line.squeeze >= 0.76, text
        is_sound(lines, arrangement)


@ON_SCREENS
@pytest.mark.parametrize("paused", [False, True])
def test_every_warning_of_the_banner_is_whole_and_tall_enough(size: tuple[int, int], paused: bool) -> None:
    arrangement = layout.arrange(*size)
    banner = {"banner": exercise_page.DRAWINGS["banner"]}
    guide = scene("paused").guide if paused else scene("guided").guide
    for text in warnings():
        for prompt in ("Roll the thigh in: the foot goes out", "Rest in neutral", "Paused"):
            state = replace(scene("guided"), warning=text, prompt=prompt, guide=guide)
            lines = written(banner, arrangement, state).floor_text
            assert " ".join(line.text for line in lines).startswith(text)
            for line in lines:
                at_least(line, FLOOR_CAP, size[1])
                assert line.squeeze >= 0.76, (text, line.squeeze)
            is_sound(lines, arrangement)


@ON_SCREENS
def test_pain_leaves_what_to_do_and_how_to_go_on(size: tuple[int, int]) -> None:
    arrangement = layout.arrange(*size)
    for text in (guide_wording.PAIN, guide_wording.PAIN_LATER):
        state = replace(scene("paused"), prompt=text)
        lines = written({"banner": exercise_page.DRAWINGS["banner"]}, arrangement, state).floor_text
        assert [line.text for line in lines] == [text, wording.GO_ON]
        for line in lines:
            at_least(line, INSTRUCTION_CAP, size[1])
            assert line.squeeze >= 0.76, line


@ON_SCREENS
def test_every_floor_text_of_the_calibrate_page_is_tall_enough(size: tuple[int, int]) -> None:
    arrangement = calibrate_page.arrange(*size)
    found = [calibrating(prompt=text) for text in instructions()]
    found += [calibrating(refusal=text) for text in REFUSALS]
    found += [calibrating(refusal=REFUSALS[0], prompt=guide_wording.ONCE_MORE, left_s=None)]
    found += [calibrating(left_s=seconds) for seconds in (0.0, 12.0, 58.0, None)]
    found += [replace(calibrating(), guide=scene("paused").guide, prompt="Paused")]
    found += [replace(calibrating(), warning=text) for text in LONGEST_WARNINGS]
    found += [
        replace(calibrating(), calibration=(CalibrationView(step, True, 0.2, "good to 3°"),))
        for step in wording.CALIBRATION_STEPS
    ]
    for state in found:
        lines = written(calibrate_page.DRAWINGS, arrangement, state).floor_text
        for line in lines:
            at_least(line, least_cap(line, state), size[1])
            assert line.squeeze >= 0.76, (line, state.prompt)
        is_sound(lines, arrangement)


@ON_SCREENS
def test_a_refusal_is_told_whole(size: tuple[int, int]) -> None:
    for text in REFUSALS:
        state = calibrating(refusal=text)
        lines = written({"steps": calibrate_page.DRAWINGS["steps"]}, calibrate_page.arrange(*size), state).floor_text
        told = " ".join(line.text for line in sorted(lines, key=lambda line: line.ink.y))
        assert told == f"Leg swings: not usable {text[0].upper()}{text[1:]} R: once more"


@pytest.mark.parametrize("size", [*SCREENS, *OTHERS], ids=str)
def test_text_for_the_desk_stays_within_its_card(size: tuple[int, int]) -> None:
    pages: tuple[tuple[Mapping[str, Drawing], Arrangement, list[ViewState]], ...] = (
        (exercise_page.DRAWINGS, layout.arrange(*size), list(states().values())),
        (calibrate_page.DRAWINGS, calibrate_page.arrange(*size), [calibrating(), calibrating(refusal=REFUSALS[0])]),
    )
    for drawings, arrangement, shown in pages:
        boxes = arrangement.cards()
        for state in shown:
            for card, text, box in written(drawings, arrangement, state).desk_boxes:
                whole = boxes[card]
                assert box.width > 0.0, (card, text)
                assert box.x >= whole.x - 1.0, (card, text)
                assert box.right <= whole.right + 1.0, (card, text)


@pytest.mark.parametrize("size", OTHERS, ids=str)
def test_nothing_overlaps_in_other_windows(size: tuple[int, int]) -> None:
    for state in states().values():
        arrangement = layout.arrange(*size)
        is_sound(written(exercise_page.DRAWINGS, arrangement, state).floor_text, arrangement)
    for state in (calibrating(), calibrating(refusal=REFUSALS[0]), calibrating(left_s=None)):
        arranged = calibrate_page.arrange(*size)
        is_sound(written(calibrate_page.DRAWINGS, arranged, state).floor_text, arranged)


@ON_SCREENS
def test_every_flash_has_a_word_that_is_tall_enough(size: tuple[int, int]) -> None:
    arrangement = layout.arrange(*size)
    for kind in SignalKind:

        def draw(canvas: Any, card: Rect, state: ViewState, kind: SignalKind = kind) -> None:
            flash_frame.draw(canvas, Rect(0, 0, *size), arrangement, Flash(kind, 1))

        recorder = written({"top_bar": Drawing(lambda state: (), draw)}, arrangement, scene("guided"))
        (line,) = recorder.floor_text
        assert line.text == wording.FLASHES[kind]
        at_least(line, FLOOR_CAP, size[1])
