"""Small parts that the bars of the canvas share."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from facedesigner.gui import theme
from facedesigner.gui.widgets.value_slider import Slider

ICON = QSize(20, 20)


def icon_button(icon: str, name: str, tip: str, checkable: bool = False) -> QToolButton:
    """A flat button with an icon; `name` is what a screen reader says."""
    button = QToolButton()
    theme.set_icon(button, icon)
    button.setIconSize(ICON)
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setCheckable(checkable)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard to the canvas
    return button


def percent(value: int) -> str:
    return f"{value} %"


def separator() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    return line


class SmallSlider(QWidget):
    """A word, a short slider and its value; `moved` by hand alone. `show` puts a value into words."""

    moved = Signal(int)

    def __init__(self, label: str, minimum: int, maximum: int, tip: str, show: Callable[[int], str]) -> None:
        super().__init__()
        self._show = show
        self.slider = Slider()
        self.slider.setRange(minimum, maximum)
        self.slider.setMinimumWidth(48)
        self.slider.setMaximumWidth(140)
        self.slider.setToolTip(tip)
        self.slider.setAccessibleName(label)
        self.words = QLabel(label)
        self.number = QLabel()
        self.number.setText(show(maximum))
        self.number.ensurePolished()  # a style may put room around the text
        self.number.setMinimumWidth(self.number.sizeHint().width())
        self.setToolTip(tip)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.words)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.number)
        self.setFocusProxy(self.slider)
        self.slider.valueChanged.connect(self._move)
        self._say()

    @property
    def value(self) -> int:
        return self.slider.value()

    def show_value(self, value: int) -> None:
        """A value that comes from elsewhere."""
        self.slider.blockSignals(True)
        self.slider.setValue(value)
        self.slider.blockSignals(False)
        self._say()

    def _move(self, value: int) -> None:
        self._say()
        self.moved.emit(value)

    def _say(self) -> None:
        self.number.setText(self._show(self.slider.value()))
