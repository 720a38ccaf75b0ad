"""ConstraintRow: one wish, an attribute and its range or its word."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QStackedWidget, QWidget

from facedesigner.gui import theme
from facedesigner.state.constraint import PLAIN, WORDS


class ConstraintRow(QWidget):
    """`text` is the constraint as `state.constraint.parse` reads it, "" while nothing is asked."""

    changed = Signal()
    removed = Signal()

    def __init__(self, attributes: Mapping[str, str], name: str) -> None:
        """`attributes`: labels by name; `name`: the one to begin with."""
        super().__init__()
        self.attribute = QComboBox()
        for key, label in attributes.items():
            self.attribute.addItem(label, key)
        self.attribute.setAccessibleName("Attribute")
        self.low, self.high = QLineEdit(), QLineEdit()
        for field, words in ((self.low, "from"), (self.high, "to")):
            field.setPlaceholderText(words)
            field.setAccessibleName(words)
            field.setMinimumWidth(field.fontMetrics().averageCharWidth() * 7)
        self.word = QComboBox()
        self.word.setAccessibleName("Which")
        self.unit = QLabel()
        self.unit.setProperty("role", "hint")
        self.unit.setMinimumWidth(self.unit.fontMetrics().horizontalAdvance("years") + 14)
        self.remove = QPushButton()
        self.remove.setToolTip("Ask for this no longer")
        self.remove.setAccessibleName("Remove")
        theme.set_icon(self.remove, "delete")
        span = QWidget()
        inside = QHBoxLayout(span)
        inside.setContentsMargins(0, 0, 0, 0)
        for widget in (self.low, self.high, self.unit):
            inside.addWidget(widget)
        self.pages = QStackedWidget()
        self.pages.addWidget(span)
        self.pages.addWidget(self.word)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.attribute, 1)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.remove)
        self.attribute.setCurrentIndex(max(self.attribute.findData(name), 0))
        self._show_kind()
        self.attribute.currentIndexChanged.connect(self._show_kind)
        self.word.currentIndexChanged.connect(lambda: self.changed.emit())
        for field in (self.low, self.high):
            field.textChanged.connect(lambda: self.changed.emit())
        self.remove.clicked.connect(lambda: self.removed.emit())

    @property
    def name(self) -> str:
        return str(self.attribute.currentData())

    @property
    def text(self) -> str:
        if self.name in WORDS:
            return f"{self.name}={self.word.currentText()}"
        low, high = (field.text().strip().replace(",", ".") for field in (self.low, self.high))
        return f"{self.name}={low}..{high}" if low or high else ""

    def _show_kind(self) -> None:
        words = WORDS.get(self.name)
        self.word.blockSignals(True)
        self.word.clear()
        self.word.addItems(list(words or ()))
        self.word.blockSignals(False)
        self.pages.setCurrentIndex(1 if words else 0)
        unit = PLAIN.get(self.name, "σ")
        self.unit.setText("" if unit == "σ" else unit)  # the tool tip tells
        about = "From the mean of the model's faces, in standard deviations" if unit == "σ" else f"In {unit}"
        for field in (self.low, self.high):
            field.setToolTip(f"{about}; empty for no limit")
        self.changed.emit()
