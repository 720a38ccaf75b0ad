"""EnhanceBar: where the picture comes from, how large it becomes, and how it is looked at."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from facedesigner.contract.methods import SCALES
from facedesigner.gui import theme
from facedesigner.gui.widgets.compare_view import CompareView
from facedesigner.gui.widgets.zoom_bar import ZoomBar


class EnhanceBar(QWidget):
    open_wanted = Signal()
    face_wanted = Signal()
    scale_chosen = Signal(int)
    stop_wanted = Signal()

    def __init__(self, view: CompareView) -> None:
        super().__init__()
        self.open = button("open", "&Open picture…", "Choose a picture to enlarge; it can also be dropped here")
        self.face = button("face", "Use the &face in Design", "Enlarge the face that the Design tab shows")
        self.scales = QButtonGroup(self)
        for scale in SCALES:
            choice = button("", f"x{scale}", f"{scale} times as wide and as high", f"{scale} times")
            choice.setCheckable(True)
            self.scales.addButton(choice, scale)
        self.scales.button(SCALES[-1]).setChecked(True)
        self.stop = button("stop", "S&top", "Stop enlarging; what is done stays")
        self.wipe = button("compare", "&Wipe", "Two of them either side of a line that can be dragged")
        self.wipe.setCheckable(True)
        self.pixels = button("", "&Pixels", "Show the pictures' own pixels in place of smooth ones")
        self.pixels.setCheckable(True)
        self.zoom = ZoomBar(view, what="enlarged picture", fit="Fit the picture into its column (double-click, or 0)")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for item in (self.open, self.face, *self.scales.buttons(), self.stop):
            row.addWidget(item)
        row.addStretch(1)
        for widget in (self.wipe, self.pixels, self.zoom):
            row.addWidget(widget)
        self.open.clicked.connect(self.open_wanted)
        self.face.clicked.connect(self.face_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.scales.idClicked.connect(self._choose)

    @property
    def scale(self) -> int:
        return self.scales.checkedId()

    def show_working(self, working: bool) -> None:
        self.stop.setEnabled(working)

    def _choose(self, scale: int) -> None:
        """Also the scale that is chosen already: it begins anew what was stopped."""
        self.scale_chosen.emit(scale)


def button(icon: str, text: str, tip: str, name: str = "") -> QToolButton:
    made = QToolButton()
    made.setText(text)
    made.setToolTip(tip)
    made.setAccessibleName(name or text.replace("&", "").replace("…", ""))
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if icon:
        theme.set_icon(made, icon)
    if icon and text:
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return made
