"""Layers of the canvas -> the arrays that the engine takes. Runs in the thread that draws, or in a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from facedesigner.gui.sketch.raster import Raster
from facedesigner.state.drawing import HINTS, SKETCH, Mark

if TYPE_CHECKING:
    from facedesigner.contract.sketching import Grey, Hints

PIXELS = 512  # what the engine is given: twice its own, so that it thins lines as it likes


def draw_strokes(drawing: Sequence[Mark], pixels: int = PIXELS) -> tuple[Grey, Hints]:
    """A drawing as `facedesigner sketch` takes it: grey (pixels, pixels), 255 is paper, and RGBA colour hints."""
    raster = Raster()
    for mark in drawing:
        raster.paint(mark)
    return grey_of(raster.layers[SKETCH], pixels), hints_of(raster.layers[HINTS], pixels)


def grey_of(lines: QImage, pixels: int = PIXELS, photo: QImage | None = None) -> Grey:
    """Lines on white paper, or on a photo of the same size -> (pixels, pixels)."""
    paper = QImage(lines.size(), QImage.Format.Format_RGB32)
    paper.fill(Qt.GlobalColor.white)
    painter = QPainter(paper)
    for image in filter(None, (photo, lines)):
        painter.drawImage(0, 0, image)
    painter.end()
    grey: Grey = _array(_scaled(paper, pixels).convertToFormat(QImage.Format.Format_Grayscale8), 1)[..., 0]
    return grey


def hints_of(colours: QImage, pixels: int = PIXELS) -> Hints:
    """(pixels, pixels, 4); alpha 0 where nothing is hinted."""
    hints: Hints = _array(_scaled(colours, pixels).convertToFormat(QImage.Format.Format_RGBA8888), 4)
    return hints


def _scaled(image: QImage, pixels: int) -> QImage:
    smooth = Qt.TransformationMode.SmoothTransformation
    return image.scaled(pixels, pixels, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)


def _array(image: QImage, channels: int) -> Any:
    """A copy of the pixels: (H, W, channels) uint8."""
    import numpy as np

    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : channels * image.width()].reshape(image.height(), image.width(), channels).copy()
