import io
import struct
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from training.curation.opening import LONGEST, Pictures, open_picture
from training.decoding import PictureError
from training.pictures import DataError


def content(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width, height):
    """A PNG that claims this size; its pixels are missing."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


GREY = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F"])
def test_every_mode_becomes_rgb(mode):
    sixteen = Image.fromarray(GREY.astype(np.uint16) * 257)
    image = sixteen if mode == "I;16" else Image.fromarray(GREY).convert(mode)
    kind = "JPEG" if mode == "YCbCr" else "TIFF" if mode in ("F", "I", "CMYK") else "PNG"
    opened, notes = open_picture(content(image, kind))
    assert opened.mode == "RGB" and opened.size == (64, 48)
    assert bool(notes) is (mode in ("CMYK", "I;16", "I", "F"))
    assert np.asarray(opened)[:, -1].mean() > np.asarray(opened)[:, 0].mean()


def test_a_cmyk_jpeg_keeps_its_colours():
    red = Image.new("RGB", (32, 32), (200, 30, 30)).convert("CMYK")
    opened, _ = open_picture(content(red, "JPEG"))
    assert np.abs(np.asarray(opened).mean((0, 1)) - (200, 30, 30)).max() < 12


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_frame_is_taken(kind):
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    opened, notes = open_picture(content(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert np.asarray(opened)[16, 16, 0] > 200
    assert notes == ("animated: the first frame was taken",)


def test_it_is_turned_as_its_exif_says():
    exif = Image.Exif()
    exif[0x0112] = 6
    opened, _ = open_picture(content(Image.new("RGB", (40, 20)), "JPEG", exif=exif))
    assert opened.size == (20, 40)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_of_20_000_pixels_is_reduced(kind):
    opened, _ = open_picture(content(Image.new("L", (20_000, 400), 200), kind))
    assert max(opened.size) <= LONGEST
    assert 198 <= np.asarray(opened)[5, 5, 0] <= 202


def test_a_decompression_bomb_is_refused_unopened():
    with pytest.raises(
        PictureError, match="50000 × 50000 pixels are 2500 million; 80 million are decoded at most"
    ) as caught:
        open_picture(png_header(50_000, 50_000))
    assert caught.value.reason == "too large"
    assert Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (b"hello", "not a picture"),
        (content(Image.fromarray(GREY), "JPEG")[:-200], "(?i)truncated"),
        (png_header(8, 8), "."),
    ],
    ids=["text", "cut short", "without pixels"],
)
def test_a_broken_file_is_unreadable(broken, message):
    with pytest.raises(PictureError, match=message) as caught:
        open_picture(broken)
    assert caught.value.reason == "unreadable"


@pytest.mark.parametrize("name", ["a b.png", "лицо.PNG", "顔/写真.jpg", "وجه.webp", "🙂.gif", "é.tiff"])
def test_names_in_every_script(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"content")
    pictures = Pictures(tmp_path)
    assert [entry.name for entry in pictures.list()] == [name]
    assert pictures.read(name) == b"content"


def test_what_is_no_picture_or_hidden_does_not_count(tmp_path):
    for name in ("a.png", "notes.txt", ".hidden.png", "b.JPG"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / ".thumbs").mkdir()
    (tmp_path / ".thumbs/c.png").write_bytes(b"x")
    assert [entry.name for entry in Pictures(tmp_path).list()] == ["a.png", "b.JPG"]


def test_links_that_loop_end(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.png").write_bytes(b"x")
    (tmp_path / "sub/up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "itself.png").symlink_to(tmp_path / "itself.png")
    (tmp_path / "nowhere.png").symlink_to(tmp_path / "gone.png")
    assert [entry.name for entry in Pictures(tmp_path).list()] == ["sub/a.png"]


def test_a_linked_folder_is_taken_once(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.png").write_bytes(b"x")
    source = tmp_path / "in"
    source.mkdir()
    for name in ("one", "two"):
        (source / name).symlink_to(elsewhere, target_is_directory=True)
    assert len(Pictures(source).list()) == 1


def test_the_output_inside_the_input_is_left_out(tmp_path):
    (tmp_path / "out/faces").mkdir(parents=True)
    for name in ("a.png", "out/faces/b.png"):
        (tmp_path / name).write_bytes(b"x")
    assert [entry.name for entry in Pictures(tmp_path, tmp_path / "out").list()] == ["a.png"]


@pytest.mark.parametrize("out", [".", ".."])
def test_the_output_may_not_be_the_input_or_around_it(tmp_path, out):
    source = tmp_path / "in"
    source.mkdir()
    with pytest.raises(DataError, match="holds the pictures themselves: choose another folder"):
        Pictures(source, source / out)


def test_a_file_that_vanishes_is_unreadable(tmp_path):
    with pytest.raises(PictureError, match="vanished before its turn"):
        Pictures(tmp_path).read("gone.png")


def test_an_empty_file_is_unreadable(tmp_path):
    (tmp_path / "a.png").touch()
    with pytest.raises(PictureError, match="the file is empty"):
        Pictures(tmp_path).read("a.png")


def test_a_huge_file_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("training.curation.opening.MOST_BYTES", 10)
    (tmp_path / "a.png").write_bytes(b"x" * 11)
    with pytest.raises(PictureError) as caught:
        Pictures(tmp_path).read("a.png")
    assert caught.value.reason == "too large"


def test_a_zip_will_do(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("b/é.png", b"one")
        file.writestr("__MACOSX/b.png", b"two")
    pictures = Pictures(tmp_path / "a.zip")
    assert [entry.name for entry in pictures.list()] == ["b/é.png"]
    assert pictures.read("b/é.png") == b"one"
    pictures.close()


def test_a_missing_source_and_a_broken_zip_are_named(tmp_path):
    with pytest.raises(DataError, match="there is no folder or zip"):
        Pictures(tmp_path / "gone")
    (tmp_path / "a.zip").write_bytes(b"no zip")
    with pytest.raises(DataError, match="neither a folder nor a sound zip"):
        Pictures(tmp_path / "a.zip")
