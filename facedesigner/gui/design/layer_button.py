"""LayerButton: a range of layers, for the sliders to act on; a face that is dropped on it brings its own."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QPushButton

from facedesigner.gui.widgets.face_mime import holds_faces, unpack
from facedesigner.state.recipe import RecipeError


class LayerButton(QPushButton):
    dropped = Signal(object)  # FaceState, the first of those that were dropped
    refused = Signal(str)  # why a drop cannot be used

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setCheckable(True)
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if holds_faces(event.mimeData()):
            event.acceptProposedAction()
            self.setDown(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.setDown(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.setDown(False)
        event.acceptProposedAction()
        try:
            for face in unpack(event.mimeData())[:1]:
                self.dropped.emit(face)
        except RecipeError as error:
            self.refused.emit(str(error))
