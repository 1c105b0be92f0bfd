"""The pictures of docs/: where sensors are worn, each exercise drawn and plotted, and the corridor from the imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from PySide6.QtGui import QColor, QImage, QPainter

from imu_hip import api
from imu_hip.app.catalogue import catalogue
from imu_hip.app.reporting import least_changes
from imu_hip.exercise.asymmetry import SOURCE
from imu_hip.model.cue import Cue
from imu_hip.plot.figure_drawing import draw_figure
from imu_hip.plot.figures import FIGURES, Figure, figure
from imu_hip.plot.layout import Rect
from imu_hip.plot.theme import LIGHT
from imu_hip.report import plot
from imu_hip.report.legend import patterns
from imu_hip.report.material import Material, parts
from imu_hip.session.analysis_json import analysis_json

ROOT = Path(__file__).resolve().parents[1]
RECORDINGS = {
    "standing_dissociation": "standing_dissociation_right",
    "supine_ere": "supine_ere_right",
    "hinge_ir": "hinge_ir_right_hip_out",
    "seated_ir": "seated_ir_left_short_and_aborted",
    "prone_ir": "prone_ir_right_pelvis_lifted",
    "brettzel": "brettzel_right",
    "arom_seated": "arom_seated_right",
    "arom_prone": "arom_prone_left",
}
"""The sample recording that shows each exercise."""
_DRAWING = (520, 300)
_STYLE = ROOT / "imu_hip" / "report" / "page.css"
_ROOMS = (
    ("codec", "bytes to packets"),
    ("stream", "packets to aligned samples"),
    ("orientation", "samples to orientations"),
    ("kinematics", "orientations to hip angles"),
    ("exercise", "angles to events"),
)
_BESIDE = (("guide", "what is asked, when"), ("view", "what is shown"), ("simulate", "bodies that do not exist"))
_EDGES = ("ble", "virtual", "session", "report", "plot", "serve", "feedback")


def draw(folder: Path) -> list[Path]:
    """Write all pictures into a folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for spec in catalogue():
        written.append(folder / f"{spec.id}.png")
        _draw(figure("", spec.posture.value.replace("_", " ")), written[-1])
        written.append(folder / f"{spec.id}.svg")
        written[-1].write_text(plotted(ROOT / "recordings" / f"{RECORDINGS[spec.id]}.mcap"), "utf-8")
    written.append(folder / "worn.png")
    _draw(FIGURES[Cue.PUT_ON], written[-1])
    written.append(folder / "corridor.svg")
    written[-1].write_text(corridor(imports(ROOT / "imu_hip")), "utf-8")
    return written


def plotted(recording: Path) -> str:
    """Return the plot of a recording's first part, as its report has it, as a picture that stands alone."""
    analysis = api.analyze(api.read(recording))
    result = analysis_json(analysis)
    first = parts(Material(analysis, result, least_changes(result), SOURCE))[0]
    found = plot.plots(first)[0].find(".//svg")
    if found is None:
        raise ValueError(f"{recording} has no angle to plot")
    style = ElementTree.Element("style")
    style.text = _STYLE.read_text("utf-8").partition("@media print")[0]
    found.insert(0, style)
    found.extend(patterns().findall("defs"))
    found.set("xmlns", "http://www.w3.org/2000/svg")
    return ElementTree.tostring(found, encoding="unicode") + "\n"


def imports(package: Path) -> dict[str, set[str]]:
    """Return which parts of the package each part imports; a part is a folder or a file of the package itself."""
    found: dict[str, set[str]] = {}
    for file in sorted(package.rglob("*.py")):
        part = file.relative_to(package).parts[0].removesuffix(".py")
        names = found.setdefault(part, set())
        names.update(name for name in _imported(file) if name != part)
    return found


def corridor(known: dict[str, set[str]]) -> str:
    """Return the picture of the corridor: its rooms, who stands beside it, and how many parts each edge knows."""
    rooms = [room for room, _ in (*_ROOMS, *_BESIDE)]
    strangers = {room: known[room] & set(rooms) for room in rooms}
    if any(strangers.values()):
        raise ValueError(f"rooms know each other: {strangers}")
    return "\n".join(_corridor(known)) + "\n"


def _corridor(known: dict[str, set[str]]) -> Iterator[str]:
    width, step, top = 960, 188, 56
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 390" role="img" '
        'font-family="system-ui, sans-serif" font-size="15">'
    )
    yield "<title>The corridor: from bytes to events, and who looks in</title>"
    yield f'<rect width="{width}" height="390" fill="#fff"/>'
    yield _text(20, 34, "pipeline: the only corridor; live and replay walk it alike", 17, "start")
    for number, (room, job) in enumerate(_ROOMS):
        x = 20 + number * step
        yield from _box(x, top, room, job, "#d8ecf8")
        if number:
            yield f'<path d="M{x - 20},{top + 36}h14m-5,-5l5,5l-5,5" stroke="#10161c" fill="none" stroke-width="2"/>'
    for number, (room, job) in enumerate(_BESIDE):
        yield from _box(20 + number * 232, top + 112, room, job, "#efe3ec", 214)
    yield _text(20, top + 214, "edges: threads, files, radio and screen; they meet in app only", 17, "start")
    for number, edge in enumerate(_EDGES):
        uses = sorted(known[edge] & {room for room, _ in (*_ROOMS, *_BESIDE)})
        yield from _box(20 + number * 132, top + 234, edge, "uses " + ", ".join(uses) if uses else "", "#fbeccf", 120)
    yield "</svg>"


def _box(x: float, y: float, name: str, job: str, colour: str, width: float = 164) -> Iterator[str]:
    yield f'<rect x="{x}" y="{y}" width="{width}" height="72" rx="8" fill="{colour}" stroke="#4d5b68"/>'
    yield _text(x + width / 2, y + 30, name, 17)
    yield _text(x + width / 2, y + 54, job, 12 if len(job) < 25 else 11)


def _text(x: float, y: float, text: str, size: float, anchor: str = "middle") -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" fill="#10161c">{text}</text>'


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            path = node.module.split(".")
            if path[0] == "imu_hip":
                yield from path[1:2] or (alias.name for alias in node.names)


def _draw(person: Figure, path: Path) -> None:
    width, height = _DRAWING
    image = QImage(2 * width, 2 * height, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2.0)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_figure(painter, LIGHT, Rect(0.0, 0.0, width, height).inset(12.0, 12.0), person, "right")
    painter.end()
    if not image.save(str(path)):
        raise OSError(f"{path} cannot be written")
