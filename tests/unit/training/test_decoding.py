import io
import threading
import warnings

import numpy as np
import pytest
from PIL import Image, features

from tests.profiles import grey_profile, rgb_profile
from training.colours import conversion_of, srgb_profile
from training.decoding import PictureError, decode, formats, unlimited
from training.endings import PICTURES, left_out
from training.pictures import decode_square


def content(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def in_space(profile: bytes, colour=(200, 80, 60), size=(32, 32)) -> Image.Image:
    """What looks like that colour of sRGB, in another space."""
    conversion = conversion_of(profile, "RGB")
    assert conversion is not None
    return conversion.from_srgb(Image.new("RGB", size, colour))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_a_wide_gamut_looks_the_same_afterwards(kind):
    wide = rgb_profile()
    made = in_space(wide)
    assert np.abs(np.array(made)[0, 0].astype(int) - (200, 80, 60)).max() > 15
    options = {"lossless": True} if kind == "WEBP" else {}
    found = decode(content(made, kind, icc_profile=wide, **options))
    assert np.abs(np.array(found.image)[0, 0].astype(int) - (200, 80, 60)).max() <= 2
    assert found.notes == ("its colours were converted from Wide to sRGB",) and "icc_profile" not in found.image.info
    pixels, _ = decode_square(content(made, kind, icc_profile=wide, **options), 8)
    assert np.abs(pixels[:, 4, 4].astype(int) - (200, 80, 60)).max() <= 2


def test_alpha_and_palettes_keep_theirs_and_are_converted():
    wide = rgb_profile()
    alpha = in_space(wide).convert("RGBA")
    alpha.putalpha(100)
    found = decode(content(alpha, icc_profile=wide)).image
    assert found.mode == "RGBA" and np.array(found)[0, 0, 3] == 100
    assert np.abs(np.array(found)[0, 0, :3].astype(int) - (200, 80, 60)).max() <= 2
    palette = decode(content(in_space(wide).convert("P", palette=Image.Palette.ADAPTIVE), icc_profile=wide)).image
    assert palette.mode == "RGB" and np.abs(np.array(palette)[0, 0].astype(int) - (200, 80, 60)).max() <= 3


def test_srgb_stays_as_it_is_to_the_bit():
    picture = Image.effect_noise((40, 40), 90).convert("RGB")
    found = decode(content(picture, icc_profile=srgb_profile()))
    assert found.notes == () and np.array_equal(np.array(found.image), np.array(picture))


def test_grey_stays_grey():
    found = decode(content(Image.new("L", (8, 8), 100), icc_profile=grey_profile(1.0)))
    assert found.image.mode == "L" and np.array(found.image)[0, 0] > 150 and "from Grey to sRGB" in found.notes[0]


@pytest.mark.parametrize(
    ("mode", "profile", "said"),
    [
        ("RGB", b"nonsense", "it is broken"),
        ("RGB", rgb_profile()[:200], "it is broken"),
        ("RGB", grey_profile(1.0), "it is one for GRAY, and the picture is RGB"),
        ("L", rgb_profile(), "it is one for RGB, and the picture is L"),
    ],
)
def test_a_profile_that_is_of_no_use_is_said_and_the_picture_opens(mode, profile, said):
    picture = Image.new(mode, (8, 8), 99 if mode == "L" else (9, 99, 200))
    found = decode(content(picture, icc_profile=profile))
    assert np.array_equal(np.array(found.image), np.array(picture))
    assert len(found.notes) == 1 and f"its colour profile was ignored: {said}" in found.notes[0]


def test_own_colours_come_with_their_profile():
    wide = rgb_profile()
    made = in_space(wide)
    found = decode(content(made, icc_profile=wide), own_colours=True)
    assert found.profile == wide and not found.notes and np.array_equal(np.array(found.image), np.array(made))
    assert decode(content(made, icc_profile=b"nonsense"), own_colours=True).profile == b""


@pytest.mark.parametrize("kind", [kind for kind in ("AVIF", "MPO") if kind == "MPO" or features.check("avif")])
def test_formats_of_phones_and_cameras(kind):
    more = {"save_all": True, "append_images": [Image.new("RGB", (64, 48), "blue")]} if kind == "MPO" else {}
    found = decode(content(Image.new("RGB", (64, 48), (180, 60, 40)), kind, **more))
    assert found.size == (64, 48) and np.abs(np.array(found.image)[20, 20].astype(int) - (180, 60, 40)).max() < 12
    assert found.notes == ()


def test_sixteen_bits_and_floats():
    for values in (np.full((4, 4), 32896, np.uint16), np.full((4, 4), 0.502, np.float32)):
        found = decode(content(Image.fromarray(values), "TIFF"))
        assert found.image.getpixel((0, 0)) == 128 and "8 are kept" in found.notes[0]


def test_transparent_parts_are_white_where_asked():
    picture = Image.new("RGBA", (2, 1), (10, 20, 30, 255))
    picture.putpixel((1, 0), (10, 20, 30, 0))
    found = decode(content(picture))
    assert found.image.mode == "RGBA" and np.array(found.on_white)[0].tolist() == [[10, 20, 30], [255, 255, 255]]


def test_too_large_a_picture_is_refused_before_it_is_decoded(monkeypatch):
    data = content(Image.new("1", (20_000, 20_000)))
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda *_: pytest.fail("decoded"))
    with pytest.raises(PictureError, match="400 million; 80 million are decoded at most") as refused:
        decode(data)
    assert refused.value.reason == "too large"
    with pytest.raises(PictureError, match="million are decoded at most"):
        decode_square(data, 8)


@pytest.mark.skipif("HEIF" in formats(), reason="it can be opened here")
def test_what_cannot_be_read_here_says_what_helps():
    with pytest.raises(PictureError, match=r"facedesigner\[heic\]"):
        decode(b"\0\0\0\x18ftypheic" + bytes(40))
    with pytest.raises(PictureError, match="or a film"):
        decode(b"\0\0\0\x18ftypisom" + bytes(40))


def test_threads_leave_pillows_limit_and_the_warnings_as_they_were():
    limit, filters = Image.MAX_IMAGE_PIXELS, list(warnings.filters)
    inside, leave = threading.Barrier(2), threading.Event()

    def hold():
        with unlimited():
            inside.wait(10)
            leave.wait(10)

    thread = threading.Thread(target=hold)
    with unlimited():
        thread.start()
        inside.wait(10)
    assert Image.MAX_IMAGE_PIXELS is None  # the other one still needs it
    leave.set()
    thread.join()
    assert limit == Image.MAX_IMAGE_PIXELS and warnings.filters == filters


def test_what_is_left_out_is_counted():
    assert left_out(["a.png", "b.JFIF", "labels.csv", "c.tif"]) == ""
    words = left_out(["a.png", "raw/b.CR2", "raw/c.cr2", "noending"])
    assert words.startswith("3 other files were left out (1 without an ending, 2 .cr2); read are jpg")
    assert {".jfif", ".tif", ".avif", ".webp", ".heic", ".gif"} <= set(PICTURES)
