"""OptionForm: a form made from the fields of a dataclass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from facedesigner.gui.training.field_row import FieldRow, label, tip
from training.options import Field


class OptionForm(QWidget):
    changed = Signal()

    def __init__(self, fields: Sequence[Field] = ()) -> None:
        super().__init__()
        self.rows: dict[str, FieldRow] = {}
        self._layout = QFormLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.set_fields(fields)

    @property
    def problem(self) -> str:
        """The first of the rows; "" if all are good."""
        return next((row.problem for row in self.rows.values() if row.problem), "")

    def set_fields(self, fields: Sequence[Field]) -> None:
        """Makes the rows anew, with their defaults."""
        while self._layout.rowCount():
            self._layout.removeRow(0)
        self.rows = {}
        for field in fields:
            row = self.rows[field.name] = FieldRow(field)
            name = QLabel(label(field.name))
            name.setToolTip(tip(field))
            name.setBuddy(row.editor)
            self._layout.addRow(name, row)
            row.changed.connect(self.changed)
        self.changed.emit()

    def values(self) -> dict[str, Any]:
        """UserError names the first bad one."""
        return {name: row.value() for name, row in self.rows.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Those that have a row."""
        for name, value in values.items():
            if name in self.rows:
                self.rows[name].set_value(value)


class Section(QWidget):
    """A heading that folds what is below it."""

    def __init__(self, title: str, content: QWidget, *, folded: bool = False) -> None:
        super().__init__()
        self.button = QToolButton()
        self.button.setText(title)
        self.button.setCheckable(True)
        self.button.setAutoRaise(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setStyleSheet("QToolButton { border: none; background: transparent; font-weight: bold; }")
        self._content = content
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.button)
        layout.addWidget(content)
        self.button.toggled.connect(self._fold)
        self.button.setChecked(not folded)
        self._fold(not folded)

    def _fold(self, is_open: bool) -> None:
        self.button.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._content.setVisible(is_open)
