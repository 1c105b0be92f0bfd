"""Draw every page of the window in every state, without a screen: pictures, and one page to look at all of them."""

from __future__ import annotations

import argparse
import html
import sys
from dataclasses import replace
from pathlib import Path

from page_scenes import scenes
from PySide6.QtWidgets import QApplication

from imu_hip.model.app_state import AppState
from imu_hip.plot.app_window import AppWindow
from imu_hip.plot.screenshot import save

THEMES = ("dark", "light")
DOCS = {
    "live": ("second_hold", "dark"),
    "results": ("results_supine_ere_right", "light"),
    "calibrate": ("calibrate_swings", "dark"),
}
"""Pictures in docs/: their scenes and themes."""
_SETTLED = 3


def main() -> int:
    """Draw the scenes that were asked for."""
    every = scenes()
    parser = argparse.ArgumentParser(prog="tools/screenshots", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", choices=tuple(every), metavar="SCENE", help="default: all")
    parser.add_argument("--size", default="1280x800", help="WIDTHxHEIGHT (default: 1280x800)")
    parser.add_argument("--ratio", type=float, default=1.0, help="device pixels per pixel: 2 is a screen at 200 %%")
    parser.add_argument("--docs", action="store_true", help="only the pictures of docs/, by their names there")
    args = parser.parse_args()
    width, height = (int(side) for side in args.size.split("x"))
    application = QApplication.instance() or QApplication(["imu_hip", "-platform", "offscreen"])
    args.folder.mkdir(parents=True, exist_ok=True)
    wanted = [(f"{name}_{theme}", name, theme) for name in args.only or every for theme in THEMES]
    if args.docs:
        wanted = [(picture, name, theme) for picture, (name, theme) in DOCS.items()]
    for number, (picture, name, theme) in enumerate(wanted, start=1):
        print(f"\r{number}/{len(wanted)} {name:40}", end="", file=sys.stderr, flush=True)
        draw(every[name](), theme, (width, height), args.folder / f"{picture}.png", args.ratio)
    print(file=sys.stderr)
    if not args.docs:
        (args.folder / "index.html").write_text(_index([picture for picture, _, _ in wanted]), "utf-8")
    application.processEvents()
    return 0


def draw(state: AppState, theme: str, size: tuple[int, int], path: Path, ratio: float = 1.0) -> None:
    """Write a picture of the whole window as it shows a state."""
    state = replace(state, settings=replace(state.settings, dark=theme == "dark"))
    window = AppWindow(lambda: state, lambda _: None)
    window.resize(*size)
    window.show()
    # What the window does when its size has settled is done here, so that the clock has no say.
    for _ in range(_SETTLED):
        QApplication.processEvents()
        window.show_state(state)
    try:
        save(window, size, path, ratio)
    finally:
        window.close()
        window.deleteLater()
        QApplication.processEvents()


def _index(pictures: list[str]) -> str:
    names = [html.escape(each) for each in pictures]
    figures = "\n".join(
        f'<figure><img src="{name}.png" width="620" alt=""><figcaption>{name}</figcaption></figure>' for name in names
    )
    return f"""<!doctype html><meta charset="utf-8"><title>The window</title>
<style>body{{display:flex;flex-wrap:wrap;font:14px sans-serif}}figure{{margin:8px}}</style>
{figures}"""


if __name__ == "__main__":
    sys.exit(main())
