"""Raster: the two layers as pixels, and the stroke that is being drawn on them."""

from __future__ import annotations

from functools import cache
from random import Random

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen

from facedesigner.gui.sketch.flood import flood
from facedesigner.state.drawing import (
    ERASER,
    HINTS,
    PENCIL,
    SIDE,
    SKETCH,
    Clear,
    Fill,
    Mark,
    Point,
    Scan,
    Stroke,
)

SHEET = QRect(0, 0, SIDE, SIDE)
FORMAT = QImage.Format.Format_ARGB32_Premultiplied
GRAIN = 128  # pixels after which the paper repeats itself
MODE = QPainter.CompositionMode


def blank() -> QImage:
    image = QImage(SIDE, SIDE, FORMAT)
    image.fill(Qt.GlobalColor.transparent)
    return image


class Raster:
    """`layers` are transparent pictures: black lines in "sketch", colours in "hints".

    A stroke is drawn opaque on a sheet of its own, which is then laid over what the layer was before; so its opacity
    does not add up where it crosses itself, and a stroke drawn live and one replayed are the same pixels. Only the
    rectangles around each new piece are touched: they are what `begin`, `extend` and `end` return.
    """

    def __init__(self) -> None:
        self.layers = {SKETCH: blank(), HINTS: blank()}
        self._own = blank()  # the stroke alone
        self._before = self._own  # its layer without it; not used before `begin`
        self._stroke: Stroke | None = None
        self._last: Point = (0, 0, 0)
        self._joint = QPointF()  # how far the line is drawn: the middle between the last two points
        self._touched: list[QRect] = []

    def begin(self, stroke: Stroke) -> list[QRect]:
        """`stroke` says how to draw; its first point is drawn."""
        self._stroke = stroke
        self._before = QImage(self.layers[stroke.layer])  # shares the pixels until one of both is drawn on
        self._touched = []
        self._last = stroke.points[0]
        self._joint = QPointF(self._last[0], self._last[1])
        dot = QPainterPath(self._joint)
        dot.lineTo(self._joint + QPointF(0.01, 0))
        return self._draw(dot, self._last[2])

    def extend(self, point: Point) -> list[QRect]:
        """A curve from joint to joint, bent by the point between: smooth however far apart the points are."""
        bend, end = QPointF(self._last[0], self._last[1]), QPointF(point[0], point[1])
        path = QPainterPath(self._joint)
        self._joint = (bend + end) / 2
        path.quadTo(bend, self._joint)
        pressure = (self._last[2] + point[2]) / 2
        self._last = point
        return self._draw(path, pressure)

    def end(self) -> list[QRect]:
        """The rest of the way to the last point."""
        path = QPainterPath(self._joint)
        path.lineTo(self._last[0], self._last[1])
        changed = self._draw(path, self._last[2])
        self._forget()
        return changed

    def cancel(self) -> list[QRect]:
        """Takes the stroke back."""
        changed = self._touched
        if self._stroke is not None:
            self.layers[self._stroke.layer] = self._before
            self._forget()
        return changed

    @property
    def tail(self) -> tuple[QPointF, QPointF]:
        """What is missing between the drawn line and the pen until the next point comes."""
        return self._joint, QPointF(self._last[0], self._last[1])

    def paint(self, mark: Mark) -> None:
        """A whole mark at once."""
        match mark:
            case Stroke():
                self.begin(mark)
                for point in mark.points[1:]:
                    self.extend(point)
                self.end()
            case Fill():
                self._pour(mark)
            case Scan():
                self._lay_under(mark)
            case Clear():
                self.layers = {SKETCH: blank(), HINTS: blank()}

    def copy(self) -> dict[str, QImage]:
        """The layers as they are now, sharing pixels until they are drawn on."""
        return {name: QImage(image) for name, image in self.layers.items()}

    def _draw(self, path: QPainterPath, pressure: float) -> list[QRect]:
        """One piece of the stroke; the rectangles that changed, two of a mirrored one."""
        stroke = self._stroke
        assert stroke is not None
        width = max(0.7, stroke.size * (0.3 + 0.7 * pressure))
        colour = QColor(stroke.colour if stroke.layer == HINTS and stroke.tool != ERASER else "#000000")
        if stroke.tool == PENCIL:
            colour.setAlphaF(0.35 + 0.65 * pressure)
        painter = QPainter(self._own)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setCompositionMode(MODE.CompositionMode_Source)  # replaces, so that overlapping pieces do not add up
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.drawPath(path)
        changed = [around(path.boundingRect(), width)]
        if stroke.mirrored:
            painter.setWorldTransform(painter.worldTransform().translate(SIDE, 0).scale(-1, 1))
            painter.drawPath(path)
            changed.append(mirrored(changed[0]))
        painter.end()
        changed = [area for area in changed if not area.isEmpty()]
        for area in changed:
            self._compose(stroke, area)
        self._touched += changed
        return changed

    def _compose(self, stroke: Stroke, area: QRect) -> None:
        piece, source = self._own, area
        if stroke.tool == PENCIL:
            piece, source = self._own.copy(area), QRect(QPoint(0, 0), area.size())
            painter = QPainter(piece)
            painter.setCompositionMode(MODE.CompositionMode_DestinationIn)
            painter.setBrushOrigin(-area.topLeft())
            painter.fillRect(source, QBrush(grain()))
            painter.end()
        painter = QPainter(self.layers[stroke.layer])
        painter.setCompositionMode(MODE.CompositionMode_Source)
        painter.drawImage(area.topLeft(), self._before, area)
        erases = stroke.tool == ERASER
        painter.setCompositionMode(MODE.CompositionMode_DestinationOut if erases else MODE.CompositionMode_SourceOver)
        painter.setOpacity(stroke.opacity)
        painter.drawImage(area.topLeft(), piece, source)
        painter.end()

    def _forget(self) -> None:
        painter = QPainter(self._own)
        painter.setCompositionMode(MODE.CompositionMode_Clear)
        for area in self._touched:
            painter.fillRect(area, Qt.GlobalColor.transparent)
        painter.end()
        self._before, self._stroke, self._touched = self._own, None, []

    def _pour(self, mark: Fill) -> None:
        places = [(mark.x, mark.y)] + ([(SIDE - mark.x, mark.y)] if mark.mirrored else [])
        painter = QPainter(self.layers[HINTS])
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(mark.opacity)
        painter.drawImage(SHEET, flood(self.layers[SKETCH], places, QColor(mark.colour)))
        painter.end()

    def _lay_under(self, mark: Scan) -> None:
        grey = QImage.fromData(mark.png).convertToFormat(QImage.Format.Format_Grayscale8)
        if grey.isNull():  # a broken picture in a file by another hand: the rest of the drawing is not lost for it
            return
        grey.invertPixels()
        ink = QImage(grey.constBits(), grey.width(), grey.height(), grey.bytesPerLine(), QImage.Format.Format_Alpha8)
        painter = QPainter(self.layers[SKETCH])
        painter.setCompositionMode(MODE.CompositionMode_DestinationOver)
        painter.drawImage(SHEET, ink.convertToFormat(FORMAT))
        painter.end()


def around(box: QRectF, width: float) -> QRect:
    """The pixels of the sheet that a line of this width along the box may touch."""
    rim = width / 2 + 1.5
    return box.adjusted(-rim, -rim, rim, rim).toAlignedRect().intersected(SHEET)


def mirrored(area: QRect) -> QRect:
    return QRect(SIDE - area.x() - area.width(), area.y(), area.width(), area.height())


@cache
def grain() -> QImage:
    """The tooth of the paper, on which a pencil leaves gaps: opaque to a quarter opaque, the same each time."""
    random = Random(7)
    coarse, fine = (
        _noise(random.randbytes(side * side), side, least) for side, least in ((GRAIN // 2, 150), (GRAIN, 110))
    )
    painter = QPainter(fine)
    painter.setCompositionMode(MODE.CompositionMode_DestinationIn)
    painter.drawImage(fine.rect(), coarse)
    painter.end()
    return fine


def _noise(values: bytes, side: int, least: int) -> QImage:
    """Random bytes as opacities from `least` to 255."""
    opacities = values.translate(bytes(least + (255 - least) * value // 255 for value in range(256)))
    return QImage(opacities, side, side, side, QImage.Format.Format_Alpha8).convertToFormat(FORMAT)
