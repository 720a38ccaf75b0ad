"""PNG files of enlarged pictures, with the texts that the small one carried: a face still opens as that face."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image as Pillow

from facedesigner.contract.framed import FRAME_KEY
from facedesigner.contract.request import Image
from facedesigner.contract.tiles import TILES_KEY
from facedesigner.export.writing import text_chunks, write_file
from facedesigner.state.recipe import RECIPE_KEY, XMP_KEY

ENLARGED_KEY = "Enlarged"  # how the picture was made larger
ABOUT = ("Title", "Author", "Description", "Copyright", "Comment")
KEPT = (RECIPE_KEY, FRAME_KEY, TILES_KEY, "parameters", "Software", XMP_KEY, *ABOUT)


def save_enlarged(image: Image, path: Path, texts: Mapping[str, str], how: str, *, overwrite: bool = False) -> Path:
    """Writes image (H, W, C) uint8 with those `texts` that mean something for it; `how` such as "SRGAN, 4 times".

    Raises ExportError as `save_png` does; nothing half-written is left, and an old file survives.
    """
    chunks = text_chunks({**{key: texts[key] for key in KEPT if key in texts}, ENLARGED_KEY: how})
    buffer = io.BytesIO()
    Pillow.fromarray(image[:, :, 0] if image.shape[2] == 1 else image).save(buffer, "PNG", pnginfo=chunks)
    return write_file(path, buffer.getvalue(), overwrite)
