"""Under which licence each locked package comes, whether that is one of those that we take, and the page that tells it.

A package tells its licence itself when it is installed. One for another system keeps what the page says of it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import Distribution, distributions

from environment import LOCK, ROOT
from locked import needed_for, wanted_by
from packaging.utils import canonicalize_name

PAGE = ROOT / "docs" / "licences.md"
PERMISSIVE = frozenset(
    [
        "0BSD",
        "Apache-2.0",
        "BSD",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "CNRI-Python",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "PSF-2.0",
        "Zlib",
    ]
) | {"Apache-2.0 WITH LLVM-exception"}
"""By their SPDX names; `BSD` is what some packages say without telling which of the two."""
SPOKEN = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD License": "BSD",
    "BSD license": "BSD",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""What packages say, and what it is called."""
SAID_NOWHERE = {"ezc3d": "MIT", "pyside6-essentials": "LGPL-3.0-only", "shiboken6": "LGPL-3.0-only"}
"""Told by the file of the licence alone, or one of several, of which we take this one."""
EXCEPTIONS = {
    "certifi": ("MPL-2.0", "a list of certificates, taken as it is"),
    "docutils": ("Public Domain AND BSD AND GPL", "the GPL is for a mode of Emacs that is not installed with it"),
    "hypothesis": ("MPL-2.0", "a tool of the tests, taken as it is"),
    "libusb1": (
        "LGPL-2.1-or-later",
        "bumble's door to USB; libusb, packed into libusb-package, is under the same; both can be replaced",
    ),
    "pathspec": ("MPL-2.0", "a tool of the checks, taken as it is"),
    "pyside6-essentials": ("LGPL-3.0-only", "Qt, as libraries of its own that can be replaced"),
    "shiboken6": ("LGPL-3.0-only", "part of Qt for Python"),
}
"""What is taken all the same, under this licence and no other, and why."""
UNKNOWN = "?"
PARTS = {
    "With the program": "What `pip install imu-hip` brings.",
    "With its extras": "What the extras bring besides: window, demo, exports, sound, batch, cluster, serve.",
    "With tests, checks and pages": "Never installed with the program.",
}


def declared(distribution: Distribution) -> str | None:
    """Return the licence that an installed package declares, by its SPDX name where it is known."""
    about = distribution.metadata
    expression, field = (str((about.get_all(name) or [""])[0]) for name in ("License-Expression", "License"))
    if expression:
        return expression
    if SPOKEN.get(field, field) in PERMISSIVE:
        return SPOKEN.get(field, field)
    ends = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier") or () if each.startswith("License ::")]
    names = [re.sub(r"GNU General Public License.*", "GPL", SPOKEN.get(end, end)) for end in ends]
    return " AND ".join(names) or field or None


def is_permissive(expression: str) -> bool:
    """Return whether an SPDX expression without brackets can be met by permissive licences alone."""
    ways = [way.split(" AND ") for way in expression.split(" OR ")]
    return any(PERMISSIVE.issuperset(licence.strip() for licence in way) for way in ways)


def faults(licences: Mapping[str, str | None]) -> list[str]:
    """Say which packages come under something that is not taken."""
    found = []
    for name, licence in licences.items():
        excepted, _ = EXCEPTIONS.get(name, (None, ""))
        if licence is None:
            found.append(f"{name}: no licence is known; install it, or write its line into {PAGE.name}")
        elif licence != excepted and not is_permissive(licence):
            found.append(f"{name}: {licence} is not among the licences that are taken")
    return found


def page(licences: Mapping[str, str | None], parts: Mapping[str, str]) -> str:
    """Return the page; `parts` says of each package with what it comes."""
    lines = [
        "# Licences of what is used",
        "",
        "imu_hip itself comes under BSD 3-Clause. Every package that `requirements.lock` names stands here with the",
        "licence that it declares. Compiled packages bring notices of what is packed into them.",
        "`python3 tools/licences` makes the list; `tools/check` refuses a package whose licence is neither permissive",
        "nor excepted below.",
    ]
    for part, meaning in PARTS.items():
        lines += ["", f"## {part}", "", meaning, "", "| package | licence |", "|---|---|"]
        lines += [f"| `{name}` | {licences[name] or UNKNOWN} |" for name in sorted(licences) if parts[name] == part]
    lines += ["", "## Not permissive, and taken all the same", "", "| exception | under | because |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {licence} | {why} |" for name, (licence, why) in sorted(EXCEPTIONS.items()) if name in licences
    ]
    return "\n".join([*lines, ""])


def told(text: str) -> dict[str, str]:
    """Return the licences that a page tells."""
    rows = re.findall(r"^\| `([\w.-]+)` \| ([^|]+) \|$", text, re.MULTILINE)
    return {name: licence for name, licence in rows if licence != UNKNOWN}


def parts_of(settings: Mapping[str, dict[str, dict[str, list[str]]]], lock: str) -> dict[str, str]:
    """Return with which part each locked package comes: the first that needs it."""
    project = settings["project"]
    extras = [
        text
        for name, texts in project["optional-dependencies"].items()
        if name not in ("dev", "docs", "all")
        for text in texts
    ]
    core, more = needed_for(project["dependencies"], lock), needed_for(extras, lock)
    program, extra, tool = PARTS
    return {name: program if name in core else extra if name in more else tool for name in wanted_by(lock)}


def main(arguments: list[str]) -> int:
    """Check, or with ``--write`` write, the page; 1 when a licence is not taken or the page is out of step."""
    settings, lock = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8")), LOCK.read_text("utf-8")
    parts = parts_of(settings, lock)
    before = PAGE.read_text("utf-8") if PAGE.exists() else ""
    known = told(before) | {name: text for name, text in installed().items() if text} | SAID_NOWHERE
    licences = {name: known.get(name) for name in parts}
    found, now = faults(licences), page(licences, parts)
    if "--write" in arguments:
        PAGE.write_text(now, "utf-8")
    elif now != before:
        found.append(f"{PAGE.name} is out of step: python3 tools/licences")
    for fault in found:
        print(fault)
    return 1 if found else 0


def installed() -> dict[str, str | None]:
    """Return what every installed package declares."""
    return {canonicalize_name(each.metadata["Name"]): declared(each) for each in distributions()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
