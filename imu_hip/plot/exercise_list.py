"""The list of exercises and routines: name, posture, minutes and dose of each, over as many lines as they need."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from imu_hip.model.app_state import ExerciseChoice
from imu_hip.plot import app_wording as words
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.lettering import font
from imu_hip.plot.look import SMALL, SMALLEST, Look, Painted
from imu_hip.plot.theme import color

_NAME = 2.3
_WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
_PADDING, _SIGN, _BETWEEN = 1.1, 2.2, 0.6
_INDENT = 3.0
"""An exercise of a routine stands so far to the right of it."""
_CHOICE = Qt.ItemDataRole.UserRole


class ExerciseList(QListWidget, Painted):
    """One row for each exercise; `choose` is called with the id when the person moves to another."""

    def __init__(self, guard: PaintGuard, choose: Callable[[str], None]) -> None:
        super().__init__()
        self._choose = choose
        self.setAccessibleName(words.CHOOSE_EXERCISE)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_Row(self, guard))
        self.currentItemChanged.connect(self._moved)

    def show_exercises(self, exercises: tuple[ExerciseChoice, ...], chosen: str) -> None:
        """Show these, with the chosen one marked."""
        blocker = QSignalBlocker(self)
        if [self.item(row).data(_CHOICE) for row in range(self.count())] != list(exercises):
            self.clear()
            for exercise in exercises:
                item = QListWidgetItem(self)
                item.setData(_CHOICE, exercise)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{exercise.name}, {about(exercise)}, {exercise.dose}")
        for row, exercise in enumerate(exercises):
            if exercise.id == chosen and self.currentRow() != row:
                self.setCurrentRow(row)
                self.scrollToItem(self.item(row))
        blocker.unblock()

    def dress(self, look: Look) -> None:
        """Take the look; the heights of the rows follow."""
        super().dress(look)
        self.setSpacing(look.px(0.25))
        self.scheduleDelayedItemsLayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the texts anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def _moved(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._choose(item.data(_CHOICE).id)


class _Row(QStyledItemDelegate):
    """Paints one exercise; a filled dot and a frame mark the chosen one."""

    def __init__(self, owner: ExerciseList, guard: PaintGuard) -> None:
        super().__init__(owner)
        self._owner = owner
        self._guard = guard

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height that the texts need at the width of the list."""
        look = self._owner.look
        width = self._owner.viewport().width() - 2 * self._owner.spacing()
        exercise = index.data(_CHOICE)
        inner = width - (2.0 * _PADDING + _SIGN + 1.2 + _indent(exercise)) * look.u
        height = _wrapped_height(_title(look), exercise.name, inner)
        for text in (about(exercise), exercise.dose):
            height += _wrapped_height(_details(look), text, inner) + 0.15 * look.u
        return QSize(width, round(height + 2.0 * _BETWEEN * look.u) + 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the row."""
        if self._guard.failed:
            return
        painter.save()
        try:
            with self._guard:
                self._paint(painter, option, index.data(_CHOICE))
        finally:
            painter.restore()

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, exercise: ExerciseChoice) -> None:
        look = self._owner.look
        theme, u = look.theme, look.u
        box = QRectF(option.rect).adjusted(_indent(exercise) * u, 0.0, 0.0, 0.0)
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = look.border / 2.0
        painter.setPen(QPen(color(theme.curve if chosen else theme.line), float(look.border)))
        painter.setBrush(color(theme.background))
        painter.drawRoundedRect(box.adjusted(edge, edge, -edge, -edge), 0.9 * u, 0.9 * u)
        painter.setPen(QPen(color(theme.curve if chosen else theme.dim), 0.28 * u))
        ring = QRectF(box.x() + _PADDING * u, box.y() + _BETWEEN * u + 0.4 * u, _SIGN * u, _SIGN * u)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(ring)
        if chosen:
            inset = 0.26 * ring.width()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(theme.curve))
            painter.drawEllipse(ring.adjusted(inset, inset, -inset, -inset))
        left, top = ring.right() + 1.2 * u, box.y() + _BETWEEN * u
        width = box.right() - _PADDING * u - left
        parts = ((exercise.name, _title(look), theme.text), (about(exercise), _details(look), theme.text))
        for text, letters, ink in (*parts, (exercise.dose, _details(look), theme.dim)):
            height = _wrapped_height(letters, text, width)
            painter.setFont(letters)
            painter.setPen(color(ink))
            painter.drawText(QRectF(left, top, width, height), _WRAPPED, text)
            top += height + 0.15 * u


def about(exercise: ExerciseChoice) -> str:
    """Return posture and time in words."""
    posture = exercise.posture.replace("_", " ")
    posture = words.POSTURES.get(posture, posture)
    return f"{posture} · {words.MINUTES.format(minutes=max(1, round(exercise.minutes)))}"


def _indent(exercise: ExerciseChoice) -> float:
    return _INDENT if exercise.routine else 0.0


def _title(look: Look) -> QFont:
    return font(max(SMALLEST + 2, _NAME * look.u), bold=True)


def _details(look: Look) -> QFont:
    return font(max(SMALLEST, SMALL * look.u), bold=False)


def _wrapped_height(letters: QFont, text: str, width: float) -> float:
    return QFontMetricsF(letters).boundingRect(QRectF(0.0, 0.0, width, 1e4), _WRAPPED, text).height()
