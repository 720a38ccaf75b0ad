"""Favourites: the faces of the loaded model that the user keeps, beyond the gallery and across restarts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from facedesigner.contract.request import ModelInfo
from facedesigner.state import favourites as favourites_file
from facedesigner.state import kept
from facedesigner.state.face import FaceState
from facedesigner.state.kept import KeptError


class Favourites(QObject):
    """Kept in `folder`, a file a model. A broken file is set aside; what cannot be written is told by `failed`, and
    stays as long as the window is open."""

    changed = Signal()
    failed = Signal(str, str)  # title, message

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder, self._model = folder, ""
        self.faces: tuple[FaceState, ...] = ()  # the newest last

    def use_model(self, info: ModelInfo) -> None:
        self._model = info.hash
        path = kept.file_of(self._folder, info.hash)
        try:
            self.faces = favourites_file.load(path, info.hash)
        except KeptError as error:
            self.faces = ()
            self.failed.emit("The favourites cannot be read", f"{error}.\n\n{kept.set_aside(path)}")
        self.changed.emit()

    def add(self, faces: Iterable[FaceState]) -> int:
        """Keeps faces of the model that are not there yet; how many that were."""
        new = [face for face in dict.fromkeys(faces) if face.model == self._model and face not in self.faces]
        if new:
            self._keep((*self.faces, *new))
        return len(new)

    def rename(self, face: FaceState, name: str) -> None:
        """UserError when the name is too long."""
        named = face.with_name(name)
        self._keep(tuple(dict.fromkeys(named if other == face else other for other in self.faces)))

    def remove(self, faces: Iterable[FaceState]) -> None:
        gone = set(faces)
        self._keep(tuple(face for face in self.faces if face not in gone))

    def _keep(self, faces: Sequence[FaceState]) -> None:
        self.faces = tuple(faces)
        path = kept.file_of(self._folder, self._model)
        try:
            favourites_file.save(self.faces, path, self._model)
        except OSError as error:
            self.failed.emit(
                "The favourites are not being kept",
                f"{path} cannot be written: {error.strerror or error}. They last until the window closes; save or "
                "export those that matter.",
            )
        self.changed.emit()
