"""FaceSlot: one operand of face arithmetic: some faces, whose mean counts with a weight."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from facedesigner.gui import theme
from facedesigner.gui.widgets.face_button import FaceButton, Thumbs
from facedesigner.gui.widgets.face_mime import holds_faces, unpack
from facedesigner.gui.widgets.value_slider import NumberBox
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import RecipeError

COLUMNS = 5
WEIGHT_MAX = 5.0
EMPTY = "Drop faces here"
REMOVE = "Click to take it out"


class FaceSlot(QFrame):
    """Holds what `add` is given. Says what is dropped on it and asked for, so that the panel can check it first."""

    changed = Signal()  # faces or weight
    current_wanted = Signal()
    dropped = Signal(object)  # list[FaceState]
    refused = Signal(str)  # why a drop cannot be used

    def __init__(self, sign: str, name: str, purpose: str) -> None:
        super().__init__()
        self.name = name
        self.faces: tuple[FaceState, ...] = ()
        self.buttons: list[FaceButton] = []
        self._side = round(self.fontMetrics().height() * 4)
        self.setAcceptDrops(True)
        title = QLabel(f"{sign} {name}".strip())
        title.setProperty("role", "heading")
        hint = QLabel(purpose)
        hint.setProperty("role", "hint")
        self.weight = NumberBox()
        self.weight.setRange(0.0, WEIGHT_MAX)
        self.weight.setSingleStep(0.1)
        self.weight.setValue(1.0)
        self.weight.setPrefix("× ")
        self.weight.setAccessibleName(f"Weight of {name}")
        self.weight.setToolTip(f"How much {name} counts: 1 is once, 0 not at all")
        self.add_button = QPushButton("Add face")
        self.add_button.setAccessibleName(f"Add the current face to {name}")
        self.add_button.setToolTip(f"Put the current face into {name}; several faces count as their average")
        self.clear_button = QToolButton()
        self.clear_button.setAutoRaise(True)
        self.clear_button.setAccessibleName(f"Empty {name}")
        self.clear_button.setToolTip(f"Take all faces out of {name}")
        theme.set_icon(self.clear_button, "delete")
        head = QHBoxLayout()
        head.setSpacing(4)
        for widget in (title, hint):
            head.addWidget(widget)
        head.addStretch(1)
        for button in (self.weight, self.add_button, self.clear_button):
            head.addWidget(button)
        self._empty = QLabel(EMPTY)
        self._empty.setProperty("role", "drop")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setMinimumHeight(self._side)
        self._grid = QGridLayout()
        self._grid.setSpacing(3)
        self._grid.setColumnStretch(COLUMNS, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.addLayout(head)
        layout.addWidget(self._empty)
        layout.addLayout(self._grid)
        self.weight.valueChanged.connect(self.changed)
        self.add_button.clicked.connect(self.current_wanted)
        self.clear_button.clicked.connect(lambda: self.set_faces(()))
        self._invite(False)
        self.set_faces(())

    def add(self, faces: Sequence[FaceState]) -> None:
        self.set_faces((*self.faces, *faces))

    def set_faces(self, faces: Sequence[FaceState]) -> None:
        """Shows faces whose pictures come later, each once: twice the same would only weigh it double in the mean."""
        before, self.faces = self.faces, tuple(dict.fromkeys(faces))
        for button in self.buttons:
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        for index, face in enumerate(self.faces):
            button = FaceButton(face, self._side, REMOVE, hover_mark="×")
            button.clicked.connect(lambda _, face=face: self.remove(face))
            self._grid.addWidget(button, index // COLUMNS, index % COLUMNS)
            self.buttons.append(button)
        self._empty.setHidden(bool(self.faces))
        self.clear_button.setEnabled(bool(self.faces))
        for first, second in zip([self.clear_button, *self.buttons], self.buttons, strict=False):
            QWidget.setTabOrder(first, second)
        if self.faces != before:
            self.changed.emit()

    def remove(self, face: FaceState) -> None:
        self.set_faces([other for other in self.faces if other != face])

    def show_pictures(self, thumbs: Thumbs) -> None:
        for button in self.buttons:
            button.show_from(thumbs)

    def _invite(self, hovered: bool) -> None:
        """Frames the place where what hovers can be dropped."""
        self.setProperty("dropping", hovered)
        self.style().polish(self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if holds_faces(event.mimeData()):
            event.acceptProposedAction()
            self._invite(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._invite(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._invite(False)
        event.acceptProposedAction()
        try:
            self.dropped.emit(unpack(event.mimeData()))
        except RecipeError as error:
            self.refused.emit(str(error))
