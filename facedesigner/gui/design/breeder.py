"""Breeder: new faces for the gallery from those that are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from facedesigner.gui.design.gallery_panel import GalleryPanel
from facedesigner.gui.session import Session
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.edits import GALLERY_SIZE, random_seed
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.engine.face_engine import FaceEngine


class Breeder(QObject):
    """Asks the engine for what the panel's buttons say; each answer is one undo step."""

    def __init__(self, session: Session, thread: RenderThread, panel: GalleryPanel, random: Random) -> None:
        super().__init__(panel)
        self._session, self._thread, self._panel, self._random = session, thread, panel, random
        panel.breed.connect(self._breed)
        panel.vary.connect(self._vary)

    def _breed(self, parents: list[FaceState]) -> None:
        seed = random_seed(self._random)
        self._ask("breed", f"Breed {len(parents)} faces", lambda engine: engine.breed(parents, GALLERY_SIZE, seed))

    def _vary(self, amount: float) -> None:
        face, seed = self._session.seen, random_seed(self._random)
        self._ask("vary", f"Vary {face.title}", lambda engine: engine.vary(face, GALLERY_SIZE, seed, amount))

    def _ask(self, name: str, text: str, work: Callable[[FaceEngine], Sequence[FaceState]]) -> None:
        """`text`: of the undo step that the answer makes."""
        self._panel.say(f"{text}…")
        self._thread.ask(name, work, partial(self._take_faces, text), self)

    def _take_faces(self, text: str, value: Sequence[FaceState] | None, error: str) -> None:
        if value is None:
            self._panel.say(f"{text} failed: {error}")
        elif all(face.model == self._session.committed_face.model for face in value):  # else too late: another model
            self._session.commit(text, gallery=[self._session.placed(face) for face in value])
