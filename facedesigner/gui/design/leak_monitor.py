"""LeakMonitor: has the face measured as generated and as it is now, in a thread of its own; the meter may lag."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QThread, Signal

from facedesigner.engine.request import RenderRequest, RenderResult
from facedesigner.gui.design import edits
from facedesigner.gui.design.leak_meter import EMPTY, LeakMeter
from facedesigner.gui.render_thread import RenderThread
from facedesigner.gui.session import Session
from facedesigner.gui.sliders import Sliders
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.engine.leakage import Leakage

TAG, NOW = "leak", "leak-now"
NO_MEASURES = (
    "This model does not say how its faces vary, so nothing can be measured: make named sliders for it with "
    "`python -m training directions`."
)


def make_leakage() -> Leakage:
    from facedesigner.engine.leakage import Leakage

    return Leakage()


class LeakThread(QThread):
    """Measures the newest pair of pictures; one that was not begun is dropped."""

    measured = Signal(object, object)  # FaceState, {name: movement}
    failed = Signal(str)  # one pair could not be measured
    broken = Signal(str)  # nothing can be; the thread has ended

    def __init__(self, make: Callable[[], Leakage], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self._wake = threading.Condition()
        self._slot: tuple[FaceState, Any, Any, dict[str, tuple[float, float]]] | None = None
        self._closing = False

    def submit(self, face: FaceState, before: Any, after: Any, measures: dict[str, tuple[float, float]]) -> None:
        with self._wake:
            self._slot = (face, before, after, measures)
            self._wake.notify()

    def close(self) -> None:
        with self._wake:
            self._closing = True
            self._wake.notify()
        self.wait()

    def run(self) -> None:
        try:
            leakage = self._make()
        except Exception as error:  # whatever the labellers lack
            self.broken.emit(str(error))
            return
        while True:
            with self._wake:
                while self._slot is None and not self._closing:
                    self._wake.wait()
                if self._closing or self._slot is None:
                    return
                (face, before, after, measures), self._slot = self._slot, None
            try:
                self.measured.emit(face, leakage(before, after, measures))
            except Exception as error:  # a picture on which no landmarks can be placed
                self.failed.emit(f"This face cannot be measured: {error}")


class LeakMonitor(QObject):
    """Works while it is switched on. The face as generated is drawn for it; the others are those drawn anyway."""

    def __init__(
        self,
        session: Session,
        thread: RenderThread,
        sliders: Sliders,
        meter: LeakMeter,
        make: Callable[[], Leakage] = make_leakage,
    ) -> None:
        super().__init__(meter)
        self._session, self._thread, self._sliders, self._meter, self._make = session, thread, sliders, meter, make
        self._worker: LeakThread | None = None
        self._on = False
        self._start: tuple[FaceState, Any] | None = None  # the face as generated and its picture
        self._asked_for: FaceState | None = None  # the one that is being drawn
        self._after: RenderResult | None = None
        thread.rendered.connect(self._take)
        thread.batch_rendered.connect(self._take_batch)

    def switch(self, on: bool) -> None:
        self._on = on
        self._meter.setVisible(on)
        if not on:
            return
        if self._worker is None or self._worker.isFinished():
            self._worker = LeakThread(self._make, self)
            self._worker.measured.connect(self._show)
            self._worker.failed.connect(self._meter.show_words)
            self._worker.broken.connect(self._break)
            self._worker.start()
        self._meter.show_words(EMPTY)
        if self._session.info is not None:
            # Not by `submit`, whose one slot belongs to the picture in view.
            self._thread.submit_batch(NOW, [RenderRequest(self._session.face)])

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _break(self, reason: str) -> None:
        self.close()
        self._meter.show_words(reason)

    def _take(self, result: RenderResult) -> None:
        """Each full picture of the face in view is measured beside that of the face as generated; one that comes late
        is of another face."""
        current = result.request.face == self._session.face and result.request.resolution is None
        if self._on and current and result.image is not None:
            self._after = result
            self._measure()

    def _take_batch(self, tag: str, _index: int, result: RenderResult) -> None:
        if tag == NOW:
            self._take(result)
        elif tag == TAG and result.request.face == self._asked_for and result.image is not None:
            self._start = (result.request.face, result.image)
            self._measure()

    def _measure(self) -> None:
        info, after = self._session.info, self._after
        if info is None or after is None or self._worker is None or after.request.face.model != info.hash:
            return
        if not info.measures:
            self._meter.show_words(NO_MEASURES)
            return
        face = after.request.face
        start = edits.reset(face, self._sliders.controls, frozenset())
        if self._start is None or self._start[0] != start:
            if self._asked_for != start:
                self._asked_for = start
                self._thread.submit_batch(TAG, [RenderRequest(start)])
        elif face == start:
            self._meter.show_words(EMPTY)
        else:
            self._worker.submit(face, self._start[1], after.image, info.measures)

    def _show(self, face: FaceState, movements: dict[str, float]) -> None:
        if not self._on or face.model != self._session.face.model:
            return
        labels = {control.name: control.label for control in self._sliders.controls}
        moved = frozenset(edits.name_of(key) for key, value in face.controls if value)
        self._meter.show_movements(movements, labels, moved)
