"""A session that was cut off goes on in a second file, and both are one recording."""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from imu_hip import api
from imu_hip.app import guided_session
from imu_hip.app.catalogue import exercise
from imu_hip.app.continuing import cut_off_session, refuse_another
from imu_hip.app.demo import Demo, Speed, Worn, simulated_person, virtual_sensors
from imu_hip.app.guided_session import GuidedSession
from imu_hip.app.radio_access import VirtualRadio
from imu_hip.app.results import kept_analysis
from imu_hip.codec.registry import BIP_V1
from imu_hip.guide.around import Calibration
from imu_hip.guide.guide import Params as GuideParams
from imu_hip.guide.sections import SectionKind, sections
from imu_hip.guide.wording import CUT_OFF
from imu_hip.model.errors import UnusableInputError, UsageError
from imu_hip.model.event import CalibrationStep, EndRange, Hold, RadioTrouble, Trouble, Warning
from imu_hip.model.item import Command, Edge, Mark, MarkLabel, Role, Tick
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Side
from imu_hip.pipeline import Pipeline
from imu_hip.session.reader import Recording, read_recording
from imu_hip.session.user_library import HOME_VARIABLE, KnownSensor, Library
from imu_hip.session.writer import RecordingWriter, write_recording
from imu_hip.view import view
from imu_hip.virtual.motion import RecordedMotion, SampleSource
from tests.app.calling import call

SPEC = exercise("supine_ere")
GAP_S = 300.0
FAMILIES = dict.fromkeys(Role, BIP_V1)


@dataclass(frozen=True, slots=True)
class Continued:
    """A whole session, and the same cut off in its set and gone on with later.

    `resume_s`: where in the script; `first`: the first file as it was when it was cut off.
    """

    library: Library
    whole: Recording
    path: Path
    first: bytes
    prompts: tuple[Prompt, ...]
    resume_s: float
    live_sha256: str


def later(source: SampleSource, start_s: float) -> RecordedMotion:
    """Return what a sensor feels from a moment on."""
    assert isinstance(source, RecordedMotion)
    first = round(start_s * source.rate_hz)
    return RecordedMotion(source.rate_hz, source.gyr[first:], source.acc[first:])


def write_cut_off(path: Path, recording: Recording, until_ns: int) -> None:
    """Write a file as a crash leaves it, a minute ago."""
    writer = RecordingWriter(path, recording.setup)
    for numbered in recording.items:
        if numbered.item.t_ns <= until_ns:
            writer.add(numbered)
            if isinstance(numbered.item, Tick):
                writer.flush()
    writer.flush()
    writer.abandon()
    os.utime(path, (time.time() - 60.0,) * 2)


def session_going_on(library: Library, prompts: tuple[Prompt, ...], radio: VirtualRadio) -> GuidedSession:
    cut = cut_off_session(library, "me", time.time())
    params = view.Params(cut.recording.setup, mode="live")
    guided = GuideParams(prompts, repeats_refused=False)
    return GuidedSession(radio, params, guided, cut.path, speed=Speed(None), cut=cut)


@pytest.fixture(scope="module")
def continued(tmp_path_factory: pytest.TempPathFactory) -> Continued:
    folder = tmp_path_factory.mktemp("continued")
    worn, prompts = simulated_person(SPEC, Side.RIGHT, 0, 1)
    demo = Demo(SPEC, Side.RIGHT, worn, prompts, out=folder / "whole.mcap", speed=Speed(None))
    demo.start()
    demo.finish()
    whole = api.read(demo.path)
    the_set = next(each for each in sections(prompts) if each.kind is SectionKind.SET)
    resume_s = max(prompt.start_s for prompt in prompts if prompt.label and prompt.start_s < the_set.start_s)
    library = Library(folder / "home")
    path = library.new_recording("me", SPEC.id, Side.RIGHT, whole.setup.start_utc or "")
    cut_ns = script_zero_ns(whole, prompts) + round((the_set.start_s + 20.0) * 1e9)
    write_cut_off(path, whole, cut_ns)
    first = path.read_bytes()
    radio = VirtualRadio(virtual_sensors(Worn(later(worn.pelvis, resume_s), later(worn.thigh, resume_s))), seed=7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guided_session, "time", SimpleNamespace(time_ns=lambda: cut_ns + round(GAP_S * 1e9)))
        running = session_going_on(library, prompts, radio)
        running.start()
        running.finish()
    return Continued(library, whole, path, first, prompts, resume_s, running.session.result_sha256)


def test_what_was_recorded_before_stays_and_the_numbers_go_on(continued: Continued) -> None:
    second = read_recording(continued.path.with_name("raw.2.mcap"))
    both = api.read(continued.path.parent)
    assert continued.path.read_bytes() == continued.first
    assert both.missing == 0
    assert both.items[-len(second.items) :] == second.items
    assert both.items[: -len(second.items)] == continued.whole.items[: len(both.items) - len(second.items)]
    assert both.setup == second.setup == continued.whole.setup


def test_its_hash_is_that_of_all_files_one_after_the_other(continued: Continued) -> None:
    data = continued.first + continued.path.with_name("raw.2.mcap").read_bytes()
    assert api.read(continued.path).sha256 == hashlib.sha256(data).hexdigest()


def test_who_went_on_saw_what_the_analysis_finds(continued: Continued) -> None:
    found = api.analyze(continued.path)
    assert found.result_sha256 == continued.live_sha256
    lost = [event for event in found.events if isinstance(event, Trouble) and event.kind is RadioTrouble.LOST]
    assert [event.role for event in lost] == [Role.PELVIS, Role.THIGH]
    # Other boots, so other clocks.
    assert sum(isinstance(e, Trouble) and e.kind is RadioTrouble.CLOCK_RESTART for e in found.events) == 2
    assert not any(isinstance(e, CalibrationStep) and not e.accepted for e in found.events)


def test_calibration_and_end_range_stand_and_angles_are_less_sure(continued: Continued) -> None:
    before, found = api.analyze(continued.whole), api.analyze(continued.path)
    ends = [next(event for event in each.events if isinstance(event, EndRange)) for each in (before, found)]
    assert ends[1] == ends[0]
    first, *others = ([event for event in each.events if isinstance(event, Hold)] for each in (before, found))
    (again,) = others
    # The set is made anew from its beginning, after a neutral that finds the heading again.
    assert len(again) == len(first) + 1
    for one, other in zip(first, again[1:], strict=True):
        assert other.angle_rad == pytest.approx(one.angle_rad, abs=2.0 * other.sd_rad)
        assert one.sd_rad < other.sd_rad < math.radians(3.5)
    go_on = next(
        n.item for n in api.read(continued.path).items if isinstance(n.item, Command) and n.item.name == "go_on"
    )
    zero_ns = continued.whole.items[0].item.t_ns
    went_on_s = (go_on.t_ns - zero_ns) / 1e9
    began_s = (script_zero_ns(continued.whole, continued.prompts) - zero_ns) / 1e9 + continued.resume_s
    rows = found.angles.valid & (found.angles.t_s > went_on_s + 1.0)
    t_s = found.angles.t_s[rows] - went_on_s + began_s
    known = before.angles.valid
    for axis in range(3):
        same = np.interp(t_s, before.angles.t_s[known], before.angles.angles_rad[known, axis])
        assert (np.abs(found.angles.angles_rad[rows, axis] - same) < 2.0 * found.angles.sd_rad[rows, axis]).all()


def test_a_result_does_not_depend_on_how_a_session_of_several_files_is_cut(continued: Continued) -> None:
    both = api.read(continued.path)
    pipeline = Pipeline(both.setup)
    cuts = np.sort(np.random.default_rng(1).integers(0, len(both.items), 40))
    for start, stop in pairwise([0, *cuts.tolist(), len(both.items)]):
        pipeline.receive(both.items[start:stop])
    pipeline.finish()
    assert pipeline.result_sha256 == continued.live_sha256


def test_the_folder_or_its_first_file_means_all_of_a_session(
    continued: Continued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(continued.library.home))
    folder = continued.path.parent
    assert kept_analysis(continued.path, continued.library) is not None
    (kept,) = continued.library.sessions("me")
    assert kept.summary is not None
    assert kept.summary.result_sha256 == continued.live_sha256
    for named in (folder, continued.path):
        assert json.loads(call("analyze", named, "--json").out)["result_sha256"] == continued.live_sha256
        said = call("verify", named)
        assert (said.code, said.out.split()[1]) == (0, "same")
    assert call("verify").code == 0
    assert call("export", folder, "--to", "csv", "--out", tmp_path / "csv").code == 0
    assert json.loads((tmp_path / "csv" / "about.json").read_text())["person"] != "01"
    assert call("report", folder, "--out", tmp_path / "a.html").code == 0
    assert call("note", folder, "the computer went off").code == 0
    assert [note.text for note in api.read(folder).notes] == ["the computer went off"]
    assert call("replay", folder, "--headless", "--speed", "max").code == 0
    assert call("recover", folder, "--out", tmp_path / "one.mcap").code == 0
    assert api.read(tmp_path / "one.mcap").items == api.read(folder).items
    second = read_recording(folder / "raw.2.mcap")
    assert api.read(folder / "raw.2.mcap").items == second.items
    assert "is what is read from" in call("analyze", folder, "--samples", folder / "raw.2.mcap", "--force").refusal


def copied(continued: Continued, folder: Path) -> Path:
    for name in ("raw.mcap", "raw.2.mcap"):
        (folder / name).write_bytes(continued.path.with_name(name).read_bytes())
    return folder / "raw.mcap"


def chunks(data: bytearray) -> Iterator[range]:
    """Yield where the items of each whole chunk lie (MCAP specification, Records and Chunk (op=0x06))."""
    at = 8
    while (end := at + 9 + int.from_bytes(data[at + 1 : at + 9], "little")) <= len(data):
        if data[at] == 0x06:
            yield range(at + 9 + 44, end)
        at = end


@pytest.mark.parametrize("place", [0.05, 0.5, 0.99])
def test_what_is_damaged_in_a_file_before_the_last_is_missed(
    continued: Continued, tmp_path: Path, place: float
) -> None:
    path = copied(continued, tmp_path)
    data = bytearray(continued.first)
    compressed = [at for chunk in chunks(data) for at in chunk]
    data[compressed[int(place * len(compressed))]] ^= 1
    path.write_bytes(data)
    recording = api.read(path)
    assert recording.missing > 0
    assert "items_missing" in {event.code for event in api.analyze(recording).events if isinstance(event, Warning)}


def test_a_last_file_that_is_damaged_is_refused_and_all_can_be_saved(continued: Continued, tmp_path: Path) -> None:
    path = copied(continued, tmp_path)
    second = path.with_name("raw.2.mcap")
    second.write_bytes(second.read_bytes()[:-2000])
    refusal = call("analyze", path).refusal
    assert f"{second}: " in refusal
    assert f"imu-hip recover {path} --out" in refusal
    saved = tmp_path / "saved.mcap"
    assert call("recover", path, "--out", saved).code == 0
    whole = api.read(continued.path).items
    assert api.read(saved).items == whole[: len(api.read(saved).items)]
    assert len(api.read(saved).items) > 0.9 * len(whole)


def test_files_of_two_sessions_are_not_taken_for_one(continued: Continued, tmp_path: Path) -> None:
    path = copied(continued, tmp_path)
    second = path.with_name("raw.2.mcap")
    second.unlink()
    other = replace(continued.whole.setup, side=Side.LEFT)
    write_recording(second, other, continued.whole.items)
    with pytest.raises(UnusableInputError, match="another session"):
        api.read(path)
    second.unlink()
    write_recording(second, continued.whole.setup, continued.whole.items)
    with pytest.raises(UnusableInputError, match=r"does not go on where raw\.mcap ends"):
        api.read(path)


def test_a_session_that_is_cut_off_twice_goes_on_where_it_was(continued: Continued, tmp_path: Path) -> None:
    library = Library(tmp_path / "home")
    path = library.new_recording("me", SPEC.id, Side.RIGHT, continued.whole.setup.start_utc or "")
    path.write_bytes(continued.first)
    second = read_recording(continued.path.with_name("raw.2.mcap"))
    go_on = next(n.item for n in second.items if isinstance(n.item, Command) and n.item.name == "go_on")
    write_cut_off(path.with_name("raw.2.mcap"), second, go_on.t_ns + 10**10)
    running = session_going_on(library, continued.prompts, VirtualRadio({}))
    running.session.process(running.session.intake.take(0.0) or [])
    shown = running.session.view_state()
    running.session.finish()
    assert (shown.guide.paused, shown.guide.section, shown.prompt) == (True, "neutral", CUT_OFF)
    third = read_recording(path.with_name("raw.3.mcap")).items
    before = api.read(path).items[-len(third) - 1]
    assert third[0].number == before.number + 1
    # The set was open: it is closed as of the moment at which it was cut off.
    (mark,) = [n.item for n in third if isinstance(n.item, Mark)]
    assert (mark.label, mark.edge, mark.t_ns) == (MarkLabel.EXERCISE, Edge.END, third[0].item.t_ns)


def cut_off_now(continued: Continued, library: Library, data: bytes, age_s: float) -> Path:
    path = library.new_recording("me", SPEC.id, Side.RIGHT, continued.whole.setup.start_utc or "")
    path.write_bytes(data)
    os.utime(path, (time.time() - age_s,) * 2)
    return path


@pytest.mark.parametrize(("age_s", "why"), [(1.0, "a moment ago"), (1900.0, "in the last 30 minutes")])
def test_only_a_session_of_just_now_goes_on(continued: Continued, tmp_path: Path, age_s: float, why: str) -> None:
    library = Library(tmp_path / "home")
    cut_off_now(continued, library, continued.first, age_s)
    with pytest.raises(UsageError, match=why):
        cut_off_session(library, "me", time.time())


def test_a_session_that_was_ended_does_not_go_on(continued: Continued, tmp_path: Path) -> None:
    library = Library(tmp_path / "home")
    path = cut_off_now(continued, library, b"", 60.0)
    path.unlink()
    write_recording(path, continued.whole.setup, continued.whole.items)
    with pytest.raises(UsageError, match="begin a new one"):
        cut_off_session(library, "me", time.time() + 60.0)


def test_another_session_is_refused_with_what_to_say_instead(continued: Continued, tmp_path: Path) -> None:
    library = Library(tmp_path / "home")
    cut_off_now(continued, library, continued.first, 60.0)
    cut = cut_off_session(library, "me", time.time())
    standing = Calibration.STANDING
    refuse_another(cut, (SPEC,), Side.RIGHT, standing, FAMILIES)
    for specs, side, calibration, families, why in (
        ((SPEC,), Side.LEFT, standing, FAMILIES, "--side right"),
        ((exercise("hinge_ir"),), Side.RIGHT, standing, FAMILIES, "go on with supine_ere"),
        ((SPEC,), Side.RIGHT, Calibration.LYING, FAMILIES, "--calibration standing"),
        ((SPEC,), Side.RIGHT, standing, dict.fromkeys(Role, "float64"), "sensors of another kind"),
    ):
        with pytest.raises(UsageError, match=why) as caught:
            refuse_another(cut, specs, side, calibration, families)
        assert "\n" not in caught.value.message


def test_run_goes_on_only_in_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(tmp_path)
    for role, serial in ((Role.PELVIS, "VP-0001"), (Role.THIGH, "VT-0001")):
        library.assign(KnownSensor(serial, role, BIP_V1))
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    words = ("run", "supine_ere", "--side", "right", "--headless", "--continue")
    assert "without --continue" in call(*words).refusal
    assert "leave --out away" in call(*words, "--out", tmp_path / "a.mcap").refusal


def script_zero_ns(recording: Recording, prompts: tuple[Prompt, ...]) -> int:
    mark = next(n.item for n in recording.items if isinstance(n.item, Mark))
    return mark.t_ns - round(next(prompt for prompt in prompts if prompt.label is not None).start_s * 1e9)
