"""Draws a figure from its table of joints: rounded limbs, the two sensors, the floor, and arrows for the motion."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from math import atan2, degrees, hypot

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from imu_hip.model.exercise_spec import Direction
from imu_hip.plot.figures import Figure, Path, Point
from imu_hip.plot.layout import Rect
from imu_hip.plot.theme import Theme, color

TRUNK = 10.0
LIMB = 6.6
HEAD = 7.2
SENSOR = 8.4
PEN = 2.4
_MARGIN = 7.0
_ALONG_THIGH = 0.66
_TURN_AT = 0.28
_ROUND_THIGH = ((-3.0, -9.0), (2.6, -5.5), (3.8, 0.0), (2.6, 5.5), (-3.0, 9.0))
_WIDEST = 88.0
"""Who is narrower than this is not blown up to fill the width: people keep about their size."""


def draw_figure(painter: QPainter, theme: Theme, box: Rect, figure: Figure, side: str) -> None:
    """Draw the figure in the middle of the box, mirrored for the left leg."""
    left, low, width, height = extent(figure)
    scale = min(box.width / max(width, _WIDEST), box.height / height)
    painter.save()
    x, y = box.middle
    painter.translate(x, y)
    painter.scale(scale if side != "left" else -scale, -scale)
    painter.translate(-(left + width / 2.0), -(low + height / 2.0))
    _Draughtsman(painter, theme, figure).draw(left, width)
    painter.restore()


def extent(figure: Figure) -> tuple[float, float, float, float]:
    """Return left, lower border, width and height of all there is to draw, with the thickness of limbs."""
    points = list(_points(figure))
    xs, ys = [x for x, _ in points], [y for _, y in points]
    low = min(*ys, 0.0) if figure.floor else min(ys)
    left, bottom = min(xs) - _MARGIN, low - _MARGIN
    return left, bottom, max(xs) + _MARGIN - left, max(ys) + _MARGIN - bottom


def sensors(figure: Figure) -> tuple[tuple[Point, float], ...]:
    """Return where the sensors are and how they are turned (degrees): pelvis and thigh, or those that are laid down."""
    if not figure.trunk:
        return tuple((point, 0.0) for point in figure.laid)
    hip, neck = figure.trunk
    along = atan2(neck[1] - hip[1], neck[0] - hip[0])
    length = hypot(neck[0] - hip[0], neck[1] - hip[1])
    up, knee = ((neck[0] - hip[0]) / length, (neck[1] - hip[1]) / length), figure.near_leg[0]
    # At the back of the pelvis: who stands looks to the right, so the back is left of the way from hip to neck.
    back = (hip[0] + 4.0 * up[0] - 5.0 * up[1], hip[1] + 4.0 * up[1] + 5.0 * up[0])
    thigh = tuple(h + _ALONG_THIGH * (k - h) for h, k in zip(hip, knee, strict=True))
    turned = atan2(knee[1] - hip[1], knee[0] - hip[0])
    return ((back, degrees(along)), ((thigh[0], thigh[1]), degrees(turned)))


def _points(figure: Figure) -> Iterable[Point]:
    for x, y in filter(None, (figure.head, figure.ghost_head)):
        yield from ((x - HEAD, y), (x + HEAD, y), (x, y + HEAD))
    for path in (
        figure.trunk, figure.near_leg, figure.far_leg, figure.near_arm, figure.far_arm,
        *figure.ghosts, *figure.arrows, *figure.things, figure.laid,
    ):  # fmt: skip
        yield from path


class _Draughtsman:
    """Draws in the figure's own coordinates."""

    def __init__(self, painter: QPainter, theme: Theme, figure: Figure) -> None:
        self.painter = painter
        self.theme = theme
        self.figure = figure

    def draw(self, left: float, width: float) -> None:
        """Draw from the back to the front."""
        figure, theme = self.figure, self.theme
        if figure.floor:
            self._path(((left + 2.0, -2.6), (left + width - 2.0, -2.6)), theme.dim, 1.2)
        for thing in figure.things:
            self._path(thing, theme.dim, PEN)
        for ghost in figure.ghosts:
            self._path(ghost, theme.line, LIMB)
        if figure.ghost_head is not None:
            self._disc(figure.ghost_head, color(theme.line))
        if figure.trunk:
            self._body()
        for (x, y), turned in sensors(figure):
            self._sensor(x, y, turned)
        if figure.turns:
            self._turn()
        for arrow in figure.arrows:
            self._arrow(arrow)

    def _body(self) -> None:
        figure, theme = self.figure, self.theme
        hip, neck = figure.trunk
        shoulder = (neck[0] + 0.12 * (hip[0] - neck[0]), neck[1] + 0.12 * (hip[1] - neck[1]))
        far = color(theme.far_limb)
        if figure.far_arm:
            self._line((shoulder, *figure.far_arm), far, LIMB - 1.6)
        self._line((hip, *figure.far_leg), far, LIMB)
        body = color(theme.limb)
        self._line((hip, neck), body, TRUNK)
        self._line((hip, *figure.near_leg), body, LIMB + 0.6)
        if figure.near_arm:
            self._line((shoulder, *figure.near_arm), color(theme.card), LIMB + 0.4)
            self._line((shoulder, *figure.near_arm), body, LIMB - 1.2)
        if figure.head is not None:
            self._disc(figure.head, body)

    def _disc(self, middle: Point, ink: QColor) -> None:
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(ink)
        self.painter.drawEllipse(QPointF(*middle), HEAD, HEAD)

    def _sensor(self, x: float, y: float, turned: float) -> None:
        painter = self.painter
        painter.save()
        painter.translate(x, y)
        painter.rotate(turned)
        painter.setPen(QPen(color(self.theme.card), 1.4))
        painter.setBrush(color(self.theme.sensor))
        half = SENSOR / 2.0
        painter.drawRoundedRect(QRectF(-half, -half, SENSOR, SENSOR), 2.2, 2.2)
        painter.restore()

    def _turn(self) -> None:
        """Draw an arrow across the near side of the thigh.

        It is the outer side that is seen. Who turns in turns it to the front, who turns out to the back; in the
        coordinates of a thigh that points from hip to knee the front is up.
        """
        hip, knee = self.figure.trunk[0], self.figure.near_leg[0]
        x, y = (h + _TURN_AT * (k - h) for h, k in zip(hip, knee, strict=True))
        painter = self.painter
        painter.save()
        painter.translate(x, y)
        painter.rotate(degrees(atan2(knee[1] - hip[1], knee[0] - hip[0])))
        painter.setPen(self._pen(color(self.theme.curve), PEN))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(smooth(_ROUND_THIGH))
        if Direction.INTERNAL in self.figure.turns:
            self._head_at(_ROUND_THIGH[-2], _ROUND_THIGH[-1])
        if Direction.EXTERNAL in self.figure.turns:
            self._head_at(_ROUND_THIGH[1], _ROUND_THIGH[0])
        painter.restore()

    def _arrow(self, points: Path) -> None:
        self.painter.setPen(self._pen(color(self.theme.curve), PEN))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawPath(smooth(points))
        self._head_at(points[-2], points[-1])
        if self.figure.to_and_fro:
            self._head_at(points[1], points[0])

    def _head_at(self, before: Point, tip: Point) -> None:
        """Draw the head of an arrow that comes from `before` to `tip`."""
        length = hypot(tip[0] - before[0], tip[1] - before[1])
        dx, dy = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length
        self.painter.setPen(self._pen(color(self.theme.curve), 1.0))
        self.painter.setBrush(color(self.theme.curve))
        corners = ((5.0, 0.0), (-3.0, 4.4), (-3.0, -4.4))
        self.painter.drawPolygon(
            QPolygonF([QPointF(tip[0] + a * dx - b * dy, tip[1] + a * dy + b * dx) for a, b in corners])
        )

    def _path(self, points: Path, ink: str, width: float) -> None:
        self._line(points, color(ink), width)

    def _line(self, points: Path, ink: QColor, width: float) -> None:
        self.painter.setPen(self._pen(ink, width))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))

    def _pen(self, ink: QColor, width: float) -> QPen:
        return QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def smooth(points: Path) -> QPainterPath:
    """Return a curve through the first and last point, rounded at those between."""
    path = QPainterPath(QPointF(*points[0]))
    for corner, after in pairwise(points[1:]):
        middle = ((corner[0] + after[0]) / 2.0, (corner[1] + after[1]) / 2.0)
        end = after if after is points[-1] else middle
        path.quadTo(QPointF(*corner), QPointF(*end))
    if len(points) == 2:
        path.lineTo(QPointF(*points[1]))
    return path
