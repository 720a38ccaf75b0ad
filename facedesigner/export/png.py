"""PNG files that carry their face's recipe."""

from __future__ import annotations

import errno
import io
import itertools
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import PngImagePlugin, UnidentifiedImageError

from facedesigner.engine.request import Image
from facedesigner.state.face import FaceState
from facedesigner.state.files import write_atomically
from facedesigner.state.recipe import XMP_KEY, RecipeError, from_text_chunks, to_text_chunks


class ExportError(Exception):
    """The file could not be written; the message says why and what to do."""


def save_png(image: Image, path: Path, face: FaceState, model_name: str, *, overwrite: bool = False) -> Path:
    """Writes image (H, W, 3) uint8 with the face's recipe. Returns the path.

    Raises ExportError when the file exists and `overwrite` is not set, and when the folder cannot be written or the
    disk is full; nothing half-written is left then, and an old file survives.
    """
    chunks = PngImagePlugin.PngInfo()
    for key, value in to_text_chunks(face, model_name).items():
        if key == XMP_KEY or not value.isascii():
            chunks.add_itxt(key, value)
        else:
            chunks.add_text(key, value)
    buffer = io.BytesIO()
    Pillow.fromarray(image).save(buffer, "PNG", pnginfo=chunks)
    try:
        if path.exists() and not overwrite:
            raise ExportError(f"{path} exists already: choose another name, or say that it may be overwritten")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, buffer.getvalue())
    except OSError as error:
        raise ExportError(explain(error, path)) from error
    return path


def pixels_of(picture: Pillow.Image) -> Image:
    """(H, W, 3) uint8."""
    return np.array(picture.convert("RGB"))


def explain(error: OSError, path: Path) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"the disk is full, {path} was not written: free some space or choose another folder"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{path.parent} may not be written to: choose another folder"
        case errno.ENAMETOOLONG:
            return f"the name {path.name[:20]}… is too long: choose a shorter one"
    return f"{path} could not be written ({error.strerror or error}): choose another folder"


def free_path(folder: Path, stem: str, suffix: str = ".png") -> Path:
    """`seed0042.png`, or `seed0042-2.png` and so on when that exists."""
    names = itertools.chain([stem], (f"{stem}-{i}" for i in itertools.count(2)))
    return next(path for name in names if not (path := folder / f"{name}{suffix}").exists())


def read_face(path: Path) -> FaceState:
    """The face whose recipe a PNG carries. Raises RecipeError when there is none, it is broken, or `path` is no PNG."""
    try:
        with Pillow.open(path) as picture:
            picture.load()  # text chunks may follow the pixels
            chunks = {str(key): value for key, value in picture.info.items() if isinstance(value, str)}
    except UnidentifiedImageError:
        raise RecipeError(
            f"{path.name} is no picture, or a damaged one: choose a PNG exported by FaceDesigner"
        ) from None
    except (OSError, SyntaxError, ValueError, Pillow.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RecipeError(f"{path.name} cannot be read ({reason}): choose a PNG exported by FaceDesigner") from None
    return from_text_chunks(chunks)
