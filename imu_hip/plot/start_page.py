"""The start page: what to train, which leg, who, how to calibrate, and the ways to begin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import Settings, StartView
from imu_hip.plot import app_wording as words
from imu_hip.plot.controls import Choice, Chooser
from imu_hip.plot.cues_row import CuesRow
from imu_hip.plot.exercise_list import ExerciseList
from imu_hip.plot.form import button, card, label, sized, spaced
from imu_hip.plot.guard import PaintGuard


class StartPage(QWidget):
    """Shows what can be chosen, and asks for what the person chooses."""

    def __init__(self, act: Callable[[Action], None], guard: PaintGuard) -> None:
        super().__init__()
        self._act = act
        self._shown: StartView | None = None
        self._asked_person = ""
        self._exercises = ExerciseList(guard, lambda chosen: act(Action(ActionName.CHOOSE_EXERCISE, chosen)))
        self._sides = self._choices(words.SIDES, ActionName.CHOOSE_SIDE)
        names = {value: name for value, (name, _) in words.CALIBRATIONS.items()}
        self._calibrations = self._choices(names, ActionName.CHOOSE_CALIBRATION)
        self._calibration_text = label(kind="dim", wraps=True)
        self._person = Chooser()
        self._person.setEditable(True)
        self._person.setAccessibleName(words.PERSON)
        self._person_hint = label(words.PERSON_HINT, "dim", wraps=True)
        self._typing = QLineEdit()
        self._person.setLineEdit(self._typing)
        self._typing.setAccessibleName(words.PERSON)
        self._person.setInsertPolicy(Chooser.InsertPolicy.NoInsert)
        self._person.textActivated.connect(lambda _: self._choose_person())
        self._typing.editingFinished.connect(self._choose_person)
        self._cues = CuesRow(act)
        self._go_on = button("", "primary")
        self._begin = button(words.BEGIN, "primary")
        self._demo = button(words.DEMO, tip=words.DEMO_TIP)
        self._open = button(words.OPEN)
        self._go_on.clicked.connect(lambda: act(Action(ActionName.GO_ON)))
        self._begin.clicked.connect(lambda: act(Action(ActionName.BEGIN)))
        self._demo.clicked.connect(lambda: act(Action(ActionName.DEMO)))
        self._open.clicked.connect(self._ask_for_recording)
        self._arrange()

    @property
    def first(self) -> QWidget:
        """Where the keyboard begins."""
        return self._exercises

    def show_view(self, view: StartView, settings: Settings) -> None:
        """Show what can be chosen, and what is."""
        self._cues.show_settings(settings)
        if view == self._shown:
            return
        self._shown = view
        self._exercises.show_exercises(view.exercises, view.exercise_id)
        for value, choice in (*self._sides.items(), *self._calibrations.items()):
            choice.setChecked(value in (view.side, view.calibration))
        self._calibration_text.setText(words.CALIBRATIONS.get(view.calibration, ("", ""))[1])
        self._demo.setEnabled(view.demo_possible)
        self._demo.setToolTip(words.DEMO_TIP if view.demo_possible else words.NO_DEMO)
        self._begin.setEnabled(bool(view.exercise_id))
        self._go_on.setText(view.cut_off)
        self._go_on.setAccessibleName(view.cut_off)
        self._go_on.setVisible(bool(view.cut_off))
        # On a small screen there is not room for all; the person is known who just trained.
        self._person_hint.setVisible(not view.cut_off)
        self._show_persons(view)

    def _show_persons(self, view: StartView) -> None:
        """Show the persons, and the chosen one unless a name is just being typed."""
        self._asked_person = view.person
        persons = list(dict.fromkeys((*view.persons, view.person or words.ME)))
        typed = self._typing.isModified() and self._person.hasFocus()
        text = self._person.currentText() if typed else view.person or words.ME
        blocker = QSignalBlocker(self._person)
        if [self._person.itemText(row) for row in range(self._person.count())] != persons:
            self._person.clear()
            self._person.addItems(persons)
        self._person.setCurrentText(text)
        blocker.unblock()
        self._typing.setModified(typed)

    def _choose_person(self) -> None:
        text = self._person.currentText().strip() or words.ME
        self._typing.setModified(False)
        if text != self._asked_person:  # a choice from the list is an end of typing, too
            self._asked_person = text
            self._act(Action(ActionName.CHOOSE_PERSON, text))

    def _ask_for_recording(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, words.OPEN_TITLE, "", words.OPEN_FILTER)
        if path:
            self._act(Action(ActionName.OPEN_RECORDING, path))

    def _choices(self, texts: Mapping[str, str], name: ActionName) -> dict[str, Choice]:
        group = QButtonGroup(self)
        made = {}
        for value, text in texts.items():
            choice = Choice(text)
            choice.setAccessibleName(text)
            choice.clicked.connect(lambda _=False, value=value: self._act(Action(name, value)))
            group.addButton(choice)
            made[value] = choice
        return made

    def _arrange(self) -> None:
        left = card()
        rows = QVBoxLayout(left)
        spaced(rows, 1.6, 0.8)
        rows.addWidget(label(words.CHOOSE_EXERCISE, "heading"))
        rows.addWidget(self._exercises, 1)

        right = card()
        sized(right, width=57.0)
        form = QVBoxLayout(right)
        spaced(form, 1.8, 0.8)
        for title, choices in ((words.SIDE, self._sides), (words.CALIBRATION, self._calibrations)):
            form.addWidget(label(title, "heading"))
            row = QHBoxLayout()
            spaced(row, 0.0, 1.0)
            for choice in choices.values():
                row.addWidget(choice, 1)
            form.addLayout(row)
            if choices is self._calibrations:
                form.addWidget(self._calibration_text)
            form.addStretch(1)
        form.addWidget(label(words.PERSON, "heading"))
        form.addWidget(self._person)
        form.addWidget(self._person_hint)
        form.addStretch(4)
        sized(self._go_on, height=4.6)
        self._go_on.hide()
        form.addWidget(self._go_on)
        sized(self._begin, height=7.0)
        form.addWidget(self._begin)
        for other in (self._demo, self._open):
            sized(other, height=5.4)
            form.addWidget(other)

        columns = QHBoxLayout()
        spaced(columns, 0.0, 1.6)
        columns.addWidget(left, 1)
        columns.addWidget(right)
        bottom = card()
        cues = QVBoxLayout(bottom)
        spaced(cues, (1.8, 0.9, 1.8, 0.9), 0.0)
        cues.addWidget(self._cues)
        page = QVBoxLayout(self)
        spaced(page, (1.6, 0.8, 1.6, 0.8), 1.0)
        page.addWidget(label(words.WELCOME, "title"))
        page.addWidget(label(words.WHAT_IT_DOES, wraps=True))
        page.addLayout(columns, 1)
        page.addWidget(bottom)
        disclaimer = label(words.DISCLAIMER, "dim")
        disclaimer.setAlignment(Qt.AlignmentFlag.AlignCenter)
        page.addWidget(disclaimer)
        order = [self._exercises, *self._sides.values(), *self._calibrations.values(), self._person]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
