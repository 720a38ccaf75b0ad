"""RegionBrush: paints the region over the large picture, and shows where it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBitmap, QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPen, QRegion, QWheelEvent

from facedesigner.gui.widgets.face_view import FaceView
from facedesigner.state.mask import LENGTH, SIDE, Mask

SIZES = (0.02, 0.6)  # diameter; 1 is the side of the picture
TINT = 70  # of 255


class RegionBrush(QObject):
    """Watches the view while it is taken up: the left button paints, the right one takes away, Ctrl+wheel sets the
    size. `painted` comes at the end of a stroke."""

    painted = Signal(object)  # Mask, or None when nothing is left
    size_changed = Signal(float)

    def __init__(self, view: FaceView) -> None:
        super().__init__(view)
        self._view = view
        self.taken = False
        self.size = 0.1
        self._outline = QPainterPath()
        self._stroke: tuple[QPointF, bool] | None = None  # where the hand was, and whether it paints
        self._hand: QPointF | None = None
        self.show_mask(None)
        view.overlays.append(self.paint)
        view.installEventFilter(self)

    def take(self, taken: bool) -> None:
        self.taken, self._stroke, self._hand = taken, None, None
        self._view.setCursor(Qt.CursorShape.CrossCursor if taken else Qt.CursorShape.ArrowCursor)
        self._view.update()

    def set_size(self, size: float) -> None:
        self.size = min(max(size, SIZES[0]), SIZES[1])
        self._view.update()

    def show_mask(self, mask: Mask | None) -> None:
        data = mask.data if mask else bytes(LENGTH)
        self._bits = QImage(data, SIDE, SIDE, SIDE // 8, QImage.Format.Format_Mono).copy()  # 1 is inside
        self._stroke = None
        self._trace()

    @property
    def mask(self) -> Mask | None:
        data = bytes(self._bits.constBits())
        return Mask(data) if any(data) else None

    # -- the hand

    def eventFilter(self, view: QObject, event: QEvent) -> bool:
        if not self.taken:
            return False
        if isinstance(event, QWheelEvent) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_size(self.size * 1.0015 ** event.angleDelta().y())
            self.size_changed.emit(self.size)
            return True
        if event.type() == QEvent.Type.Leave:
            self._hand = None
            self._view.update()
        if isinstance(event, QMouseEvent):
            return self._take_mouse(event)
        return False

    def _take_mouse(self, event: QMouseEvent) -> bool:
        place = self._view.place_of(event.position())
        self._hand = place
        match event.type():
            case QEvent.Type.MouseButtonPress | QEvent.Type.MouseButtonDblClick:
                if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
                    return False
                self._stroke = (place, event.button() == Qt.MouseButton.LeftButton)
                self._draw(place)
            case QEvent.Type.MouseMove if self._stroke is not None:
                self._draw(place)
            case QEvent.Type.MouseButtonRelease if self._stroke is not None:
                self._stroke = None
                self.painted.emit(self.mask)
        self._view.update()
        return True

    def _draw(self, place: QPointF) -> None:
        assert self._stroke is not None
        before, paints = self._stroke
        painter = QPainter(self._bits)
        colour = Qt.GlobalColor.color1 if paints else Qt.GlobalColor.color0
        painter.setPen(
            QPen(colour, self.size * SIDE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        if before == place:
            painter.drawPoint(place * SIDE)
        else:
            painter.drawLine(before * SIDE, place * SIDE)
        painter.end()
        self._stroke = (place, paints)
        self._trace()

    def _trace(self) -> None:
        """The outline of what is inside, in units of the picture."""
        cells = QImage(self._bits)
        cells.setColorTable([0xFFFFFFFF, 0xFF000000])  # a bitmap's region is what is black
        path = QPainterPath()
        path.addRegion(QRegion(QBitmap.fromImage(cells)))
        self._outline = path.simplified()
        self._view.update()

    # -- on the picture

    def paint(self, painter: QPainter, target: QRectF) -> None:
        """Over the picture, which is drawn at `target`."""
        scale = target.width() / SIDE
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(target.topLeft())
        painter.save()
        painter.scale(scale, scale)
        accent = QColor(self._view.palette().highlight().color())
        if self.taken:
            accent.setAlpha(TINT)
            painter.fillPath(self._outline, accent)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, style in ((QColor(0, 0, 0, 170), Qt.PenStyle.SolidLine), (QColor("white"), Qt.PenStyle.DashLine)):
            pen = QPen(colour, 1.2, style)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawPath(self._outline)
        painter.restore()
        if self.taken and self._hand is not None:
            self._paint_hand(painter, target)
        painter.restore()

    def _paint_hand(self, painter: QPainter, target: QRectF) -> None:
        assert self._hand is not None
        radius = self.size / 2 * target.width()
        for colour, thickness in ((QColor(0, 0, 0, 170), 2.5), (QColor("white"), 1.2)):
            painter.setPen(QPen(colour, thickness))
            painter.drawEllipse(self._hand * target.width(), radius, radius)
