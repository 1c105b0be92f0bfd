"""Wheel and source distribution: built twice to the same bytes, with everything inside that must be.

The second build is made from the unpacked source distribution of the first, in another folder and with other times
of the files, so that equal bytes also say that the source distribution is whole.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NOT_SHIPPED = (".ci/", ".gitattributes", ".gitignore")
"""What is of use in a checkout only."""
METADATA = ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
_BACKEND = (
    "from flit_core import buildapi; import sys; buildapi.build_sdist(sys.argv[1]); buildapi.build_wheel(sys.argv[1])"
)


class Built(NamedTuple):
    """What a build leaves."""

    sdist: Path
    wheel: Path


def build(source: Path, folder: Path, epoch_s: int) -> Built:
    """Build both from a source tree; every time inside is `epoch_s`, in seconds since 1970."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", _BACKEND, str(folder.resolve())]
    subprocess.run(command, cwd=source, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch_s)})
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return Built(sdist, wheel)


def build_again(sdist: Path, folder: Path, epoch_s: int) -> Built:
    """Build both from what a source distribution holds."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    for path in source.rglob("*"):
        os.utime(path, (0, 0))
    return build(source, folder / "built", epoch_s)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wheel_faults(wheel: Path, tracked: frozenset[str]) -> list[str]:
    """Say what a wheel lacks of the tracked files of the package, and what it has besides."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    about = "-".join(wheel.name.split("-")[:2]) + ".dist-info"
    wanted = {name for name in tracked if name.startswith("imu_hip/")} | {f"{about}/{name}" for name in METADATA}
    return _differences(wheel.name, names, wanted)


def sdist_faults(sdist: Path, tracked: frozenset[str]) -> list[str]:
    """Say what a source distribution lacks of the tracked files, and what it has besides."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {name for name in tracked if not name.startswith(NOT_SHIPPED)} | {"PKG-INFO"}
    return _differences(sdist.name, names, wanted)


def tracked_files(root: Path) -> frozenset[str]:
    """Return the files that git keeps, or would keep with the next commit, by their paths with slashes."""
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return frozenset(name for name in listed if name and (root / name).is_file())


def last_commit_s(root: Path) -> int:
    """Return when the last commit was made, in seconds since 1970."""
    return int(_git(root, "log", "-1", "--format=%ct"))


def main() -> int:
    """Build, build again, compare, look inside; leave both in a folder if all is well."""
    parser = argparse.ArgumentParser(prog="tools/package", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist", metavar="FOLDER", help="where they go (dist)")
    out = parser.parse_args().out
    tracked, epoch_s = tracked_files(ROOT), last_commit_s(ROOT)
    if _git(ROOT, "status", "--porcelain"):
        print("There are changes that are not committed: nobody else can build the same.", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        first = build(ROOT, Path(folder, "first"), epoch_s)
        second = build_again(first.sdist, Path(folder, "second"), epoch_s)
        faults = wheel_faults(first.wheel, tracked) + sdist_faults(first.sdist, tracked)
        faults += [
            f"{one.name}: a second build differs"
            for one, other in zip(first, second, strict=True)
            if digest(one) != digest(other)
        ]
        for fault in faults:
            print(fault, file=sys.stderr)
        if not faults:
            out.mkdir(parents=True, exist_ok=True)
            for path in first:
                print(f"{digest(path)}  {shutil.copy(path, out)}")
    return 1 if faults else 0


def _differences(name: str, found: set[str], wanted: set[str]) -> list[str]:
    missing = [f"{name}: lacks {each}" for each in sorted(wanted - found)]
    return missing + [f"{name}: should not have {each}" for each in sorted(found - wanted)]


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
