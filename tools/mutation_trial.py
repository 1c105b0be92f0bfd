"""Run tests in a copy of the checkout, in a fork that has the libraries loaded already, and see how that ends.

Compiled functions really run: each trial begins with the machine code that numba kept of the unchanged program and
compiles what the mutant is part of.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

OLD_S = 1_500_000_000
"""When the files of the copy were changed, so that Python and numba see that a mutant's file is another."""
MEMORY_BYTES = 8 << 30
LIBRARIES = ("hypothesis", "numba", "numpy", "pytest", "PySide6.QtTest", "PySide6.QtWidgets", "scipy.signal", "vqf")


class Verdict(StrEnum):
    """What the tests said of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    TIMEOUT = "timeout"
    UNTESTED = "untested"


class Tree:
    """A copy of the checkout at `place`/tree, and the machine code of its compiled functions beside it."""

    def __init__(self, checkout: Path, place: Path) -> None:
        self.files = _tracked(checkout)
        self.root = place / "trees" / self.digest(checkout)
        self.kept, self.used, self.log = self.root / "build/kept", self.root / "build/used", place / "last.txt"
        if not self.root.exists():
            shutil.rmtree(self.root.parent, ignore_errors=True)
        for name in self.files:  # also where the tree is there: a run that was ended may have left a mutant
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(checkout / name, self.root / name)
            os.utime(self.root / name, (OLD_S, OLD_S))

    def digest(self, root: Path, *below: str) -> str:
        """Return a hash of the files, or of those whose paths begin so."""
        digest = hashlib.sha256()
        for name in self.files:
            if not below or name.startswith(below):
                digest.update(name.encode() + (root / name).read_bytes())
        return digest.hexdigest()[:16]

    def load(self) -> None:
        """Load the libraries, so that a fork does not have to; of the program itself nothing."""
        os.environ |= {
            "NUMBA_CACHE_DIR": str(self.used),
            "NUMBA_DISABLE_INTEL_SVML": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(self.root),
            "QT_QPA_PLATFORM": "offscreen",
        }
        sys.path.insert(0, str(self.root))
        for library in LIBRARIES:
            __import__(library)
        from hypothesis import Phase, settings

        settings.register_profile(  # always the same examples; a failure is enough, it need not be a small one
            "mutants", deadline=None, database=None, derandomize=True, phases=(Phase.explicit, Phase.generate)
        )

    def baseline(self, tests: Sequence[str], out: Path) -> bool:
        """Run all tests on the unchanged program and write what each took and called to `out`; False: one failed."""
        shutil.rmtree(self.used, ignore_errors=True)
        self.used.mkdir(parents=True)
        sys.dont_write_bytecode = False
        recorder = Calls(self.root)
        verdict = self._run(tests, 3600, recorder, lambda: out.write_text(json.dumps(recorder.tests), "utf-8"))
        sys.dont_write_bytecode = True
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.used, self.kept)
        return verdict is Verdict.SURVIVED

    def trial(self, file: str, mutated: bytes, tests: Sequence[str], limit_s: float) -> Verdict:
        """Run tests in this order, until one fails, with one file changed; `limit_s`: of processor time."""
        path = self.root / file
        own = path.read_bytes()
        shutil.rmtree(self.used, ignore_errors=True)
        shutil.copytree(self.kept, self.used)
        path.write_bytes(mutated)
        try:
            return self._run(sorted({test.split("::")[0] for test in tests}), limit_s, _InOrder(tests))
        finally:
            path.write_bytes(own)
            os.utime(path, (OLD_S, OLD_S))

    def culprit(self) -> str:
        """Return which test failed in the last trial; empty: none, or the module cannot even be imported."""
        lines = self.log.read_text("utf-8", errors="replace").splitlines()
        return next((line.split(" ")[1] for line in lines if line.startswith("FAILED ")), "")

    def _run(self, paths: Sequence[str], limit_s: float, plugin: object, after: Callable[[], object] = int) -> Verdict:
        child = os.fork()
        if child == 0:
            code = 3
            try:
                code = self._in_child(paths, limit_s, plugin)
                after()
            except Exception:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return Verdict.TIMEOUT if os.WTERMSIG(status) == signal.SIGXCPU else Verdict.KILLED
        return Verdict.KILLED if os.WEXITSTATUS(status) else Verdict.SURVIVED

    def _in_child(self, paths: Sequence[str], limit_s: float, plugin: object) -> int:
        import pytest

        resource.setrlimit(resource.RLIMIT_CPU, (int(limit_s), int(limit_s) + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        with self.log.open("wb") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        os.chdir(self.root)
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-profile", "mutants"]
        loaded = ["-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"]
        return int(pytest.main([*options, *loaded, *paths], plugins=[plugin]))


class Calls:
    """A plugin of pytest: which functions of the program each test calls, and how long it takes."""

    def __init__(self, root: Path) -> None:
        self.root = f"{root}/"
        self.tests: dict[str, dict[str, Any]] = {}
        self._seen: dict[CodeType, dict[str, Any]] = {}
        self._began_s = 0.0

    def pytest_runtest_logstart(self) -> None:
        """Begin to listen."""
        self._seen, self._began_s = {}, time.process_time()
        sys.settrace(self._called)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Keep what was heard."""
        sys.settrace(None)
        took_s = time.process_time() - self._began_s
        codes = {each for code, known in self._seen.items() for each in (code, *_compiled(code, known, set()))}
        own = [code for code in codes if code.co_filename.startswith(self.root + "imu_hip/")]
        calls = sorted({f"{code.co_filename.removeprefix(self.root)}:{code.co_firstlineno}" for code in own})
        self.tests[nodeid] = {"s": round(took_s, 3), "calls": calls}

    def _called(self, frame: FrameType, event: str, argument: object) -> None:
        self._seen.setdefault(frame.f_code, frame.f_globals)


def _compiled(code: CodeType, known: dict[str, Any], seen: set[CodeType]) -> set[CodeType]:
    """Return the compiled functions that a function names, and those that these name: nobody sees them called."""
    named = [known.get(name) for name in code.co_names]
    own = [each for each in named if isinstance(each, ModuleType) and each.__name__.startswith("imu_hip.")]
    parts = [getattr(module, name, None) for module in own for name in code.co_names]
    for function in (*named, *parts):
        inner = getattr(function, "py_func", None)
        if inner is not None and inner.__code__ not in seen:
            seen.add(inner.__code__)
            _compiled(inner.__code__, inner.__globals__, seen)
    return seen


class _InOrder:
    """A plugin of pytest: these tests only, in this order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.places = {test: place for place, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Leave out and sort."""
        items[:] = sorted((item for item in items if item.nodeid in self.places), key=self._place)

    def _place(self, item: Any) -> int:
        return self.places[item.nodeid]


def _tracked(checkout: Path) -> list[str]:
    """Return the files that git knows or would add."""
    call = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(call, cwd=checkout, capture_output=True, check=True, text=True).stdout
    return sorted(name for name in listed.split("\0") if name and (checkout / name).is_file())
