"""A mask from a picture file: white is where the face is to change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from facedesigner.engine.opening import decoded
from facedesigner.engine.soft_mask import mask_of
from facedesigner.state.mask import SIDE, Mask, MaskError

BRIGHT = 128  # of 255, from which on a pixel belongs to the mask
SQUARE = 0.02  # share by which width and height may differ


def read_mask(path: Path, resolution: int) -> tuple[Mask, tuple[str, ...]]:
    """The mask of a picture file, for a model of so many pixels, and what the user should know of it.

    A cell of the mask belongs to it if all of its pixels are bright and opaque, so that nothing around changes.
    FileError when it is no picture, MaskError when it is not square, or empty.
    """
    opened = decoded(path)
    rgba = np.asarray(opened.image.convert("RGBA"))
    height, width = rgba.shape[:2]
    if abs(width / height - 1) > SQUARE:
        raise MaskError(
            f"{path.name} has {width} × {height} pixels, but a face is square: make a mask as wide as it is high"
        )
    bright = np.asarray(opened.image.convert("RGB").convert("L")) >= BRIGHT
    cells = reduced(bright & (rgba[..., 3] >= BRIGHT))
    if not cells.any():
        raise MaskError(f"the mask {path.name} is empty: paint white where the face is to change, black elsewhere")
    notes = [f"{path.name}: {note}" for note in opened.notes]
    if (width, height) != (resolution, resolution):
        notes.append(f"{path.name} has {width} × {height} pixels, the face {resolution}: it was scaled")
    return mask_of(cells), tuple(notes)


def reduced(bright: np.ndarray) -> np.ndarray:
    """(H, W) bool -> (SIDE, SIDE) bool: a cell is true if all that it covers is."""
    shares = Pillow.fromarray(bright.astype(np.float32)).resize((SIDE, SIDE), Pillow.Resampling.BOX)
    return np.asarray(shares) > 1 - 1e-4
