"""A file with a drawing, a grey picture or colour hints -> arrays for the sketch engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from facedesigner.contract.sketching import Grey, Hints
from facedesigner.engine.opening import FileError, decoded
from training.errors import UserError

MOST_PIXELS = 200_000_000  # once decoded: 600 MB in colour
LONGEST = 2048  # pixels; larger ones are reduced
WHITE = 245  # of 255: in hints without transparency, what is lighter in every channel is no hint


class DrawingFileError(UserError):
    """The file cannot be opened; the message says why and what to do."""


def open_drawing(path: Path) -> Grey:
    """(H, W), upright as its EXIF says; what is transparent is white paper. Raises DrawingFileError."""
    image = opened(path)
    page = Pillow.new("RGBA", image.size, "white")
    page.alpha_composite(image)
    return np.array(page.convert("L"))


def open_page(path: Path) -> npt.NDArray[np.uint8]:
    """(H, W, 4) RGBA, upright as its EXIF says, for `page.cleaning`. Raises DrawingFileError."""
    return np.array(opened(path))


def open_hints(path: Path) -> Hints:
    """(H, W, 4): strokes on transparent ground, or on white. Raises DrawingFileError."""
    pixels = np.array(opened(path))
    if pixels[..., 3].min() == 255:
        pixels[..., 3] = np.where(pixels[..., :3].min(2) > WHITE, 0, 255)
    return pixels


def opened(path: Path) -> Pillow.Image:
    """RGBA, at most LONGEST pixels each way."""
    try:
        found = decoded(path, most=MOST_PIXELS, draft=LONGEST, longest=LONGEST, resample=Pillow.Resampling.BOX)
    except FileError as error:
        raise DrawingFileError(str(error)) from None
    return found.image.convert("RGBA")
