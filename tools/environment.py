"""Make the project's environment, ``.venv`` in the checkout, and start programs in it.

``tools/demo``, ``tools/test`` and ``tools/check`` begin here. Standard library only, so that a fresh clone
needs nothing but Python; what is installed is exactly ``requirements.lock``, every file checked against its
hash.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING

import system_packages
from talking import say, stop, succeeds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import NoReturn

PYTHONS = (
    (3, 13),
    (3, 12),
    (3, 11),
)  # those that every locked package has a ready-made build for, best first
ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
VENV = ROOT / ".venv"
STAMP = VENV / "imu-hip-environment.json"  # what it was made from; says "unfinished" until it is complete
TURN = ROOT / ".venv.turn"  # held by the one run that is making the environment


def ensure() -> None:
    """Make the environment if it is missing, unfinished or out of date; return at once if it is right."""
    if sys.version_info[:2] not in PYTHONS:
        _start_again_with_another_python()
    if _stamp() != _wanted():
        try:
            with _turn():
                if _stamp() != _wanted():  # another run may have made it while this one waited
                    _make()
        except KeyboardInterrupt:
            stop("Interrupted; the next start begins the environment again.")
    system_packages.ensure_libraries(VENV / "system-packages-tried", _turn)


def ensure_for_tests() -> None:
    """Install what some tests run besides where that is allowed, else say how: they are left out without it."""
    system_packages.ensure_programs(VENV / "test-programs-tried", _turn)


def program(name: str) -> Path:
    """Return the path of a program in the environment."""
    return VENV / "Scripts" / f"{name}.exe" if sys.platform == "win32" else VENV / "bin" / name


def start(
    arguments: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    capture: bool = False,
    variables: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program of the environment; what is captured has standard error mixed in."""
    path = os.pathsep.join([str(program("python").parent), os.environ.get("PATH", os.defpath)])
    return subprocess.Popen(
        [str(argument) for argument in arguments],
        cwd=cwd,
        stdout=subprocess.PIPE if capture else None,
        stderr=subprocess.STDOUT if capture else None,
        env={**os.environ, "VIRTUAL_ENV": str(VENV), "PATH": path, **(variables or {})},
    )


def wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for a program's end and return its exit code; it gets an interrupt too and may close its files."""
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            continue
        return code if code >= 0 else 128 - code


# --- which Python -------------------------------------------------------------------------------------------


def _start_again_with_another_python() -> NoReturn:
    """Run this very command with a Python that fits, if there is one; uv brings one."""
    for python in _pythons():
        if succeeds([*python, "-c", "import sys"], quiet=True):
            raise SystemExit(wait(subprocess.Popen([*python, *sys.argv])))
    newest, oldest, this = _version(PYTHONS[0]), _version(PYTHONS[-1]), _version(sys.version_info[:2])
    stop(f"imu_hip needs a Python from {oldest} to {newest}; this is {this} and no other was found.")


def _pythons() -> Iterator[list[str]]:
    """Name the commands that would start a Python that fits."""
    for version in map(_version, PYTHONS):
        named = shutil.which(f"python{version}")
        if named:
            yield [named]
        if sys.platform == "win32" and shutil.which("py"):
            yield ["py", f"-{version}"]
    if shutil.which("uv"):
        yield ["uv", "run", "--isolated", "--no-project", "--python", _version(PYTHONS[0]), "python"]


# --- what the environment is made from ----------------------------------------------------------------------


def _wanted() -> dict[str, object]:
    """Describe the environment that this checkout needs.

    `packages` changes with the lock, the Python and the place: then everything is made again. `project`
    changes with what an editable installation depends on: then only the project itself is installed again.
    """
    import tomllib  # not in the older Pythons that this file still looks for another in

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = {key: settings.get(key) for key in ("build-system", "project")}
    locked = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    packages = [locked, _version(sys.version_info[:2]), sysconfig.get_platform(), str(ROOT)]
    return {
        "packages": _digest(packages),
        "project": _digest(project),
    }


def _stamp() -> dict[str, object] | None:
    """Read what the environment was made from; None if there is none that works."""
    try:
        stamp: dict[str, object] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return stamp if program("python").exists() else None


def _write_stamp(stamp: dict[str, object]) -> None:
    STAMP.write_text(json.dumps(stamp), encoding="utf-8")


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _version(parts: Sequence[int]) -> str:
    return ".".join(map(str, parts))


# --- making it ----------------------------------------------------------------------------------------------


def _make() -> None:
    """Install what is missing: everything, or only the project itself."""
    began_s = time.monotonic()
    wanted = _wanted()
    if (_stamp() or {}).get("packages") != wanted["packages"]:
        if VENV.exists() and not STAMP.exists() and any(VENV.iterdir()):
            stop(f"{VENV} was not made by these tools: move it away, then start again.")
        say("Making the environment in .venv: one or two minutes, once.")
        _remove_old()
        VENV.mkdir()
        _write_stamp({"packages": "unfinished"})
        _install_packages()
    _write_stamp({"packages": wanted["packages"], "project": "unfinished"})
    _install_project()
    _write_stamp(wanted)
    say(f"The environment is ready ({time.monotonic() - began_s:.0f} s).")


def _remove_old() -> None:
    """Remove an old or half-made environment; moved aside first, so that half a removal is not mistaken."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        stop("The environment is out of date: start this with the Python it was made with, not with its own.")
    old = VENV.with_name(".venv.old")
    shutil.rmtree(old, ignore_errors=True)
    if VENV.exists():
        VENV.rename(old)
        shutil.rmtree(old, ignore_errors=True)


def _install_packages() -> None:
    """Fill the new environment with exactly the lock, by uv where it is there, else by venv and pip."""
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement", str(LOCK)]
    if shutil.which("uv"):
        _create_venv("--without-pip")
        if succeeds([*_uv_install(), *options]):
            return
        say("uv could not install the packages; trying pip.")
    _ensure_ensurepip()
    _create_venv()
    if not succeeds([*_pip_install(), *options]):
        stop("The packages could not be installed: see above. Is the network there? Start again to retry.")


def _install_project() -> None:
    """Install the checkout itself, editable, with the build backend from the lock: nothing is fetched."""
    has_pip = succeeds([str(program("python")), "-c", "import pip"], quiet=True)
    installer = _pip_install() if has_pip else _uv_install()
    if not succeeds([*installer, "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT)]):
        stop("The project itself could not be installed: see above.")


def _create_venv(*options: str) -> None:
    if not succeeds([sys.executable, "-m", "venv", *options, str(VENV)]):
        stop(f"Python could not make an environment in {VENV}: see above.")


def _uv_install() -> list[str]:
    return ["uv", "pip", "install", "--quiet", "--python", str(program("python"))]


def _pip_install() -> list[str]:
    pip = [str(program("python")), "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input"]
    return [*pip, "install"]


def _ensure_ensurepip() -> None:
    """Make sure that venv can bring pip: Debian and Ubuntu keep that part in a package of its own."""
    check = [sys.executable, "-c", "import ensurepip, venv"]
    if succeeds(check, quiet=True):
        return
    packages = [f"python{_version(sys.version_info[:2])}-venv", *system_packages.missing_libraries()]
    if not (system_packages.install(packages) and succeeds(check, quiet=True)):
        stop(f"This Python cannot make an environment. On Debian or Ubuntu: {system_packages.line(packages)}")


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """Let one run at a time make the environment; the system ends the turn of a run that dies."""
    with TURN.open("a+b") as file:
        if not _try_lock(file.fileno()):
            say("Waiting for another run that is making the environment.")
            while not _try_lock(file.fileno()):
                time.sleep(0.2)
        yield


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
