"""Flood fill: colour up to the lines of a sketch, also where a line has a small gap."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from facedesigner.state.drawing import SIDE

PIXELS = 512  # side of the sheet while it is filled
LINE = 40  # of 255: how dark a line must be to stop the colour
CLOSED = 2  # pixels by which lines are thickened, which closes gaps of twice as many

OPEN, WALL, FULL = b"\0", b"\1", b"\2"


def flood(sketch: QImage, places: Iterable[tuple[float, float]], colour: QColor) -> QImage:
    """(PIXELS, PIXELS) transparent but for the areas around `places` (in pixels of the sheet).

    A place on a thick line gives nothing, one off the sheet neither.
    """
    small = sketch.scaled(
        PIXELS, PIXELS, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    rows = _walls(_thickened(small, CLOSED))
    for x, y in places:
        spread(rows, *_beside_a_line(rows, int(x * PIXELS / SIDE), int(y * PIXELS / SIDE)))
    mask = bytes(row_byte for row in rows for row_byte in row.translate(_TO_ALPHA))
    filled = QImage(mask, PIXELS, PIXELS, PIXELS, QImage.Format.Format_Alpha8).convertToFormat(small.format())
    filled = _thickened(filled, CLOSED + 1)  # back to the lines, and under them
    painter = QPainter(filled)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(filled.rect(), colour)
    painter.end()
    return filled


def spread(rows: list[bytearray], x: int, y: int) -> None:
    """Marks as FULL what is OPEN and joined to (x, y), span by span: each step searches bytes, not pixels."""
    waiting = [(x, y)]
    while waiting:
        x, y = waiting.pop()
        if not (0 <= y < len(rows) and 0 <= x < len(rows[y])) or rows[y][x] != OPEN[0]:
            continue
        row = rows[y]
        left = max(row.rfind(WALL, 0, x), row.rfind(FULL, 0, x)) + 1
        ends = [end for end in (row.find(WALL, x), row.find(FULL, x)) if end >= 0]
        right = min(ends, default=len(row))
        row[left:right] = FULL * (right - left)
        for other in (y - 1, y + 1):
            if 0 <= other < len(rows):
                place = rows[other].find(OPEN, left, right)
                while place >= 0:
                    waiting.append((place, other))
                    stops = [stop for stop in (rows[other].find(m, place, right) for m in (WALL, FULL)) if stop >= 0]
                    place = rows[other].find(OPEN, min(stops), right) if stops else -1


def _beside_a_line(rows: list[bytearray], x: int, y: int) -> tuple[int, int]:
    """The nearest open place: lines are thicker here than they look."""
    reach = range(-CLOSED - 2, CLOSED + 3)
    for dx, dy in sorted(((dx, dy) for dx in reach for dy in reach), key=lambda d: d[0] ** 2 + d[1] ** 2):
        if 0 <= y + dy < len(rows) and 0 <= x + dx < PIXELS and rows[y + dy][x + dx] == OPEN[0]:
            return x + dx, y + dy
    return x, y


_TO_WALL = bytes(WALL[0] if alpha > LINE else OPEN[0] for alpha in range(256))
_TO_ALPHA = bytes(255 if value == FULL[0] else 0 for value in range(256))


def _walls(lines: QImage) -> list[bytearray]:
    alpha = lines.convertToFormat(QImage.Format.Format_Alpha8)
    stride, data = alpha.bytesPerLine(), bytes(alpha.constBits()).translate(_TO_WALL)
    return [bytearray(data[y * stride : y * stride + PIXELS]) for y in range(PIXELS)]


def _thickened(image: QImage, by: int) -> QImage:
    result = QImage(image)
    painter = QPainter(result)
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)):
        far = by if not dx or not dy else max(1, round(by * 0.7))
        for step in range(1, far + 1):
            painter.drawImage(QPoint(dx * step, dy * step), image)
    painter.end()
    return result
