"""A picture file on the way to the sheet: opened within bounds, and brought into the forms that the window shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage

from facedesigner.state.drawing import SIDE
from training.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from facedesigner.contract.sketching import Grey

LONGEST = 2048  # pixels of an opened picture's longer side
MOST_PIXELS = 120_000_000  # 360 MB once decoded
LEAST = 32  # pixels each way


class ScanError(UserError):
    """The picture cannot be opened; the message says why and what to do."""


def open_picture(path: Path) -> QImage:
    """RGB, upright as its EXIF says, at most LONGEST pixels, transparent parts white. Raises ScanError."""
    import numpy as np

    return colour_image(np.asarray(decoded(path).on_white))


def open_pixels(path: Path) -> npt.NDArray[np.uint8]:
    """(H, W, 4) RGBA, as `open_picture` else. Raises ScanError."""
    import numpy as np

    return np.array(decoded(path).image.convert("RGBA"))


def decoded(path: Path) -> Any:
    """`training.decoding.Decoded` within the bounds. Raises ScanError."""
    from facedesigner.engine.opening import FileError
    from facedesigner.engine.opening import decoded as opened

    if not path.is_file():
        raise ScanError(f"There is no file {path}: choose another picture.")
    try:
        found = opened(path, most=MOST_PIXELS, draft=LONGEST, longest=LONGEST)
    except FileError as error:
        raise ScanError(f"{error}. Choose another picture, a PNG or JPEG.") from None
    width, height = found.size
    if min(width, height) < LEAST:
        raise ScanError(f"{path.name} is {width} × {height} pixels, {LEAST} are the least each way.")
    return found


def reason(path: Path, error: Exception | None) -> str:
    """Why a picture cannot be opened."""
    return str(error) if isinstance(error, ScanError) else f"{path.name} cannot be opened: {error}"


def cover(photo: QImage) -> QImage:
    """The middle square of a photo as large as the sheet."""
    side = min(photo.width(), photo.height())
    square = photo.copy((photo.width() - side) // 2, (photo.height() - side) // 2, side, side)
    smooth = Qt.TransformationMode.SmoothTransformation
    return square.scaled(SIDE, SIDE, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)


def grey_image(grey: Grey) -> QImage:
    """(H, W) -> the same as an image that keeps its pixels."""
    height, width = grey.shape
    rows = grey.tobytes()
    return QImage(rows, width, height, width, QImage.Format.Format_Grayscale8).copy()


def colour_image(pixels: npt.NDArray[np.uint8]) -> QImage:
    """(H, W, 3) -> the same as an image that keeps its pixels."""
    height, width, _ = pixels.shape
    rows = pixels.tobytes()
    return QImage(rows, width, height, 3 * width, QImage.Format.Format_RGB888).convertToFormat(
        QImage.Format.Format_RGB32
    )


def to_png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
