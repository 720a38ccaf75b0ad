"""AgeOwn: how old the face in view seems as generated, asked of the engine whenever it is another face."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from facedesigner.gui.render_thread import RenderThread
from facedesigner.gui.session import Session
from facedesigner.state.face import FaceState

TAG = "age-own"


class AgeOwn(QObject):
    """`years` is None until the engine has answered, and for a model without an age slider in years."""

    changed = Signal()

    def __init__(self, session: Session, thread: RenderThread, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._thread = session, thread
        self.years: float | None = None
        self._asked: FaceState | None = None
        session.changed.connect(self._ask)
        session.model_changed.connect(lambda _: self._forget())
        thread.answered.connect(self._take)
        self._ask(session.face)

    def _ask(self, face: FaceState) -> None:
        info = self._session.info
        plain = as_generated(face)
        if info is None or info.ages is None or face.model != info.hash or plain == self._asked:
            return
        self._asked = plain
        self._thread.call(TAG, lambda engine: (plain, engine.age(plain)))

    def _take(self, tag: str, value: tuple[FaceState, float] | None, _error: str) -> None:
        if tag == TAG and value is not None and value[0] == self._asked:
            self.years = value[1]
            self.changed.emit()

    def _forget(self) -> None:
        self.years = self._asked = None
        self.changed.emit()


def as_generated(face: FaceState) -> FaceState:
    """Without sliders and locks: what its own age is read off."""
    return replace(face, controls=(), locks=(), taught=())
