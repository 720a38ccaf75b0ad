"""Snapshot: the canvas at one moment, for the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from facedesigner.contract.sketching import ColorizeRequest, SketchRequest, SketchResult
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
    place: bool = False  # a drawing lies anywhere on the sheet: the engine brings it to where faces lie

    def request(self) -> SketchRequest | ColorizeRequest:
        """As arrays: some milliseconds, so not in the window's thread."""
        hints = None if self.colours is None else hints_of(self.colours)
        if self.colourise:
            return ColorizeRequest(grey_of(self.lines, SIDE, self.photo), hints, self.stamp)
        return SketchRequest(grey_of(self.lines), hints, self.follow, self.variant, self.stamp, self.place)


def drawn(engine: SketchEngine, snapshot: Snapshot) -> SketchResult:
    """Whatever goes wrong is a result."""
    request = snapshot.request()
    try:
        if isinstance(request, ColorizeRequest):
            return engine.colorize(request)
        return engine.render(request)
    except Exception as error:  # the engine promises not to raise
        return SketchResult(request, error=str(error) or type(error).__name__)
