"""AgeOwn: how old the face in view seems as generated, asked of the engine whenever it is another face."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from facedesigner.gui.session import Session
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState

NAME = "age-own"


class AgeOwn(QObject):
    """`years` is None until the engine has answered, and for a model without an age slider in years."""

    changed = Signal()

    def __init__(self, session: Session, thread: RenderThread, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._thread = session, thread
        self.years: float | None = None
        self._asked: FaceState | None = None
        session.changed.connect(self._see)
        session.model_changed.connect(lambda _: self._forget())
        self._see()

    def _see(self) -> None:
        self._ask(self._session.seen)

    def _ask(self, face: FaceState) -> None:
        info = self._session.info
        plain = as_generated(face)
        if info is None or info.ages is None or face.model != info.hash or plain == self._asked:
            return
        self._asked = plain
        self._thread.ask(NAME, lambda engine: engine.age(plain), partial(self._take, plain), self)

    def _take(self, plain: FaceState, years: float | None, _error: str) -> None:
        if years is not None and plain == self._asked:
            self.years = years
            self.changed.emit()

    def _forget(self) -> None:
        self.years = self._asked = None
        self.changed.emit()


def as_generated(face: FaceState) -> FaceState:
    """Without sliders, locks and patches: what its own age is read off."""
    return replace(face, controls=(), locks=(), taught=(), patches=())
