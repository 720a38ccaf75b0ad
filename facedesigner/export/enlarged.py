"""PNG files of enlarged pictures, with the texts that the small one carried: a face still opens as that face."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image as Pillow
from PIL import PngImagePlugin

from facedesigner.engine.request import Image
from facedesigner.export.png import ExportError, explain
from facedesigner.state.files import write_atomically
from facedesigner.state.recipe import RECIPE_KEY, XMP_KEY

ENLARGED_KEY = "Enlarged"  # how the picture was made larger
KEPT = (RECIPE_KEY, "parameters", "Software", XMP_KEY, "Title", "Author", "Description", "Copyright", "Comment")


def save_enlarged(image: Image, path: Path, texts: Mapping[str, str], how: str, *, overwrite: bool = False) -> Path:
    """Writes image (H, W, C) uint8 with those `texts` that mean something for it; `how` such as "SRGAN, 4 times".

    Raises ExportError as `save_png` does; nothing half-written is left, and an old file survives.
    """
    chunks = PngImagePlugin.PngInfo()
    for key, value in {**{key: texts[key] for key in KEPT if key in texts}, ENLARGED_KEY: how}.items():
        if key == XMP_KEY or not value.isascii():
            chunks.add_itxt(key, value)
        else:
            chunks.add_text(key, value)
    buffer = io.BytesIO()
    Pillow.fromarray(image[:, :, 0] if image.shape[2] == 1 else image).save(buffer, "PNG", pnginfo=chunks)
    try:
        if path.exists() and not overwrite:
            raise ExportError(f"{path} exists already: choose another name, or say that it may be overwritten")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, buffer.getvalue())
    except OSError as error:
        raise ExportError(explain(error, path)) from error
    return path
