"""FaceDialogs: what shows several faces beside the current one, in windows of their own."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from facedesigner.gui.design.gallery import Gallery
from facedesigner.gui.design.grid_dialog import GridDialog
from facedesigner.gui.design.versions_dialog import VersionsDialog
from facedesigner.gui.session import Session
from facedesigner.gui.sliders import Sliders
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state import edits

NO_GRID = "A grid needs two sliders, this model has fewer."


class FaceDialogs(QObject):
    said = Signal(str)  # for the status bar
    used = Signal(str, object)  # name of the undo step, FaceState to go on with

    def __init__(
        self, session: Session, thread: RenderThread, sliders: Sliders, gallery: Gallery, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._thread, self._sliders = session, thread, sliders
        self._gallery, self._window = gallery, window

    def show_grid(self) -> None:
        """The current face with two sliders against each other."""
        controls = [control for control in self._sliders.controls if not control.choices]
        if len(controls) < 2:
            self.said.emit(NO_GRID)
            return
        dialog = GridDialog(self._session, self._thread, controls, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.said.connect(self.said)
        dialog.open()

    def show_versions(self) -> None:
        """The selected faces of the gallery, or the current one as generated and now, side by side; it stays."""
        now, selected = self._session.face, self._gallery.selected
        generated = edits.reset(now, self._sliders.controls, frozenset())
        faces = selected if len(selected) > 1 else [generated, now]
        dialog = VersionsDialog(self._session, self._thread, faces, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.used.connect(self.used)
        dialog.show()
