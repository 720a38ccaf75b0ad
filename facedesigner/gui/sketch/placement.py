"""Placement: where on the screen the sheet lies: moved, enlarged, turned. The drawing knows nothing of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QTransform

from facedesigner.state.drawing import SIDE

ZOOM_MIN, ZOOM_MAX = 0.25, 16.0  # 1 fits the sheet into the view
MARGIN = 10  # pixels around the sheet that fits


class Placement:
    """The point `_centre` of the sheet is in the middle of the view."""

    def __init__(self) -> None:
        self.zoom = 1.0
        self.angle = 0.0  # degrees, clockwise
        self._size = QSizeF(SIDE, SIDE)
        self._centre = QPointF(SIDE / 2, SIDE / 2)

    @property
    def scale(self) -> float:
        """Pixels of the screen for one of the sheet."""
        return max(0.05, self.zoom * (min(self._size.width(), self._size.height()) - 2 * MARGIN) / SIDE)

    @property
    def to_view(self) -> QTransform:
        transform = QTransform()
        transform.translate(self._size.width() / 2, self._size.height() / 2)
        transform.rotate(self.angle)
        transform.scale(self.scale, self.scale)
        return transform.translate(-self._centre.x(), -self._centre.y())

    def to_sheet(self, place: QPointF) -> QPointF:
        inverse, _ = self.to_view.inverted()
        return inverse.map(place)

    def resize(self, size: QSizeF) -> None:
        self._size = size

    def fit(self) -> None:
        self.zoom, self.angle, self._centre = 1.0, 0.0, QPointF(SIDE / 2, SIDE / 2)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """The point `at` of the view, by default its middle, stays where it is."""
        self._change(at, zoom=min(max(self.zoom * factor, ZOOM_MIN), ZOOM_MAX))

    def turn_by(self, degrees: float, at: QPointF | None = None) -> None:
        self._change(at, angle=(self.angle + degrees + 180) % 360 - 180)

    def move_by(self, shift: QPointF) -> None:
        """By pixels of the view. The middle of the view stays on the sheet, so that it cannot be lost."""
        middle = QPointF(self._size.width() / 2, self._size.height() / 2)
        self._centre = self._kept(self.to_sheet(middle - shift))

    def _change(self, at: QPointF | None, zoom: float | None = None, angle: float | None = None) -> None:
        at = QPointF(self._size.width() / 2, self._size.height() / 2) if at is None else at
        fixed = self.to_sheet(at)
        self.zoom = self.zoom if zoom is None else zoom
        self.angle = self.angle if angle is None else angle
        self._centre = self._kept(self._centre + fixed - self.to_sheet(at))

    @staticmethod
    def _kept(place: QPointF) -> QPointF:
        return QPointF(min(max(place.x(), 0.0), float(SIDE)), min(max(place.y(), 0.0), float(SIDE)))
