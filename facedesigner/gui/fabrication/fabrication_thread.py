"""FabricationThread: finds the eyes and writes files in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from facedesigner.gui.certificate.jobs import make_certifier
from facedesigner.gui.fabrication.leaving_thread import LeavingThread

if TYPE_CHECKING:
    from facedesigner.engine.certifying import Certifier
    from facedesigner.engine.landmarks import Landmarks
    from facedesigner.engine.request import Image
    from facedesigner.export.fabrication import Find, Options
    from facedesigner.state.face import FaceState

PNG, SHEET, ALL = "png", "sheet", "all"
MAIN = 0.3  # share of the work of ALL that the picture itself is


@dataclass(frozen=True)
class Order:
    """What is to be written, and how."""

    kind: str  # PNG, SHEET or ALL
    path: Path  # of the file; for ALL a zip, or a folder
    options: Options
    stem: str  # what the files of ALL are called
    page: str
    face: FaceState | None  # None leaves the recipe out
    model: str  # its name
    pointed: Landmarks | None  # two clicks, where no eyes are found
    weights: Path | None = None  # of the model, for the certificate of ALL


class FabricationThread(LeavingThread):
    """Looks for the eyes first. Of several orders the newest waits; `stop` gives up the one at hand."""

    found = Signal(object)  # Landmarks or None
    unable = Signal(str)  # why nothing can be found; clicks still can
    progress = Signal(float, str)
    written = Signal(object, object)  # list[Path], list of notes
    failed = Signal(str)
    stopped = Signal()

    def __init__(
        self, picture: Image, parent: QObject | None = None, make: Callable[[], Certifier] = make_certifier
    ) -> None:
        super().__init__(parent)
        self._picture = picture
        self._make_certifier = make
        self._certifier: Certifier | None = None
        self._find: Find | None = None
        self._wake = threading.Condition()
        self._order: Order | None = None
        self._closing = False
        self._stop = threading.Event()

    def submit(self, order: Order) -> None:
        with self._wake:
            self._order = order
            self._stop.clear()
            self._wake.notify()

    def stop(self) -> None:
        self._stop.set()

    def end(self) -> None:
        with self._wake:
            self._closing = True
            self._stop.set()
            self._wake.notify()

    def run(self) -> None:
        self._look()
        while True:
            with self._wake:
                while self._order is None and not self._closing:
                    self._wake.wait()
                if self._closing or self._order is None:
                    return
                order, self._order = self._order, None
            self._make(order)

    def _look(self) -> None:
        try:
            from facedesigner.engine.landmarks import LandmarkFinder

            self._find = LandmarkFinder()
            self.found.emit(self._find(self._picture))
        except Exception as error:  # packages that are not installed, memory
            self.unable.emit(str(error) or type(error).__name__)

    def _make(self, order: Order) -> None:
        from facedesigner.export.fabrication import Stopped

        try:
            paths, notes = self._written(order)
        except Stopped:
            self.stopped.emit()
        except Exception as error:  # ExportError and the others say what to do
            self.failed.emit(str(error) or type(error).__name__)
        else:
            self.written.emit(paths, notes)

    def _written(self, order: Order) -> tuple[list[Path], tuple[str, ...]]:
        from facedesigner.export.fabrication import Stopped, fabricate
        from facedesigner.export.package import Contents, packed, square
        from facedesigner.export.parts import png_of, sheet_of, write_set
        from facedesigner.export.writing import write_file

        begun, extent = 0.0, MAIN if order.kind == ALL else 1.0

        def say(share: float, what: str) -> None:
            if self._stop.is_set():
                raise Stopped
            self.progress.emit(begun + extent * share, what)

        made = fabricate(self._picture, order.options, self._find, order.pointed, say, self._stop.is_set)
        if order.kind == ALL:
            begun, extent = MAIN, 1 - MAIN
            of = Contents(
                *(self._picture, order.options, self._find, order.pointed, order.stem, order.page),
                *(order.face, order.model),
                certifier=lambda: self._certifying(order.weights),
                aligned=lambda: square(self._picture),
            )
            package = packed(made, of, say, self._stop.is_set)
            return write_set(order.path, package.parts, overwrite=True), (*package.left_out, *package.notes)
        say(1.0, "Writing")
        content = (
            png_of(made, order.face, order.model)
            if order.kind == PNG
            else sheet_of(made, order.page, order.stem, order.face, order.model)
        )
        return [write_file(order.path, content, overwrite=True)], (*made.notes, *made.warnings)

    def _certifying(self, weights: Path | None) -> Certifier:
        """Loaded with the first package. ValueError where there is nothing to compare with."""
        from facedesigner.engine.errors import WeightsError

        if weights is None:
            raise ValueError("no model is loaded whose training data it could be compared with")
        if self._certifier is None:
            self._certifier = self._make_certifier()
        try:
            self._certifier.use(weights)
        except WeightsError as error:
            raise ValueError(str(error)) from None
        return self._certifier
