"""FaceBoxes: a photo with a numbered box around each of its faces, one of which is chosen."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from facedesigner.gui.photo.crop import fitted

STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class FaceBoxes(QWidget):
    """The faces are numbered from left to right, so that the arrow keys go where they point."""

    chosen = Signal(int)
    accepted = Signal()  # a double click

    def __init__(self, picture: QImage, boxes: list[QRectF], index: int) -> None:
        """`boxes` in pixels of the picture."""
        super().__init__()
        self._picture, self._boxes, self._index = picture, boxes, index
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 240)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Click a face, or use the arrow keys; Enter opens it")
        self._name()

    def choose(self, index: int) -> None:
        if index != self._index:
            self._index = index
            self._name()
            self.update()
            self.chosen.emit(index)

    def sizeHint(self) -> QSize:
        return self._picture.size().scaled(760, 480, Qt.AspectRatioMode.KeepAspectRatio)

    def place(self, index: int) -> QRectF:
        """Where a face's box is drawn, in pixels of the widget."""
        target = fitted(self._picture.size(), self.size())
        scale = target.width() / max(1, self._picture.width())
        box = self._boxes[index]
        corner = target.topLeft() + box.topLeft() * scale
        return QRectF(corner, box.size() * scale)

    def _name(self) -> None:
        self.setAccessibleName(f"Photo with {len(self._boxes)} faces; face {self._index + 1} is chosen")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        painter.drawImage(fitted(self._picture.size(), self.size()), self._picture)
        for index in sorted(range(len(self._boxes)), key=lambda index: index == self._index):  # the chosen one on top
            self._paint_box(painter, index)

    def _paint_box(self, painter: QPainter, index: int) -> None:
        box, chosen = self.place(index), index == self._index
        colour = self.palette().highlight().color() if chosen else QColor("white")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(QColor(0, 0, 0, 150), 6 if chosen else 4), QPen(colour, 4 if chosen else 2)):
            painter.setPen(pen)
            painter.drawRoundedRect(box, 4, 4)
        side = self.fontMetrics().height() * 1.3
        badge = QRectF(box.left(), max(0.0, box.top() - side), side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(badge, 3, 3)
        painter.setPen(self.palette().highlightedText().color() if chosen else QColor("black"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(index + 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._at(event)
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self.choose(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._at(event) is not None:
            self.accepted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.choose((self._index + step) % len(self._boxes))

    def _at(self, event: QMouseEvent) -> int | None:
        """The face under the mouse; where boxes overlap, the smallest."""
        under = [i for i in range(len(self._boxes)) if self.place(i).contains(event.position())]
        return min(under, key=lambda index: self._boxes[index].width()) if under else None
