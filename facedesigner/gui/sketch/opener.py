"""PictureOpener: opens a picture file in a thread of its own, since a large scan takes seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QImage

from facedesigner.gui.sketch.scan import ScanError, open_picture


class PictureOpener(QObject):
    """One picture at a time; asked for another meanwhile, it forgets the first one."""

    failed = Signal(str)
    opened = Signal()  # after the receiver has got it

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: list[_Opening] = []

    def open(self, path: Path, receive: Callable[[QImage], object]) -> None:
        """Calls `receive` with the picture, in this thread."""
        self._threads = [thread for thread in self._threads if thread.isRunning()]
        thread = _Opening(path, self)
        self._threads.append(thread)
        thread.done.connect(lambda image, reason: self._take(thread, image, reason, receive))
        thread.start()

    def close(self) -> None:
        """Waits for what is being opened, and drops it."""
        threads, self._threads = self._threads, []
        for thread in threads:
            thread.wait()

    def _take(self, thread: _Opening, image: QImage, reason: str, receive: Callable[[QImage], object]) -> None:
        if not self._threads or thread is not self._threads[-1]:
            return
        if reason:
            self.failed.emit(reason)
        else:
            receive(image)
            self.opened.emit()


class _Opening(QThread):
    done = Signal(object, str)  # QImage or None, why not

    def __init__(self, path: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._path = path

    def run(self) -> None:
        try:
            self.done.emit(open_picture(self._path), "")
        except ScanError as error:
            self.done.emit(None, str(error))
        except Exception as error:  # such as memory that runs out
            self.done.emit(None, f"{self._path.name} cannot be opened: {error}")
