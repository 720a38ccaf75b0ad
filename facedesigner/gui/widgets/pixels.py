"""Pictures of the engine as pictures of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPalette

if TYPE_CHECKING:
    from facedesigner.contract.request import Image

SMOOTH_SIDE = 512  # pixels; enlarged beyond, a face shows no more


def to_qimage(image: Image) -> QImage:
    """(H, W, 3) uint8 -> a QImage of its own, in the format that paints fastest: one copy."""
    height, width, _ = image.shape
    return QImage(image.data, width, height, 3 * width, QImage.Format.Format_RGB888).convertToFormat(
        QImage.Format.Format_RGB32
    )


def enlarged(image: QImage) -> QImage:
    """Doubles a small picture step by step: repeated linear doubling is near a smooth spline, one big step is not."""
    while 0 < image.width() <= SMOOTH_SIDE // 2:
        image = image.scaled(
            image.size() * 2, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    return image


def paint_face(painter: QPainter, box: QRectF, palette: QPalette, picture: QImage | None, words: str) -> None:
    """A small face that may not be drawn yet: then `words` stand in its place."""
    if picture is not None:
        painter.drawImage(box, picture)
        return
    painter.fillRect(box, palette.mid())
    painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
