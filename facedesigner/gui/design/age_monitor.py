"""AgeMonitor: has networks look at the face before its age was changed and after, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject, Signal

from facedesigner.engine.request import RenderRequest, RenderResult
from facedesigner.gui.design.leak_monitor import LeakThread
from facedesigner.gui.render_thread import RenderThread
from facedesigner.gui.session import Session
from facedesigner.state.ages import AGE
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.engine.aging import Seen
    from facedesigner.engine.leakage import Leakage

TAG, NOW = "age-before", "age-now"
Look = Callable[[Any, Any], "Seen"]  # pictures (H, W, 3) uint8 before and after


def make_meter() -> Look:
    from facedesigner.engine.aging import AgeMeter

    return AgeMeter()


class AgeMonitor(QObject):
    """Works while it is switched on. The face before is drawn for it; the others are those drawn anyway."""

    seen = Signal(object, object)  # FaceState, Seen
    failed = Signal(str)  # what cannot be measured, and what to install for it

    def __init__(
        self, session: Session, thread: RenderThread, parent: QObject, make: Callable[[], Look] = make_meter
    ) -> None:
        super().__init__(parent)
        self._session, self._thread, self._make = session, thread, make
        self._worker: LeakThread | None = None
        self._on = False
        self._before: tuple[FaceState, Any] | None = None
        self._asked: FaceState | None = None  # the face before that is being drawn
        self._after: RenderResult | None = None
        thread.rendered.connect(self._take)
        thread.batch_rendered.connect(self._take_batch)

    def switch(self, on: bool) -> None:
        self._on = on
        if not on:
            return
        if self._worker is None:
            self._worker = LeakThread(self._made, self)
            self._worker.measured.connect(self.seen)
            self._worker.failed.connect(self.failed)
            self._worker.broken.connect(self.failed)
            self._worker.start()
        if self._session.info is not None:
            self._thread.submit_batch(NOW, [RenderRequest(self._session.face)])

    def close(self) -> None:
        self._on = False
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _made(self) -> Leakage:
        look = self._make()
        return cast("Leakage", lambda before, after, _measures: look(before, after))

    def _take(self, result: RenderResult) -> None:
        current = result.request.face == self._session.face and result.request.resolution is None
        if self._on and current and result.image is not None:
            self._after = result
            self._measure()

    def _take_batch(self, tag: str, _index: int, result: RenderResult) -> None:
        if tag == NOW:
            self._take(result)
        elif tag == TAG and result.request.face == self._asked and result.image is not None:
            self._before = (result.request.face, result.image)
            self._measure()

    def _measure(self) -> None:
        after = self._after
        if after is None or self._worker is None or after.request.face != self._session.face:
            return
        face = after.request.face
        before = face.with_control(AGE, 0.0)
        if self._before is not None and self._before[0] == before:
            self._worker.submit(face, self._before[1], after.image, {})
        elif before == face:
            self._before = (face, after.image)
            self._worker.submit(face, after.image, after.image, {})
        elif self._asked != before:
            self._asked = before
            self._thread.submit_batch(TAG, [RenderRequest(before)])
