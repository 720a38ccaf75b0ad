"""Tile: one face of the gallery."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from facedesigner.gui.widgets.pixels import enlarged, paint_face
from facedesigner.state.edits import describe
from facedesigner.state.face import FaceState

NO_MODIFIER = Qt.KeyboardModifier.NoModifier


class Tile(QAbstractButton):
    """Marks: a thick frame round the current face, a tick on selected ones, a dotted frame for the keyboard's place."""

    hit = Signal(object)  # Qt.KeyboardModifier of the click
    dragged = Signal()  # the pressed mouse has moved off: to take the face elsewhere

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.face: FaceState | None = None
        self.problem = ""
        self.warning = ""
        self._picture: QImage | None = None
        self._current = False
        self._pressed_at = QPoint()
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    @property
    def picture(self) -> QImage | None:
        return self._picture

    @property
    def current(self) -> bool:
        return self._current

    def set_face(self, face: FaceState | None) -> None:
        """A face without its picture yet, or None for an empty place."""
        self.face = face
        self._picture = None
        self.problem = self.warning = ""
        self.setChecked(False)
        self.setEnabled(face is not None)
        self._name()

    def set_picture(self, picture: QImage) -> None:
        self._picture = enlarged(picture)
        self.update()

    def set_problem(self, reason: str) -> None:
        """Shows that the face could not be drawn; the tooltip says why."""
        self.problem = reason
        self._name()

    def set_warning(self, words: str) -> None:
        """Marks the face with a triangle; the tooltip says why."""
        self.warning = words
        self._name()

    def set_current(self, current: bool) -> None:
        if current != self._current:
            self._current = current
            self._name()

    def sizeHint(self) -> QSize:
        side = self.fontMetrics().height() * 5
        return QSize(side, side)

    def _name(self) -> None:
        about = describe(self.face) if self.face else "Empty"
        self.setToolTip("\n".join(filter(None, (about, self.problem, self.warning))))
        self.setAccessibleName(", ".join(filter(None, (about, "current face" if self._current else "", self.warning))))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        paint_face(painter, box, palette, self._picture, "Not drawn" if self.problem else "…" if self.face else "")
        if self._current:
            painter.setPen(QPen(palette.highlight(), 5))
            painter.drawRect(box.adjusted(2, 2, -2, -2))
            painter.setPen(QPen(palette.text(), 1))
            painter.drawRect(box)
        if self.isChecked():
            self._paint_tick(painter, box)
        if self.warning:
            self._paint_warning(painter, box)
        if self.hasFocus():
            for colour, style in (
                (Qt.GlobalColor.black, Qt.PenStyle.SolidLine),
                (Qt.GlobalColor.white, Qt.PenStyle.DotLine),
            ):
                painter.setPen(QPen(colour, 1.5, style))
                painter.drawRect(box.adjusted(5, 5, -5, -5))

    def _paint_tick(self, painter: QPainter, box: QRectF) -> None:
        side = self.fontMetrics().height() * 1.2
        badge = QRectF(box.right() - side - 7, box.top() + 7, side, side)
        painter.setPen(QPen(self.palette().highlightedText(), 2))
        painter.setBrush(self.palette().highlight())
        painter.drawEllipse(badge)
        points = ((0.27, 0.52), (0.44, 0.69), (0.74, 0.34))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([badge.topLeft() + QPointF(x * side, y * side) for x, y in points]))

    def _paint_warning(self, painter: QPainter, box: QRectF) -> None:
        side = self.fontMetrics().height() * 1.3
        badge = QRectF(box.left() + 7, box.top() + 7, side, side)
        painter.setPen(QPen(QColor("#201A00"), 1))
        painter.setBrush(QColor("#F2B04A"))
        painter.drawPolygon(
            QPolygonF([QPointF(badge.center().x(), badge.top()), badge.bottomRight(), badge.bottomLeft()])
        )
        painter.drawText(badge.adjusted(0, side * 0.2, 0, 0), Qt.AlignmentFlag.AlignCenter, "!")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setDown(event.button() == Qt.MouseButton.LeftButton)
        self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        far = (event.position().toPoint() - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if self.isDown() and far and self.face is not None:
            self.setDown(False)
            self.dragged.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        down = self.isDown()
        self.setDown(False)
        if down and self.rect().contains(event.position().toPoint()):
            self.hit.emit(event.modifiers())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # the gallery walks, chooses and selects

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()
