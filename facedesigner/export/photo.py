"""A photo that a face was pasted into, as a PNG."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image as Pillow
from PIL import PngImagePlugin

from facedesigner.export.writing import write_file
from facedesigner.state.recipe import GENERATED, XMP, XMP_KEY

COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
COMPRESSION = 4  # of 9: at 50 million pixels the default takes twice as long for a file hardly smaller


def save_photo(image: Pillow.Image, path: Path, *, mark: str = COMPOSITE, overwrite: bool = False) -> Path:
    """Writes an RGB picture with its colour profile and the mark that part of it is generated, or all of it
    (GENERATED); it holds no recipe, since none draws what it shows. Returns the path. Raises ExportError as
    `save_png`."""
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Software", "FaceDesigner")
    chunks.add_itxt(XMP_KEY, XMP.replace(GENERATED, mark))
    buffer = io.BytesIO()
    profile = image.info.get("icc_profile")
    image.save(buffer, "PNG", pnginfo=chunks, compress_level=COMPRESSION, icc_profile=profile)
    return write_file(path, buffer.getvalue(), overwrite)
