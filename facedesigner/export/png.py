"""PNG files that carry their face's recipe."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from facedesigner.contract.request import Image
from facedesigner.export.writing import Sign, text_chunks, write_file
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import RecipeError, from_text_chunks, to_text_chunks


def save_png(
    image: Image,
    path: Path,
    face: FaceState,
    model_name: str,
    texts: Mapping[str, str] = MappingProxyType({}),
    *,
    overwrite: bool = False,
    sign: Sign | None = None,
) -> Path:
    """Writes image (H, W, 3) uint8 with the face's recipe, and `texts` that say what it shows of that. Returns the
    path. Raises ExportError as `write_file`, and what `sign` raises."""
    chunks = text_chunks({**to_text_chunks(face, model_name), **texts})
    buffer = io.BytesIO()
    Pillow.fromarray(image).save(buffer, "PNG", pnginfo=chunks)
    return write_file(path, sign(buffer.getvalue(), path.name) if sign else buffer.getvalue(), overwrite)


def pixels_of(picture: Pillow.Image) -> Image:
    """(H, W, 3) uint8."""
    return np.array(picture.convert("RGB"))


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
