"""A picture file on the way to the sheet: opened within bounds, straightened, its paper made white."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPolygonF, QTransform

from facedesigner.state.drawing import SIDE
from training.errors import UserError

LONGEST = 2048  # pixels of an opened picture's longer side
MOST_PIXELS = 120_000_000  # 360 MB once decoded
LEAST = 32  # pixels each way
CELL = 32  # pixels in which paper is looked for: wider than any line
REACH = 3  # cells
RIM = 8  # pixels, where the table shows beside the paper
PAPER = 0.93  # of the paper's brightness: anything brighter is paper
INK = 0.45  # anything darker is black
MARGIN = 0.04  # of the sheet, around an imported drawing


class ScanError(UserError):
    """The picture cannot be opened; the message says why and what to do."""


def open_picture(path: Path) -> QImage:
    """RGB, upright as its EXIF says, at most LONGEST pixels, transparent parts white. Raises ScanError."""
    from facedesigner.engine.opening import FileError, decoded

    if not path.is_file():
        raise ScanError(f"There is no file {path}: choose another picture.")
    try:
        found = decoded(path, most=MOST_PIXELS, draft=LONGEST, longest=LONGEST)
    except FileError as error:
        raise ScanError(f"{error}. Choose another picture, a PNG or JPEG.") from None
    width, height = found.size
    if min(width, height) < LEAST:
        raise ScanError(f"{path.name} is {width} × {height} pixels, {LEAST} are the least each way.")
    image = found.on_white
    rows = image.tobytes()
    return QImage(rows, *image.size, 3 * image.width, QImage.Format.Format_RGB888).convertToFormat(
        QImage.Format.Format_RGB32
    )


def cover(photo: QImage) -> QImage:
    """The middle square of a photo as large as the sheet."""
    side = min(photo.width(), photo.height())
    square = photo.copy((photo.width() - side) // 2, (photo.height() - side) // 2, side, side)
    smooth = Qt.TransformationMode.SmoothTransformation
    return square.scaled(SIDE, SIDE, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)


def straighten(picture: QImage, corners: Sequence[QPointF]) -> QImage:
    """The part between four corners (top left, top right, bottom right, bottom left, in pixels of the picture) as an
    upright rectangle that fits the sheet. Raises ScanError when the corners span nothing."""
    top, right, bottom, left = (
        QPointF.dotProduct(edge, edge) ** 0.5
        for edge in (corners[(index + 1) % 4] - corners[index] for index in range(4))
    )
    width, height = (top + bottom) / 2, (left + right) / 2
    scale = SIDE * (1 - 2 * MARGIN) / max(width, height, 1.0)
    drawing = QImage(max(1, round(width * scale)), max(1, round(height * scale)), QImage.Format.Format_RGB32)
    drawing.fill(Qt.GlobalColor.white)
    transform = QTransform()
    box = QRectF(drawing.rect())
    target = QPolygonF([box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft()])
    if not QTransform.quadToQuad(QPolygonF(list(corners)), target, transform):
        raise ScanError("The four corners do not span a sheet: drag them to the corners of the drawing.")
    painter = QPainter(drawing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setTransform(transform)
    painter.drawImage(0, 0, picture)
    painter.end()
    return drawing


def without_paper(drawing: QImage) -> QImage:
    """Grey, of the same size; paper becomes white however it was lit, lines keep their tone.

    Each pixel is divided by the brightness of the paper around it: the bright pixels of each cell, with dark areas up
    to REACH cells closed (shaded hair is no paper), smoothed.
    """
    import numpy as np

    format_ = QImage.Format.Format_Grayscale8
    smooth = Qt.TransformationMode.SmoothTransformation
    width, height = drawing.width(), drawing.height()
    across, down = -(-width // CELL), -(-height // CELL)
    cells = drawing.scaled(8 * across, 8 * down, mode=smooth).convertToFormat(format_)
    small = np.frombuffer(cells.constBits(), np.uint8).reshape(down, 8, cells.bytesPerLine() // 8, 8)
    paper = np.percentile(small[:, :, :across], 90, axis=(1, 3))  # not the brightest, which may be a glint
    for pick in (np.max, np.min):
        padded = np.pad(paper, REACH, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * REACH + 1, 2 * REACH + 1))
        paper = pick(windows, axis=(2, 3))
    rows = paper.round().astype(np.uint8).tobytes()  # QImage does not keep the bytes: they must outlive it
    wide = QImage(rows, across, down, across, format_).scaled(width, height, mode=smooth).convertToFormat(format_)
    grey = drawing.convertToFormat(format_)
    pixels, around = (
        np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())[:, :width]
        for image in (grey, wide)
    )
    ratio = pixels / np.maximum(around, 1.0)
    clean = (np.clip((ratio - INK) / (PAPER - INK), 0, 1) * 255).astype(np.uint8)
    clean[:RIM] = clean[-RIM:] = clean[:, :RIM] = clean[:, -RIM:] = 255
    data = clean.tobytes()
    return QImage(data, width, height, width, format_).copy()


def on_sheet(drawing: QImage) -> QImage:
    """In the middle of a white sheet: SIDE x SIDE, grey."""
    sheet = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    sheet.fill(Qt.GlobalColor.white)
    painter = QPainter(sheet)
    painter.drawImage((SIDE - drawing.width()) // 2, (SIDE - drawing.height()) // 2, drawing)
    painter.end()
    return sheet.convertToFormat(QImage.Format.Format_Grayscale8)


def to_png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
