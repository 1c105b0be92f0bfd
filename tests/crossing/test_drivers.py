"""The same person through every family of sensors, and mixed pairs: streamed, recorded, analyzed, judged alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bumble")

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.app.demo import CLOCKS, simulated_person
from imu_hip.app.guided_session import GuidedSession, Speed
from imu_hip.app.radio_access import VirtualRadio
from imu_hip.guide.guide import Params as GuideParams
from imu_hip.model.analysis import Analysis
from imu_hip.model.event import Cycle, Hold, Trouble, Warning
from imu_hip.model.item import Role
from imu_hip.model.setup import Origin, SensorSetup, Setup, Side
from imu_hip.view import view
from imu_hip.virtual.motion import SampleSource
from imu_hip.virtual.movella_dot import DotPlan
from imu_hip.virtual.peripheral import Plan
from imu_hip.virtual.polar import PolarPlan
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.sensor import SensorPlan
from imu_hip.virtual.thingy52 import ThingyPlan
from imu_hip.virtual.witmotion import WitMotionPlan

Make = Callable[[Role, SampleSource, SensorClock], Plan]
MAKE: dict[str, Make] = {
    "bip1": lambda role, source, clock: SensorPlan(f"V-{role.value}", source, clock=clock),
    "dot": lambda role, source, clock: DotPlan("D422CD00000" + ("1" if role is Role.PELVIS else "2"), source, clock),
    "witmotion": lambda role, source, clock: WitMotionPlan(source, clock),
    "polar": lambda role, source, clock: PolarPlan("0BA1C" + ("1" if role is Role.PELVIS else "2"), source, clock),
    "thingy52": lambda role, source, clock: ThingyPlan(source, clock),
}
MOST_OFF_DEG, MOST_OFF_S = 0.25, 0.3
"""How far angle and duration of a hold may be from those of our own sensors: a still limb looks the same at 52 Hz, and
where a slow hold begins and ends is seen to some samples and the joint of a dip."""
SPEC = exercise("supine_ere")
PERSON = simulated_person(SPEC, Side.RIGHT, 3, 1)


@dataclass(frozen=True)
class Session:
    live_sha256: str
    analysis: Analysis


def session(pelvis: str, thigh: str, folder: Path) -> Session:
    worn, prompts = PERSON
    families = {Role.PELVIS: pelvis, Role.THIGH: thigh}
    sources = {Role.PELVIS: worn.pelvis, Role.THIGH: worn.thigh}
    plans = {role: MAKE[family](role, sources[role], CLOCKS[role]) for role, family in families.items()}
    sensors = (SensorSetup(Role.PELVIS, pelvis), SensorSetup(Role.THIGH, thigh))
    setup = Setup(Side.RIGHT, SPEC.id, (SPEC,), sensors, Origin.DEMO, "2026-11-23T12:00:00Z", None, ())
    path = folder / f"{pelvis}_{thigh}.mcap"
    params = view.Params(setup, mode="demo", recording=path.name)
    guided = GuidedSession(
        VirtualRadio(plans), params, GuideParams(prompts, repeats_refused=False), path, speed=Speed(None)
    )
    guided.start()
    guided.finish()
    return Session(guided.session.result_sha256, api.analyze(path))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return session("bip1", "bip1", tmp_path_factory.mktemp("ours"))


def holds(found: Session) -> list[Hold]:
    return [event for event in found.analysis.events if isinstance(event, Hold)]


PAIRS = [("dot", "dot"), ("polar", "polar"), ("witmotion", "thingy52"), ("dot", "bip1"), ("bip1", "polar")]


@pytest.mark.parametrize(("pelvis", "thigh"), PAIRS, ids=[f"{p}-{t}" for p, t in PAIRS])
def test_the_same_motion_gives_the_same_verdicts(pelvis: str, thigh: str, ours: Session, tmp_path: Path) -> None:
    found = session(pelvis, thigh, tmp_path)
    assert found.live_sha256 == found.analysis.result_sha256
    assert [event for event in found.analysis.events if isinstance(event, Trouble)] == []
    assert [life.lost for life in found.analysis.link.values()] == [0, 0]
    assert [(h.verdict, h.direction) for h in holds(found)] == [(h.verdict, h.direction) for h in holds(ours)] != []
    cycles = [[event.complete for event in s.analysis.events if isinstance(event, Cycle)] for s in (found, ours)]
    assert cycles[0] == cycles[1]
    for hold, other in zip(holds(found), holds(ours), strict=True):
        assert abs(np.degrees(hold.angle_rad - other.angle_rad)) < MOST_OFF_DEG
        assert abs((hold.end_s - hold.start_s) - (other.end_s - other.start_s)) < MOST_OFF_S
    codes = {event.code for event in found.analysis.events if isinstance(event, Warning)}
    unstamped = {"witmotion", "thingy52"} & {pelvis, thigh}
    assert ("samples_unstamped" in codes) == bool(unstamped)
