"""FaceTools: what is done with the picture of the face in view, in dialogs of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from facedesigner.contract.request import RenderRequest, RenderResult
from facedesigner.gui.certificate.certificate_desk import CertificateDesk
from facedesigner.gui.certificate.gallery_watch import GalleryWatch
from facedesigner.gui.certificate.uniqueness_watcher import UniquenessWatcher
from facedesigner.gui.design.gallery import Gallery
from facedesigner.gui.session import Session
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.contract.request import Image

NAME = "tools"
NO_FACE = "There is no face yet: load a model first."


class FaceTools(QObject):
    """Each draws the face in full first, whatever size is in view."""

    said = Signal(str)  # for the status bar
    face_made = Signal(str, object)  # name of the undo step, FaceState

    def __init__(self, session: Session, thread: RenderThread, gallery: Gallery, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._thread, self._window = session, thread, window
        self.desk = CertificateDesk(self)
        self.watch = GalleryWatch(UniquenessWatcher(self.desk, self), thread, gallery)
        session.model_changed.connect(self.watch.use_model)

    def certify(self) -> None:
        """Whether the face resembles anybody of the training data."""
        from facedesigner.gui.certificate.certificate_dialog import CertificateDialog

        if self._session.info is None:
            self.said.emit(NO_FACE)
            return
        dialog = CertificateDialog(self._session, self.desk, self._window)
        dialog.use_face.connect(lambda face: self.face_made.emit("Push away", face))
        self._open(dialog)

    def fabricate(self, folder: Path) -> None:
        """A file in real size; `folder` is offered to save it in."""
        self.with_picture(lambda face, image: self._fabricate(face, image, folder))

    def relief(self, folder: Path) -> None:
        """A solid to print or mill."""
        self.with_picture(lambda face, image: self._relief(face, image, folder))

    def with_picture(self, then: Callable[[FaceState, Image], None]) -> None:
        """Calls `then` with the face in view and its full picture (H, W, 3) once that is drawn."""
        if self._session.info is None:
            self.said.emit(NO_FACE)
            return
        self._thread.draw(
            NAME, [RenderRequest(self._session.face)], lambda _index, result: self._take(then, result), self
        )

    def shut_down(self) -> None:
        for dialog in self._window.findChildren(QDialog):
            if hasattr(dialog, "shut_down"):
                dialog.shut_down()
        self.watch.close()
        self.desk.close()

    def _take(self, then: Callable[[FaceState, Image], None], result: RenderResult) -> None:
        if result.image is None:
            self.said.emit(f"This face cannot be drawn: {result.error}")
        else:
            then(result.request.face, result.image)

    def _fabricate(self, face: FaceState, image: Image, folder: Path) -> None:
        from facedesigner.gui.fabrication.export_dialog import FabricationDialog

        info = self._session.info
        model, weights = (info.name, info.path) if info else ("", None)
        # Kept after it is closed: cutting out may be busy for a while longer.
        dialog = FabricationDialog(image, face, model, face.stem, folder, self._window, weights)
        self._open(dialog, keep=True)

    def _relief(self, face: FaceState, image: Image, folder: Path) -> None:
        from facedesigner.gui.relief.relief_dialog import ReliefDialog

        self._open(ReliefDialog(image, face.stem, folder, self._window))

    def _open(self, dialog: QDialog, keep: bool = False) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, not keep)
        dialog.said.connect(self.said)  # type: ignore[attr-defined]
        dialog.open()
