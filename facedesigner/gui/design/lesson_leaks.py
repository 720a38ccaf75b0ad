"""LessonLeaks: what a slider that is being taught moves, measured on a few faces before it is saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from facedesigner.engine.request import Lesson, RenderRequest, RenderResult
from facedesigner.gui.design.leak_meter import LeakMeter
from facedesigner.gui.design.leak_monitor import NO_MEASURES, LeakThread, make_leakage
from facedesigner.gui.render_thread import RenderThread
from facedesigner.gui.session import Session
from facedesigner.state.face import FaceState
from facedesigner.state.sliders import Slider

if TYPE_CHECKING:
    from facedesigner.engine.leakage import Leakage

TAG = "teach:leaks"
FACES = 6  # plain ones of the first seeds: two ends of each are drawn and measured, a second or two of another thread
WAITING = "Measuring what else it moves…"


class LessonLeaks(QWidget):
    """The newest lesson's movements: means over the faces, of one end against the middle."""

    def __init__(
        self,
        session: Session,
        thread: RenderThread,
        reach: float,
        make: Callable[[], Leakage] = make_leakage,
    ) -> None:
        """`reach`: how far the slider is moved to either side, in its standard deviations."""
        super().__init__()
        self._session, self._thread, self._reach, self._make = session, thread, reach, make
        self.meter = LeakMeter()
        self.meter.show_words("")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(QLabel(f"What it moves at {reach:g} σ, mean of {FACES} faces:"))
        layout.addWidget(self.meter)
        self._worker: LeakThread | None = None
        self._faces: list[FaceState] = []  # low and high end of each face by turns
        self._pictures: dict[int, Any] = {}
        self._moved: list[dict[str, float]] = []
        thread.batch_rendered.connect(self._take)

    def measure(self, lesson: Lesson) -> None:
        info = self._session.info
        self.give_up()
        if info is None:
            return
        if not info.measures:
            self.meter.show_words(NO_MEASURES)
            return
        taught = Slider("", lesson.vector).taught
        plain = replace(self._session.face, latent=None, seed=0, controls=(), locks=(), taught=())
        self._faces = [
            plain.with_seed(seed).with_control(taught.name, value, taught)
            for seed in range(FACES)
            for value in (-self._reach, self._reach)
        ]
        self.meter.show_words(WAITING)
        self._thread.submit_batch(TAG, [RenderRequest(face) for face in self._faces])

    def give_up(self) -> None:
        """Forgets the lesson that is being measured."""
        self._thread.cancel(TAG)
        self._faces, self._pictures, self._moved = [], {}, []
        self.meter.show_words("")

    def shut_down(self) -> None:
        self.give_up()
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _take(self, tag: str, index: int, result: RenderResult) -> None:
        if tag != TAG or result.image is None or result.request.face not in self._faces:
            return
        self._pictures[index] = result.image
        if len(self._pictures) == len(self._faces):
            self._next()

    def _next(self) -> None:
        """Measures the next pair; the worker keeps only the newest, so one waits for the other."""
        if self._worker is None or self._worker.isFinished():
            self._worker = LeakThread(self._make, self)
            self._worker.measured.connect(self._add)
            self._worker.failed.connect(self.meter.show_words)
            self._worker.broken.connect(self.meter.show_words)
            self._worker.start()
        info, low = self._session.info, 2 * len(self._moved)
        if info is not None:
            self._worker.submit(self._faces[low + 1], self._pictures[low], self._pictures[low + 1], info.measures)

    def _add(self, face: FaceState, movements: dict[str, float]) -> None:
        pair = 2 * len(self._moved) + 1
        if pair >= len(self._faces) or self._faces[pair] != face:
            return  # of a lesson before
        self._moved.append(movements)
        if len(self._moved) < FACES:
            self._next()
            return
        means = {name: sum(moved[name] for moved in self._moved) / FACES / 2 for name in self._moved[0]}
        labels = {control.name: control.label for control in info.controls} if (info := self._session.info) else {}
        self.meter.show_movements(means, labels, frozenset())
