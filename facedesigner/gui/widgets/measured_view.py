"""MeasuredView: a picture with its landmarks and its lengths in mm; takes clicks on the pupils."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from facedesigner.gui.widgets.pixels import enlarged

if TYPE_CHECKING:
    from facedesigner.engine.landmarks import Landmarks
    from facedesigner.export.frame import Frame
    from facedesigner.export.measure import Measure

LINE, HALO = QColor("#FF4D4D"), QColor(0, 0, 0, 150)
SHADE = QColor(0, 0, 0, 130)  # over what is not exported
DOT = 1.6
MARGIN = 6


class MeasuredView(QWidget):
    """Places are pixels of the picture."""

    clicked = Signal(float, float)

    def __init__(self) -> None:
        super().__init__()
        self._picture: QImage | None = None
        self._size = (1, 1)
        self._landmarks: Landmarks | None = None
        self._measures: Sequence[Measure] = ()
        self._frame: Frame | None = None
        self._mirrored = False
        self.points: list[tuple[float, float]] = []  # clicks so far
        self.asking = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Preview with measures")

    def sizeHint(self) -> QSize:
        return QSize(520, 520)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 320)

    def show_picture(self, picture: QImage) -> None:
        self._size = (picture.width(), picture.height())
        self._picture = enlarged(picture)
        self.update()

    def show_measures(
        self, landmarks: Landmarks | None, measures: Sequence[Measure], frame: Frame | None, mirrored: bool
    ) -> None:
        self._landmarks, self._measures, self._frame, self._mirrored = landmarks, measures, frame, mirrored
        self.update()

    def ask(self, asking: bool) -> None:
        """Whether clicks on the pupils are wanted."""
        self.asking = asking
        self.setCursor(Qt.CursorShape.CrossCursor if asking else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place, inside = self._transform().inverted()
        if not self.asking or not inside or event.button() != Qt.MouseButton.LeftButton:
            return
        spot = place.map(event.position())
        if 0 <= spot.x() <= self._size[0] and 0 <= spot.y() <= self._size[1]:
            self.clicked.emit(spot.x(), spot.y())

    def place_of(self, x: float, y: float) -> QPointF:
        """Where a place of the picture is in the widget."""
        return self._transform().map(QPointF(x, y))

    def _transform(self) -> QTransform:
        """From the picture to the widget."""
        width, height = self._size
        room = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        scale = max(min(room.width() / width, room.height() / height), 1e-3)
        move = QTransform.fromTranslate(room.center().x(), room.center().y())
        move.scale(-scale if self._mirrored else scale, scale)
        move.translate(-width / 2, -height / 2)
        return move

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None:
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        move = self._transform()
        whole = QRectF(0, 0, *self._size)
        painter.setTransform(move)
        painter.drawImage(whole, self._picture)
        painter.resetTransform()
        if self._frame is not None:
            self._paint_frame(painter, move, whole)
        for spot in self.points:
            self._paint_cross(painter, move.map(QPointF(*spot)))
        if self._landmarks is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(LINE)
        places = self._landmarks.eyes if self._landmarks.points is None else self._landmarks.points
        for x, y in places.tolist():
            painter.drawEllipse(move.map(QPointF(x, y)), DOT, DOT)
        for measure in self._measures:
            self._paint_measure(painter, move, measure)

    def _paint_frame(self, painter: QPainter, move: QTransform, whole: QRectF) -> None:
        """Darkens what is not exported."""
        frame = self._frame
        assert frame is not None
        halves = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
        corners = [frame.centre + x * frame.width * frame.across + y * frame.height * frame.down for x, y in halves]
        outside, inside = QPainterPath(), QPainterPath()
        outside.addPolygon(move.map(QPolygonF(whole)))
        inside.addPolygon(move.map(QPolygonF([QPointF(*corner.tolist()) for corner in corners])))
        inside.closeSubpath()
        painter.fillPath(outside.subtracted(inside), SHADE)

    def _paint_cross(self, painter: QPainter, spot: QPointF) -> None:
        painter.setPen(QPen(LINE, 1.5))
        for step in (QPointF(7, 0), QPointF(0, 7)):
            painter.drawLine(spot - step, spot + step)

    def _paint_measure(self, painter: QPainter, move: QTransform, measure: Measure) -> None:
        start, end = (move.map(QPointF(*place.tolist())) for place in (measure.start, measure.end))
        painter.setPen(QPen(LINE, 1.2))
        painter.drawLine(start, end)
        upright = abs(end.y() - start.y()) > abs(end.x() - start.x())
        words = f"{measure.mm:.1f}"
        metrics = painter.fontMetrics()
        box = QRectF(0, 0, metrics.horizontalAdvance(words) + 6, metrics.height())
        right = start if start.x() > end.x() else end
        box.moveTo(start + QPointF(4, 2) if upright else right + QPointF(4, -box.height() / 2))
        box.moveRight(min(box.right(), self.width()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(HALO)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(Qt.GlobalColor.white)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        painter.setBrush(Qt.BrushStyle.NoBrush)
