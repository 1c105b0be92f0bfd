"""The one function of a batch: a recording's URL and the algorithm's version -> its result, in its place."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from imu_hip.batch.place import Place, read_files
from imu_hip.batch.result_row import quarantine_row, result_row
from imu_hip.model.analysis import Analysis
from imu_hip.model.errors import ImuHipError, UnusableInputError
from imu_hip.model.setup import FilterName
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.kept_session import RAW, segment_name
from imu_hip.session.versions import versions

RESULT, QUARANTINED = ".parquet", ".quarantined.parquet"


class State(StrEnum):
    """What came of one recording."""

    MADE = "made"
    THERE = "there"
    """Its result was there already: it lies at another URL, too, or the last run was broken off."""
    QUARANTINED = "quarantined"
    FAILED = "failed"
    """It could not be read or its result not be written: the next run tries again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one recording, by its hash where that is known, and why when nothing did."""

    state: State
    sha256: str = ""
    reason: str = ""


def algorithm(filter: FilterName = FilterName.VQF) -> str:
    """Return the version of all that a result depends on: the program's, and a hash of everything with its version.

    A filter for comparison is named behind it.
    """
    own = dict(versions())
    whole = hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()
    version = f"{own['imu_hip']}-{whole[:8]}"
    return version if filter is FilterName.VQF else f"{version}-{filter.value}"


def _filter_of(version: str) -> FilterName:
    """Return the filter that a version of the algorithm names."""
    last = version.rpartition("-")[2]
    return FilterName(last) if last in set(FilterName) else FilterName.VQF


def folder(version: str) -> str:
    """Return where the results of a version lie, as DuckDB and Polars read partitions."""
    return f"algorithm={version}"


def result_of(files: list[bytes], sha256: str, filter: FilterName = FilterName.VQF) -> tuple[str, bytes, str]:
    """Return the ending of its name, the Parquet file, and the reason when a recording is put in quarantine."""
    try:
        return RESULT, result_row(analysis_json(_analysis(files, sha256[:12], filter))), ""
    except MemoryError:
        raise
    except ImuHipError as error:
        reason = error.message
    except Exception as error:
        # A mistake of ours that this recording shows: kept with its reason, and the other recordings go on.
        reason = f"the program failed ({type(error).__name__}: {error})"
    return QUARANTINED, quarantine_row(sha256, reason), reason


def _analysis(files: list[bytes], name: str, filter: FilterName) -> Analysis:
    # Half a second that the process which shares out the work can do without.
    from imu_hip import api
    from imu_hip.session.reader import packed_recording

    if len(files) == 1:
        return api.summarize(packed_recording(files[0], f"{name}.mcap"), filter=filter)
    with TemporaryDirectory() as folder:  # its owner's only
        for number, data in enumerate(files, start=1):
            (Path(folder) / segment_name(number)).write_bytes(data)
        try:
            return api.summarize(Path(folder) / RAW, filter=filter)
        except ImuHipError as error:
            raise UnusableInputError(error.reason, error.message.replace(folder, name)) from error


def process(url: str, dest: str, version: str) -> Answer:
    """Put the result of a recording in its place. Doing it again changes nothing.

    Raises nothing: not every error of a store's library finds its way back from another process.
    """
    own = algorithm(_filter_of(version))
    if version != own:
        text = f"a worker has the algorithm {own} instead of {version}: give all the same packages"
        return Answer(State.FAILED, reason=text)
    try:
        return _processed(url, dest, version)
    except ImuHipError as error:
        return Answer(State.FAILED, reason=error.message)
    except Exception as error:
        return Answer(State.FAILED, reason=f"{type(error).__name__}: {error}")


def _processed(url: str, dest: str, version: str) -> Answer:
    place, files = Place(dest), read_files(url)
    sha256 = hashlib.sha256(b"".join(files)).hexdigest()
    name = f"{folder(version)}/{sha256}"
    if place.exists(name + RESULT) or place.exists(name + QUARANTINED):
        return Answer(State.THERE, sha256)
    ending, row, reason = result_of(files, sha256, _filter_of(version))
    place.put(name + ending, row)
    return Answer(State.QUARANTINED if reason else State.MADE, sha256, reason)


def put_in_quarantine(url: str, dest: str, version: str, reason: str) -> Answer:
    """Put a recording in quarantine without looking into it. Raises OSError when it cannot be read."""
    sha256 = hashlib.sha256(b"".join(read_files(url))).hexdigest()
    Place(dest).put(f"{folder(version)}/{sha256}{QUARANTINED}", quarantine_row(sha256, reason))
    return Answer(State.QUARANTINED, sha256, reason)
