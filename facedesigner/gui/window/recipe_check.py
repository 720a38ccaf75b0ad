"""RecipeCheck: a PNG that was opened by its recipe: does its picture show what the recipe draws?"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from facedesigner.gui.work.rendering import RenderThread

if TYPE_CHECKING:
    from facedesigner.contract.request import Image, RenderResult
    from facedesigner.engine.truth import Claim, Truth
    from facedesigner.gui.photo.photo_desk import PhotoDesk
    from facedesigner.state.face import FaceState


class RecipeCheck(QObject):
    """Looks once the face is shown, so that opening takes no longer; and says so only when something is wrong."""

    looked = Signal(object)  # Truth of the file that was opened last

    def __init__(self, thread: RenderThread, photos: PhotoDesk, window: QWidget) -> None:
        super().__init__(window)
        self._thread, self._photos, self._window = thread, photos, window
        self._newest: Path | None = None

    def look(self, path: Path, face: FaceState) -> None:
        """Compares a file with what its recipe draws; a newer file takes its place."""
        self._newest = path

        def work(*_: object) -> Claim:
            from facedesigner.engine.truth import claim_of

            return claim_of(path, face)

        self._photos.run(work, partial(self._draw, path))

    def _draw(self, path: Path, claim: Claim | None, error: Exception | None) -> None:
        from facedesigner.contract.request import RenderRequest

        if path == self._newest and claim is not None:  # what cannot be decoded was opened by its recipe all the same
            requests = [RenderRequest(face) for face in claim.faces]
            self._thread.draw("recipe of a picture", requests, partial(self._compare, path, claim, []), self)

    def _compare(self, path: Path, claim: Claim, drawn: list[Image | None], _: int, result: RenderResult) -> None:
        if result.image is None and not claim.tiles:  # which the window says
            return
        drawn.append(result.image)
        if path == self._newest and len(drawn) == len(claim.faces):
            self._photos.run(lambda *_: claim.truth(drawn), partial(self._take, path))

    def _take(self, path: Path, true: Truth | None, error: Exception | None) -> None:
        if path != self._newest or true is None:
            return
        self.looked.emit(true)
        if true.holds:
            return
        box = QMessageBox(
            QMessageBox.Icon.Warning,
            "The picture shows something else",
            f"{path.name} was opened by its recipe, which draws the face in view. {true.words}\n\n"
            "To go on with what the picture shows, open it as a photo.",
            parent=self._window,
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        as_photo = box.addButton("Open as &photo", QMessageBox.ButtonRole.ActionRole)
        as_photo.clicked.connect(lambda: self._photos.open(path))
        keep = box.addButton("&Keep the recipe's face", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.open()
