"""Mixer: layers of a face that is dropped on a range of them become the current face's."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from facedesigner.gui.design.control_panel import LAYERS, ControlPanel
from facedesigner.gui.session import Session
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.edits import ALL_LAYERS
from facedesigner.state.face import FaceState

NAME = "mix"
WHAT = {layers: what for layers, _, what in LAYERS}


class Mixer(QObject):
    """Style mixing (Karras 2019): one undo step a drop."""

    used = Signal(str, object)  # name of the undo step, FaceState that is to take the place of the current one
    said = Signal(str)

    def __init__(self, session: Session, thread: RenderThread, panel: ControlPanel) -> None:
        super().__init__(panel)
        self._session, self._thread = session, thread
        for layers, button in panel.layer_buttons.items():
            button.dropped.connect(partial(self.mix, layers))
            button.refused.connect(self.said)

    def mix(self, layers: str, other: FaceState) -> None:
        face = self._session.seen
        if other.model != face.model:
            self.said.emit("This face was made with another model: its layers mean nothing to this one.")
        elif layers == ALL_LAYERS:
            self.used.emit(f"Choose {other.title}", other)
        else:
            text = f"{WHAT[layers].capitalize()} of {other.title}"
            self._thread.ask(
                NAME, lambda engine: engine.mix(face, other, layers), partial(self._take, text, face), self
            )

    def _take(self, text: str, face: FaceState, mixed: FaceState | None, error: str) -> None:
        if mixed is None:
            self.said.emit(f"The layers cannot be mixed: {error}")
        elif face == self._session.seen:  # else the hand was quicker
            self._session.commit(text, face=self._session.placed(mixed))
