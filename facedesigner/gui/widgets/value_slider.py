"""ValueSlider: a slider and a number box for one value."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QStyle, QStyleOptionSlider, QWidget

SETTLE = 400  # milliseconds without another key or step until a change that nobody released counts as done
MOST_DECIMALS = 4  # of a value that is shown


class Slider(QSlider):
    """A horizontal slider that goes where it is clicked and leaves the wheel to the scroll area around it."""

    double_clicked = Signal()
    left = Signal()  # the keyboard went elsewhere

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl
        handle = self.style().subControlRect(control, option, part.SC_SliderHandle, self)
        if event.button() == Qt.MouseButton.LeftButton and not handle.contains(event.position().toPoint()):
            groove = self.style().subControlRect(control, option, part.SC_SliderGroove, self)
            x = round(event.position().x()) - groove.x() - handle.width() // 2
            value = QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), x, groove.width() - handle.width())
            self.setSliderDown(True)
            self.setSliderPosition(value)  # the handle is under the cursor now: the press below takes hold of it
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.double_clicked.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class NumberBox(QDoubleSpinBox):
    """A spin box that tells its value when Enter is pressed, not at each digit, and leaves the wheel alone."""

    def __init__(self) -> None:
        super().__init__()
        self.setKeyboardTracking(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class ValueSlider(QWidget):
    """`previewed` at each change by hand, `committed` once when the hand lets go; `set_value` emits neither.

    Keys, steps of the number box and clicks into the groove count as let go after 400 ms of rest, or when Enter is
    pressed or the keyboard goes elsewhere. A double-click goes back to the default. A value from elsewhere is shown as
    it is, also beyond the ends of the slider or finer than its steps.
    """

    previewed = Signal(float)
    committed = Signal(float)

    def __init__(self, minimum: float, maximum: float, default: float = 0.0, unit: str = "") -> None:
        super().__init__()
        self.minimum, self.maximum, self.default = minimum, maximum, default
        self._decimals = max(0, -math.floor(math.log10((maximum - minimum) / 100)))
        self._step: float = 10.0**-self._decimals  # 100 to 1000 of them from end to end
        self._value = default
        self._pending = self._dragged = False
        self.slider = Slider()
        self.slider.setRange(0, round((maximum - minimum) / self._step))
        self.slider.setSingleStep(10)
        self.slider.setPageStep(50)
        self.box = NumberBox()
        self.box.setDecimals(self._decimals)
        self.box.setRange(minimum, maximum)
        self.box.setSingleStep(10 * self._step)
        self.box.setSuffix(f" {unit}" if unit else "")
        self._settle = QTimer(self, singleShot=True, interval=SETTLE)
        self._settle.timeout.connect(self.finish)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.box)
        self.setFocusProxy(self.slider)
        self._show()
        self.slider.sliderPressed.connect(self._press)
        self.slider.sliderMoved.connect(self._drag)
        self.slider.sliderReleased.connect(self._release)
        self.slider.valueChanged.connect(lambda place: self._change(self._value_at(place)))
        self.slider.double_clicked.connect(self.reset)
        self.box.valueChanged.connect(self._change)
        for editor in (self.slider.left, self.box.editingFinished):
            editor.connect(self.finish)

    @property
    def editors(self) -> tuple[QWidget, ...]:
        """The parts that take the keyboard, in order."""
        return (self.slider, self.box)

    @property
    def value(self) -> float:
        return self._value

    def set_value(self, value: float) -> None:
        """Shows a value that comes from elsewhere; a change by hand that was not committed is forgotten. A value that
        would be shown as the one that is there is the same: a change by hand comes back as whoever keeps it rounds it.
        """
        if round(value, self._decimals) != round(self._value, self._decimals):
            self._settle.stop()
            self._pending = False
        if value != self._value:
            self._value = value
            self._show()

    def set_names(self, name: str, tip: str) -> None:
        """What a screen reader says and what the pointer shows."""
        self.slider.setAccessibleName(name)
        self.box.setAccessibleName(f"{name}, value")
        self.slider.setToolTip(tip)
        self.box.setToolTip(tip)

    def put(self, value: float) -> None:
        """Sets the value as if by hand, at once."""
        self._change(value)
        self.finish()

    def reset(self) -> None:
        self.put(self.default)

    def finish(self) -> None:
        """Commits what was previewed, if anything."""
        self._settle.stop()
        if self._pending:
            self._pending = False
            self.committed.emit(self._value)

    def _press(self) -> None:
        self._dragged = False

    def _drag(self) -> None:
        self._dragged = True

    def _release(self) -> None:
        if self._dragged:
            self.finish()
        elif self._pending:
            self._settle.start()  # a click into the groove may become a double-click: still one step

    def _change(self, value: float) -> None:
        if value == self._value:
            return
        self._value = value
        self._pending = True
        self._show()
        if not self.slider.isSliderDown():
            self._settle.start()
        self.previewed.emit(value)

    def _value_at(self, place: int) -> float:
        value = round(self.minimum + place * self._step, self._decimals)
        return min(value, self.maximum)

    def _show(self) -> None:
        for widget in (self.slider, self.box):
            widget.blockSignals(True)
        self.slider.setValue(round((self._value - self.minimum) / self._step))
        decimals = max(self._decimals, decimals_of(self._value))
        if decimals != self.box.decimals():
            self.box.setDecimals(decimals)
        self.box.setRange(min(self.minimum, self._value), max(self.maximum, self._value))
        self.box.setValue(self._value)
        for widget in (self.slider, self.box):
            widget.blockSignals(False)


def decimals_of(value: float) -> int:
    """How many decimals show all of a value, up to `MOST_DECIMALS`."""
    return next(n for n in range(MOST_DECIMALS + 1) if n == MOST_DECIMALS or round(value, n) == value)
