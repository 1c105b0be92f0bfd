"""Make the sample recordings, and derive what is expected of them: ``tools/accept_golden [--make]``.

Expected results change only together with an entry under "Scientific changes" in CHANGELOG.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.app.demo import Demo, Speed, simulated_person
from imu_hip.model.event import ExitVerdict
from imu_hip.model.item import Role
from imu_hip.model.setup import Side
from imu_hip.session.expected_json import expected_json
from imu_hip.simulate.person import PersonParams
from imu_hip.simulate.session import SimulationParams
from imu_hip.virtual.world import VirtualWorld

FOLDER = Path(__file__).resolve().parent.parent / "recordings"


@dataclass(frozen=True)
class Recipe:
    """How a sample recording is made: who, which leg, how they let go, what the radio does to them."""

    side: Side
    seed: int
    exits: tuple[ExitVerdict, ...] = (ExitVerdict.CONTROLLED,)
    relaxation: tuple[float, float] = field(default=(0.18, 0.30))
    disturb: Callable[[VirtualWorld], None] | None = None


def _lose_samples_in_the_first_hold(world: VirtualWorld) -> None:
    loop = asyncio.get_running_loop()
    loop.call_later(57.5, world.gap, Role.THIGH, 0.3)
    loop.call_later(60.0, world.gap, Role.THIGH, 2.0)


RECIPES = {
    "supine_ere_right": Recipe(Side.RIGHT, seed=1),
    "supine_ere_left": Recipe(Side.LEFT, seed=2),
    "supine_ere_left_flop": Recipe(Side.LEFT, seed=3, exits=(ExitVerdict.FLOP,)),
    "supine_ere_right_lost_samples": Recipe(Side.RIGHT, seed=4, disturb=_lose_samples_in_the_first_hold),
}


def make(name: str, recipe: Recipe) -> None:
    """Run the demonstration for one recording."""
    spec = exercise("supine_ere")
    person = PersonParams(exits=recipe.exits, relaxation=recipe.relaxation)
    worn, prompts = simulated_person(spec, recipe.side, recipe.seed, 1, params=SimulationParams(person=person))
    demo = Demo(
        spec, recipe.side, worn, prompts, out=FOLDER / f"{name}.mcap", speed=Speed(None), seed=recipe.seed,
        force=True, disturb=recipe.disturb,
    )  # fmt: skip
    demo.start()
    demo.finish()


def accept(name: str) -> bool:
    """Write what is derived now as what is expected; tell whether it is anything new."""
    path = FOLDER / f"{name}.json"
    text = json.dumps(expected_json(api.analyze(FOLDER / f"{name}.mcap")), indent=1, ensure_ascii=False) + "\n"
    changed = not path.exists() or path.read_text("utf-8") != text
    path.write_text(text, "utf-8")
    return changed


def main() -> int:
    """Make and accept what was asked for."""
    parser = argparse.ArgumentParser(prog="tools/accept_golden", description=__doc__)
    parser.add_argument("names", nargs="*", help="recordings (default: all)")
    parser.add_argument("--make", action="store_true", help="make the recordings themselves anew as well")
    args = parser.parse_args()
    for name in args.names or RECIPES:
        if args.make:
            make(name, RECIPES[name])
        print(f"{name}: {'CHANGED' if accept(name) else 'as before'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
