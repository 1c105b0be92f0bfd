"""Read a session that went on after a crash: its files are one recording."""

from __future__ import annotations

import hashlib
from pathlib import Path

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.setup import Setup
from imu_hip.session.kept_session import recording_at, segments_of
from imu_hip.session.reader import Recording, read_recording
from imu_hip.session.recover import Salvaged, in_order, salvage
from imu_hip.session.setup_json import setup_from_text


def read_session(path: Path) -> Recording:
    """Read a recording; a session's folder, or its `raw.mcap`, means all of its files.

    The last one must be whole. Those before it were cut off, and what is sound in them counts; what is missing shows
    in the numbers of the items.

    Raises
    ------
    UnusableInputError
        The last file is no recording, or damaged, or the files are not of one session.
    """
    paths = segments_of(recording_at(path))
    if len(paths) == 1:
        return read_recording(paths[0])
    last = read_recording(paths[-1], session=paths[0])
    before = _salvaged(paths[:-1])
    setup = _one_setup(before, last.setup, paths)
    items = (*in_order(before.values()), *last.items)
    boundary = len(items) - len(last.items)
    if 0 < boundary < len(items) and items[boundary].number <= items[boundary - 1].number:
        raise UnusableInputError(Reason.WRONG_FORMAT, f"{paths[-1]}: does not go on where {paths[-2].name} ends")
    digest = hashlib.sha256()
    for each in before.values():
        digest.update(each.data)
    digest.update(paths[-1].read_bytes())
    # A live recording counts from 0, so that a first file without a beginning is missed, too.
    return Recording(setup, items, digest.hexdigest(), first_number=0)


def read_cut_off(recording: Path) -> Recording:
    """Return what is sound of a session whose last file was never finished, for who wants to go on with it.

    Raises
    ------
    UnusableInputError
        Nothing of it can be interpreted.
    """
    paths = segments_of(recording)
    found = _salvaged(paths)
    setup = _one_setup(found, None, paths)
    digest = hashlib.sha256(b"".join(each.data for each in found.values()))
    return Recording(setup, tuple(in_order(found.values())), digest.hexdigest(), first_number=0)


def _salvaged(paths: tuple[Path, ...]) -> dict[Path, Salvaged]:
    return {path: salvage(path) for path in paths}


def _one_setup(found: dict[Path, Salvaged], known: Setup | None, paths: tuple[Path, ...]) -> Setup:
    """Return the setup that all files have; one that was cut off at once has none."""
    setup = known
    for path, each in found.items():
        if each.setup_text is None:
            continue
        own = setup_from_text(each.setup_text, str(path))
        if setup is not None and own != setup:
            raise UnusableInputError(
                Reason.WRONG_FORMAT,
                f"{path}: is of another session than {paths[-1].name}; give each a folder of its own",
            )
        setup = own
    if setup is None:
        raise UnusableInputError(Reason.DAMAGED, f"{paths[0]}: no readable session description in it")
    return setup
