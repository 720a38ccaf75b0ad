"""Painting of the canvas: paper, photo, colours, guide, lines, and what shows where the pen is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from facedesigner.gui import theme
from facedesigner.gui.sketch.guide import face_path
from facedesigner.gui.sketch.kit import PHOTO
from facedesigner.gui.sketch.raster import SHEET
from facedesigner.state.drawing import BRUSH, ERASER, HINTS, PENCIL, SIDE, SKETCH

if TYPE_CHECKING:
    from facedesigner.gui.sketch.canvas import Canvas

GUIDE = QColor(70, 110, 190, 90)  # as blue as the lines that draughtsmen do not mean to keep
MIDDLE = QColor(70, 110, 190, 130)
SHADE = 6  # pixels from the sheet's edge to its shade
LEAST_CIRCLE = 2.0  # pixels of the radius from which the tool's size is shown


def paint_sheet(painter: QPainter, canvas: Canvas, area: QRect) -> None:
    """`area` of the view, opaque."""
    painter.fillRect(area, QColor(theme.colours().raised))
    transform = canvas.placement.to_view
    painter.setTransform(transform)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.fillRect(SHEET, Qt.GlobalColor.white)
    inverse, _ = transform.inverted()
    part = inverse.mapRect(QRectF(area)).toAlignedRect().adjusted(-2, -2, 2, 2).intersected(SHEET)
    seen, layers = canvas.visible, canvas.sheet.layers
    if canvas.photo is not None and seen[PHOTO]:
        painter.setOpacity(canvas.photo_opacity)
        painter.drawImage(part, canvas.photo, part)
        painter.setOpacity(1)
    if seen[HINTS]:
        painter.drawImage(part, layers[HINTS], part)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if canvas.guide_on:
        painter.setPen(_thin(GUIDE, 1.5))
        painter.drawPath(face_path(canvas.guide_box))
    if seen[SKETCH]:
        painter.drawImage(part, layers[SKETCH], part)
    _paint_tail(painter, canvas)
    if canvas.kit.symmetry:
        painter.setPen(_thin(MIDDLE, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(SIDE / 2, 0, SIDE / 2, SIDE))
    painter.resetTransform()
    _paint_pointer(painter, canvas)


def _paint_tail(painter: QPainter, canvas: Canvas) -> None:
    """The line lags behind the pen by half a step until it is known how it goes on: meanwhile it is straight."""
    stroke = canvas.sheet.stroke
    if stroke is None or stroke.tool == ERASER or not canvas.visible[stroke.layer]:
        return
    colour = QColor(stroke.colour if stroke.tool == BRUSH else "#000000")
    colour.setAlphaF(stroke.opacity * (0.6 if stroke.tool == PENCIL else 1.0))
    painter.setPen(QPen(colour, stroke.size, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    start, end = canvas.sheet.raster.tail
    painter.drawLine(start, end)


def _paint_pointer(painter: QPainter, canvas: Canvas) -> None:
    radius = canvas.kit.size * canvas.placement.scale / 2
    if canvas.pointer is None or radius < LEAST_CIRCLE:
        return
    for colour, width in ((QColor(255, 255, 255, 160), 2.5), (QColor(0, 0, 0, 160), 1.0)):
        painter.setPen(QPen(colour, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(canvas.pointer), radius, radius)


def _thin(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """As thick on the screen however large the sheet is shown."""
    pen = QPen(colour, width, style)
    pen.setCosmetic(True)
    return pen
