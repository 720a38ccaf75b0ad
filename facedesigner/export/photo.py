"""A photo that a face was pasted into, as a PNG."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image as Pillow
from PIL import PngImagePlugin

from facedesigner.export.writing import Sign, write_file
from facedesigner.state.recipe import COMPOSITE, XMP_KEY, xmp

COMPRESSION = 4  # of 9: at 50 million pixels the default takes twice as long for a file hardly smaller


def save_photo(
    image: Pillow.Image, path: Path, *, mark: str = COMPOSITE, overwrite: bool = False, sign: Sign | None = None
) -> Path:
    """Writes an RGB picture with its colour profile and the mark that part of it is generated, or all of it
    (GENERATED); it holds no recipe, since none draws what it shows. Returns the path. Raises ExportError as
    `save_png`."""
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Software", "FaceDesigner")
    chunks.add_itxt(XMP_KEY, xmp(mark))
    buffer = io.BytesIO()
    profile = image.info.get("icc_profile")
    image.save(buffer, "PNG", pnginfo=chunks, compress_level=COMPRESSION, icc_profile=profile)
    return write_file(path, sign(buffer.getvalue(), path.name) if sign else buffer.getvalue(), overwrite)
