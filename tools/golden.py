"""Make the sample recordings, and derive what is expected of them: ``tools/accept_golden [--make]``.

Expected results change only together with an entry under "Scientific changes" in CHANGELOG.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from recipes import RECIPES, Recipe

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.app.demo import Demo, Speed, Worn
from imu_hip.model.item import Role
from imu_hip.session.expected_json import expected_json
from imu_hip.simulate.session import SimulatedSession, simulate_session
from imu_hip.virtual.motion import RecordedMotion
from imu_hip.virtual.world import VirtualWorld

FOLDER = Path(__file__).resolve().parent.parent / "recordings"


def make(path: Path, recipe: Recipe) -> None:
    """Run the demonstration for one recording."""
    spec = exercise(recipe.exercise_id)
    rng = np.random.default_rng(recipe.seed)
    session = simulate_session(recipe.prompts, recipe.side, rng, recipe.simulation)
    rate_hz = recipe.simulation.rate_hz
    pelvis, thigh = (RecordedMotion(rate_hz, each.gyr, each.acc) for each in (session.pelvis, session.thigh))
    demo = Demo(
        spec, recipe.side, Worn(pelvis, thigh), recipe.prompts, out=path, speed=Speed(None), seed=recipe.seed,
        force=True, disturb=_losing(recipe, session),
    )  # fmt: skip
    demo.start()
    demo.finish()


def _losing(recipe: Recipe, session: SimulatedSession) -> Callable[[VirtualWorld], None]:
    """Return what has the thigh sensor lose samples, counted from when it begins to play."""

    def disturb(world: VirtualWorld) -> None:
        loop = asyncio.get_running_loop()
        for loss in recipe.losses:
            at_s = session.truth.holds[loss.hold - 1].start_s + loss.after_s
            loop.call_later(at_s, world.gap, Role.THIGH, loss.duration_s)

    return disturb


def accept(folder: Path, name: str) -> bool:
    """Write what is derived now as what is expected; tell whether it is anything new."""
    path = folder / f"{name}.json"
    text = json.dumps(expected_json(api.analyze(folder / f"{name}.mcap")), indent=1, ensure_ascii=False) + "\n"
    changed = not path.exists() or path.read_text("utf-8") != text
    path.write_text(text, "utf-8")
    return changed


def main() -> int:
    """Make and accept what was asked for."""
    parser = argparse.ArgumentParser(prog="tools/accept_golden", description=__doc__)
    parser.add_argument("names", nargs="*", help="recordings (default: all)")
    parser.add_argument("--make", action="store_true", help="make the recordings themselves anew as well")
    parser.add_argument("--into", type=Path, default=FOLDER, metavar="FOLDER", help="another folder than recordings/")
    args = parser.parse_args()
    for name in args.names or RECIPES:
        if name not in RECIPES:
            parser.error(f"no recipe for '{name}': choose from {', '.join(RECIPES)}")
        if args.make:
            make(args.into / f"{name}.mcap", RECIPES[name])
        print(f"{name}: {'CHANGED' if accept(args.into, name) else 'as before'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
