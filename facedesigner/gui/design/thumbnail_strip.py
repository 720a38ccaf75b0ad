"""ThumbnailStrip: five small pictures of what a slider does to the current face."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from facedesigner.state.face import FaceState

COUNT = 5
GAP = 3  # pixels
SMALLEST, LARGEST = 2.2, 3.2  # of a picture, in heights of a line of text


class ThumbnailStrip(QWidget):
    """Five values from the smallest to the largest; a click `picked` one. The one nearest the value is framed.

    Out of the tab order: the slider above does the same by keyboard.
    """

    picked = Signal(float)

    def __init__(self, minimum: float, maximum: float, unit: str = "") -> None:
        super().__init__()
        self.values = tuple(minimum + (maximum - minimum) * index / (COUNT - 1) for index in range(COUNT))
        self._unit = unit
        self._pictures: list[QImage | None] = [None] * COUNT
        self._value = 0.0
        self.shows: FaceState | None = (
            None  # the face of the pictures, without the strip's own control; None while partial
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def side(self) -> int:
        """Of one picture, in pixels before the screen's scale: smaller where there is little room."""
        return min(self._lines(LARGEST), (self.width() - (COUNT - 1) * GAP) // COUNT)

    def sizeHint(self) -> QSize:
        return self._size(LARGEST)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._size(SMALLEST).width(), self._size(LARGEST).height())

    def _size(self, lines: float) -> QSize:
        return QSize(COUNT * self._lines(lines) + (COUNT - 1) * GAP, self._lines(lines))

    def _lines(self, lines: float) -> int:
        return round(self.fontMetrics().height() * lines)

    def picture(self, index: int) -> QImage | None:
        return self._pictures[index]

    def set_picture(self, index: int, picture: QImage | None) -> None:
        self._pictures[index] = picture
        self.update()

    def clear(self) -> None:
        self._pictures = [None] * COUNT
        self.shows = None
        self.update()

    def set_value(self, value: float) -> None:
        if value != self._value:
            self._value = value
            self.update()

    def box(self, index: int) -> QRectF:
        gap = (self.width() - COUNT * self.side) / (COUNT - 1)
        return QRectF(round(index * (self.side + gap)), 0, self.side, self.side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        nearest = min(range(COUNT), key=lambda index: abs(self.values[index] - self._value))
        for index, picture in enumerate(self._pictures):
            box = self.box(index)
            if picture is None:
                painter.fillRect(box, palette.mid())
            else:
                painter.drawImage(box, picture)
            if index == nearest:
                painter.setPen(QPen(palette.highlight(), 3))
                painter.drawRect(box.adjusted(1.5, 1.5, -1.5, -1.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(self.values[index])

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self._index_at(QPointF(event.pos()))
            text = "" if index is None else f"Set to {self.values[index]:+.1f} {self._unit}"
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _index_at(self, place: QPointF) -> int | None:
        return next((index for index in range(COUNT) if self.box(index).contains(place)), None)
