"""Render the window offscreen at a moment of a recording."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from imu_hip import api
from imu_hip.app.live import LiveSession
from imu_hip.guide.guide import Params as GuideParams
from imu_hip.plot.screenshot import render
from imu_hip.plot.theme import DARK, LIGHT
from imu_hip.view import view


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
    params = view.Params(recording.setup, mode="replay", recording=args.file.name)
    session = LiveSession(recording.setup, GuideParams(()), params, None, on_finished=lambda: None)
    first_ns = recording.items[0].item.t_ns
    for numbered in recording.items:
        if numbered.item.t_ns - first_ns > args.at_s * 1e9:
            break
        session.process([numbered])
    width, height = (int(side) for side in args.size.split("x"))
    render(session.view_state(), (width, height), LIGHT if args.light else DARK, args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
