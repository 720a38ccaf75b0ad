"""CompareView: one picture enlarged several ways, side by side or either side of a line, moved and zoomed together."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)

from facedesigner.gui.widgets.channels import chequered
from facedesigner.gui.widgets.zoom_view import CENTRE, GRIP, MARGIN, ZoomView

GAP = 6  # pixels between columns
GREYS = "#d8d8d8", "#b0b0b0"  # behind transparent parts


@dataclass(slots=True)
class Column:
    """A cell of the view."""

    label: str
    picture: QImage | None = None
    words: str = ""  # over the picture, such as progress or a problem
    shown: QImage | None = None  # the picture made smaller once, not at each paint


class CompareView(ZoomView):
    """Places are in units of the picture, 0 to 1, so that they are the same in all columns and at both scales."""

    def __init__(self) -> None:
        super().__init__("Comparison")
        self.columns: list[Column] = []
        self._backdrop: QImage | None = None  # the small picture, shown where a large one is not there yet
        self._message = ""
        self._wiping = False
        self._pair = (0, 1)  # columns left and right of the line

    @property
    def wipe(self) -> float:
        return self._wipe

    @property
    def message(self) -> str:
        """What stands in place of the pictures."""
        return "" if self._backdrop is not None else self._message

    def clear(self, message: str) -> None:
        self._backdrop, self._message = None, message
        self.update()

    def set_source(self, picture: QImage, labels: list[str]) -> None:
        """A new picture; zoom and place stay when it has the shape of the last one, as another scale or face does."""
        if self._backdrop is None or self._shape(picture) != self._shape(self._backdrop):
            self._centre, self._zoom = CENTRE, 1.0
        self._backdrop = picture
        self.columns = [Column(label) for label in labels]
        self.zoom_changed.emit(self._zoom)
        self.update()

    def set_picture(self, index: int, picture: QImage) -> None:
        column = self.columns[index]
        column.picture, column.words, column.shown = picture, "", None
        self.update()

    def set_words(self, index: int, words: str) -> None:
        self.columns[index].words = words
        self.update()

    def set_wiping(self, wiping: bool) -> None:
        self._wiping = wiping
        self.zoom_changed.emit(self._zoom)  # a column is as wide as the view now, or a part of it
        self.update()

    def set_pair(self, left: int, right: int) -> None:
        """Which columns the line parts."""
        self._pair = (left, right)
        self.update()

    def cells(self) -> list[QRectF]:
        """Where the columns are, in pixels of the widget."""
        count = 1 if self._wiping else max(1, len(self.columns))
        width = (self.width() - GAP * (count - 1)) / count
        return [QRectF(number * (width + GAP), 0, width, self.height()) for number in range(count)]

    def target(self, cell: QRectF) -> QRectF:
        """Where the picture is painted in a column."""
        size = self._size()
        corner = cell.center() - QPointF(self._centre.x() * size.width(), self._centre.y() * size.height())
        return QRectF(corner, size)

    def sizeHint(self) -> QSize:
        return QSize(900, 500)

    def minimumSizeHint(self) -> QSize:
        return QSize(360, 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        if self._backdrop is None:
            painter.setPen(self.palette().color(QPalette.ColorRole.Text))
            box = self.rect().adjusted(40, 40, -40, -40)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)
        elif self._wiping:
            self._paint_wiped(painter, self.cells()[0])
        else:
            for column, cell in zip(self.columns, self.cells(), strict=True):
                self._paint_column(painter, column, cell, cell)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight(), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_column(self, painter: QPainter, column: Column, cell: QRectF, clip: QRectF) -> None:
        """The picture of a column at its place in `cell`, as far as `clip` goes."""
        painter.save()
        painter.setClipRect(clip)
        target = self.target(cell)
        if self._backdrop is not None and self._backdrop.hasAlphaChannel():
            painter.fillRect(target, QBrush(chequered(*GREYS)))
        near = self._nearest and column.picture is not None
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not near)
        picture = self._shown(column, target)
        if picture is not None:
            painter.drawImage(target, picture)
        if column.words:
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            room = clip.adjusted(16, 16, -16, -16)
            plate = QRectF(painter.boundingRect(room, flags, column.words)).adjusted(-10, -6, 10, 6)
            painter.fillRect(plate, QColor(0, 0, 0, 190))
            painter.setPen(QColor("white"))
            painter.drawText(room, flags, column.words)
        painter.restore()

    def _paint_wiped(self, painter: QPainter, cell: QRectF) -> None:
        target, line = self.target(cell), self._line()
        halves = (
            QRectF(cell.left(), cell.top(), line - cell.left(), cell.height()),
            QRectF(line, cell.top(), cell.right() - line, cell.height()),
        )
        for index, half in zip(self._pair, halves, strict=True):
            self._paint_column(painter, self.columns[index], cell, half)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = target.intersected(cell)
        for colour, thickness in ((QColor(0, 0, 0, 140), 4), (QColor("white"), 2)):
            painter.setPen(QPen(colour, thickness))
            painter.drawLine(QPointF(line, seen.top()), QPointF(line, seen.bottom()))
        painter.setBrush(QColor("white"))
        painter.setPen(QPen(QColor(0, 0, 0, 140), 1))
        painter.drawEllipse(QPointF(line, seen.center().y()), GRIP * 0.75, GRIP * 0.75)

    def _shown(self, column: Column, target: QRectF) -> QImage | None:
        """The picture to draw; one that is shown much smaller than it is, is averaged first, lest it flicker."""
        picture = column.picture or self._backdrop
        if picture is None or self._nearest or picture.width() < 1.5 * target.width() * self.devicePixelRatioF():
            return picture
        size = (target.size() * self.devicePixelRatioF()).toSize()
        if column.shown is None or column.shown.size() != size:
            column.shown = picture.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        return column.shown

    # -- places

    def _size(self) -> QSizeF:
        """Of the picture on the screen: at a zoom of 1 it fits into a column."""
        if self._backdrop is None:
            return QSizeF(1, 1)
        room = self.cells()[0].adjusted(0, MARGIN, 0, -MARGIN).size()
        size = QSizeF(self._backdrop.size()).scaled(room, Qt.AspectRatioMode.KeepAspectRatio) * self._zoom
        return QSizeF(max(1.0, size.width()), max(1.0, size.height()))

    def _cell_at(self, place: QPointF | None) -> QRectF:
        cells = self.cells()
        return cells[0] if place is None else min(cells, key=lambda cell: abs(cell.center().x() - place.x()))

    def _has_wipe(self) -> bool:
        return self._wiping

    def _can_grab(self) -> bool:
        return self._backdrop is not None

    def _near_wipe(self, place: QPointF) -> bool:
        return self._wiping and self._backdrop is not None and abs(place.x() - self._line()) <= GRIP

    def _line(self) -> float:
        """Where the wipe's line stands; at the edge of the view when its place is beyond."""
        cell = self.cells()[0]
        target = self.target(cell)
        return min(max(target.left() + self._wipe * target.width(), cell.left()), cell.right())

    @staticmethod
    def _shape(picture: QImage) -> float:
        return picture.width() / picture.height()
