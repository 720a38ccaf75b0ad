"""PreviewView: the picture as it will be exported; where it is transparent, a chequered ground shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from facedesigner.gui.widgets.channels import chequered

if TYPE_CHECKING:
    import numpy as np

GREYS = "#cccccc", "#999999"  # behind transparent parts
MARGIN = 6


class PreviewView(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._picture: QImage | None = None
        self._words = ""
        self._ground = chequered(*GREYS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Preview of the export")

    @property
    def words(self) -> str:
        return self._words

    @property
    def picture(self) -> QImage | None:
        return self._picture

    def sizeHint(self) -> QSize:
        return QSize(520, 520)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 320)

    def show_pixels(self, pixels: np.ndarray) -> None:
        """(H, W, 3), or 4 with alpha, uint8."""
        height, width, channels = pixels.shape
        kind = QImage.Format.Format_RGBA8888 if channels == 4 else QImage.Format.Format_RGB888
        wanted = QImage.Format.Format_ARGB32_Premultiplied if channels == 4 else QImage.Format.Format_RGB32
        self._picture = QImage(pixels.data, width, height, channels * width, kind).convertToFormat(wanted)
        self._words = ""
        self.update()

    def say(self, words: str, keep: bool = False) -> None:
        """In place of the picture, or over it if that is to be kept."""
        self._words = words
        if not keep:
            self._picture = None
        self.update()

    def box(self) -> QRectF:
        """Where the picture lies."""
        room = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        if self._picture is None:
            return room
        scale = min(room.width() / self._picture.width(), room.height() / self._picture.height())
        box = QRectF(0, 0, round(scale * self._picture.width()), round(scale * self._picture.height()))
        box.moveCenter(room.center().toPoint().toPointF())
        return box

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = self.box()
        if self._picture is not None:
            if self._picture.hasAlphaChannel():
                painter.drawTiledPixmap(box, self._ground)
            painter.drawImage(box, self._picture)
        if not self._words:
            return
        if self._picture is not None:
            painter.fillRect(box, QColor(0, 0, 0, 130))
            painter.setPen(Qt.GlobalColor.white)
        else:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(box.adjusted(24, 0, -24, 0), flags, self._words)
