"""PictureOpener: opens a picture file in the background, since a large scan takes seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from facedesigner.gui.sketch.scan import open_picture, reason
from facedesigner.gui.work.desk import Desk


class PictureOpener(QObject):
    """One picture at a time; asked for another meanwhile, it forgets the first one."""

    failed = Signal(str)
    opened = Signal()  # after the receiver has got it

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = Desk(parent=self)

    def open(self, path: Path, receive: Callable[[QImage], object]) -> None:
        """Calls `receive` with the picture."""

        def take(image: QImage | None, error: Exception | None) -> None:
            if image is None:
                self.failed.emit(reason(path, error))
                return
            receive(image)
            self.opened.emit()

        self._desk.ask(lambda *_: open_picture(path), take, self, replace="picture", newest=True)

    def close(self) -> None:
        """Waits for what is being opened, and drops it."""
        self._desk.close()
