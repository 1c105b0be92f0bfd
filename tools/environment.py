"""Make the project's environment, ``.venv`` in the checkout, and start programs in it.

``tools/demo``, ``tools/test`` and ``tools/check`` begin here. Standard library only, so that a fresh clone
needs nothing but Python; what is installed is exactly ``requirements.lock``, every file checked against its
hash.
"""

from __future__ import annotations

import contextlib
import ctypes
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

# What Qt opens at run time and a minimal Debian or Ubuntu lacks: shared library, package that brings it.
OFFSCREEN_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
SCREEN_LIBRARIES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}

SOUND_LIBRARIES = {"libportaudio.so.2": "libportaudio2"}  # wheels bring it for macOS and Windows only
# Any of these runs the tests of the second screen; the first is what Debian calls it, program and package.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


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
            _stop("Interrupted; the next start begins the environment again.")
    _ensure_system_libraries()


def ensure_browser() -> None:
    """Install a browser for the tests of the second screen where that is allowed, else say how."""
    if any(shutil.which(browser) for browser in BROWSERS) or not sys.platform.startswith("linux"):
        return
    if _apt_install_once([BROWSERS[0]], VENV / "browser-tried") and shutil.which(BROWSERS[0]):
        return
    _say(f"The tests of the second screen need a browser. On Debian: {_apt_line([BROWSERS[0]])}")


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
        if _succeeds([*python, "-c", "import sys"], quiet=True):
            raise SystemExit(wait(subprocess.Popen([*python, *sys.argv])))
    newest, oldest, this = _version(PYTHONS[0]), _version(PYTHONS[-1]), _version(sys.version_info[:2])
    _stop(f"imu_hip needs a Python from {oldest} to {newest}; this is {this} and no other was found.")


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
            _stop(f"{VENV} was not made by these tools: move it away, then start again.")
        _say("Making the environment in .venv: one or two minutes, once.")
        _remove_old()
        VENV.mkdir()
        _write_stamp({"packages": "unfinished"})
        _install_packages()
    _write_stamp({"packages": wanted["packages"], "project": "unfinished"})
    _install_project()
    _write_stamp(wanted)
    _say(f"The environment is ready ({time.monotonic() - began_s:.0f} s).")


def _remove_old() -> None:
    """Remove an old or half-made environment; moved aside first, so that half a removal is not mistaken."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        _stop("The environment is out of date: start this with the Python it was made with, not with its own.")
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
        if _succeeds([*_uv_install(), *options]):
            return
        _say("uv could not install the packages; trying pip.")
    _ensure_ensurepip()
    _create_venv()
    if not _succeeds([*_pip_install(), *options]):
        _stop("The packages could not be installed: see above. Is the network there? Start again to retry.")


def _install_project() -> None:
    """Install the checkout itself, editable, with the build backend from the lock: nothing is fetched."""
    has_pip = _succeeds([str(program("python")), "-c", "import pip"], quiet=True)
    installer = _pip_install() if has_pip else _uv_install()
    if not _succeeds([*installer, "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT)]):
        _stop("The project itself could not be installed: see above.")


def _create_venv(*options: str) -> None:
    if not _succeeds([sys.executable, "-m", "venv", *options, str(VENV)]):
        _stop(f"Python could not make an environment in {VENV}: see above.")


def _uv_install() -> list[str]:
    return ["uv", "pip", "install", "--quiet", "--python", str(program("python"))]


def _pip_install() -> list[str]:
    pip = [str(program("python")), "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input"]
    return [*pip, "install"]


def _ensure_ensurepip() -> None:
    """Make sure that venv can bring pip: Debian and Ubuntu keep that part in a package of its own."""
    check = [sys.executable, "-c", "import ensurepip, venv"]
    if _succeeds(check, quiet=True):
        return
    packages = [f"python{_version(sys.version_info[:2])}-venv", *_missing_packages()]
    if not (_apt_install(packages) and _succeeds(check, quiet=True)):
        _stop(f"This Python cannot make an environment. On Debian or Ubuntu: {_apt_line(packages)}")


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """Let one run at a time make the environment; the system ends the turn of a run that dies."""
    with TURN.open("a+b") as file:
        if not _try_lock(file.fileno()):
            _say("Waiting for another run that is making the environment.")
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


# --- system packages ----------------------------------------------------------------------------------------


def _ensure_system_libraries() -> None:
    """Install what Qt and sound lack where that is allowed, else say how; the rest works without them."""
    missing = _missing_packages()
    if not missing:
        return
    if _apt_install_once(missing, VENV / "system-packages-tried"):
        missing = _missing_packages()
    if missing:
        _say(f"Window and sound need system libraries. On Debian or Ubuntu: {_apt_line(missing)}")


def _missing_packages() -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    libraries = {**OFFSCREEN_LIBRARIES, **SCREEN_LIBRARIES, **SOUND_LIBRARIES}
    return [package for library, package in libraries.items() if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _apt_install_once(packages: Sequence[str], tried: Path) -> bool:
    """Install system packages, once per environment, so that no start waits for a dead network."""
    if tried.exists():
        return False
    tried.touch()
    with _turn():
        return _apt_install(packages)


def _apt_install(packages: Sequence[str]) -> bool:
    """Install system packages if this is root on a system with apt; otherwise do nothing."""
    if sys.platform == "win32" or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    _say(f"Installing system packages: {' '.join(packages)}")
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    install = ["apt-get", "install", "--yes", "-qq", "--no-install-recommends", *packages]
    return _succeeds(install, quiet=True) or (_succeeds(["apt-get", "update", "-qq"]) and _succeeds(install))


def _apt_line(packages: Sequence[str]) -> str:
    return f"sudo apt-get install --no-install-recommends {' '.join(packages)}"


# --- talking ------------------------------------------------------------------------------------------------


def _succeeds(command: Sequence[str], *, quiet: bool = False) -> bool:
    """Run an installer; what it says goes to standard error, or nowhere."""
    output = subprocess.DEVNULL if quiet else sys.stderr.fileno()
    ended = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    return ended.returncode == 0


def _say(text: str) -> None:
    """Tell the person something; standard output stays free for the program that is started."""
    print(text, file=sys.stderr, flush=True)


def _stop(text: str) -> NoReturn:
    """Say in one line why it does not go on, and end with the exit code for an unusable set-up."""
    _say(text)
    raise SystemExit(2)
