"""BetweenAnimation: the way through several faces."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from facedesigner.gui.design.animation_dialog import AnimationDialog
from facedesigner.gui.session import Session
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState
from facedesigner.state.series import places

SECONDS = 2.0  # from a face to the next


class BetweenAnimation(AnimationDialog):
    def __init__(
        self,
        session: Session,
        thread: RenderThread,
        faces: Sequence[FaceState],
        *,
        round_about: bool,
        closed: bool,
        parent: QWidget | None = None,
    ) -> None:
        """`closed`: it goes on to the first face, so that it repeats without a jump."""
        self._faces, self._round_about, self._closed = tuple(faces), round_about, closed
        super().__init__(session, thread, "Animation of the way", f"{faces[0].stem}-way", (), "", parent)
        self.seconds.setValue(SECONDS * (len(faces) - (not closed)))
        self.draw()

    def draw(self) -> None:
        """The engine finds the faces."""
        faces, round_about = self._faces, self._round_about
        way = places(len(faces), self.count, self._closed)
        self._thread.ask(
            f"{self._tag} way", lambda engine: engine.between(faces, way, round_about), self._take_way, self
        )

    def _take_way(self, way: Sequence[FaceState] | None, error: str) -> None:
        if way is None:
            self.fail(f"The way cannot be found: {error}")
        else:
            self.play(way)
