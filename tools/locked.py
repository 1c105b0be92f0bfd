"""What `requirements.lock` says: which packages, at which versions, and which of them asks for which."""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def requirements(lock: str) -> list[Requirement]:
    """Return every requirement, without its hashes."""
    lines = lock.replace("\\\n", " ").splitlines()
    return [Requirement(line.partition("--hash")[0]) for line in lines if line and not line.lstrip().startswith("#")]


def wanted_by(lock: str) -> dict[str, set[str]]:
    """Return for each package the names of those that ask for it, as its comments tell."""
    found: dict[str, set[str]] = {}
    name = ""
    for line in lock.splitlines():
        if begun := re.match(r"([\w.-]+)==", line):
            name = begun[1]
            found.setdefault(name, set())
        elif named := re.match(r" +#(?: via|  ) +([\w.-]+)", line):
            found[name].add(named[1])
    return found


def needed_for(asked: Iterable[str], lock: str) -> set[str]:
    """Return the packages that these requirements bring, with all that these ask for in turn."""
    wanted = wanted_by(lock)
    found = wanted.keys() & {canonicalize_name(Requirement(text).name) for text in asked}
    while more := {name for name, askers in wanted.items() if name not in found and askers & found}:
        found |= more
    return found
