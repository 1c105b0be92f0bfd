"""The way through a script: where the guide is, and what commands, events and time change about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf

from imu_hip.guide import wording
from imu_hip.guide.guidance import Guidance, Progress, guidance
from imu_hip.guide.repeated_faults import FaultSeen, streak
from imu_hip.guide.script_edges import GuideMark, around, edges, edges_before
from imu_hip.guide.sections import Section, SectionKind, sections, step_of
from imu_hip.model.command import CommandName
from imu_hip.model.event import CalibrationStep, Compensation, Event
from imu_hip.model.item import Edge, MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.model.signal import SignalKind

_JUST_BEGUN_S = 3.0
"""Who asks so early in a step of the calibration to do one once more means the one before."""


_NEUTRALS = (MarkLabel.POSTURE_NEUTRAL, MarkLabel.NEUTRAL)


@dataclass(frozen=True, slots=True)
class Params:
    """What is to be said, in the order in which it begins; inner prompts after the one around them.

    `repeats_refused`: a refused step is asked for once more (not of somebody who cannot hear it). A fault made in
    `correct_after` repetitions running is corrected before the next, in `end_after` it ends the set (None: never).
    `waits`: nothing begins before the person says so; after that, and whenever the person goes on, `ready_s` are
    counted down. The other `_s` are how long an aside lasts. `edges` and `sections` are those of the script.
    """

    script: tuple[Prompt, ...]
    repeats_refused: bool = True
    correct_after: int = 2
    end_after: int | None = 3
    rest_s: float = 5.0
    once_more_s: float = 3.0
    cost_s: float = 4.0
    waits: bool = False
    ready_s: float = 0.0
    edges: tuple[GuideMark, ...] = field(init=False, repr=False, compare=False)
    sections: tuple[Section, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find once what follows from the script."""
        object.__setattr__(self, "edges", edges(self.script))
        object.__setattr__(self, "sections", sections(self.script))


@dataclass(frozen=True, slots=True)
class Aside:
    """Something said while the script stands still; `until_s` is inf when only a command ends it.

    `resume_s` is where the script goes on; `counts`: the seconds until then are counted down.
    """

    text: str
    kind: SignalKind
    since_s: float
    until_s: float
    resume_s: float
    counts: bool = False

    @property
    def waits(self) -> bool:
        """Whether only a command ends it."""
        return self.until_s == inf


@dataclass(frozen=True, slots=True)
class State:
    """Where the guide is.

    `started`: the first call has been. Script time is `script_s` at `t_s`. `given`: how many edges of the script are
    out; `open`: marked intervals that have begun. `repeated`: sections that were asked for again.
    """

    started: bool = False
    t_s: float = 0.0
    script_s: float = 0.0
    given: int = 0
    open: tuple[tuple[MarkLabel, str], ...] = ()
    aside: Aside | None = None
    finished: bool = False
    repeated: frozenset[int] = frozenset()
    faults: frozenset[FaultSeen] = frozenset()

    def script_time(self, t_s: float) -> float:
        """Return the script time at `t_s` while no aside is said."""
        return self.script_s + (t_s - self.t_s)


class Walk:
    """One call: the state as it changes, and the marks that come of it."""

    def __init__(self, params: Params, state: State) -> None:
        self.params = params
        self.state = state
        self.marks: list[GuideMark] = []
        self._edges = params.edges
        self._sections = params.sections
        self._end_s = max((section.end_s for section in self._sections), default=0.0)

    def begin(self, t_s: float) -> None:
        """Start the script, or wait for the person to."""
        self.state = replace(self.state, started=True, t_s=t_s)
        if self.params.waits:
            self._say(wording.READY, t_s, inf, 0.0)
        elif self.params.ready_s > 0.0:
            self._count_down(t_s, 0.0)

    def go(self, t_s: float) -> None:
        """Go on to `t_s`."""
        aside = self.state.aside
        if self.state.finished or (aside is not None and t_s < aside.until_s):
            return
        if aside is not None:
            self._resume(aside.until_s, aside.resume_s)
        state = self.state
        script_s = state.script_time(t_s)
        given = state.given
        opened = list(state.open)
        while given < len(self._edges) and self._edges[given].t_s <= script_s:
            edge = self._edges[given]
            self.marks.append(replace(edge, t_s=state.t_s + (edge.t_s - state.script_s)))
            if edge.edge is Edge.BEGIN:
                opened.append((edge.label, edge.detail))
            else:
                opened.remove((edge.label, edge.detail))
            given += 1
        self.state = replace(state, given=given, open=tuple(opened), finished=script_s >= self._end_s)

    def obey(self, name: str, t_s: float) -> None:
        """Do what the person asks for."""
        aside = self.state.aside
        if self.state.finished:
            return
        match name:
            case CommandName.STOP:
                self._close_marks(t_s)
                self.state = replace(self.state, aside=None, finished=True)
            case CommandName.PAIN if aside is None or aside.kind is not SignalKind.SAFETY:
                self._say(wording.PAIN, t_s, inf, self._after_pain_s(t_s), SignalKind.SAFETY)
            case CommandName.PAUSE if aside is None or not aside.waits:
                resume_s = self._beginning_s(t_s) if aside is None else aside.resume_s
                self._say(wording.PAUSED, t_s, inf, resume_s)
            case CommandName.CUT_OFF:
                resume_s = self._beginning_s(t_s) if aside is None else aside.resume_s
                self._say(wording.CUT_OFF, t_s, inf, self._found_again_s(resume_s))
            case CommandName.GO_ON if aside is not None:
                if aside.waits and self.params.ready_s > 0.0:
                    self._count_down(t_s, aside.resume_s)
                else:
                    self.state = replace(self.state, aside=replace(aside, until_s=t_s))
            case CommandName.REDO if aside is None:
                self._redo(t_s)
            case CommandName.END_SET if aside is None and self._section(t_s).kind is SectionKind.SET:
                self._end_set(wording.SET_ENDED, t_s)

    def heed(self, events: Sequence[Event], t_s: float) -> None:
        """React to what was found."""
        if self.state.aside is not None or self.state.finished or not self._sections:
            return
        refused = [event.label for event in events if isinstance(event, CalibrationStep) and not event.accepted]
        if refused and self.params.repeats_refused:
            self._ask_again(refused, t_s)
        for event in events:
            if isinstance(event, Compensation) and self.state.aside is None:
                self._note_fault(event, t_s)

    def guidance(self, t_s: float) -> Guidance:
        """Return what is asked for at `t_s`."""
        aside = self.state.aside
        if self.state.finished:
            return Guidance(section=SectionKind.OVER)
        if aside is not None:
            eased = aside.kind is SignalKind.SAFETY and t_s >= aside.since_s + self.params.rest_s
            text, since_s = (
                (wording.PAIN_LATER, aside.since_s + self.params.rest_s) if eased else (aside.text, aside.since_s)
            )
            section = self._sections[self._place(aside.resume_s)] if self._sections else None
            return Guidance(
                text,
                aside.kind,
                since_s,
                effort_s=aside.until_s if aside.counts else None,
                rest_s=aside.until_s - aside.since_s if aside.counts else 0.0,
                section=section.kind if section else "",
                waits=aside.waits,
            )
        script_s = self.state.script_time(t_s)
        place = self._place(script_s)
        section = self._sections[place]
        found = guidance(self.params.script, script_s, self.state.t_s - self.state.script_s)
        found = replace(found, section=section.kind, step=step_of(self._sections, place))
        if section.kind is not SectionKind.SET:
            return found
        repetition = _repetition(section, script_s)
        sets = max(each.set_number for each in self._sections if each.run == section.run)
        found = replace(found, progress=Progress(section.set_number, sets, repetition + 1, len(section.repetitions)))
        kinds = sorted({seen.kind for seen in self.state.faults})
        for kind in kinds if found.asks is MarkLabel.NEUTRAL else ():
            if streak(self.state.faults, FaultSeen(place, repetition, kind)) >= self.params.correct_after:
                return replace(found, text=wording.correction(kind), kind=SignalKind.CORRECTION)
        return found

    # ---------------------------------------------------------------- what can happen

    def _count_down(self, t_s: float, resume_s: float) -> None:
        self._say(wording.BEGINS, t_s, t_s + self.params.ready_s, resume_s)
        if self.state.aside is not None:
            self.state = replace(self.state, aside=replace(self.state.aside, counts=True))

    def _redo(self, t_s: float) -> None:
        """Go back to the step of the calibration that the person has just seen the outcome of, or is making."""
        script_s = self.state.script_time(t_s)
        now = self._place(script_s)
        for place in range(now, -1, -1):
            section = self._sections[place]
            if section.kind is SectionKind.SET:
                return
            just_begun = place == now and script_s < section.start_s + _JUST_BEGUN_S
            if section.kind is not SectionKind.WAY and not just_begun:
                self._say(wording.ONCE_MORE_ASKED, t_s, t_s + self.params.once_more_s, section.start_s)
                return

    def _ask_again(self, refused: Sequence[MarkLabel], t_s: float) -> None:
        """Go back to the earliest refused step, once; the second time say what it costs to go on without it."""
        now = self._place(self.state.script_time(t_s))
        places = [(place, label) for label in refused if (place := self._asked(label, now)) is not None]
        again = min((place for place, _ in places if place not in self.state.repeated), default=None)
        if again is not None:
            self.state = replace(self.state, repeated=self.state.repeated | {again})
            self._say(wording.ONCE_MORE, t_s, t_s + self.params.once_more_s, self._sections[again].start_s)
        elif places:
            text = wording.COSTS[min(places)[1]]
            self._say(text, t_s, t_s + self.params.cost_s, self._sections[now].start_s)

    def _asked(self, label: MarkLabel, now: int) -> int | None:
        """Return the place of the newest section of a label that may be asked for again: never across a set."""
        if label not in wording.COSTS:
            return None
        for place in range(now, -1, -1):
            if self._sections[place].kind is SectionKind.SET:
                return None
            if self._sections[place].label is label:
                return place
        return None

    def _note_fault(self, fault: Compensation, t_s: float) -> None:
        place = self._place(self.state.script_time(t_s))
        section = self._sections[place]
        began_s = self.state.script_time(fault.start_s)
        if section.kind is not SectionKind.SET or began_s < section.start_s:
            return
        seen = FaultSeen(place, _repetition(section, began_s), fault.kind)
        self.state = replace(self.state, faults=self.state.faults | {seen})
        running = streak(self.state.faults, seen)
        if self.params.end_after is not None and running >= self.params.end_after:
            self._end_set(wording.ended_by_fault(fault.kind, running), t_s)

    def _end_set(self, text: str, t_s: float) -> None:
        self._say(text, t_s, t_s + self.params.rest_s, self._section(t_s).end_s)

    def _after_pain_s(self, t_s: float) -> float:
        """Return where to go on after pain: with the next exercise, but never without a calibration."""
        aside = self.state.aside
        place = self._place(self.state.script_time(t_s) if aside is None else aside.resume_s)
        section = self._sections[place]
        rest = [each for each in self._sections[place:] if each.run == section.run]
        if any(each.kind is SectionKind.CALIBRATION for each in rest):
            return section.start_s
        return rest[-1].end_s

    def _found_again_s(self, script_s: float) -> float:
        """Return where to go on when the sensors' headings are lost: at a neutral that finds them again.

        In the calibration of a run that is its beginning, but for the table rest: the sensors are worn.
        """
        place = self._place(script_s)
        section = self._sections[place]
        run = [each for each in self._sections if each.run == section.run]
        if any(each.kind is SectionKind.CALIBRATION and each.start_s >= section.start_s for each in run):
            worn = [each.start_s for each in run if each.label is not MarkLabel.TABLE_REST]
            return script_s if section.label is MarkLabel.TABLE_REST else worn[0]
        if section.kind not in (SectionKind.SET, SectionKind.MAXIMAL):
            return script_s
        neutrals = [prompt.start_s for prompt in self.params.script if prompt.label in _NEUTRALS]
        return max((start_s for start_s in neutrals if start_s < script_s), default=script_s)

    # ---------------------------------------------------------------- script and time

    def _say(
        self, text: str, t_s: float, until_s: float, resume_s: float, kind: SignalKind = SignalKind.INSTRUCTION
    ) -> None:
        """Stop the script for an aside; what is marked ends here."""
        self._close_marks(t_s)
        self.state = replace(self.state, aside=Aside(text, kind, t_s, until_s, resume_s))

    def _close_marks(self, t_s: float) -> None:
        self.marks += [GuideMark(label, Edge.END, detail, t_s) for label, detail in reversed(self.state.open)]
        self.state = replace(self.state, open=())

    def _resume(self, t_s: float, script_s: float) -> None:
        """Let the script go on from `script_s`; intervals that are under way there begin anew."""
        opened = tuple(
            (prompt.label, prompt.detail) for prompt in around(self.params.script, script_s) if prompt.label is not None
        )
        self.marks += [GuideMark(label, Edge.BEGIN, detail, t_s) for label, detail in opened]
        self.state = replace(
            self.state,
            t_s=t_s,
            script_s=script_s,
            given=edges_before(self._edges, script_s),
            open=opened,
            aside=None,
        )

    def _place(self, script_s: float) -> int:
        """Return which section is under way."""
        return max(0, sum(section.start_s <= script_s for section in self._sections) - 1)

    def _section(self, t_s: float) -> Section:
        return self._sections[self._place(self.state.script_time(t_s))]

    def _beginning_s(self, t_s: float) -> float:
        """Return where what is under way began, in script time: the repetition, or outside a set the section."""
        script_s = self.state.script_time(t_s)
        section = self._section(t_s)
        return section.repetitions[_repetition(section, script_s)] if section.repetitions else section.start_s


def _repetition(section: Section, script_s: float) -> int:
    """Return which repetition of a set is under way, from 0 on."""
    return max(0, sum(start_s <= script_s for start_s in section.repetitions) - 1)
