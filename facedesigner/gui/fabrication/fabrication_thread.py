"""FabricationThread: finds the eyes and writes files in the background."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from facedesigner.gui import companion
from facedesigner.gui.fabrication.leaving_thread import LeavingThread
from facedesigner.gui.fabrication.order import ALL, PNG, Order
from facedesigner.gui.fabrication.packer import Packer

if TYPE_CHECKING:
    from facedesigner.engine.request import Image
    from facedesigner.export.fabrication import Find


class FabricationThread(LeavingThread):
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
        except (Stopped, companion.Stopped):
            self.stopped.emit()
        except Exception as error:  # ExportError and the others say what to do
            self.failed.emit(str(error) or type(error).__name__)
        else:
            self.written.emit(paths, notes)

    def _written(self, order: Order) -> tuple[list[Path], tuple[str, ...]]:
        from facedesigner.export.fabrication import Stopped, fabricate
        from facedesigner.export.parts import png_of, sheet_of, write_set
        from facedesigner.export.writing import write_file

        def say(share: float, what: str) -> None:
            if self._stop.is_set():
                raise Stopped
            self.progress.emit(share, what)

        if order.kind == ALL:
            packer = Packer()  # not kept: it has hundreds of megabytes
            try:
                package = packer.pack(self._picture, order, say, self._stop.is_set)
            finally:
                packer.close()
            say(1.0, "Writing")
            return write_set(order.path, package.parts, overwrite=True), (*package.left_out, *package.notes)
        made = fabricate(self._picture, order.options, self._find, order.pointed, say, self._stop.is_set)
        say(1.0, "Writing")
        content = (
            png_of(made, order.face, order.model)
            if order.kind == PNG
            else sheet_of(made, order.page, order.stem, order.face, order.model)
        )
        return [write_file(order.path, content, overwrite=True)], (*made.notes, *made.warnings)
