"""Draw every page of the window in every state, without a screen: pictures, and one page to look at all of them.

With FILE SECONDS OUT: one picture, of the window as it was at a moment of a recording. The same command draws the
same bytes again on one machine. With other scenes or sizes before it a picture's tall letters may differ in the shade
of their edges, since Qt keeps glyphs; on another machine they may be of another family: the first known that it has.
"""

from __future__ import annotations

import argparse
import html
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import doc_pictures
from page_scenes import replayed, scenes
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication

from imu_hip import api
from imu_hip.model.app_state import AppState
from imu_hip.plot.app_window import AppWindow
from imu_hip.plot.lettering import font
from imu_hip.plot.screenshot import save

ROOT = Path(__file__).resolve().parents[1]
THEMES = ("dark", "light")
DOCS = {
    "live": ("second_hold", "dark"),
    "results": ("results_supine_ere_right", "light"),
    "calibrate": ("calibrate_max_rep", "dark"),
}
"""Pictures in docs/: their scenes and themes."""
_SETTLED = 3


@dataclass(frozen=True, slots=True)
class Screen:
    """Width and height of the window before the ratio: the device pixels for each pixel, 2 on a screen at 200 %."""

    width: int
    height: int
    ratio: float = 1.0

    def __str__(self) -> str:
        """Return it as it is given on the command line."""
        return f"{self.width}x{self.height}" + (f"@{self.ratio:g}" if self.ratio != 1.0 else "")


USUAL = Screen(1280, 800)
ALL = (Screen(1024, 640), USUAL, Screen(1920, 1080), Screen(3840, 2160), Screen(1280, 800, 2.0))


def main() -> int:
    """Draw what was asked for."""
    every = scenes()
    parser = argparse.ArgumentParser(
        prog="tools/screenshots", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("moment", nargs="*", metavar="FILE SECONDS OUT", help="one picture from a recording")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "screenshots", metavar="FOLDER")
    parser.add_argument("--only", action="append", choices=tuple(every), metavar="NAME", help="scenes (default: all)")
    parser.add_argument("--theme", action="append", choices=THEMES, help="default: both; of FILE: dark")
    parser.add_argument(
        "--size",
        action="append",
        type=_screens,
        metavar="WxH[@RATIO]",
        help=f"default: {USUAL}; 'all': {', '.join(map(str, ALL))}",
    )
    parser.add_argument("--docs", action="store_true", help="only the pictures of docs/, into docs/")
    parser.add_argument("--list", action="store_true", help="say which scenes there are")
    args = parser.parse_args()
    screens: list[Screen] = [screen for asked in args.size or [(USUAL,)] for screen in asked]
    if args.list:
        print("\n".join(every))
        return 0
    application = QApplication.instance() or QApplication(["imu_hip", "-platform", "offscreen"])
    if args.moment:
        if len(args.moment) != 3:
            parser.error("a moment of a recording is FILE SECONDS OUT")
        file, at_s, out = args.moment
        draw(replayed(api.read(Path(file)), Path(file), float(at_s)), (args.theme or THEMES)[0], screens[0], Path(out))
    elif args.docs:
        for picture, (name, theme) in DOCS.items():
            draw(every[name](), theme, USUAL, ROOT / "docs" / f"{picture}.png")
        doc_pictures.draw(ROOT / "docs" / "pictures")
    else:
        names, themes = args.only or list(every), args.theme or THEMES
        args.out.mkdir(parents=True, exist_ok=True)
        draw_all({name: every[name] for name in names}, themes, screens, args.out)
    application.processEvents()
    return 0


def draw_all(
    chosen: dict[str, Callable[[], AppState]], themes: Sequence[str], screens: Sequence[Screen], folder: Path
) -> None:
    """Draw the scenes in every theme on every screen, and write the page on which all are seen."""
    for number, (name, make) in enumerate(chosen.items(), start=1):
        if sys.stderr.isatty():
            print(f"\r{number}/{len(chosen)} {name:44}", end="", file=sys.stderr, flush=True)
        state = make()
        for theme in themes:
            for screen in screens:
                draw(state, theme, screen, folder / picture(name, theme, screen))
    if sys.stderr.isatty():
        print(file=sys.stderr)
    page = folder / "index.html"
    page.write_text(_index(list(chosen), themes, screens), "utf-8")
    print(page)


def picture(name: str, theme: str, screen: Screen) -> str:
    """Return the name of a picture's file."""
    return f"{name}_{theme}_{screen}.png"


def draw(state: AppState, theme: str, screen: Screen, path: Path) -> None:
    """Write a picture of the whole window as it shows a state."""
    state = replace(state, settings=replace(state.settings, dark=theme == "dark"))
    size = (screen.width, screen.height)
    window = AppWindow(lambda: state, lambda _: None)
    window.resize(*size)
    window.show()
    # What the window does when its size has settled is done here, so that the clock has no say.
    for _ in range(_SETTLED):
        QApplication.processEvents()
        window.show_state(state)
    try:
        save(window, size, path, screen.ratio)
    finally:
        window.close()
        window.deleteLater()
        QApplication.processEvents()


def _screens(text: str) -> tuple[Screen, ...]:
    """Return the screens that an argument names.

    Raises
    ------
    ValueError
        If it names none.
    """
    if text == "all":
        return ALL
    size, _, ratio = text.partition("@")
    width, height = size.split("x")
    return (Screen(int(width), int(height), float(ratio or 1.0)),)


def _index(names: Sequence[str], themes: Sequence[str], screens: Sequence[Screen]) -> str:
    family = html.escape(QFontInfo(font(20.0)).family())
    rows = "\n".join(
        f"<h2>{html.escape(name)}</h2><div>"
        + "".join(
            f'<a href="{file}"><img loading="lazy" src="{file}" alt="{file}" title="{file}"></a>'
            for file in (picture(name, theme, screen) for screen in screens for theme in themes)
        )
        + "</div>"
        for name in names
    )
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>The window</title>
<style>body{{font:14px sans-serif;background:#777}}h2{{margin:12px 4px 2px}}div{{display:flex;flex-wrap:wrap}}
img{{width:620px;margin:4px}}</style>
<p>The letters are {family}: the first known family that this system has.</p>
{rows}
</html>
"""


if __name__ == "__main__":
    sys.exit(main())
