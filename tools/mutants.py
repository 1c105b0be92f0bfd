"""Small changes that make a module wrong: one number, operator, condition or statement at a time.

Own code, on `ast`: mutmut 3 leaves decorated functions (every compiled loop is one) and constants of modules alone, and
its trampolines are not for numba; cosmic-ray starts all tests anew for every mutant and removes no statements.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARISONS: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<=", ">="),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<="),
    ast.GtE: (">", "<"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}
ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "*",
    ast.Pow: "*",
    ast.LShift: ">>",
    ast.RShift: "<<",
    ast.BitAnd: "|",
    ast.BitOr: "&",
    ast.BitXor: "&",
}
EXTREMES = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "argmin": "argmax",
    "argmax": "argmin",
    "floor": "ceil",
    "ceil": "floor",
    "any": "all",
    "all": "any",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A text in a file and what stands there instead; offsets in bytes."""

    file: str
    line: int
    begin: int
    end: int
    before: str
    after: str
    function: int | None
    """First line of the outermost function or method around it, decorators included; None: the module's own."""
    context: str
    """The line that it is in."""

    @property
    def name(self) -> str:
        """Return what tells it from all others."""
        return f"{self.file}:{self.line}:{self.begin}: {self.before} → {self.after}"

    def applied(self, source: bytes) -> bytes:
        """Return the file's text with the change in it."""
        return source[: self.begin] + self.after.encode() + source[self.end :]


def mutants(root: Path, file: Path) -> list[Mutant]:
    """Return every mutant of a module, in the order of the text."""
    source = file.read_bytes()
    found = _Finder(source, file.relative_to(root).as_posix())
    found.visit(ast.parse(source))
    return sorted(found.found, key=lambda each: (each.begin, each.after))


class _Finder(ast.NodeVisitor):
    """Walk a module; types, decorators, imports and texts are left alone."""

    def __init__(self, source: bytes, file: str) -> None:
        self.source, self.file = source, file
        self.lines = source.splitlines(keepends=True)
        self.offsets = [0]
        for line in self.lines:
            self.offsets.append(self.offsets[-1] + len(line))
        self.found: list[Mutant] = []
        self.function: int | None = None

    # --- what is walked through -----------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outer = self.function
        if outer is None:
            self.function = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        for part in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(part)
        self._visit_all(node.body)
        self.function = outer

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all(node.body)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self._negate(node.test)
            self.generic_visit(node)
            if isinstance(node.body[-1], ast.Return):
                self._put(node.body[-1], "pass")  # an early return forgotten

    def visit_While(self, node: ast.While) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._negate(test)
        self.generic_visit(node)

    def _visit_all(self, nodes: list[ast.stmt]) -> None:
        for node in nodes:
            self.visit(node)

    # --- statements removed ---------------------------------------------------------------------------------

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self._put(node, "pass")
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if isinstance(node.targets[0], (ast.Attribute, ast.Subscript)):  # without a first name nothing runs at all
            self._put(node, "pass")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._put(node, "pass")
        self._operator(node.op, node.target, node.value, assigned=True)
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._put(node, "pass")

    def visit_Continue(self, node: ast.Continue) -> None:
        self._put(node, "pass")

    def visit_Break(self, node: ast.Break) -> None:
        self._put(node, "pass")

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave texts alone; before Python 3.12 the places in them are not known either."""

    # --- numbers, operators, conditions ---------------------------------------------------------------------

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._put(node, str(not value))
        elif isinstance(value, int):
            self._put(node, str(value + 1))
            self._put(node, str(value - 1) if value else "-1")
        elif isinstance(value, float):
            for other in (1.5 * value, 0.5 * value) if value else (1.0,):
                self._put(node, repr(other))

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self._operator(node.op, node.left, node.right)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        lefts = [node.left, *node.comparators]
        for left, operator, right in zip(lefts, node.ops, node.comparators, strict=False):
            for other in COMPARISONS[type(operator)]:
                self._between(left, right, other)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between(left, right, "or" if isinstance(node.op, ast.And) else "and")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, (ast.Not, ast.USub)):
            self._put(node, f"({ast.unparse(node.operand)})")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in EXTREMES:
            end = self._span(node.func)[1]
            self._add(end - len(name), end, EXTREMES[name])
        if name == "range":
            self._put(node.args[-1], f"{ast.unparse(node.args[-1])} - 1")
        for part in (node.func, *node.args, *(each.value for each in node.keywords if each.arg != "strict")):
            self.visit(part)

    def visit_Slice(self, node: ast.Slice) -> None:
        for bound in (node.lower, node.upper):
            if bound is not None and not isinstance(bound, ast.Constant):
                self._put(bound, f"{ast.unparse(bound)} + 1")
        self.generic_visit(node)

    def _negate(self, test: ast.expr) -> None:
        if isinstance(test, ast.UnaryOp) or (isinstance(test, ast.Compare) and len(test.ops) == 1):
            return  # their own mutants say so
        self._put(test, f"(not ({self._text(test)}))")

    def _operator(self, operator: ast.operator, left: ast.expr, right: ast.expr, *, assigned: bool = False) -> None:
        other = ARITHMETIC[type(operator)]
        self._between(left, right, other + "=" if assigned else other)

    # --- places ---------------------------------------------------------------------------------------------

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        begin = self.offsets[node.lineno - 1] + node.col_offset
        return begin, self.offsets[node.end_lineno - 1] + node.end_col_offset

    def _text(self, node: ast.expr) -> str:
        begin, end = self._span(node)
        return self.source[begin:end].decode()

    def _put(self, node: ast.expr | ast.stmt, after: str) -> None:
        self._add(*self._span(node), after)

    def _between(self, left: ast.expr, right: ast.expr, after: str) -> None:
        """Change the operator between two operands; parentheses and line ends may stand there, too."""
        begin, end = self._span(left)[1], self._span(right)[0]
        between = self.source[begin:end].decode()
        tokens = tokenize.generate_tokens(io.StringIO(f"({between.replace(')', ' ').replace('(', ' ')})").readline)
        words = [each.string for each in tokens if each.string.strip() and each.string not in "()"]
        operator = " ".join(word for word in words if not word.startswith("#"))
        at = begin + len(between[: between.index(operator)].encode())
        self._add(at, at + len(operator.encode()), after)

    def _add(self, begin: int, end: int, after: str) -> None:
        before = self.source[begin:end].decode()
        line = self.source.count(b"\n", 0, begin) + 1
        context = self.lines[line - 1].decode().strip()
        self.found.append(Mutant(self.file, line, begin, end, before, after, self.function, context))


def modules(root: Path, rooms: tuple[str, ...]) -> Iterator[Path]:
    """Return the files of the rooms' modules, but for those that warm up: what they compute is thrown away."""
    for room in rooms:
        yield from sorted(file for file in (root / "imu_hip" / room).glob("*.py") if file.stem != "warm_up")
