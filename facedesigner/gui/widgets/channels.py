"""Pictures with any number of channels as pictures of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

if TYPE_CHECKING:
    from facedesigner.contract.request import Image

CHEQUER = 8  # pixels of the squares behind transparent parts


def as_qimage(pixels: Image) -> QImage:
    """(H, W, C) uint8, C from 1 to 4, as a QImage of its own."""
    import numpy as np

    height, width, channels = pixels.shape
    shown: Any = pixels
    if channels == 2:
        shown = np.concatenate([np.repeat(pixels[:, :, :1], 3, 2), pixels[:, :, 1:]], 2)
    shown = np.ascontiguousarray(shown)
    form = {
        1: QImage.Format.Format_Grayscale8,
        2: QImage.Format.Format_RGBA8888,
        3: QImage.Format.Format_RGB888,
        4: QImage.Format.Format_RGBA8888,
    }[channels]
    return QImage(shown.data, width, height, width * shown.shape[2], form).copy()


def chequered(light: str, dark: str) -> QPixmap:
    """The tile that shows behind transparent parts, in two colours such as "#cccccc"."""
    tile = QPixmap(2 * CHEQUER, 2 * CHEQUER)
    tile.fill(QColor(dark))
    painter = QPainter(tile)
    for place in (0, CHEQUER):
        painter.fillRect(place, place, CHEQUER, CHEQUER, QColor(light))
    painter.end()
    return tile
