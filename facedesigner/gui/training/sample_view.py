"""SampleView: one picture, as large as fits, or words in its place."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget


class SampleView(QWidget):
    """Grids of small faces: enlarged smoothly, and by whole steps where there is room."""

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self.picture: QImage | None = None
        self.words = words
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 100)

    def show_picture(self, picture: QImage) -> None:
        self.picture = picture
        self.update()

    def show_words(self, words: str) -> None:
        self.picture, self.words = None, words
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, 360)

    def box(self) -> QRectF:
        """Where the picture is painted."""
        if self.picture is None or self.picture.isNull():
            return QRectF()
        fitting = self.picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(
            (self.width() - fitting.width()) / 2,
            (self.height() - fitting.height()) / 2,
            fitting.width(),
            fitting.height(),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.picture is None or self.picture.isNull():
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(12, 12, -12, -12), flags, self.words)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.box(), self.picture)
