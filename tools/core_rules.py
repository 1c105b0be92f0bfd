"""Check what no linter checks: in the core BLAS, chance, files and printing; anywhere, code out of data.

BLAS picks another kernel on another machine and the last bits change, so the core writes small products out.
The core is what the contract `core` in pyproject.toml lists. Import-linter keeps modules out of it; this file
keeps out what needs no import: the operator ``@``, functions of numpy, and built-ins. In the whole package and its
tools nothing runs what it reads, and nothing but the second screen knows how to reach the network.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

PRODUCTS = "BLAS changes bits from machine to machine: write it out"
CHANCE = "the core is given its random Generator"
FILES = "the core does not touch files"
SCREEN = "the core does not talk to the person"

_PRODUCTS = "convolve corrcoef correlate cov dot einsum inner linalg matmul matvec polyfit tensordot vdot vecdot vecmat"
_FILES = "fromfile genfromtxt load loadtxt memmap save savetxt savez savez_compressed"

# A name forbids everything below it too.
FORBIDDEN = {
    **{f"numpy.{name}": PRODUCTS for name in _PRODUCTS.split()},
    "scipy.linalg": PRODUCTS,
    "numpy.random": CHANCE,
    **{f"numpy.{name}": FILES for name in _FILES.split()},
    "open": FILES,
    "print": SCREEN,
    "input": SCREEN,
}
CODE = "data must not become code: docs/security.md"
NETWORK = "nothing leaves the computer: docs/security.md"
_CODE = "eval exec compile pickle marshal shelve dill cloudpickle joblib yaml os.system os.popen runpy"
_NETWORK = (
    "urllib.request http.client http.server ftplib smtplib telnetlib xmlrpc requests.get httpx aiohttp socketserver"
)

EVERYWHERE = {
    **dict.fromkeys(_CODE.split(), CODE),
    **dict.fromkeys(["subprocess.getoutput", "subprocess.getstatusoutput", "tempfile.mktemp"], CODE),
    **dict.fromkeys([*_NETWORK.split(), "socket"], NETWORK),
}
FORBIDDEN_METHODS = {"dot": PRODUCTS, "tofile": FILES}


_KNOWS_SOCKETS = ("imu_hip/serve/address.py", "tools/reader_targets.py")


class Violation(NamedTuple):
    """One forbidden thing and where it stands."""

    line: int
    what: str
    why: str


def violations(
    source: str, allowed: frozenset[str] = frozenset(), forbidden: Mapping[str, str] | None = None
) -> list[Violation]:
    """Return what a module does that it must not; full names in `allowed` are fine here.

    `forbidden`: names and why; without them those of the core, with its operators and methods.
    """
    reader = _Reader(allowed, FORBIDDEN if forbidden is None else forbidden, is_core=forbidden is None)
    reader.visit(ast.parse(source))
    return sorted(reader.found)


class _Reader(ast.NodeVisitor):
    """Walk a module, knowing by which local name each import goes."""

    def __init__(self, allowed: frozenset[str], forbidden: Mapping[str, str], *, is_core: bool) -> None:
        self.allowed = allowed
        self.forbidden = forbidden
        self.is_core = is_core
        self.full_names: dict[str, str] = {}
        self.found: list[Violation] = []

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._judge(node, alias.name)
            if alias.asname:
                self.full_names[alias.asname] = alias.name

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            name = f"{node.module}.{alias.name}"
            if node.level == 0:
                self._judge(node, name)
            self.full_names[alias.asname or alias.name] = name

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._judge(node, self.full_names.get(node.id, node.id))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = self._full_name(node)
        if name is None:
            self.generic_visit(node)
        else:
            self._judge(node, name)

    def visit_Call(self, node: ast.Call) -> None:
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if self.is_core and method in FORBIDDEN_METHODS and not self._is_forbidden(self._full_name(node.func)):
            self._add(node, f".{method}()", FORBIDDEN_METHODS[method])
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self._judge_operator(node, node.op)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._judge_operator(node, node.op)
        self.generic_visit(node)

    def _judge_operator(self, node: ast.AST, operator: ast.operator) -> None:
        if self.is_core and isinstance(operator, ast.MatMult):
            self._add(node, "@", PRODUCTS)

    def _full_name(self, node: ast.expr) -> str | None:
        """Return the dotted name with the import's local name replaced by its full one."""
        if isinstance(node, ast.Attribute):
            owner = self._full_name(node.value)
            return owner and f"{owner}.{node.attr}"
        return self.full_names.get(node.id, node.id) if isinstance(node, ast.Name) else None

    def _is_forbidden(self, name: str | None) -> bool:
        return name is not None and self._reason(name) is not None

    def _reason(self, name: str) -> str | None:
        parts = name.split(".")
        prefixes = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
        if self.allowed.intersection(prefixes):
            return None
        return next((self.forbidden[prefix] for prefix in prefixes if prefix in self.forbidden), None)

    def _judge(self, node: ast.AST, name: str) -> bool:
        why = self._reason(name)
        if why is not None:
            self._add(node, name, why)
        return why is not None

    def _add(self, node: ast.AST, what: str, why: str) -> None:
        self.found.append(Violation(getattr(node, "lineno", 0), what, why))


def core_files(root: Path) -> list[Path]:
    """List the modules of the core: what pyproject's import contract `core` names."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    modules = next(contract["source_modules"] for contract in contracts if contract["id"] == "core")
    places = [root.joinpath(*module.split(".")) for module in modules]
    files = [path for place in places for path in (place.with_suffix(".py"), *place.rglob("*.py"))]
    return sorted(path for path in files if path.is_file())


def all_files(root: Path) -> list[Path]:
    """List the modules of the package and of its tools."""
    return sorted([*(root / "imu_hip").rglob("*.py"), *(root / "tools").glob("*.py")])


def check(root: Path) -> list[str]:
    """Check all below `root` and return one line for each violation."""
    lines = []
    for path in all_files(root):
        name = path.relative_to(root).as_posix()
        allowed = frozenset({"socket"} if name in _KNOWS_SOCKETS else ())
        found = violations(path.read_text(encoding="utf-8"), allowed, EVERYWHERE)
        lines += [f"{name}:{line}: {what}: {why}" for line, what, why in found]
    for path in core_files(root):
        place = path.relative_to(root)
        allowed = frozenset({"numpy.random.Generator"} if "simulate" in place.parts else ())
        found = violations(path.read_text(encoding="utf-8"), allowed)
        lines += [f"{place.as_posix()}:{line}: {what}: {why}" for line, what, why in found]
    return lines


def main() -> int:
    """Print the violations; exit code 1 if there are any."""
    lines = check(Path(__file__).resolve().parent.parent)
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
