"""The shadow guide: an average face, faint under the drawing, fitted to what is drawn so far.

After ShadowDraw (Lee, Zitnick and Cohen 2011), kept simple: one face, moved and stretched.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from facedesigner.state.drawing import ERASER, SIDE, SKETCH, Clear, Mark, Stroke

# Where faces lie in the pictures that models learn from (FFHQ's alignment), in shares of the sheet.
FACE = QRectF(0.235, 0.165, 0.53, 0.735)
LEAST = 0.2  # of the sheet: less ink each way says nothing of where the face will be
OUTLINE = (0.28, 0.36)  # width and height, at least, of a stroke that may be the outline of the face
ASPECTS = (0.5, 1.15)  # of an outline, width by height
WIDE = 0.7  # of an outline's width, where it ends: it goes on there
MANY = 2000  # points are enough to tell where the lines are
RARE = 0.03  # of the points at each edge that may be strays

# Half a face: the other half is its mirror image. Places in the box of the outline, the middle at x = 0.
HALF: tuple[tuple[tuple[float, float], ...], ...] = (
    ((0, 0), (0.22, 0.01), (0.4, 0.12), (0.485, 0.32), (0.475, 0.55), (0.42, 0.75), (0.28, 0.92), (0.12, 0.99), (0, 1)),
    ((0.105, 0.345), (0.19, 0.305), (0.29, 0.305), (0.38, 0.35)),  # brow
    ((0.14, 0.435), (0.185, 0.4), (0.265, 0.395), (0.33, 0.435), (0.265, 0.46), (0.19, 0.46), (0.14, 0.435)),  # eye
    ((0.055, 0.44), (0.06, 0.55), (0.12, 0.635), (0.1, 0.67), (0.03, 0.675), (0, 0.69)),  # nose
    ((0, 0.775), (0.05, 0.765), (0.19, 0.8)),  # upper lip
    ((0, 0.8), (0.08, 0.805), (0.19, 0.8)),  # between the lips
    ((0.19, 0.8), (0.11, 0.85), (0, 0.862)),  # lower lip
    ((0.495, 0.4), (0.555, 0.375), (0.565, 0.48), (0.5, 0.58)),  # ear
)


def fitted(marks: Sequence[Mark]) -> QRectF:
    """The box of the face that is being drawn, in pixels of the sheet: the outline's if there is one, else that of all
    lines, else where a face should be."""
    lines: list[Stroke] = []
    for mark in marks:
        if isinstance(mark, Clear):
            lines.clear()
        elif isinstance(mark, Stroke) and mark.layer == SKETCH and mark.tool != ERASER:
            lines.append(mark)
    for line in lines:  # whoever draws a face begins with its outline, and hair comes later
        left, top, right, bottom = line.box
        width, height = (right - left) / SIDE, (bottom - top) / SIDE
        if width >= OUTLINE[0] and height >= OUTLINE[1] and ASPECTS[0] <= width / height <= ASPECTS[1]:
            return _closed(line, QRectF(left, top, right - left, bottom - top))
    edges = [_middle_of([value for line in lines for value in _places(line, axis)]) for axis in (0, 1) if lines]
    if edges and all(high - low >= LEAST * SIDE for low, high in edges):
        (left, right), (top, bottom) = edges
        return QRectF(left, top, right - left, bottom - top)
    return QRectF(FACE.x() * SIDE, FACE.y() * SIDE, FACE.width() * SIDE, FACE.height() * SIDE)


def face_path(box: QRectF) -> QPainterPath:
    """The lines of the average face in a box."""
    path = QPainterPath()
    for line in HALF:
        for side in (1, -1):
            places = [QPointF(box.center().x() + side * x * box.width(), box.y() + y * box.height()) for x, y in line]
            path.moveTo(places[0])
            for bend, after in pairwise(places[1:]):
                path.quadTo(bend, (bend + after) / 2 if after is not places[-1] else after)
            if len(places) == 2:
                path.lineTo(places[1])
    return path


def _closed(line: Stroke, box: QRectF) -> QRectF:
    """The box of the whole face when the line is only its lower part, a jaw, or its upper one: there it is wide."""
    height = box.width() * FACE.height() / FACE.width()
    if box.height() < height:
        if _width_at(line, box, box.top()) > WIDE:
            box.setTop(box.bottom() - height)
        elif _width_at(line, box, box.bottom()) > WIDE:
            box.setHeight(height)
    return box


def _width_at(line: Stroke, box: QRectF, y: float) -> float:
    """How far to the sides the line is there, as a share of the box."""
    near = [
        x for x, (_, at, _) in zip(_places(line, 0), 2 * line.points, strict=False) if abs(at - y) < 0.05 * box.height()
    ]
    return (max(near) - min(near)) / box.width() if near else 0.0


def _places(line: Stroke, axis: int) -> list[float]:
    values = [point[axis] for point in line.points]
    return values + [SIDE - value for value in values] if line.mirrored and axis == 0 else values


def _middle_of(values: list[float]) -> tuple[float, float]:
    values = sorted(values[:: 1 + len(values) // MANY])
    strays = int(RARE * len(values))
    return values[strays], values[len(values) - 1 - strays]
