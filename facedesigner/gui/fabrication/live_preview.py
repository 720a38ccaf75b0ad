"""LivePreview: the preview that follows the form; drawn in a thread of its own, the newest wish only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from facedesigner.gui.fabrication.previewing import Previewing, Wish
from facedesigner.gui.widgets.preview_view import PreviewView
from facedesigner.gui.work.desk import Desk
from training.texts import sentence

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.engine.landmarks import Landmarks
    from facedesigner.export.fabrication import Options
    from facedesigner.export.preview import Preview

CUTTING = "Removing the background…"
SIDE = 768  # pixels: about as large as the view becomes


class LivePreview(PreviewView):
    warned = Signal(str)  # sentences about what is shown, "" for none

    def __init__(self, picture: Image) -> None:
        super().__init__()
        self.desk = Desk(lambda: Previewing(picture), self)
        self._wish: Wish | None = None

    def ask(self, options: Options, landmarks: Landmarks) -> None:
        """What is seen stays until the thread has drawn anew."""
        self._wish = wish = Wish(options, landmarks, SIDE)
        self.desk.ask(
            lambda previewing, job: previewing.draw(wish, job),
            lambda preview, error: self._finish(wish, preview, error),
            self,
            replace="preview",
            report=lambda preview: self._take(wish, preview, True),
        )

    def give_up(self, why: str) -> None:
        self._wish = None
        self.warned.emit("")
        self.say(why)

    def _finish(self, wish: Wish, preview: Preview | None, error: Exception | None) -> None:
        if preview is None:
            self.say(f"{str(error) or type(error).__name__}.")
        else:
            self._take(wish, preview, False)

    def _take(self, wish: Wish, preview: Preview, cutting: bool) -> None:
        if self._wish is None or wish.landmarks is not self._wish.landmarks:
            return
        self.warned.emit(" ".join(preview.warnings))
        if preview.pixels is not None:
            self.show_pixels(preview.pixels)
        elif cutting:
            self.say(CUTTING, keep=True)
        elif preview.trouble:
            self.say(sentence(preview.trouble))
