"""Canvas: the sheet on the screen, and the pen on the sheet."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from facedesigner.gui.sketch.canvas_painter import paint_sheet
from facedesigner.gui.sketch.guide import fitted
from facedesigner.gui.sketch.hand import Hand, rounded
from facedesigner.gui.sketch.kit import BY_NAME, FILL, PAN, PHOTO, Kit, Tool
from facedesigner.gui.sketch.placement import Placement
from facedesigner.gui.sketch.sheet import Sheet
from facedesigner.state.drawing import ERASER, HINTS, SIDE, SKETCH, Fill

NOTCH = 120  # of a wheel, in eighths of a degree
ZOOM_NOTCH = 1.15
TURN_NOTCH = 7.5  # degrees


class Canvas(QWidget):
    """Draws on the sheet with the kit's tool. Wheel: zoom; with Ctrl: size; with Shift: turn. Middle button or space:
    move. Shift while drawing: a straight line. Escape: takes back the stroke under way."""

    viewed = Signal()  # the placement changed, or the room for it
    poured_nothing = Signal()  # a fill that met a line

    def __init__(self, sheet: Sheet, kit: Kit) -> None:
        super().__init__()
        self.sheet, self.kit, self.placement = sheet, kit, Placement()
        self.photo: QImage | None = None  # SIDE x SIDE
        self.photo_opacity = 0.5
        self.visible = {SKETCH: True, HINTS: True, PHOTO: True}
        self.guide_on = True
        self.guide_box: QRectF = fitted(())
        self.pointer: QPointF | None = None  # of the view, while it is over it
        self._hand: Hand | None = None
        self._start: QPointF | None = None  # where a straight line began, on the sheet
        self._dragged: QPointF | None = None  # the last place while the sheet is moved
        self._space = False
        self.setAccessibleName("Drawing sheet")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        sheet.painted.connect(self._repaint)
        sheet.marked.connect(self._refit)
        kit.changed.connect(self._take_tool)
        self._take_tool()

    def sizeHint(self) -> QSize:
        return QSize(640, 640)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 280)

    # -- what is seen

    def show_photo(self, photo: QImage | None) -> None:
        """SIDE x SIDE, under the drawing."""
        self.photo = photo
        self.update()

    def set_photo_opacity(self, opacity: float) -> None:
        self.photo_opacity = opacity
        self.update()

    def set_visible(self, layer: str, visible: bool) -> None:
        self.visible[layer] = visible
        self.update()

    def set_guide(self, on: bool) -> None:
        self.guide_on = on
        self.update()

    def fit(self) -> None:
        self.placement.fit()
        self._view()

    def zoom_by(self, factor: float) -> None:
        self.placement.zoom_by(factor)
        self._view()

    def turn_by(self, degrees: float) -> None:
        self.placement.turn_by(degrees)
        self._view()

    @property
    def magnification(self) -> float:
        """How many pixels of the screen one of the sheet takes."""
        return self.placement.scale * self.devicePixelRatioF()

    def area_of(self, part: QRect | QRectF) -> QRect:
        """Where a part of the sheet is on the screen."""
        return self.placement.to_view.mapRect(QRectF(part)).toAlignedRect().adjusted(-2, -2, 2, 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_sheet(painter, self, event.rect())
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight(), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _repaint(self, parts: Iterable[QRect]) -> None:
        for part in parts:
            self.update(self.area_of(part))

    def _refit(self) -> None:
        box = fitted(self.sheet.marks)
        if box != self.guide_box:
            self.guide_box = box
            if self.guide_on:
                self.update()

    def _view(self) -> None:
        self.update()
        self.viewed.emit()

    # -- the pen

    def press(self, place: QPointF, pressure: float, straight: bool = False, tool: Tool | None = None) -> None:
        """The pen comes down at a place of the view. `tool` in place of the one in the hand."""
        at = self.placement.to_sheet(place)
        tool = tool or self.kit.tool
        if tool.name == PAN:
            self._dragged = place
            self._show_cursor()
        elif tool.name == FILL:
            self._pour(at)
        else:
            self._hand = Hand(self.kit.smoothing)
            self._start = at if straight else None
            point = self._hand.follow(at.x(), at.y(), pressure)
            assert point is not None
            self.sheet.begin(self.kit.stroke(point, tool))

    def drag(self, place: QPointF, pressure: float) -> None:
        self._show_pointer(place)
        if self._dragged is not None:
            self.placement.move_by(place - self._dragged)
            self._dragged = place
            self._view()
        elif self._hand is not None and self.sheet.stroke is not None:
            at = self.placement.to_sheet(place)
            if self._start is not None:
                self.sheet.stretch(rounded(at.x(), at.y(), pressure))
                return
            point = self._hand.follow(at.x(), at.y(), pressure)
            if point is not None:
                self._repaint_tail()
                self.sheet.extend(point)
                self._repaint_tail()

    def lift(self) -> None:
        if self._dragged is not None:
            self._dragged = None
            self._show_cursor()
        elif self._hand is not None:
            end = self._hand.lift() if self._start is None else None
            if end is not None:
                self.sheet.extend(end)
            self._repaint_tail()
            self._hand = None
            self.sheet.end()

    def cancel(self) -> None:
        self._hand = None
        self.sheet.cancel()

    def _pour(self, at: QPointF) -> None:
        if not (0 <= at.x() < SIDE and 0 <= at.y() < SIDE):
            return
        x, y, _ = rounded(at.x(), at.y(), 1)
        if self.sheet.is_line(x, y):
            self.poured_nothing.emit()
        else:
            self.sheet.put(Fill(x, y, self.kit.colour, self.kit.opacity, self.kit.symmetry))

    def _repaint_tail(self) -> None:
        stroke = self.sheet.stroke
        if stroke is not None:
            start, end = self.sheet.raster.tail
            rim = stroke.size
            self.update(self.area_of(QRectF(start, end).normalized().adjusted(-rim, -rim, rim, rim)))

    # -- events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton or (
            self._space and event.button() == Qt.MouseButton.LeftButton
        ):
            self.press(event.position(), 1.0, tool=BY_NAME[PAN])
        elif event.button() == Qt.MouseButton.LeftButton:
            self.press(event.position(), 1.0, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.drag(event.position(), 1.0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self.lift()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Accepted, so that Qt makes no mouse events of them."""
        event.accept()
        straight = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match event.type():
            case QTabletEvent.Type.TabletPress:
                erases = event.pointerType() == QPointingDevice.PointerType.Eraser
                moves = self._space or event.button() == Qt.MouseButton.MiddleButton
                tool = BY_NAME[ERASER] if erases else BY_NAME[PAN] if moves else None
                self.press(event.position(), event.pressure(), straight, tool)
            case QTabletEvent.Type.TabletMove:
                self.drag(event.position(), event.pressure())
            case QTabletEvent.Type.TabletRelease:
                self.lift()

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        notches = (delta.y() or delta.x()) / NOTCH  # with Shift some systems turn the wheel sideways
        modifiers = event.modifiers()
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.kit.scale_size(notches)
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.placement.turn_by(TURN_NOTCH * notches, event.position())
            self._view()
        else:
            self.placement.zoom_by(ZOOM_NOTCH**notches, event.position())
            self._view()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space = True
                self._show_cursor()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space = False
                self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        super().focusOutEvent(event)

    def leaveEvent(self, event: object) -> None:
        self._show_pointer(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.placement.resize(self.rect().toRectF().size())
        self.viewed.emit()  # the sheet is as large as the view lets it be

    # -- the pointer

    def _take_tool(self) -> None:
        self._show_cursor()
        self.update(self._pointer_area())
        if self.kit.symmetry != getattr(self, "_was_symmetric", None):
            self._was_symmetric = self.kit.symmetry
            self.update()

    def _show_cursor(self) -> None:
        if self._dragged is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space or self.kit.tool.name == PAN:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.CrossCursor)

    def _show_pointer(self, place: QPointF | None) -> None:
        self.update(self._pointer_area())
        self.pointer = place
        self.update(self._pointer_area())

    def _pointer_area(self) -> QRect:
        """Around the circle of the tool's size; with room, since the kit may have changed it already."""
        if self.pointer is None:
            return QRect()
        radius = round(self.kit.size * self.placement.scale * 0.7) + 8
        return QRect(self.pointer.toPoint() - QPoint(radius, radius), QSize(2 * radius, 2 * radius))
