"""PreviewThread: draws what an export will look like, always as wished last, and measures what touches the frame."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from facedesigner.gui.fabrication.cutter import Cutter
from facedesigner.gui.fabrication.leaving_thread import LeavingThread

if TYPE_CHECKING:
    from facedesigner.engine.landmarks import Landmarks
    from facedesigner.engine.request import Image
    from facedesigner.export.fabrication import Options
    from facedesigner.export.preview import Previewer


@dataclass(frozen=True, eq=False)
class Wish:
    options: Options
    landmarks: Landmarks
    side: int  # pixels of the longer one


class PreviewThread(LeavingThread):
    """The cut-out is made once for each set of landmarks, also where the background stays: what touches the frame is
    seen by it. A wish that was not begun is replaced by the next."""

    drawn = Signal(object, object, bool)  # Wish, Preview, whether the cut-out is still being made

    def __init__(self, picture: Image, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._wake = threading.Condition()
        self._wish: Wish | None = None
        self._closing = False
        self._cutter = Cutter()

    def submit(self, wish: Wish) -> None:
        with self._wake:
            self._wish = wish
            self._wake.notify()

    def end(self) -> None:
        with self._wake:
            self._closing = True
            self._wake.notify()

    def run(self) -> None:
        from facedesigner.export.preview import Previewer

        previewer = Previewer(
            self._picture, lambda picture, marks: self._cutter.cut(picture, marks, lambda: self._closing)
        )
        try:
            self._work(previewer)
        finally:
            self._cutter.close()

    def _work(self, previewer: Previewer) -> None:
        while True:
            with self._wake:
                while self._wish is None and not self._closing:
                    self._wake.wait()
                if self._closing or self._wish is None:
                    return
                wish, self._wish = self._wish, None
            known = previewer.knows(wish.landmarks)
            self.drawn.emit(wish, previewer.draw(wish.options, wish.landmarks, wish.side), not known)
            if known:
                continue
            previewer.cut(wish.landmarks)
            with self._wake:  # what was asked for meanwhile is drawn in its turn
                again = self._wish is None and not self._closing
            if again:
                self.drawn.emit(wish, previewer.draw(wish.options, wish.landmarks, wish.side), False)
