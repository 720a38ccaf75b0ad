"""PNG files of 8 or 16 bits a channel that say how large they are and in which colours.

`pHYs` holds the pixels of a metre, `iCCP` the sRGB profile, text chunks what a face's recipe is written into (PNG
specification, third edition, 11.3). The pixels are written by Pillow, or by pypng where they have 16 bits.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms

from facedesigner.export.measure import INCH

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_END = len(SIGNATURE) + 25  # after IHDR, the first chunk


def encode(pixels: np.ndarray, dpi: float, texts: Mapping[str, str]) -> bytes:
    """(H, W, 3 or 4) uint8 or uint16 sRGB -> a PNG file."""
    plain = encode_16_bits(pixels) if pixels.dtype == np.uint16 else encode_8_bits(pixels)
    per_metre = round(dpi / INCH * 1000)
    extra = [chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(profile(), 9))]
    extra.append(chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)))
    extra += [text_chunk(key, value) for key, value in texts.items()]
    return plain[:HEADER_END] + b"".join(extra) + plain[HEADER_END:]


def encode_8_bits(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def encode_16_bits(pixels: np.ndarray) -> bytes:
    """pypng writes them, which Pillow cannot."""
    import png

    height, width, planes = pixels.shape
    writer: Any = png.Writer(width, height, greyscale=False, alpha=planes == 4, bitdepth=16, compression=6)
    buffer = io.BytesIO()
    writer.write_packed(buffer, (row.tobytes() for row in pixels.astype(">u2").reshape(height, width * planes)))
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def text_chunk(key: str, value: str) -> bytes:
    """`tEXt`, or `iTXt` in UTF-8 for what is not ASCII and for XMP, of which that is demanded."""
    if value.isascii() and not key.startswith("XML:"):
        return chunk(b"tEXt", key.encode("latin-1") + b"\0" + value.encode("ascii"))
    return chunk(b"iTXt", key.encode("latin-1") + b"\0\0\0\0\0" + value.encode())


@cache
def profile() -> bytes:
    """The ICC profile of sRGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
