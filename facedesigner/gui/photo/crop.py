"""Crop and CropButton: a square picture of a face, to look at and to press."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from facedesigner.gui.widgets.pixels import enlarged, paint_face

LINES = 6  # of text: the height of a crop


def fitted(picture: QSize, room: QSize) -> QRectF:
    """Where a picture lies that fills the middle of the room."""
    size = picture.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
    return QRectF((room.width() - size.width()) / 2, (room.height() - size.height()) / 2, size.width(), size.height())


class Crop(QWidget):
    """`words` stand where the picture is still missing."""

    def __init__(self, name: str, words: str = "", lines: float = LINES) -> None:
        super().__init__()
        self._picture: QImage | None = None
        self._words, self._side = words, round(self.fontMetrics().height() * lines)
        self.setMinimumSize(self.sizeHint())
        self.setAccessibleName(name)
        self.setToolTip(name)

    @property
    def picture(self) -> QImage | None:
        return self._picture

    def set_picture(self, picture: QImage | None, words: str = "") -> None:
        self._picture = None if picture is None else enlarged(picture)
        self._words = words or self._words
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = QSize(1, 1) if self._picture is None else self._picture.size()
        size = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRectF(
            (self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height()
        )
        paint_face(painter, box, self.palette(), self._picture, self._words)


class CropButton(QAbstractButton):
    """Can be checked; the checked one has a frame."""

    def __init__(self, picture: QImage, name: str) -> None:
        super().__init__()
        self._picture, self._side = enlarged(picture), round(self.fontMetrics().height() * LINES)
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawImage(box, self._picture)
        if self.isChecked():
            painter.setPen(QPen(self.palette().highlight(), 4))
            painter.drawRect(box.adjusted(1.5, 1.5, -1.5, -1.5))
        if self.hasFocus():
            painter.setPen(QPen(QColor(Qt.GlobalColor.white), 1.5, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(4, 4, -4, -4))
