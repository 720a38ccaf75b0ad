"""FaceChooser: which of the faces of a photo is to be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from facedesigner.gui.photo.crop import CropButton
from facedesigner.gui.photo.face_boxes import FaceBoxes
from facedesigner.gui.widgets.pixels import to_qimage

if TYPE_CHECKING:
    from facedesigner.engine.found_photo import FoundPhoto

HOW = "Click the face to open, or choose it with the arrow keys and press Enter."


class FaceChooser(QDialog):
    """`index` of `FoundPhoto.faces` is the chosen one."""

    def __init__(self, found: FoundPhoto, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{len(found.faces)} faces in {found.path.name}")
        self._order = found.order
        boxes = []
        for face in self._order:
            left, top, right, bottom = (edge * found.scale for edge in found.faces[face].box)
            boxes.append(QRectF(left, top, right - left, bottom - top))
        self.photo = FaceBoxes(to_qimage(found.image), boxes, self._order.index(index))
        self.buttons = [
            CropButton(to_qimage(found.faces[face].picture), f"Face {number}")
            for number, face in enumerate(self._order, 1)
        ]
        self._group = QButtonGroup(self)
        crops = self._crops = QWidget()
        row = QHBoxLayout(crops)
        row.setContentsMargins(0, 0, 0, 0)
        for number, button in enumerate(self.buttons):
            self._group.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)
        self.strip = QScrollArea()
        self.strip.setWidget(crops)
        self.strip.setWidgetResizable(True)
        self.strip.setFrameShape(QFrame.Shape.NoFrame)
        self.strip.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.strip.setFixedHeight(crops.sizeHint().height() + self.strip.horizontalScrollBar().sizeHint().height())
        self.strip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        how = QLabel(HOW)
        how.setProperty("role", "hint")
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        self.box.button(QDialogButtonBox.StandardButton.Open).setDefault(True)
        layout = QVBoxLayout(self)
        layout.addWidget(how)
        layout.addWidget(self.photo, 1)
        layout.addWidget(self.strip)
        layout.addWidget(self.box)
        self.photo.chosen.connect(self._show)
        self.photo.accepted.connect(self.accept)
        self._group.idClicked.connect(self.photo.choose)
        self.box.accepted.connect(self.accept)
        self.box.rejected.connect(self.reject)
        self.photo.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show(self._order.index(index))

    @property
    def index(self) -> int:
        return self._order[self._number]

    def _show(self, number: int) -> None:
        self._number = number
        self.buttons[number].setChecked(True)
        self.strip.ensureWidgetVisible(self.buttons[number])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._crops.adjustSize()  # only now it is known where the buttons are
        self.strip.ensureWidgetVisible(self.buttons[self._number])
