import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from facedesigner.contract.methods import EnhanceError
from facedesigner.engine import photo as photos
from facedesigner.engine.drawing_file import open_hints
from facedesigner.engine.opening import open_picture
from tests.profiles import rgb_profile
from training.colours import conversion_of


def saved(tmp_path, image: Image.Image, name: str = "in.png", **options):
    image.save(tmp_path / name, **options)
    return tmp_path / name


@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("1", 1), ("LA", 2), ("RGB", 3), ("RGBA", 4), ("P", 3)])
def test_pixels_stay_as_they_are(tmp_path, mode, channels):
    opened = open_picture(saved(tmp_path, Image.new(mode, (5, 4))))
    assert opened.pixels.shape == (4, 5, channels) and opened.pixels.dtype == np.uint8 and not opened.notices


def test_a_palette_with_a_transparent_colour(tmp_path):
    picture = Image.new("P", (2, 2))
    picture.putpalette([255, 0, 0, 0, 255, 0])
    opened = open_picture(saved(tmp_path, picture, transparency=0))
    assert opened.pixels.shape == (2, 2, 4) and not opened.pixels[:, :, 3].any()


def test_sixteen_bits_become_eight_and_it_is_said(tmp_path):
    values = np.array([[0, 257 * 7, 65535]], np.uint16)
    opened = open_picture(saved(tmp_path, Image.fromarray(values)))
    assert opened.pixels[:, :, 0].tolist() == [[0, 7, 255]]
    assert opened.notices == ("in.png: 16 bits a channel, of which 8 are kept",)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0))
    row = zlib.compress(b"\0" + struct.pack(">HHH", 65535, 257 * 9, 0))
    path = tmp_path / "rgb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", row) + chunk(b"IEND", b""))
    opened = open_picture(path)
    assert opened.pixels.tolist() == [[[255, 9, 0]]] and "16 bits" in opened.notices[0]


def test_texts_come_along_and_exif_turns(tmp_path):
    texts = PngImagePlugin.PngInfo()
    texts.add_text("parameters", "seed 3")
    opened = open_picture(saved(tmp_path, Image.new("RGB", (3, 2)), pnginfo=texts))
    assert opened.texts["parameters"] == "seed 3"
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    assert open_picture(saved(tmp_path, Image.new("RGB", (3, 2)), "a.jpg", exif=exif)).pixels.shape == (3, 2, 3)


def test_colours_become_srgb(tmp_path):
    conversion = conversion_of(rgb_profile(), "RGB")
    assert conversion is not None
    wide = conversion.from_srgb(Image.new("RGB", (8, 8), (200, 80, 60)))
    opened = open_picture(saved(tmp_path, wide, icc_profile=rgb_profile()))
    assert np.abs(opened.pixels[0, 0].astype(int) - (200, 80, 60)).max() <= 2
    assert opened.notices == ("in.png: its colours were converted from Wide to sRGB",)
    for photo in (photos.opened(tmp_path / "in.png"), whole := open_hints(tmp_path / "in.png")):
        assert np.abs(np.array(photo)[0, 0, :3].astype(int) - (200, 80, 60)).max() <= 2
    assert whole.shape == (8, 8, 4)


def test_of_an_animation_the_first_frame(tmp_path):
    frames = [Image.new("RGB", (2, 2), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    opened = open_picture(tmp_path / "a.gif")
    assert opened.pixels[0, 0, :3].tolist() == [255, 0, 0] and "first frame" in opened.notices[0]


def test_what_is_no_picture(tmp_path):
    empty, text = tmp_path / "empty.png", tmp_path / "text.png"
    empty.write_bytes(b"")
    text.write_text("hello")
    whole = saved(tmp_path, Image.effect_noise((64, 64), 50))
    cut = tmp_path / "cut.png"
    cut.write_bytes(whole.read_bytes()[:1500])
    for path, message in (
        (empty, "the file is empty"),
        (text, "text.png cannot be opened: it is not a picture"),
        (cut, "cut.png cannot be opened"),
        (tmp_path / "none.png", "cannot be read"),
    ):
        with pytest.raises(EnhanceError, match=message):
            open_picture(path)


def test_a_hundred_megapixels_are_refused_before_they_are_decoded(tmp_path):
    path = tmp_path / "huge.png"
    header = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 2, 0, 0, 0)
    checksum = struct.pack(">I", zlib.crc32(b"IHDR" + header))
    data = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header + checksum + data)
    with pytest.raises(EnhanceError, match="100 million; 80 million are decoded at most"):
        open_picture(path)
