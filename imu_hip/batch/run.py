"""Bring a destination up to date with a source: what is missing is analyzed, nothing else is touched."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from imu_hip.batch.engines import Engine
from imu_hip.batch.ledger import Known, keep_sources, known_sources
from imu_hip.batch.place import Listed, Place
from imu_hip.batch.results import There, results_in
from imu_hip.batch.task import Answer, State, algorithm, folder
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.setup import FilterName
from imu_hip.session.kept_session import RAW

KEPT_EVERY = 1000
_CONTINUES = re.compile(r"/raw\.\d+\.mcap$")

Told = Callable[["Run"], None]


@dataclass(slots=True)
class Run:
    """How far a run has come: recordings in the source, those that were to be done, and what came of them."""

    recordings: int
    to_do: int
    quarantined_before: int
    made: int = 0
    there: int = 0
    quarantined: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many of those that were to be done have been."""
        return self.made + self.there + len(self.quarantined) + len(self.failed)

    def take(self, url: str, answer: Answer) -> None:
        """Count what came of a recording."""
        if answer.state is State.MADE:
            self.made += 1
        elif answer.state is State.THERE:
            self.there += 1
        else:
            which = self.quarantined if answer.state is State.QUARANTINED else self.failed
            which.append((url, answer.reason))


def run(source: str, dest: str, engine: Engine, told: Told, filter: FilterName = FilterName.VQF) -> Run:
    """Analyze the recordings (`*.mcap`) below `source` that have no result of this version below `dest`.

    `filter`: with another one the results are of another version. `told` is called at the beginning and after each of
    them; what it raises stops the run, which goes on the next time.

    Raises
    ------
    UsageError
        There are no recordings in the source.
    """
    version, place = algorithm(filter), Place(dest)
    recordings = _recordings(Place(source))
    if not recordings:
        raise UsageError(Reason.NOT_FOUND, f"{source}: no recordings (*.mcap) there")
    there = results_in(place, folder(version))
    place.delete(list(there.twice))
    known, _ = known_sources(place)
    to_do = {each.url: each for each in recordings if not _is_done(each, known, there)}
    quarantined = sum(known.get(each) in there.quarantined for each in recordings)
    state = Run(len(recordings), len(to_do), quarantined)
    told(state)
    new: Known = {}
    try:
        for url, answer in engine(to_do, place.url, version) if to_do else ():
            state.take(url, answer)
            if answer.sha256 and to_do[url].stamp:
                new[to_do[url]] = answer.sha256
            if len(new) >= KEPT_EVERY:
                keep_sources(place, new)
                new = {}
            told(state)
    finally:
        if new:
            keep_sources(place, new)
    if state.made + len(state.quarantined) and there.done - set(there.small):
        place.delete(list(results_in(place, folder(version)).twice))
    return state


def _recordings(place: Place) -> list[Listed]:
    """Return the recordings; a file with which a session went on after a crash is part of what its first file is."""
    every = list(place.files(ending=".mcap"))
    found = {each.url: each for each in every if not _CONTINUES.search(each.url)}
    for each in every:
        first = found.get(_CONTINUES.sub(f"/{RAW}", each.url))
        if first is not None and first.url != each.url:
            found[first.url] = Listed(
                first.url, first.size + each.size, first.stamp and each.stamp and f"{first.stamp} {each.stamp}"
            )
    return list(found.values())


def _is_done(recording: Listed, known: Known, there: There) -> bool:
    sha256 = known.get(recording)
    return sha256 in there.done or sha256 in there.quarantined
