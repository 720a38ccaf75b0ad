"""ZoomView: what a hand does with a picture: zoom, move, and drag a wipe's line."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

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


class ZoomView(QWidget):
    """Places are in units of the picture, 0 to 1. A view says where its pictures lie: `_cell_at`, `_size`,
    `_near_wipe`, `_has_wipe`."""

    zoom_changed = Signal(float)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._wipe = 0.5
        self._nearest = False
        self._zoom = 1.0
        self._centre = CENTRE
        self._grabbed = ""  # "wipe" or "picture" while the button is down
        self._last = QPointF()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def zoom(self) -> float:
        return self._zoom

    def set_wipe(self, place: float) -> None:
        """Where left ends and right begins: 0 to 1."""
        self._wipe = min(max(place, 0.0), 1.0)
        self.update()

    def set_nearest(self, nearest: bool) -> None:
        """Shows the pictures' own pixels in place of smooth ones."""
        self._nearest = nearest
        self.update()

    def fit(self) -> None:
        self._centre = CENTRE
        self._set_zoom(1.0)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """The point `at` of the widget, by default the middle of a cell, stays where it is, in every cell."""
        cell = self._cell_at(at)
        place = cell.center() if at is None else at
        fixed = self._to_picture(place, cell)
        self._set_zoom(min(max(self._zoom * factor, ZOOM_MIN), ZOOM_MAX))
        self._move_centre(fixed - self._in_picture(place - cell.center()))

    def magnification(self, pixels: int) -> float:
        """How many pixels of the screen a pixel takes of a picture that is so many wide."""
        return self._size().width() * self.devicePixelRatioF() / max(pixels, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.zoom_changed.emit(self._zoom)  # the picture is as large as the view lets it be

    # -- what a view says

    def _cell_at(self, place: QPointF | None) -> QRectF:
        """The part of the widget, with a picture in its middle, that is nearest to a place; the first for None."""
        raise NotImplementedError

    def _size(self) -> QSizeF:
        """Of the picture on the screen."""
        raise NotImplementedError

    def _near_wipe(self, place: QPointF) -> bool:
        raise NotImplementedError

    def _has_wipe(self) -> bool:
        raise NotImplementedError

    def _can_grab(self) -> bool:
        return True

    # -- the hand

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._can_grab():
            self._grabbed = "wipe" if self._near_wipe(event.position()) else "picture"
            self._last = event.position()
            if self._grabbed == "picture":
                self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed == "wipe":
            self.set_wipe(self._to_picture(event.position()).x())
        elif self._grabbed == "picture":
            self._move_centre(self._centre - self._in_picture(event.position() - self._last))
            self._last = event.position()
        else:
            near = self._near_wipe(event.position())
            self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)

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
        elif key in NUDGES and self._has_wipe() and NUDGES[key].x():
            self.set_wipe(self._wipe + NUDGES[key].x())
        elif key in NUDGES:
            self._move_centre(self._centre + NUDGES[key] / self._zoom)
        else:
            super().keyPressEvent(event)

    # -- places

    def _in_picture(self, way: QPointF) -> QPointF:
        """A way across the screen in units of the picture."""
        size = self._size()
        return QPointF(way.x() / size.width(), way.y() / size.height())

    def _to_picture(self, place: QPointF, cell: QRectF | None = None) -> QPointF:
        """`cell`: the one that the place is in; by default the first."""
        cell = self._cell_at(None) if cell is None else cell
        return self._in_picture(place - cell.center()) + self._centre

    def _move_centre(self, centre: QPointF) -> None:
        """The middle of the view stays on the picture, so that it cannot be lost."""
        self._centre = QPointF(min(max(centre.x(), 0.0), 1.0), min(max(centre.y(), 0.0), 1.0))
        self.update()

    def _set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self.zoom_changed.emit(zoom)
        self.update()
