"""LessonLeaks: what a slider that is being taught moves, measured on a few faces before it is saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from facedesigner.contract.request import Image, Lesson, RenderRequest, RenderResult
from facedesigner.gui.design.leak_meter import LeakMeter
from facedesigner.gui.design.leak_monitor import NO_MEASURES, make_leakage
from facedesigner.gui.session import Session
from facedesigner.gui.work.desk import Desk
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState
from facedesigner.state.sliders import Slider

if TYPE_CHECKING:
    from facedesigner.engine.leakage import Leakage

NAME = "teach:leaks"
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
        self._session, self._thread, self._reach = session, thread, reach
        self.meter = LeakMeter()
        self.meter.show_words("")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(QLabel(f"What it moves at {reach:g} σ, mean of {FACES} faces:"))
        layout.addWidget(self.meter)
        self._desk = Desk(make, self)
        self._faces: list[FaceState] = []  # low and high end of each face by turns
        self._pictures: dict[int, Image] = {}
        self._moved: list[dict[str, float]] = []

    def measure(self, lesson: Lesson) -> None:
        info = self._session.info
        self.give_up()
        if info is None:
            return
        if not info.measures:
            self.meter.show_words(NO_MEASURES)
            return
        taught = Slider("", lesson.vector).taught
        plain = replace(self._session.face, latent=None, seed=0, controls=(), locks=(), taught=(), patches=())
        self._faces = [
            plain.with_seed(seed).with_control(taught.name, value, taught)
            for seed in range(FACES)
            for value in (-self._reach, self._reach)
        ]
        self.meter.show_words(WAITING)
        self._thread.draw(NAME, [RenderRequest(face) for face in self._faces], self._take, self)

    def give_up(self) -> None:
        """Forgets the lesson that is being measured."""
        self._thread.cancel(NAME)
        self._desk.cancel(self, NAME)
        self._faces, self._pictures, self._moved = [], {}, []
        self.meter.show_words("")

    def shut_down(self) -> None:
        self.give_up()
        self._desk.close()

    def _take(self, index: int, result: RenderResult) -> None:
        if result.image is None:
            return
        self._pictures[index] = result.image
        if len(self._pictures) == len(self._faces):
            self._next()

    def _next(self) -> None:
        """Measures the next pair."""
        info, low = self._session.info, 2 * len(self._moved)
        if info is not None:
            pair = (self._pictures[low], self._pictures[low + 1])
            self._desk.ask(lambda leakage, _: leakage(*pair, info.measures), self._add, self, replace=NAME)

    def _add(self, movements: dict[str, float] | None, error: Exception | None) -> None:
        if movements is None:
            self.meter.show_words(str(error))
            return
        self._moved.append(movements)
        if len(self._moved) < FACES:
            self._next()
            return
        means = {name: sum(moved[name] for moved in self._moved) / FACES / 2 for name in self._moved[0]}
        labels = {control.name: control.label for control in info.controls} if (info := self._session.info) else {}
        self.meter.show_movements(means, labels, frozenset())
