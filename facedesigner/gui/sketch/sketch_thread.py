"""SketchThread: owns the sketch engine and draws the newest drawing."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal, SignalInstance
from PySide6.QtGui import QImage

from facedesigner.engine.sketching import ColorizeRequest, SketchRequest, SketchResult
from facedesigner.gui.sketch.arrays import grey_of, hints_of
from facedesigner.state.drawing import SIDE

if TYPE_CHECKING:
    from facedesigner.engine.sketch import SketchEngine


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The canvas at one moment, and what is wanted of it. The pictures share their pixels with the canvas until it is
    drawn on."""

    stamp: int
    lines: QImage
    colours: QImage | None
    follow: float = 0.7
    variant: int = 0
    colourise: bool = False
    photo: QImage | None = None  # what is coloured, under the lines
    place: bool = False  # the drawing was imported: the engine brings it to where faces lie

    def request(self) -> SketchRequest | ColorizeRequest:
        """As arrays: some milliseconds, so not in the window's thread."""
        hints = None if self.colours is None else hints_of(self.colours)
        if self.colourise:
            return ColorizeRequest(grey_of(self.lines, SIDE, self.photo), hints, self.stamp)
        return SketchRequest(grey_of(self.lines), hints, self.follow, self.variant, self.stamp, self.place)


class SketchThread(QThread):
    """A mailbox with one slot: a snapshot that was not begun is overwritten by the next, so that drawing never queues.
    Variants are drawn one by one while the slot is empty. Whatever goes wrong is a result; the thread lives on."""

    drawn = Signal(object, object)  # Snapshot, SketchResult; of `submit`
    variant_drawn = Signal(object, object)  # Snapshot, SketchResult; of `submit_variants`

    def __init__(self, make_engine: Callable[[], SketchEngine], parent: QObject | None = None) -> None:
        """`make_engine` runs in the thread at the first drawing, so that torch is imported there."""
        super().__init__(parent)
        self._make_engine = make_engine
        self._engine: SketchEngine | None = None
        self._wake = threading.Condition()  # guards what follows
        self._slot: Snapshot | None = None
        self._variants: deque[Snapshot] = deque()
        self._closing = self._renew = False

    def submit(self, snapshot: Snapshot) -> None:
        """In place of the one that waits; variants of an older drawing are given up."""
        with self._wake:
            self._slot = snapshot
            self._variants.clear()
            self._wake.notify()

    def submit_variants(self, snapshots: Sequence[Snapshot]) -> None:
        with self._wake:
            self._variants = deque(snapshots)
            self._wake.notify()

    def renew(self) -> None:
        """Another engine is made for the next picture."""
        with self._wake:
            self._renew = True

    def close(self) -> None:
        """Asks the thread to stop after the picture at hand, and waits until it has."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self.wait()

    def run(self) -> None:
        while (job := self._next()) is not None:
            snapshot, signal = job
            signal.emit(snapshot, self._draw(snapshot))
        self._engine = None  # freed here, in the thread that made it

    def _next(self) -> tuple[Snapshot, SignalInstance] | None:
        with self._wake:
            while not self._closing:
                if self._slot is not None:
                    snapshot, self._slot = self._slot, None
                    return snapshot, self.drawn
                if self._variants:
                    return self._variants.popleft(), self.variant_drawn
                self._wake.wait()
            return None

    def _draw(self, snapshot: Snapshot) -> SketchResult:
        request = snapshot.request()
        with self._wake:
            if self._renew:
                self._engine, self._renew = None, False
        try:
            if self._engine is None:  # tried anew each time: what was missing may have been installed
                self._engine = self._make_engine()
            if isinstance(request, ColorizeRequest):
                return self._engine.colorize(request)
            return self._engine.render(request)
        except Exception as error:  # the engine promises not to raise; a bug in it must not end the thread
            return SketchResult(request, error=str(error) or type(error).__name__)
