"""FaceView: the current face, large; to zoom, to move, to compare."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from facedesigner.gui.design.pixels import enlarged

ZOOM_MIN, ZOOM_MAX = 0.25, 40.0  # 1 fits the picture into the view
ZOOM_STEP = 1.25
GRIP = 12  # pixels from the wipe's line that still take hold of it
MARGIN = 8
CENTRE = QPointF(0.5, 0.5)
NUDGES = {
    Qt.Key.Key_Left: QPointF(-0.05, 0),
    Qt.Key.Key_Right: QPointF(0.05, 0),
    Qt.Key.Key_Up: QPointF(0, -0.05),
    Qt.Key.Key_Down: QPointF(0, 0.05),
}


class FaceView(QWidget):
    """Places are in units of the picture, 0 to 1, so that a sharper picture of the face moves nothing."""

    zoom_changed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._after: QImage | None = None
        self._before: QImage | None = None
        self._shown_after: QImage | None = None  # enlarged once, not at each paint
        self._shown_before: QImage | None = None
        self._comparing = False
        self._wipe = 0.5
        self._nearest = False
        self._zoom = 1.0
        self._centre = CENTRE
        self._grabbed = ""  # "wipe" or "picture" while the button is down
        self._last = QPointF()
        self._message = ""
        self._problem = ""
        self.setAccessibleName("Face")
        self.setToolTip("")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def picture(self) -> QImage | None:
        """What is shown, as the engine drew it."""
        return self._after

    @property
    def zoom(self) -> float:
        return self._zoom

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

    def set_nearest(self, nearest: bool) -> None:
        """Shows the picture's own pixels in place of smooth ones."""
        self._nearest = nearest
        self.update()

    def set_wipe(self, place: float) -> None:
        """Where before ends and after begins: 0 (left) to 1."""
        self._wipe = min(max(place, 0.0), 1.0)
        self.update()

    def fit(self) -> None:
        self._centre = CENTRE
        self._set_zoom(1.0)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """The point `at` of the widget, by default its middle, stays where it is."""
        middle = QRectF(self.rect()).center()
        at = middle if at is None else at
        fixed = self._to_picture(at)
        self._set_zoom(min(max(self._zoom * factor, ZOOM_MIN), ZOOM_MAX))
        self._move_centre(fixed - (at - middle) / self._side())

    def target(self) -> QRectF:
        """Where the picture is painted, in pixels of the widget."""
        side = self._side()
        corner = QRectF(self.rect()).center() - self._centre * side
        return QRectF(corner.x(), corner.y(), side, side)

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

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = "wipe" if self._near_wipe(event.position()) else "picture"
            self._last = event.position()
            if self._grabbed == "picture":
                self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed == "wipe":
            self.set_wipe(self._to_picture(event.position()).x())
        elif self._grabbed == "picture":
            self._move_centre(self._centre - (event.position() - self._last) / self._side())
            self._last = event.position()
        else:
            self.setCursor(
                Qt.CursorShape.SplitHCursor if self._near_wipe(event.position()) else Qt.CursorShape.ArrowCursor
            )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed = ""
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_0:
            self.fit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(1 / ZOOM_STEP)
        elif key in NUDGES and self._comparing and NUDGES[key].x():
            self.set_wipe(self._wipe + NUDGES[key].x())
        elif key in NUDGES:
            self._move_centre(self._centre + NUDGES[key] / self._zoom)
        else:
            super().keyPressEvent(event)

    def _side(self) -> float:
        return max(1.0, self._zoom * (min(self.width(), self.height()) - 2 * MARGIN))

    def _to_picture(self, place: QPointF) -> QPointF:
        return (place - QRectF(self.rect()).center()) / self._side() + self._centre

    def _near_wipe(self, place: QPointF) -> bool:
        line = self.target().left() + self._wipe * self._side()
        return self._comparing and self._after is not None and abs(place.x() - line) <= GRIP

    def _move_centre(self, centre: QPointF) -> None:
        """The middle of the view stays on the picture, so that it cannot be lost."""
        self._centre = QPointF(min(max(centre.x(), 0.0), 1.0), min(max(centre.y(), 0.0), 1.0))
        self.update()

    def _set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self.zoom_changed.emit(zoom)
        self.update()
