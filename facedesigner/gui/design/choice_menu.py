"""ChoiceMenu: a label of the model, such as its gender, in the place of a slider."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

AS_GENERATED = "As generated"


class ChoiceMenu(QWidget):
    """To a row what `ValueSlider` is: `committed` by hand, with 0 for as generated, else the number of the class."""

    previewed = Signal(float)  # never: a menu has nothing between two choices
    committed = Signal(float)

    def __init__(self, choices: Sequence[str]) -> None:
        super().__init__()
        self.default = 0.0
        self.menu = QComboBox()
        self.menu.addItems([AS_GENERATED, *choices])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.menu, 1)
        self.setFocusProxy(self.menu)
        self.menu.activated.connect(lambda index: self.committed.emit(float(index)))

    @property
    def editors(self) -> tuple[QWidget, ...]:
        """The parts that take the keyboard, in order."""
        return (self.menu,)

    @property
    def value(self) -> float:
        return float(self.menu.currentIndex())

    def set_value(self, value: float) -> None:
        """Shows a value that comes from elsewhere; nothing for one that is no choice."""
        self.menu.setCurrentIndex(int(value) if value in range(self.menu.count()) else -1)

    def set_names(self, name: str, tip: str) -> None:
        self.menu.setAccessibleName(name)
        self.menu.setToolTip(tip)

    def put(self, value: float) -> None:
        """Sets the value as if by hand."""
        if value != self.value:
            self.set_value(value)
            self.committed.emit(value)

    def finish(self) -> None:
        """Nothing waits to be committed."""
