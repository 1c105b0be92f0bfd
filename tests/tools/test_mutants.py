"""The small changes that `tools/mutation` makes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from mutants import mutants

ROOT = Path(__file__).resolve().parents[2]


def changed(tmp_path: Path, source: str) -> list[str]:
    file = tmp_path / "one.py"
    file.write_text(source, encoding="utf-8")
    return [mutant.applied(source.encode()).decode() for mutant in mutants(tmp_path, file)]


@pytest.mark.parametrize(
    ("source", "others"),
    [
        ("a = 2", ["a = 1", "a = 3"]),
        ("a = 0", ["a = -1", "a = 1"]),
        ("a = 4.0", ["a = 2.0", "a = 6.0"]),
        ("a = True", ["a = False"]),
        ("a = b < c", ["a = b <= c", "a = b >= c"]),
        ("a = b is not c", ["a = b is c"]),
        ("a = b not in c", ["a = b in c"]),
        ("a = (b) + (c)", ["a = (b) - (c)"]),
        ("a = b and c", ["a = b or c"]),
        ("a = not b", ["a = (b)"]),
        ("a = -b", ["a = (b)"]),
        ("a += b", ["pass", "a -= b"]),
        ("a.b = c", ["pass"]),
        ("a(b)", ["pass"]),
        ("raise a", ["pass"]),
        ("a = min(b, c)", ["a = max(b, c)"]),
        ("a = np.floor(b)", ["a = np.ceil(b)"]),
        ("a = range(b)", ["a = range(b - 1)"]),
        ("a = b[c:d]", ["a = b[c + 1:d]", "a = b[c:d + 1]"]),
        ("a = b if c else d", ["a = b if (not (c)) else d"]),
        ("a = [b for b in c if d]", ["a = [b for b in c if (not (d))]"]),
        ("a = '°' + b", ["a = '°' - b"]),
    ],
)
def test_one_thing_is_changed(tmp_path: Path, source: str, others: list[str]) -> None:
    assert changed(tmp_path, source) == others


def test_an_early_return_is_forgotten_and_a_last_one_is_not(tmp_path: Path) -> None:
    source = "def f(a):\n    if a:\n        return a\n    return b"
    assert changed(tmp_path, source) == [
        "def f(a):\n    if (not (a)):\n        return a\n    return b",
        "def f(a):\n    if a:\n        pass\n    return b",
    ]


def test_an_operator_at_a_lines_end_is_changed_and_not_the_comment_behind_it(tmp_path: Path) -> None:
    assert changed(tmp_path, "a = (b +  # b + c\n  c)") == ["a = (b -  # b + c\n  c)"]


@pytest.mark.parametrize(
    "source",
    ["a: int | None = b", "def f(a: int | None) -> int | None: ...", "'one'", "a = f'{1}'", "zip(strict=True)"],
)
def test_types_and_texts_stay(tmp_path: Path, source: str) -> None:
    assert set(changed(tmp_path, source)) <= {"pass"}


def test_it_knows_the_function_or_method_around_with_its_decorators(tmp_path: Path) -> None:
    source = (
        "A = 1\nclass B:\n    c = 1\n    @d\n    def e(self):\n        def f():\n            return 1\n        return f"
    )
    (tmp_path / "one.py").write_text(source, encoding="utf-8")
    found = {(mutant.line, mutant.function) for mutant in mutants(tmp_path, tmp_path / "one.py")}
    assert found == {(1, None), (3, None), (7, 4)}


def test_each_of_the_programs_has_its_own_name_and_is_python() -> None:
    file = ROOT / "imu_hip" / "exercise" / "hold.py"
    found, source = mutants(ROOT, file), file.read_bytes()
    assert len({mutant.name for mutant in found}) == len(found) > 100
    for mutant in found[::10]:
        ast.parse(mutant.applied(source))
