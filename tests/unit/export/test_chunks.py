import io
import struct
import zlib

import numpy as np
import png
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from facedesigner.export.chunks import SIGNATURE, encode

TEXTS = {"facedesigner": '{"version": 1}', "parameters": "pupil 63 mm, Größe", "XML:com.adobe.xmp": "<x/>"}


def pixels(planes, bits):
    values = np.random.default_rng(0).integers(0, 2**bits, (5, 7, planes))
    return values.astype(np.uint16 if bits == 16 else np.uint8)


def kinds(content):
    """The chunks in order; each CRC is checked."""
    found, at = [], len(SIGNATURE)
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        assert struct.unpack(">I", content[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        found.append(kind)
        at += length + 12
    return found


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("planes", [3, 4])
def test_pixels_size_profile_and_texts_are_there(planes, bits):
    values = pixels(planes, bits)
    content = encode(values, 300, TEXTS)
    width, height, rows, info = png.Reader(bytes=content).asDirect()
    assert np.array_equal(np.vstack([np.array(row) for row in rows]).reshape(height, width, -1), values)
    assert info["bitdepth"] == bits and info["alpha"] == (planes == 4)
    with Pillow.open(io.BytesIO(content)) as image:
        image.load()
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)
        assert {key: image.info[key] for key in TEXTS} == TEXTS
    order = kinds(content)
    assert order[0] == b"IHDR" and order[-1] == b"IEND"
    assert order.index(b"iCCP") < order.index(b"IDAT") and order.index(b"pHYs") < order.index(b"IDAT")
    assert [order.count(kind) for kind in (b"iCCP", b"pHYs")] == [1, 1]
