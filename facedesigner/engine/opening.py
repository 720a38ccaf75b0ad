"""A picture file -> its pixels, to be enlarged: grey stays grey, transparency stays; colours become sRGB."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from facedesigner.contract.methods import EnhanceError
from facedesigner.contract.request import Image
from training.decoding import MOST_BYTES, Decoded, PictureError, decode
from training.errors import UserError


@dataclass(frozen=True, eq=False)
class Opened:
    """A picture and what came with it."""

    pixels: Image  # (H, W, C) uint8; C is 1 (grey), 2 (grey, alpha), 3 or 4 (RGB, alpha)
    texts: dict[str, str]  # of a PNG, among them a face's recipe
    notices: tuple[str, ...]  # what the user should know


def open_picture(path: Path) -> Opened:
    """Upright as its EXIF says. Raises EnhanceError: no picture, empty, damaged, or too large to decode safely."""
    try:
        opened = decoded(path)
    except FileError as error:
        raise EnhanceError(str(error)) from None
    pixels = np.array(opened.image)
    notices = tuple(f"{path.name}: {note}" for note in opened.notes)
    return Opened(pixels if pixels.ndim == 3 else pixels[:, :, None], opened.texts, notices)


class FileError(UserError):
    """A picture file that cannot be opened; the message names it, and says why and what to do."""


def decoded(path: Path, **options: Any) -> Decoded:
    """`training.decoding.decode` of a file, with its options. Raises FileError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileError(f"{path.name} has {path.stat().st_size / 1e6:.0f} MB: choose a smaller file")
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror or error}): choose another picture") from None
    try:
        return decode(content, **options)
    except PictureError as error:
        raise FileError(f"{path.name} cannot be opened: {error}") from None
