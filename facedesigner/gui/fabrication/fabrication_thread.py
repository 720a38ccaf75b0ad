"""FabricationThread: finds the eyes and writes files in the background."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QThread, Signal

if TYPE_CHECKING:
    from facedesigner.engine.landmarks import Landmarks
    from facedesigner.engine.request import Image
    from facedesigner.export.fabrication import Find, Options
    from facedesigner.state.face import FaceState

PNG, SHEET, ALL = "png", "sheet", "all"
SHORT = 100  # milliseconds that a window may stand still
LEAVING: set[FabricationThread] = set()  # threads that end while nobody waits


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


class FabricationThread(QThread):
    """Looks for the eyes first. Of several orders the newest waits; `stop` gives up the one at hand."""

    found = Signal(object)  # Landmarks or None
    unable = Signal(str)  # why nothing can be found; clicks still can
    progress = Signal(float, str)
    written = Signal(object, object)  # list[Path], list of notes
    failed = Signal(str)
    stopped = Signal()

    def __init__(self, picture: Image, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
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

    def close(self) -> None:
        """What is being made is given up; nothing half-written is left."""
        self._end()
        self.wait()

    def leave(self) -> None:
        """As `close`, but the window need not wait for a step that takes long; the application does when it quits."""
        self._end()
        if self.wait(SHORT):
            return
        self.setParent(None)
        LEAVING.add(self)
        self.finished.connect(self._forget)  # queued: a thread must not vanish while it runs
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.wait)

    def _forget(self) -> None:
        self.wait()
        LEAVING.discard(self)

    def _end(self) -> None:
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
        from facedesigner.export.parts import all_parts, png_of, sheet_of, write_set
        from facedesigner.export.writing import write_file

        def say(share: float, what: str) -> None:
            if self._stop.is_set():
                raise Stopped
            self.progress.emit(share, what)

        made = fabricate(self._picture, order.options, self._find, order.pointed, say, self._stop.is_set)
        if order.kind == ALL:
            parts = all_parts(
                made,
                self._picture,
                order.options,
                self._find,
                order.pointed,
                order.stem,
                order.page,
                order.face,
                order.model,
                say,
            )
            say(1.0, "Writing")
            return write_set(order.path, parts, overwrite=True), made.notes
        say(1.0, "Writing")
        content = (
            png_of(made, order.face, order.model)
            if order.kind == PNG
            else sheet_of(made, order.page, order.stem, order.face, order.model)
        )
        return [write_file(order.path, content, overwrite=True)], made.notes
