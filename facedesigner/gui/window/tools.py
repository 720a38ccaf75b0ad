"""What is done with the picture of the face in view in a dialog of its own: one row of TOOLS each, which the menu
*Face* shows in this order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Tool:
    name: str
    text: str  # of its action
    icon: str
    keys: tuple[str, ...]
    make: Callable[[FaceTools, FaceState, Image, Path], QDialog]
    """Imports the dialog and makes one for a face and its picture (H, W, 3), which offers to save in a folder; it has a
    signal `said`, and `shut_down` if it works in the background."""
    stays: bool = False  # beside the window while the face is changed


class FaceTools(QObject):
    """Each draws the face in full first, whatever size is in view."""

    said = Signal(str)  # for the status bar
    face_made = Signal(str, object)  # name of the undo step, FaceState

    def __init__(self, session: Session, thread: RenderThread, gallery: Gallery, window: QWidget) -> None:
        super().__init__(window)
        self.session, self.window = session, window
        self._thread = thread
        self.desk = CertificateDesk(self)
        self.watch = GalleryWatch(UniquenessWatcher(self.desk, self), thread, gallery)
        session.model_changed.connect(self.watch.use_model)

    def open(self, tool: Tool, folder: Path) -> None:
        """`folder` is offered to save what is made in."""
        self.with_picture(lambda face, image: self.show(tool, face, image, folder))

    def show(self, tool: Tool, face: FaceState, image: Image, folder: Path) -> None:
        """`open` for a picture (H, W, 3) that is drawn already."""
        dialog = tool.make(self, face, image, folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.said.connect(self.said)  # type: ignore[attr-defined]
        if tool.stays:
            dialog.show()
        else:
            dialog.open()

    def draw_for(self, dialog: QDialog, use: Callable[[Image, str], object]) -> None:
        """Calls `use` with the full picture of the face in view and a name for it, while the dialog is there."""

        def take(_index: int, result: RenderResult) -> None:
            if result.image is not None:
                use(result.image, result.request.face.stem)

        self._thread.draw(NAME, [RenderRequest(self.session.face)], take, dialog)

    def with_picture(self, then: Callable[[FaceState, Image], None]) -> None:
        """Calls `then` with the face in view and its full picture (H, W, 3) once that is drawn."""
        if self.session.info is None:
            self.said.emit(NO_FACE)
            return
        self._thread.draw(
            NAME, [RenderRequest(self.session.face)], lambda _index, result: self._take(then, result), self
        )

    def shut_down(self) -> None:
        for dialog in self.window.findChildren(QDialog):
            if hasattr(dialog, "shut_down"):
                dialog.shut_down()
        self.watch.close()
        self.desk.close()

    def _take(self, then: Callable[[FaceState, Image], None], result: RenderResult) -> None:
        if result.image is None:
            self.said.emit(f"This face cannot be drawn: {result.error}")
        else:
            then(result.request.face, result.image)


def certificate(tools: FaceTools, face: FaceState, image: Image, folder: Path) -> QDialog:
    """Whether the face resembles anybody of the training data."""
    from facedesigner.gui.certificate.certificate_dialog import CertificateDialog

    dialog = CertificateDialog(tools.session, tools.desk, tools.window)
    dialog.use_face.connect(lambda face: tools.face_made.emit("Push away", face))
    return dialog


def fabrication(tools: FaceTools, face: FaceState, image: Image, folder: Path) -> QDialog:
    """A file in real size."""
    from facedesigner.gui.fabrication.export_dialog import FabricationDialog

    info = tools.session.info
    model, weights = (info.name, info.path) if info else ("", None)
    return FabricationDialog(image, face, model, face.stem, folder, tools.window, weights)


def handover(tools: FaceTools, face: FaceState, image: Image, folder: Path) -> QDialog:
    """Everything of the face for whoever builds a head."""
    from facedesigner.gui.handover.handover_dialog import HandoverDialog
    from facedesigner.gui.handover.wish import life_size

    info = tools.session.info
    model, weights = (info.name, info.path) if info else ("", None)
    return HandoverDialog(image, life_size(face, model, weights), folder, tools.window)


def relief(tools: FaceTools, face: FaceState, image: Image, folder: Path) -> QDialog:
    """A solid to print or mill, which follows the sliders."""
    from facedesigner.gui.relief.relief_dialog import ReliefDialog

    dialog = ReliefDialog(image, face.stem, folder, tools.window)
    tools.session.changed.connect(dialog.follow_face)
    dialog.face_wanted.connect(lambda: tools.draw_for(dialog, dialog.use_picture))
    return dialog


TOOLS = (
    Tool("certify", "&Uniqueness certificate…", "certificate", ("Ctrl+U",), certificate),
    Tool("fabricate", "Export for &fabrication…", "ruler", ("Ctrl+Shift+F",), fabrication),
    Tool("handover", "&Hand over…", "export", ("Ctrl+Shift+H",), handover),
    Tool("relief", "&Relief…", "relief", (), relief, stays=True),
)
