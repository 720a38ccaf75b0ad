"""FieldRow: the editor of one option. A bad value is marked as it is typed, with the reason below."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from facedesigner.gui import theme
from training.errors import UserError
from training.options import Field, allowed


class FieldRow(QWidget):
    changed = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field
        self.editor = self._make_editor()
        self.editor.setToolTip(tip(field))
        self.editor.setAccessibleName(label(field.name))
        self.error = QLabel()
        self.error.setProperty("role", "warning")
        self.error.setWordWrap(True)
        self.error.hide()
        line = QHBoxLayout()
        line.addWidget(self.editor, 1)
        if field.unit:
            unit = QLabel(field.unit)
            unit.setProperty("role", "hint")
            line.addWidget(unit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addLayout(line)
        layout.addWidget(self.error)
        self.set_value(field.default)

    @property
    def problem(self) -> str:
        """Why the value is none; "" if it is good."""
        return self.error.text()

    def value(self) -> Any:
        """UserError says what is allowed."""
        if isinstance(self.editor, QCheckBox):
            return self.editor.isChecked()
        if isinstance(self.editor, QComboBox):
            return self.editor.currentData()
        return self.field.parse(self.editor.text())

    def set_value(self, value: Any) -> None:
        if isinstance(self.editor, QCheckBox):
            self.editor.setChecked(bool(value))
        elif isinstance(self.editor, QComboBox):
            if self.editor.findData(value) < 0:
                self.editor.addItem(str(value), value)  # a config of the user's own: the child will judge it
            self.editor.setCurrentIndex(self.editor.findData(value))
        else:
            self.editor.setText(self.field.text(value))
        self._check()

    def _make_editor(self) -> QCheckBox | QComboBox | QLineEdit:
        if self.field.kind == "bool":
            box = QCheckBox()
            box.toggled.connect(self._check)
            return box
        if self.field.choices:
            combo = QComboBox()
            for choice in self.field.choices:
                combo.addItem(str(choice), choice)
            combo.currentIndexChanged.connect(self._check)
            return combo
        edit = QLineEdit()
        edit.textChanged.connect(self._check)
        return edit

    def _check(self) -> None:
        try:
            self.value()
            problem = ""
        except UserError as error:
            problem = label(self.field.name) + str(error).removeprefix(self.field.name)
        self.error.setText(problem)
        self.error.setVisible(bool(problem))
        if isinstance(self.editor, QLineEdit):
            self.editor.setStyleSheet(f"border: 1px solid {theme.colours().warning};" if problem else "")
        self.changed.emit()


def label(name: str) -> str:
    """`learning_rate` -> `Learning rate`"""
    return name.replace("_", " ").capitalize()


def tip(field: Field) -> str:
    """Meaning, range and unit."""
    parts = [field.help]
    if field.low is not None or field.high is not None:
        parts.append(f"{allowed(field.low, field.high)} {field.unit}".strip())
    if field.kind == "list":
        parts.append("separated by commas")
    return "\n".join(parts)
