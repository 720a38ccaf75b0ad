"""Favourites: the faces of the loaded model that the user keeps, beyond the gallery and across restarts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal

from facedesigner.contract.request import ModelInfo
from facedesigner.state import favourites as favourites_file
from facedesigner.state import kept
from facedesigner.state.face import FaceState
from facedesigner.state.kept import KeptError
from training.locking import LockedError

Notes: TypeAlias = dict[FaceState, str]


class Favourites(QObject):
    """Kept in `folder`, a file a model, which several windows may change. A broken file is set aside; what cannot be
    written is told by `failed`, and stays as long as the window is open."""

    changed = Signal()
    failed = Signal(str, str)  # title, message

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder, self._model = folder, ""
        self.notes: dict[FaceState, str] = {}  # of all faces, "" for none; the newest last
        self._lasting = True  # they are in the file

    @property
    def faces(self) -> tuple[FaceState, ...]:
        """The newest last."""
        return tuple(self.notes)

    def use_model(self, info: ModelInfo) -> None:
        self._model, self._lasting = info.hash, True
        self.notes = {}
        self.notes = self._newest()
        self.changed.emit()

    def add(self, faces: Iterable[FaceState]) -> int:
        """Keeps faces of the model that are not there yet; how many that were."""
        new = [face for face in dict.fromkeys(faces) if face.model == self._model and face not in self.notes]
        if new:
            self._change(lambda notes: {**notes, **dict.fromkeys(new, "")})
        return len(new)

    def rename(self, face: FaceState, name: str) -> None:
        """UserError when the name is too long."""
        named = face.with_name(name)
        self._change(lambda notes: {named if other == face else other: note for other, note in notes.items()})

    def write_note(self, face: FaceState, note: str) -> None:
        """UserError when it is too long."""
        note = favourites_file.check_note(note)
        self._change(lambda notes: {**notes, face: note} if face in notes else notes)

    def remove(self, faces: Iterable[FaceState]) -> None:
        gone = set(faces)
        self._change(lambda notes: {face: note for face, note in notes.items() if face not in gone})

    def _change(self, change: Callable[[Notes], Notes]) -> None:
        """What another window has changed meanwhile holds, too."""
        path, before = kept.file_of(self._folder, self._model), self.notes
        try:
            with kept.changing(path):
                before = self._newest()
                favourites_file.save(change(before), path, self._model)
            self._lasting = True
        except (OSError, LockedError) as error:
            self._lasting = False
            reason = error.strerror or error if isinstance(error, OSError) else error
            self.failed.emit(
                "The favourites are not being kept",
                f"{path} cannot be written: {reason}. They last until the window closes; save or export those that "
                "matter.",
            )
        self.notes = change(before)
        self.changed.emit()

    def _newest(self) -> Notes:
        """Those of the file, and those that could not be written."""
        path = kept.file_of(self._folder, self._model)
        try:
            found = favourites_file.load(path, self._model) if path.exists() else self.notes
        except KeptError as error:
            self.failed.emit("The favourites cannot be read", f"{error}.\n\n{kept.set_aside(path)}")
            return self.notes
        return found if self._lasting else {**found, **self.notes}
