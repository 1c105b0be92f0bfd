"""Compare what the judge says of a simulated session with its definitions on the noise-free angle and with the plan."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import numpy as np
from judge_cases import ALL_RAD, LARGEST_UNSEEN_DEG, UNSIZED, Case
from monte_carlo import Variant, corridor, true_pelvis

from imu_hip.app.catalogue import exercise
from imu_hip.exercise import judge
from imu_hip.model.block import AngleBlock, Floats
from imu_hip.model.event import (
    ActiveRange,
    Block,
    Compensation,
    Cycle,
    EndRange,
    Event,
    Exit,
    Hold,
    HoldVerdict,
    NotJudged,
    Touch,
)
from imu_hip.model.exercise_spec import CompensationKind, ExerciseSpec
from imu_hip.model.item import Edge, TimedMark
from imu_hip.model.setup import Side
from imu_hip.quaternion import conjugate, multiply, rotate
from imu_hip.simulate.deeds import Sag
from imu_hip.simulate.delivery import DeliveryParams, Hole
from imu_hip.simulate.faults import Fault
from imu_hip.simulate.plan import PlateauKind
from imu_hip.simulate.rotation_vector import rotation_vector
from imu_hip.simulate.session import SimulatedSession
from imu_hip.simulate.truth import TrueCompensation, TrueHold

BAND = 0.10
"""Exits this close to a limit (as a share of it) may go either way."""
OVERLAP_S = 0.5
RELAXATIONS = (("below 12 %", 0.12), ("12 to 18 %", 0.18), ("18 % and more", math.inf))
"""Blocks by how much of the hold before was given up, on the strap."""
ENDS_WITH_DATA_S = 0.6


@dataclass(slots=True)
class Tally:
    """Counts by name, errors by name, and a line for each disagreement."""

    counts: Counter[str] = field(default_factory=Counter)
    values: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lines: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take in what another one has."""
        self.counts.update(other.counts)
        for name, found in other.values.items():
            self.values[name] += found
        self.lines += other.lines


def scored(case: Case) -> Tally:
    """Simulate a session, take it through the corridor, and compare."""
    session = case.simulate()
    delivery = DeliveryParams(holes=case.holes(session))
    variant = Variant(simulation=case.simulation, delivery=delivery)
    found = corridor(case.exercise_id, case.side, session, case.seed, variant, case.prompts)
    tally = Tally()
    if found is None:
        raise ValueError(f"{case}: the clocks were on one clock and could not be matched")
    _, _, events = found
    comparison = _Comparison(case, exercise(case.exercise_id), session, events, tally)
    if case.hole_s:
        comparison.holes(delivery.holes)
    elif case.simulation.person.instead:
        comparison.posture()
    else:
        comparison.everything(judged_truth(case, session))
    return tally


def judged_truth(case: Case, session: SimulatedSession) -> tuple[Event, ...]:
    """Return what the same judge says of the true angle of the strap."""
    truth, n = session.truth, len(session.t_s)
    tilt, raised, yaw = true_pelvis(session, case.side).T
    rows = AngleBlock(
        t_s=session.t_s,
        angles_rad=truth.angles_rad,
        sd_rad=np.zeros((n, 3)),
        valid=truth.worn,
        pelvis_tilt_rad=tilt,
        pelvis_list_rad=raised,
        pelvis_yaw_rad=yaw,
        thigh_rate_rad_s=true_thigh_rate(session, case.side),
        on_sample=np.ones(n, dtype=bool),
    )
    marks = [
        TimedMark(at_s, prompt.label, edge, prompt.detail)
        for prompt in case.prompts
        if prompt.label is not None
        for at_s, edge in ((prompt.start_s, Edge.BEGIN), (prompt.start_s + prompt.duration_s, Edge.END))
    ]
    params = judge.Params((exercise(case.exercise_id),), case.exercise_id, case.simulation.rate_hz)
    state, judged = judge.step(params, judge.State(), rows, marks)
    _, ended = judge.finish(params, state)
    return (*judged.events, *ended.events)


def true_thigh_rate(session: SimulatedSession, side: Side) -> Floats:
    """Return the rate of the thigh (n, 3), rad/s, in the axes of a right thigh."""
    q = session.truth.earth_from_thigh_sensor
    rate_hz = 1.0 / float(session.t_s[1] - session.t_s[0])
    turned = rotation_vector(multiply(conjugate(q[:-1]), q[1:])) * rate_hz
    rate = rotate(session.truth.thigh_from_sensor, np.concatenate([np.zeros((1, 3)), turned]))
    return rate * np.array([-1.0, -1.0, 1.0]) if side is Side.LEFT else rate


class _Spanned(Protocol):
    @property
    def start_s(self) -> float: ...
    @property
    def end_s(self) -> float: ...


Spanned = TypeVar("Spanned", bound=_Spanned)
Kind = TypeVar("Kind")


def overlap_s(one: _Spanned, other: _Spanned) -> float:
    """Return how long both last together, negative for how far they are apart."""
    return min(one.end_s, other.end_s) - max(one.start_s, other.start_s)


def best_match(one: _Spanned, others: Iterable[Spanned], least_s: float) -> Spanned | None:
    """Return the one that overlaps most, None when none does by more than `least_s`."""
    best = max(others, key=lambda other: overlap_s(one, other), default=None)
    return best if best is not None and overlap_s(one, best) > least_s else None


def _of(kind: type[Kind], events: Iterable[object]) -> list[Kind]:
    return [event for event in events if isinstance(event, kind)]


class _Comparison:
    """One session: what was done, what the judge said, and what it says of the noise-free angle."""

    def __init__(
        self, case: Case, spec: ExerciseSpec, session: SimulatedSession, found: Sequence[Event], tally: Tally
    ) -> None:
        self._case = case
        self._spec = spec
        self._truth = session.truth
        self._found = found
        self._tally = tally
        self._wrong_way = [
            made for made in session.truth.compensations if made.kind is CompensationKind.WRONG_DIRECTION
        ]

    def everything(self, defined: Sequence[Event]) -> None:
        """Compare holds, exits, blocks, cycles and faults."""
        if self._spec.measurement:
            self._ranges()
        else:
            self._holds_by_definition(defined)
            self._holds_by_plan(defined)
            self._exits(defined)
            if self._spec.cycle:
                self._blocks(defined)
                self._cycles(defined)
        self._faults(defined)

    def holes(self, holes: Sequence[Hole]) -> None:
        """See that a short hole goes on within its hold, and that a long one ends it and is named."""
        went_on = _of(Hold, self._found) + _of(Touch, self._found)
        for hole in holes:
            end_s = hole.at_s + hole.duration_s
            name = f"hole {self._case.hole_s:g}"
            spanning = [each for each in went_on if each.start_s < hole.at_s and each.end_s > end_s]
            ended = [
                each
                for each in _of(Hold, self._found)
                if each.start_s < hole.at_s and abs(each.end_s - hole.at_s) < ENDS_WITH_DATA_S
            ]
            short = self._case.hole_s < self._spec.hold.grace_s
            named = [each for each in ended if each.verdict in (HoldVerdict.DATA_LOST, HoldVerdict.COMPLETE)]
            right = bool(spanning) if short else not spanning and len(ended) == len(named)
            self._count(name, right, hole.at_s, f"a hole of {hole.duration_s:g} s")
            if not short:
                self._tally.counts[f"{name} named data_lost"] += any(
                    each.verdict is HoldVerdict.DATA_LOST for each in ended
                )

    def posture(self) -> None:
        """See that the wrong posture is noticed."""
        (made,) = (made for made in self._truth.compensations if made.kind is CompensationKind.WRONG_POSTURE)
        seen = [each for each in _of(Compensation, self._found) if each.kind is made.kind]
        self._count("fault wrong_posture", bool(seen), made.start_s, "the wrong posture")

    # ---------------------------------------------------------------- holds

    def _holds_by_definition(self, defined: Sequence[Event]) -> None:
        found, left = _of(Hold, defined), _of(Hold, self._found)
        for hold in found:
            same = [each for each in left if each.direction is hold.direction]
            seen = best_match(hold, same, min(OVERLAP_S, 0.5 * (hold.end_s - hold.start_s)))
            self._count("hold seen", seen is not None, hold.start_s, "a hold by definition")
            if seen is None:
                continue
            left.remove(seen)
            among = (
                " while sagging" if any(isinstance(deed, Sag) for deed in self._case.simulation.person.deeds) else ""
            )
            for name, error_s in (("start", seen.start_s - hold.start_s), ("end", seen.end_s - hold.end_s)):
                self._tally.values[f"hold {name}{among}"].append(error_s)
                if abs(error_s) > 0.5:
                    self._say(hold.start_s, f"{name} of a hold {error_s:+.2f} s from the definition")
        for hold in left:
            self._say(hold.start_s, "a hold that is none by definition")
        self._tally.counts["hold false"] += len(left)

    def _holds_by_plan(self, defined: Sequence[Event]) -> None:
        holds = _of(Hold, self._found)
        by_definition = _of(Hold, defined)
        planned = [hold for hold in self._truth.holds if hold.direction in self._spec.directions]
        for hold in planned:
            seen = best_match(hold, holds, OVERLAP_S)
            is_one = best_match(hold, by_definition, OVERLAP_S) is not None
            what = "a planned hold" + ("" if is_one else " that is none by definition")
            self._count("planned hold", seen is not None, hold.start_s, what)
            self._tally.counts["planned hold, none by definition"] += not is_one
        for attempt in self._truth.attempts:
            if attempt.kind is PlateauKind.FAILED_BLOCK:
                continue
            name = attempt.kind.name.lower()
            held = [each for each in holds if best_match(each, planned, OVERLAP_S) is None]
            took = best_match(attempt, held, 0.0) is not None
            is_one = best_match(attempt, by_definition, 0.0) is not None
            what = f"a {name} counted as a hold" if took else f"a {name}"
            self._count(f"{name} not counted", not took, attempt.start_s, what)
            self._tally.counts[f"{name} counted by definition"] += is_one and took
        plateaus: tuple[_Spanned, ...] = (*self._truth.holds, *self._truth.attempts, *self._truth.blocks)
        nowhere = [each for each in holds if best_match(each, plateaus, 0.0) is None]
        self._tally.counts["hold nowhere"] += len(nowhere)
        for stray in nowhere:
            self._say(stray.start_s, "a hold where nothing was held")

    # ---------------------------------------------------------------- exits, blocks, cycles

    def _exits(self, defined: Sequence[Event]) -> None:
        if self._spec.exit is None:
            return
        left = _of(Exit, self._found)
        end_range_rad = {event.direction: event.end_range_rad for event in _of(EndRange, defined)}
        for way_back in _of(Exit, defined):
            seen = best_match(way_back, (each for each in left if each.direction is way_back.direction), 0.0)
            verdict = "not seen" if seen is None else str(seen.verdict)
            peak_per_s = way_back.peak_rad_s / end_range_rad[way_back.direction]
            near = self._near_a_limit(peak_per_s, way_back.end_s - way_back.start_s)
            where = "near" if near else "clear"
            self._tally.counts[f"exit {where} {way_back.verdict} {verdict}"] += 1
            if str(way_back.verdict) != verdict and not near:
                self._say(way_back.start_s, f"an exit that is {way_back.verdict} by definition was {verdict}")
        for meant in self._truth.exits:
            if meant.verdict is not None and meant.direction in self._spec.directions:
                seen = best_match(meant, left, 0.0)
                self._tally.counts[f"meant {meant.verdict} {'not seen' if seen is None else seen.verdict}"] += 1

    def _near_a_limit(self, peak_per_s: float, duration_s: float) -> bool:
        rule = self._spec.exit
        if rule is None:
            return False
        pairs = (
            (peak_per_s, rule.controlled_per_s),
            (peak_per_s, rule.flop_per_s),
            (duration_s, rule.controlled_s),
            (duration_s, rule.flop_s),
        )
        return any(abs(value / limit - 1.0) <= BAND for value, limit in pairs)

    def _blocks(self, defined: Sequence[Event]) -> None:
        found, by_definition = _of(Block, self._found), _of(Block, defined)
        before_block: tuple[_Spanned, ...] = (*self._truth.holds, *self._truth.attempts)
        for block in self._truth.blocks:
            before = max(before_block, key=lambda each: (each.end_s < block.end_s, each.end_s))
            if self._is_wrong_way(block) or not isinstance(before, TrueHold):
                continue
            seen = best_match(block, found, 1.0) is not None
            is_one = best_match(block, by_definition, 1.0) is not None
            share = 1.0 - block.angle_rad / before.angle_rad
            what = ("a block" if is_one else "a block that is none by definition") + f", {100.0 * share:.0f} % given up"
            self._count("block", seen, block.start_s, what)
            step = next(name for name, most in RELAXATIONS if share < most)
            self._tally.counts[f"block {step} all"] += 1
            self._tally.counts[f"block {step} right"] += seen
            self._tally.counts["block, none by definition"] += not is_one
        failed = [each for each in self._truth.attempts if each.kind is PlateauKind.FAILED_BLOCK]
        for each in failed:
            took = best_match(each, found, 1.0) is not None
            is_one = best_match(each, by_definition, 1.0) is not None
            what = "a failed block that counted" + (", and does by definition" if is_one else "")
            self._count("failed block not counted", not took, each.start_s, what)
            self._tally.counts["failed block counted by definition"] += took and is_one
        planned: tuple[_Spanned, ...] = (*self._truth.blocks, *failed)
        nowhere = [each for each in found if best_match(each, planned, 0.0) is None]
        self._tally.counts["block nowhere"] += len(nowhere)
        for stray in nowhere:
            self._say(stray.start_s, "a block where nobody pushed")

    def _cycles(self, defined: Sequence[Event]) -> None:
        found, by_definition = _of(Cycle, self._found), _of(Cycle, defined)
        for cycle in by_definition:
            seen = best_match(cycle, found, 1.0)
            right = seen is not None and (seen.complete, seen.steps) == (cycle.complete, cycle.steps)
            self._count("cycle as defined", right, cycle.start_s, "a cycle unlike its definition")
        if self._case.simulation.person.exit_speed_per_s is not None:
            return
        for repetition in self._truth.repetitions:
            if self._is_wrong_way(repetition):
                continue
            seen = best_match(repetition, found, 1.0)
            complete = repetition.steps == self._spec.cycle
            right = (seen is not None and seen.complete) == complete
            what = f"a cycle of {' '.join(repetition.steps)}: {'none' if seen is None else ' '.join(seen.steps)}"
            self._count("cycle as planned", right, repetition.start_s, what)

    def _is_wrong_way(self, what: _Spanned) -> bool:
        return any(overlap_s(made, what) > 0.0 for made in self._wrong_way)

    # ---------------------------------------------------------------- measurements, faults

    def _ranges(self) -> None:
        if self._case.simulation.person.faults:
            return
        for result in _of(ActiveRange, self._found):
            tops = [hold.angle_rad for hold in self._truth.holds if hold.direction is result.direction]
            true_rad = abs(sum(tops) / len(tops))
            self._count("trials", result.trials == len(tops), self._truth.holds[0].start_s, f"{result.trials} trials")
            self._tally.values["range error"].append(math.degrees(result.mean_rad - true_rad))
            self._tally.values["range sd"].append(math.degrees(result.sd_rad))

    def _faults(self, defined: Sequence[Event]) -> None:
        named, unsure = _of(Compensation, self._found), _of(NotJudged, self._found)
        by_definition = _of(Compensation, defined)
        asked = sorted(self._case.simulation.person.faults, key=lambda fault: fault.repetition)
        made = sorted(self._truth.compensations, key=lambda each: each.start_s)
        for fault, true in zip(asked, made, strict=True):
            self._fault(fault, true, named, unsure, by_definition)
        for each in named:
            if best_match(each, made, 0.0) is None:
                so = best_match(each, (other for other in by_definition if other.kind is each.kind), 0.0) is not None
                self._tally.counts[f"unasked {each.kind}"] += not so
                self._tally.counts[f"by definition {each.kind}"] += so
                self._say(each.start_s, f"{each.kind} unasked{', but so by definition' * so}: {each.why}")
        self._tally.counts["clean repetitions"] += len(self._truth.repetitions) - sum(
            best_match(repetition, made, 0.0) is not None for repetition in self._truth.repetitions
        )

    def _fault(
        self,
        fault: Fault,
        true: TrueCompensation,
        named: Sequence[Compensation],
        unsure: Sequence[NotJudged],
        by_definition: Sequence[Compensation],
    ) -> None:
        size = label(fault)
        seen = best_match(true, (each for each in named if each.kind is fault.kind), 0.0)
        told = best_match(true, (each for each in by_definition if each.kind is fault.kind), 0.0)
        not_told = best_match(true, (each for each in unsure if each.kind is fault.kind), 0.0)
        counts = self._tally.counts
        counts[f"made {size}"] += 1
        counts[f"found {size}"] += seen is not None
        counts[f"defined {size}"] += told is not None
        counts[f"unsure {size}"] += seen is None and not_told is not None
        if seen is not None and true.toward:
            counts[f"told way {size}"] += 1
            counts[f"right way {size}"] += seen.toward == true.toward
            if seen.toward != true.toward:
                self._say(true.start_s, f"{size}: {seen.toward} instead of {true.toward}")
        for each in named:
            if each.kind is not fault.kind and overlap_s(each, true) > 0.0:
                counts[f"beside {size}: {each.kind}"] += 1
        large = fault.kind in UNSIZED or math.degrees(fault.size_rad) > LARGEST_UNSEEN_DEG
        if (seen is not None) != large:
            self._say(
                true.start_s, f"{size} {'missed' if large else 'flagged'} (truth {math.degrees(true.peak_rad):.1f})"
            )

    def _count(self, name: str, right: bool, at_s: float, what: str) -> None:
        self._tally.counts[f"{name} all"] += 1
        self._tally.counts[f"{name} right"] += right
        if not right:
            self._say(at_s, f"{what} (not as it should be: {name})")

    def _say(self, at_s: float, what: str) -> None:
        case = self._case
        self._tally.lines.append(f"{case.exercise_id}, {case.name}, seed {case.seed}, {at_s:.1f} s: {what}")


def label(fault: Fault) -> str:
    """Return what a fault is called in the tables: kind, way of the knee, size."""
    way = f" {fault.knee.replace('_', ' ')}" if fault.kind is CompensationKind.KNEE_MOVED else ""
    size = (
        "" if fault.kind in UNSIZED else "all" if fault.size_rad >= ALL_RAD else f"{math.degrees(fault.size_rad):.0f}"
    )
    return f"{fault.kind}{way}|{size}"
