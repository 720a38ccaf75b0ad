"""ControlRow: one slider or menu of the model, with its pictures and its lock."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QToolButton, QWidget

from facedesigner.contract.request import MINE, Control
from facedesigner.gui import theme
from facedesigner.gui.design.choice_menu import ChoiceMenu
from facedesigner.gui.design.thumbnail_strip import ThumbnailStrip
from facedesigner.gui.widgets.value_slider import ValueSlider
from facedesigner.state.edits import ALL_LAYERS, edit_text, key_of
from facedesigner.state.face import FaceState

MARKED = 3000  # milliseconds
DEVIATION = "σ"  # the unit of most sliders
LOCK_TIP = (
    "Locked: the other sliders move around this one, without what they would change of it. "
    "Randomise, Reset and New faces leave its value as it is."
)
LOCK_TIP_MENU = "Locked: Randomise, Reset and New faces leave this choice as it is"


class ControlRow(QWidget):
    """Emits `previewed(key, value)` while dragged, `committed(key, value, text)` once, `lock_toggled(name, on)`."""

    previewed = Signal(str, float)
    committed = Signal(str, float, str)
    lock_toggled = Signal(str, bool)
    asked = Signal(str, str)  # what to do with the slider: rename, original, delete or keep; its name

    def __init__(self, control: Control) -> None:
        super().__init__()
        self.control = control
        self._layers = ALL_LAYERS
        self.marked = False
        self.label = QLabel(control.label)
        self.slider = make_slider(control)
        about = f"{control.description}\n" if control.description else ""
        deviation = "In standard deviations of the model's faces. " if control.unit == DEVIATION else ""
        tip = f"{about}{deviation}Double-click sets it back to {control.default:g}; arrow keys step."
        if control.choices:
            tip = f"{about}What the model was told that it draws."
        self.slider.set_names(control.label, tip)
        self.label.setToolTip(tip)
        self.lock = QToolButton()
        self.lock.setCheckable(True)
        self.lock.setAutoRaise(True)
        self.lock.setAccessibleName(f"Lock {control.label}")
        self.lock.setToolTip(LOCK_TIP_MENU if control.choices else LOCK_TIP)
        self._locked: bool | None = None  # what the icon shows
        self.strip = ThumbnailStrip(control.minimum, control.maximum, shown_unit(control.unit))
        self.strip.setAccessibleName(f"What {control.label} does")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 6)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.slider, 0, 1)
        grid.addWidget(self.lock, 0, 2)
        grid.addWidget(self.strip, 1, 1, 1, 2)
        self.strip.setHidden(bool(control.choices))  # now that it is in its place: before, it is a window
        if control.taught or control.nameless:
            grid.addWidget(self._make_menu(control), 1, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.slider.previewed.connect(lambda value: self.previewed.emit(self.key, value))
        self.slider.committed.connect(
            lambda value: self.committed.emit(self.key, value, edit_text(control, self._layers, value))
        )
        self.lock.clicked.connect(lambda on: self.lock_toggled.emit(control.name, on))
        self.strip.picked.connect(self.slider.put)

    def mark(self) -> None:
        """Stands out for a moment."""
        self.marked = True
        for widget in (self.label, self.slider):
            widget.setStyleSheet("QLabel, QSlider { background: transparent; }")
        self.update()
        QTimer.singleShot(MARKED, self, self._unmark)

    def _unmark(self) -> None:
        self.marked = False
        for widget in (self.label, self.slider):
            widget.setStyleSheet("")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.marked:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            colour = QColor(theme.colours().accent)
            painter.setPen(colour)
            colour.setAlphaF(0.35)
            painter.setBrush(colour)
            painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _make_menu(self, control: Control) -> QToolButton:
        """What can be done with a slider that was taught, or has only a number."""
        button = QToolButton()
        button.setText("Edit  ")  # the arrow of the menu needs room
        button.setAutoRaise(True)
        button.setAccessibleName(f"Edit {control.label}")
        button.setToolTip("Rename, delete or keep this taught slider" if control.taught else "Rename this slider")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        for text, action in self._actions(control):
            menu.addAction(text).triggered.connect(lambda _, action=action: self.asked.emit(action, control.name))
        button.setMenu(menu)
        self.menu = menu
        return button

    @staticmethod
    def _actions(control: Control) -> tuple[tuple[str, str], ...]:
        rename = ("&Rename…", "rename")
        if not control.taught:
            return (rename, ("&Original name", "original"))
        return (rename, ("&Delete…", "delete")) if control.group == MINE else (("&Keep", "keep"),)

    @property
    def key(self) -> str:
        """Of the value it edits: `name` or `name@layers`."""
        return key_of(self.control.name, self._layers)

    def set_layers(self, layers: str, face: FaceState) -> None:
        """Edits one layer range, where the control has it, else nothing."""
        self.slider.finish()
        self._layers = layers
        self.slider.default = 0.0 if layers else self.control.default
        self.setEnabled(not layers or layers in self.control.ranges)
        self.strip.clear()
        self.show_face(face)

    def show_face(self, face: FaceState) -> None:
        value = face.control(self.key)
        self.slider.set_value(value)
        self.strip.set_value(value)

    def show_locked(self, locked: bool) -> None:
        self.lock.setChecked(locked)
        if locked != self._locked:  # drawing an icon takes a millisecond, and there may be many rows
            self._locked = locked
            theme.set_icon(self.lock, "lock" if locked else "unlock")


def make_slider(control: Control) -> ValueSlider | ChoiceMenu:
    if control.choices:
        return ChoiceMenu(control.choices)
    return ValueSlider(control.minimum, control.maximum, control.default, shown_unit(control.unit))


def shown_unit(unit: str) -> str:
    """What stands beside a number: of a deviation the tool tip tells, once."""
    return "" if unit == DEVIATION else unit
