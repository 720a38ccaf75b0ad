"""RegionBar: where in the picture what is done to the face is to show."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QVBoxLayout, QWidget

from facedesigner.contract.regions import REGIONS
from facedesigner.gui import theme
from facedesigner.gui.widgets.message_label import MessageLabel

EVERYWHERE = "Everywhere"
COLUMNS = 4  # two rows, so that the window fits a small screen
SIZES = (2, 60)  # hundredths of the picture's side
SIZE = 10
TIP = "Sliders, age, breeding and arithmetic change the {name} alone, until you choose Everywhere"
BRUSH_TIP = "Paint where the face is to change (P). The right button takes away, Ctrl+wheel sets the size"


class RegionBar(QWidget):
    """Buttons that the keeper answers; of them one is down. The brush has a row of its own while it is taken up."""

    chosen = Signal(str)  # a name of REGIONS, or "" for everywhere
    brush_taken = Signal(bool)
    size_changed = Signal(float)  # of the brush: its diameter, 1 is the side of the picture
    removed = Signal()  # what was changed in the region is to go

    def __init__(self) -> None:
        super().__init__()
        title = QLabel("Only here")
        title.setProperty("role", "heading")
        self.buttons = {"": self._button(EVERYWHERE, "What you do changes the whole face")}
        self.buttons |= {name: self._button(name.capitalize(), TIP.format(name=name)) for name in REGIONS}
        self.brush = self._button("Brush", BRUSH_TIP)
        self.brush.setShortcut("P")
        theme.set_icon(self.brush, "brush")
        self.brush.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.diameter = QSlider(Qt.Orientation.Horizontal)
        self.diameter.setRange(*SIZES)
        self.diameter.setValue(SIZE)
        self.diameter.setAccessibleName("Size of the brush")
        self.diameter.setToolTip("Size of the brush (Ctrl+wheel over the picture)")
        self.remove_button = QToolButton()
        self.remove_button.setText("Take the changes out")
        self.remove_button.setToolTip("Draw the region like the rest of the face again: one undo step")
        self.message = MessageLabel()
        self.message.setProperty("role", "hint")
        self._lay_out(title)
        for name, button in self.buttons.items():
            button.clicked.connect(lambda _=False, name=name: self._press(name))
        self.brush.toggled.connect(self._take_brush)
        self.diameter.valueChanged.connect(lambda size: self.size_changed.emit(size / 100))
        self.remove_button.clicked.connect(self.removed)
        self.show_region("")
        self.say("")
        self._take_brush(False)

    def show_region(self, name: str) -> None:
        """`name`: of REGIONS, "" for everywhere, or another word for what was painted."""
        for other, button in self.buttons.items():
            button.setChecked(other == name)

    def show_changed(self, changed: bool) -> None:
        """Whether there is something in the region that can be taken away."""
        self.remove_button.setVisible(changed)

    def say(self, words: str, *, warn: bool = False) -> None:
        self.message.setText(words)
        self.message.setVisible(bool(words))
        self.message.setProperty("role", "warning" if warn else "hint")
        self.message.style().polish(self.message)

    def _press(self, name: str) -> None:
        """A button that is down is pressed again to go back to everywhere."""
        button = self.buttons[name]
        self.chosen.emit(name if button.isChecked() else "")
        button.setChecked(True)  # until it is known what becomes of it

    def _take_brush(self, taken: bool) -> None:
        self._brush_row.setVisible(taken)
        self.brush_taken.emit(taken)

    def _lay_out(self, title: QLabel) -> None:
        grid = QGridLayout()
        grid.setSpacing(2)
        grid.addWidget(title, 0, 0)
        for place, button in enumerate((*self.buttons.values(), self.brush)):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            grid.addWidget(button, place // COLUMNS, 1 + place % COLUMNS)
            grid.setColumnStretch(1 + place % COLUMNS, 1)
        self._brush_row = QWidget()
        below = QHBoxLayout(self._brush_row)
        below.setContentsMargins(0, 0, 0, 0)
        label = QLabel("Size")
        label.setBuddy(self.diameter)
        below.addWidget(label)
        below.addWidget(self.diameter, 1)
        state = QHBoxLayout()
        state.addWidget(self.remove_button)
        state.addWidget(self.message, 1)
        state.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(grid)
        layout.addWidget(self._brush_row)
        layout.addLayout(state)

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(f"Only here: {text}")
        button.setCheckable(True)
        return button
