"""The core's own rules find what they must and leave the rest alone."""

from pathlib import Path

import pytest

from tools.core_rules import EVERYWHERE, check, core_files, violations


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("c = a @ b", "@"),
        ("a @= b", "@"),
        ("import numpy as np\nc = np.dot(a, b)", "numpy.dot"),
        ("import numpy\nc = numpy.matmul(a, b)", "numpy.matmul"),
        ("import numpy as np\nc = np.einsum('ij,j', a, b)", "numpy.einsum"),
        ("import numpy as np\nc = np.linalg.norm(a)", "numpy.linalg.norm"),
        ("import numpy as np\nnorm = np.linalg.norm", "numpy.linalg.norm"),
        ("from numpy import linalg", "numpy.linalg"),
        ("from numpy.linalg import eigh", "numpy.linalg.eigh"),
        ("import numpy.linalg", "numpy.linalg"),
        ("from scipy.linalg import expm", "scipy.linalg.expm"),
        ("import scipy.linalg as la", "scipy.linalg"),
        ("c = a.dot(b)", ".dot()"),
        ("c = f(a).dot(b)", ".dot()"),
        ("import numpy as np\nr = np.random.default_rng(1)", "numpy.random.default_rng"),
        ("from numpy import random", "numpy.random"),
        ("import numpy as np\ndef f(rng: np.random.Generator): ...", "numpy.random.Generator"),
        ("with open('x') as f: ...", "open"),
        ("import numpy as np\nnp.save('x', a)", "numpy.save"),
        ("a.tofile('x')", ".tofile()"),
        ("print('x')", "print"),
        ("def f():\n    return [print(x) for x in y]", "print"),
    ],
)
def test_a_forbidden_thing_is_found_once(source: str, what: str) -> None:
    assert [violation.what for violation in violations(source)] == [what]


@pytest.mark.parametrize(
    "source",
    [
        "c = a * b + a[..., 0] * b[..., 0]",
        "import numpy as np\nc = np.sqrt(np.sum(a * a, axis=-1))",
        "from scipy.signal import sosfilt\ny, zi = sosfilt(sos, x, zi=zi)",
        "@property\ndef dot(self): ...",
        "valve.open()",
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass A:\n    linalg: float",
        "'a @ b, np.dot, open() and print() in a text'",
    ],
)
def test_other_code_is_left_alone(source: str) -> None:
    assert violations(source) == []


def test_a_violation_tells_its_line() -> None:
    assert violations("x = 1\n\ny = a @ b\n")[0].line == 3


def test_an_allowed_name_allows_nothing_beside_it() -> None:
    allowed = frozenset({"numpy.random.Generator"})
    source = "import numpy as np\ndef f(rng: np.random.Generator): ...\n"
    assert violations(source, allowed) == []
    found = violations(source + "np.random.default_rng()\nnp.random.seed(1)", allowed)
    assert [violation.what for violation in found] == ["numpy.random.default_rng", "numpy.random.seed"]


def test_only_the_core_of_the_contract_is_checked_and_only_simulate_may_name_a_generator(
    tmp_path: Path,
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[[tool.importlinter.contracts]]\nid = "core"\n'
        'source_modules = ["package.room", "package.single", "package.simulate", "package.not_yet"]\n'
    )
    named = "from numpy.random import Generator\n"
    for place, source in {
        "package/room/deep/product.py": "c = a @ b\n",
        "package/room/chance.py": named,
        "package/simulate/body.py": named,
        "package/single.py": "print(1)\n",
        "package/edge/screen.py": "print(1)\nopen('x')\n",
    }.items():
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    assert [line.split(": ")[:2] for line in check(tmp_path)] == [
        ["package/room/chance.py:1", "numpy.random.Generator"],
        ["package/room/deep/product.py:1", "@"],
        ["package/single.py:1", "print"],
    ]


def test_the_project_names_its_core() -> None:
    root = Path(__file__).resolve().parents[2]
    rooms = {path.relative_to(root / "imu_hip").parts[0] for path in core_files(root)}
    assert {"model", "quaternion.py"} <= rooms
    assert not rooms & {"app", "ble", "session", "plot"}


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("eval('1')", "eval"),
        ("exec(text)", "exec"),
        ("import pickle", "pickle"),
        ("from pickle import loads", "pickle.loads"),
        ("import yaml\nyaml.load(text)", "yaml"),
        ("import os\nos.system('ls')", "os.system"),
        ("import urllib.request", "urllib.request"),
        ("import socket", "socket"),
        ("import subprocess as s\ns.getoutput('ls')", "subprocess.getoutput"),
    ],
)
def test_nothing_anywhere_makes_code_of_data_or_knows_the_network(source: str, what: str) -> None:
    assert what in {violation.what for violation in violations(source, forbidden=EVERYWHERE)}


def test_what_is_only_forbidden_in_the_core_is_fine_elsewhere() -> None:
    assert violations("c = a @ b.dot(d)\nprint(open(c), re.compile(c), app.exec())", forbidden=EVERYWHERE) == []
