"""PairMonitor: has two pictures of the face in view compared, before something was done to it and after."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from facedesigner.contract.request import Image, RenderRequest, RenderResult
from facedesigner.gui.session import Session
from facedesigner.gui.work.desk import Desk, Unable
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState

Measure = Callable[[Any, Image, Image], Any]  # the tool, two pictures (H, W, 3) -> what they differ in


class PairMonitor(QObject):
    """Works while it is switched on, in a thread of its own, so it may lag; what it was asked before and has not begun
    is dropped. The face before is drawn for it, the one after is drawn anyway."""

    measured = Signal(object, object)  # FaceState, what `measure` gave
    failed = Signal(str)  # what cannot be measured, and what to install for it

    def __init__(
        self, session: Session, thread: RenderThread, name: str, make: Callable[[], Any], parent: QObject
    ) -> None:
        """`make` gives the tool, in the thread; `name`: of what the render thread is asked for."""
        super().__init__(parent)
        self._session, self._thread, self._name = session, thread, name
        self.desk = Desk(make, self)
        self.on = False
        self._before: tuple[FaceState, Image] | None = None
        self._asked: FaceState | None = None  # the face before that is being drawn
        self._after: RenderResult | None = None
        thread.rendered.connect(self._take)

    def before(self, face: FaceState) -> FaceState:
        """What `face` is compared with."""
        raise NotImplementedError

    def measure(self, face: FaceState, before: Image, after: Image) -> None:
        """Asks for what they differ in, by `ask`."""
        raise NotImplementedError

    def switch(self, on: bool) -> None:
        self.on = on
        if on and self._session.info is not None:
            # Not by `submit`, whose one slot belongs to the picture in view.
            request = RenderRequest(self._session.face)
            self._thread.draw(f"{self._name}-now", [request], lambda _, result: self._take(result), self)

    def close(self) -> None:
        self.on = False
        self.desk.close()

    def ask(self, face: FaceState, work: Callable[[Any], Any]) -> None:
        """Has the tool look at the pictures of `face`."""
        self.desk.ask(lambda tool, _: work(tool), partial(self._answer, face), self, replace=self._name)

    def _answer(self, face: FaceState, value: Any, error: Exception | None) -> None:
        if error is None:
            self.measured.emit(face, value)
        else:
            self.failed.emit(str(error) if isinstance(error, Unable) else f"This face cannot be measured: {error}")

    def _take(self, result: RenderResult) -> None:
        """Each full picture of the face in view; one that comes late is of another face."""
        current = result.request.face == self._session.face and result.request.resolution is None
        if self.on and current and result.image is not None:
            self._after = result
            self._compare()

    def _take_before(self, _index: int, result: RenderResult) -> None:
        if result.request.face == self._asked and result.image is not None:
            self._before = (result.request.face, result.image)
            self._compare()

    def _compare(self) -> None:
        info, after = self._session.info, self._after
        if not self.on or info is None or after is None or after.request.face.model != info.hash:
            return
        assert after.image is not None, "only what was drawn is kept"
        face = after.request.face
        before = self.before(face)
        if before == face:
            self._before = (face, after.image)
        if self._before is not None and self._before[0] == before:
            self.measure(face, self._before[1], after.image)
        elif self._asked != before:
            self._asked = before
            self._thread.draw(f"{self._name}-before", [RenderRequest(before)], self._take_before, self)
