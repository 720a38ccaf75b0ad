"""AxisRow: a slider, and how far it is to move along one side of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from facedesigner.gui.widgets.value_slider import NumberBox
from facedesigner.state.series import STEPS_MAX, STEPS_MIN, Axis

if TYPE_CHECKING:
    from facedesigner.contract.request import Control


class AxisRow(QWidget):
    changed = Signal()

    def __init__(self, name: str, controls: Sequence[Control], chosen: int) -> None:
        """`controls`: sliders, of which the one of that index is chosen at first."""
        super().__init__()
        self._controls = controls
        self.slider = QComboBox()
        self.slider.setAccessibleName(f"Slider {name}")
        self.first, self.last = NumberBox(), NumberBox()
        for box, what in ((self.first, "First"), (self.last, "Last")):
            box.setAccessibleName(f"{what} value {name}")
            box.setSingleStep(0.1)
        self.steps = QSpinBox()
        self.steps.setRange(STEPS_MIN, STEPS_MAX)
        self.steps.setValue(5)
        self.steps.setAccessibleName(f"Steps {name}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.slider, 1)
        for words, widget in (("from", self.first), ("to", self.last), ("in", self.steps)):
            row.addWidget(QLabel(words))
            row.addWidget(widget)
        row.addWidget(QLabel("steps"))
        for control in controls:
            self.slider.addItem(control.label)
        self.slider.currentIndexChanged.connect(self._choose)
        self.slider.setCurrentIndex(chosen)
        self._choose(chosen)
        for field in (self.first, self.last, self.steps):
            field.valueChanged.connect(self.changed)

    @property
    def axis(self) -> Axis:
        control = self._controls[self.slider.currentIndex()]
        first, last = self.first.value(), self.last.value()
        return Axis(control.name, control.label, first, last, self.steps.value(), control.taught)

    def _choose(self, index: int) -> None:
        """As far as the slider goes."""
        control = self._controls[index]
        for box, value in ((self.first, control.minimum), (self.last, control.maximum)):
            box.blockSignals(True)
            box.setRange(control.minimum, control.maximum)
            box.setValue(value)
            box.blockSignals(False)
        self.changed.emit()
