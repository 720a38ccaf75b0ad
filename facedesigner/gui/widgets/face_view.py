"""FaceView: the current face, large; to zoom, to move, to compare."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)

from facedesigner.gui.widgets.pixels import enlarged
from facedesigner.gui.widgets.zoom_view import GRIP, MARGIN, ZoomView


class FaceView(ZoomView):
    """Places are in units of the picture, 0 to 1, so that a sharper picture of the face moves nothing."""

    def __init__(self) -> None:
        super().__init__("Face")
        self._after: QImage | None = None
        self._before: QImage | None = None
        self._shown_after: QImage | None = None  # enlarged once, not at each paint
        self._shown_before: QImage | None = None
        self._comparing = False
        self._message = ""
        self._problem = ""
        self.overlays: list[Callable[[QPainter, QRectF], None]] = []  # paint over the picture, given where it is
        self.setToolTip("")

    @property
    def picture(self) -> QImage | None:
        """What is shown, as the engine drew it."""
        return self._after

    @property
    def comparing(self) -> bool:
        return self._comparing

    @property
    def message(self) -> str:
        """What stands in place of, or below, the picture."""
        return self._problem or ("" if self._after else self._message)

    def set_picture(self, picture: QImage) -> None:
        self._after = picture
        self._shown_after = None
        self._problem = ""
        self.update()

    def set_before(self, picture: QImage | None) -> None:
        """The left side of the comparison; None until it is drawn."""
        self._before = picture
        self._shown_before = None
        self.update()

    def clear(self, message: str) -> None:
        """No picture, but a sentence in its place."""
        self._after = self._before = self._shown_after = self._shown_before = None
        self._message, self._problem = message, ""
        self.update()

    def show_problem(self, reason: str) -> None:
        """Why the face is not drawn; the last picture stays until there is a new one."""
        self._problem = reason
        self.update()

    def set_comparing(self, comparing: bool) -> None:
        self._comparing = comparing
        self.update()

    def target(self) -> QRectF:
        """Where the picture is painted, in pixels of the widget."""
        side = self._side()
        corner = QRectF(self.rect()).center() - self._centre * side
        return QRectF(corner.x(), corner.y(), side, side)

    def place_of(self, place: QPointF) -> QPointF:
        """A place of the widget in units of the picture."""
        return self._to_picture(place)

    def sizeHint(self) -> QSize:
        return QSize(520, 520)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 240)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self._nearest)
        painter.setFont(self.font())
        if self._after is None:
            self._paint_text(painter, self.message)
        else:
            self._paint_pictures(painter)
            for overlay in self.overlays:
                overlay(painter, self.target())
            if self._problem:
                self._paint_band(painter)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight(), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_pictures(self, painter: QPainter) -> None:
        target = self.target()
        if self._shown_after is None and self._after is not None:
            self._shown_after = enlarged(self._after)
        after = self._after if self._nearest else self._shown_after
        if after is not None:
            painter.drawImage(target, after)
        if not self._comparing:
            return
        if self._shown_before is None and self._before is not None:
            self._shown_before = enlarged(self._before)
        before = self._before if self._nearest else self._shown_before
        line = target.left() + self._wipe * target.width()
        if before is not None:
            painter.save()
            painter.setClipRect(QRectF(target.left(), target.top(), line - target.left(), target.height()))
            painter.drawImage(target, before)
            painter.restore()
        self._paint_wipe(painter, target, line)

    def _paint_wipe(self, painter: QPainter, target: QRectF, line: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = target.intersected(QRectF(self.rect()))
        for colour, thickness in ((QColor(0, 0, 0, 140), 4), (QColor("white"), 2)):
            painter.setPen(QPen(colour, thickness))
            painter.drawLine(QPointF(line, seen.top()), QPointF(line, seen.bottom()))
        painter.setBrush(QColor("white"))
        painter.setPen(QPen(QColor(0, 0, 0, 140), 1))
        painter.drawEllipse(QPointF(line, seen.center().y()), GRIP * 0.75, GRIP * 0.75)
        left = "As generated" if self._before is not None else "Drawing…"
        height = self.fontMetrics().height() * 1.6
        for text, at_right in ((left, False), ("Now", True)):
            width = self.fontMetrics().horizontalAdvance(text) + height
            x = seen.right() - width - MARGIN if at_right else seen.left() + MARGIN
            plate = QRectF(x, seen.top() + MARGIN, width, height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 160))
            painter.drawRoundedRect(plate, 4, 4)
            painter.setPen(QColor("white"))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_text(self, painter: QPainter, text: str) -> None:
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        box = self.rect().adjusted(40, 40, -40, -40)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)

    def _paint_band(self, painter: QPainter) -> None:
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = self.rect().adjusted(20, 0, -20, -16)
        height = painter.fontMetrics().boundingRect(room, flags, self._problem).height() + 16
        band = QRectF(0, self.height() - height, self.width(), height)
        painter.fillRect(band, QColor(0, 0, 0, 200))
        painter.setPen(QColor("white"))
        painter.drawText(band.adjusted(20, 0, -20, 0), flags, self._problem)

    def _side(self) -> float:
        return max(1.0, self._zoom * (min(self.width(), self.height()) - 2 * MARGIN))

    def _size(self) -> QSizeF:
        return QSizeF(self._side(), self._side())

    def _cell_at(self, place: QPointF | None) -> QRectF:
        return QRectF(self.rect())

    def _has_wipe(self) -> bool:
        return self._comparing

    def _near_wipe(self, place: QPointF) -> bool:
        line = self.target().left() + self._wipe * self._side()
        return self._comparing and self._after is not None and abs(place.x() - line) <= GRIP
