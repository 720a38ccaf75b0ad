"""AgeMonitor: has networks look at the face before its age was changed and after."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from facedesigner.contract.request import Image
from facedesigner.gui.design.pair_monitor import PairMonitor
from facedesigner.gui.session import Session
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.ages import AGE
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.engine.aging import Seen

Look = Callable[[Any, Any], "Seen"]  # pictures (H, W, 3) uint8 before and after


def make_meter() -> Look:
    from facedesigner.engine.aging import AgeMeter

    return AgeMeter()


class AgeMonitor(PairMonitor):
    """`measured` tells what is Seen."""

    def __init__(
        self, session: Session, thread: RenderThread, parent: QObject, make: Callable[[], Look] = make_meter
    ) -> None:
        super().__init__(session, thread, "age", make, parent)

    def before(self, face: FaceState) -> FaceState:
        return face.with_control(AGE, 0.0)

    def measure(self, face: FaceState, before: Image, after: Image) -> None:
        self.ask(face, lambda look: look(before, after))
