"""ColumnHeader: what a column shows and what that is for, how long it took, and the way to a file."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from facedesigner.contract.methods import Method
from facedesigner.gui import theme


class ColumnHeader(QWidget):
    """Side by side it names its method; when two are compared by a line, the method is chosen here."""

    save_wanted = Signal(str)  # method
    chosen = Signal(int)  # index of the method

    def __init__(self, methods: Sequence[Method], index: int, side: str = "") -> None:
        """`side` such as "Left" makes it a header to choose with."""
        super().__init__()
        self._methods = methods
        self.index = index
        self.title = QLabel()
        self.title.setProperty("role", "heading")
        self.choice = QComboBox()
        self.choice.setAccessibleName(f"{side} of the line")
        self.choice.setToolTip(f"What is shown {side.lower()} of the line")
        for place, method in enumerate(methods):
            self.choice.addItem(method.label)
            self.choice.setItemData(place, f"{method.purpose}. {method.about}.", Qt.ItemDataRole.ToolTipRole)
        self.purpose = QLabel()
        self.purpose.setProperty("role", "hint")
        self.purpose.setWordWrap(True)
        self.purpose.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.time = QLabel()
        self.time.setProperty("role", "hint")
        self.save = QToolButton()
        self.save.setText("Save…")
        theme.set_icon(self.save, "save")
        name = QStackedLayout()
        name.addWidget(self.title)
        name.addWidget(self.choice)
        name.setCurrentIndex(1 if side else 0)
        row = QHBoxLayout()
        row.addLayout(name)
        row.addWidget(self.time)
        row.addStretch(1)
        row.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 0, 2, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.purpose)
        self.show_method(index)
        self.choice.currentIndexChanged.connect(self._choose)
        self.save.clicked.connect(lambda: self.save_wanted.emit(self._methods[self.index].name))

    def show_method(self, index: int) -> None:
        method = self._methods[index]
        self.index = index
        self.title.setText(method.label)
        self.purpose.setText(method.purpose)
        for label in (self.title, self.purpose):
            label.setToolTip(method.about)
        self.choice.setCurrentIndex(index)
        self.save.setToolTip(f"Save the picture enlarged by {method.label}")
        self.save.setAccessibleName(f"Save {method.label}")

    def show_result(self, seconds: float | None) -> None:
        """How long it took, None until it is there."""
        self.time.setText("" if seconds is None else f"{seconds:.2f} s")
        self.save.setEnabled(seconds is not None)

    def _choose(self, index: int) -> None:
        if index != self.index:
            self.show_method(index)
            self.chosen.emit(index)
