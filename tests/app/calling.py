"""Call the program as a person or a script does: words in; exit code, stdout and stderr out."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imu_hip.app.cli import main

ROOT = Path(__file__).resolve().parents[2]
RECORDING = ROOT / "recordings" / "supine_ere_right.mcap"
HEADER = "t_s,gyr_x,gyr_y,gyr_z,acc_x,acc_y,acc_z"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to."""

    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one line on stderr of wrong usage or unusable input."""
        assert self.code == 2, self
        assert self.err.endswith("\n"), self
        assert self.err.count("\n") == 1, self
        assert self.out == "", self
        assert len(self.err) < 600, self
        return self.err


def call(*words: object) -> Outcome:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(word) for word in words])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
    return Outcome(code, out.getvalue(), err.getvalue())


def spawn(*words: object) -> subprocess.Popen[str]:
    """Start a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "imu_hip", *map(str, words)],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def outcome_of(process: subprocess.Popen[str], timeout_s: float = 60.0) -> Outcome:
    """Wait for a process."""
    out, err = process.communicate(timeout=timeout_s)
    return Outcome(process.returncode, out, err)


def resting(seconds: float = 3.0, rate_hz: float = 100.0, seed: int = 1) -> list[list[float]]:
    """Return rows of a sensor that lies still: t_s, gyr, acc."""
    n = round(seconds * rate_hz)
    rng = np.random.default_rng(seed)
    t_s = np.arange(n)[:, None] / rate_hz
    rest = [0.0, 0.0, 0.0, 0.0, 0.0, 9.81]
    rows: list[list[float]] = np.concatenate([t_s, rest + rng.normal(0.0, 1e-3, (n, 6))], axis=1).tolist()
    return rows


def table(rows: list[list[float]], header: str = HEADER) -> str:
    """Return a table as text."""
    return "\n".join([header, *(",".join(map(repr, row)) for row in rows)]) + "\n"


def rest_tables(folder: Path) -> dict[str, Path]:
    """Write tables of two resting sensors and one mark; small, sound, and of no further interest."""
    paths = {name: folder / f"{name}.csv" for name in ("pelvis", "thigh", "marks")}
    paths["pelvis"].write_text(table(resting(seed=1)))
    paths["thigh"].write_text(table(resting(seed=2)))
    paths["marks"].write_text("t_start_s,t_end_s,label\n0.5,2.5,n_pose\n")
    return paths


def import_words(folder: Path) -> dict[str, object]:
    """Return the options of a sound import, by option; a test replaces what it wants wrong."""
    paths = rest_tables(folder)
    return {
        "--pelvis": paths["pelvis"],
        "--thigh": paths["thigh"],
        "--marks": paths["marks"],
        "--exercise": "supine_ere",
        "--side": "right",
        "--out": folder / "out.mcap",
    }


def call_import(options: dict[str, object], *more: object) -> Outcome:
    """Import with these options."""
    return call("import", *(word for option in options.items() for word in option), *more)
