"""Render the window offscreen at a moment of a recording."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from page_scenes import played

from imu_hip import api
from imu_hip.guide.guide import Params as GuideParams
from imu_hip.plot.screenshot import render
from imu_hip.plot.theme import DARK, LIGHT


def main() -> int:
    """Take the recording through pipeline and view up to the moment, and draw what is there."""
    parser = argparse.ArgumentParser(prog="tools/screenshot", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("at_s", type=float, help="seconds since the first item")
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="1280x800", help="WIDTHxHEIGHT")
    parser.add_argument("--light", action="store_true")
    args = parser.parse_args()
    recording = api.read(args.file)
    state = played(recording.items, recording, args.file.name, args.at_s, GuideParams(()))
    width, height = (int(side) for side in args.size.split("x"))
    render(state, (width, height), LIGHT if args.light else DARK, args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
