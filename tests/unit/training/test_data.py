"""Folders and zips of pictures: decoding, broken files, cache, held-out share. Labels have their own tests."""

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tests.unit.training.helpers import make_pictures
from training import data
from training.data import DataError, load_faces
from training.pictures import CONTACTS, decode_square


def encoded(colour: Any, form: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    """An 8x8 picture of one colour, as a file."""
    buffer = io.BytesIO()
    Image.new(mode, (8, 8), colour).save(buffer, form, **options)
    return buffer.getvalue()


def write(folder: Path, **files: bytes) -> Path:
    """`write(folder, **{"a/b.png": bytes})`"""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.fixture
def faces(tmp_path):
    """A folder of four flat pictures in two subfolders, and things that are no pictures of the set."""
    return write(
        tmp_path / "faces",
        **{
            "b/2.png": encoded("blue"),
            "b/1.jpg": encoded("lime", form="JPEG", quality=100),
            "a/1.webp": encoded("red", form="WEBP", lossless=True),
            "a/3.BMP": encoded("white", form="BMP"),
            "a/.hidden.png": encoded("red"),
            "__MACOSX/a/1.png": b"junk",
            "readme.txt": b"hello",
        },
    )


def zipped(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder).as_posix())
    return path


def test_a_folder_is_read_in_the_order_of_its_names(faces):
    loaded = load_faces(faces, 4)
    assert loaded.names == ("a/1.webp", "a/3.BMP", "b/1.jpg", "b/2.png")
    assert len(loaded) == 4
    assert loaded.images.dtype == torch.uint8
    assert loaded.images.shape == (4, 3, 4, 4)
    means = loaded.images.float().mean((2, 3)).round().tolist()
    assert means[0] == [255, 0, 0]
    assert means[1] == [255, 255, 255]
    assert means[3] == [0, 0, 255]
    assert loaded.skipped == ()
    assert loaded.labels == {}


def test_a_zip_gives_the_same_as_its_folder(faces, tmp_path):
    from_folder = load_faces(faces, 4)
    from_zip = load_faces(str(zipped(faces, tmp_path / "faces.zip")), 4, workers=3)
    assert from_zip.names == from_folder.names
    assert torch.equal(from_zip.images, from_folder.images)


def test_patterns_choose_pictures(faces):
    assert load_faces(faces, 4, include=["b/*"]).names == ("b/1.jpg", "b/2.png")
    assert len(load_faces(faces, 4, include=["b/*", "a/1*"])) == 3
    with pytest.raises(DataError, match=r"none of the 4 pictures .* matches c/\*"):
        load_faces(faces, 4, include=["c/*"])


def test_the_central_square_is_kept_upright():
    wide = np.zeros((8, 24, 3), np.uint8)
    wide[:, 8:16] = (10, 200, 30)  # the middle third; the rest is black
    buffer = io.BytesIO()
    Image.fromarray(wide).save(buffer, "PNG")
    pixels, side = decode_square(buffer.getvalue(), 8)
    assert side == 8
    assert pixels.shape == (3, 8, 8)
    assert (pixels == np.array([10, 200, 30]).reshape(3, 1, 1)).all()


def test_exif_orientation_is_applied():
    image = Image.new("RGB", (16, 16), "black")
    image.paste("white", (0, 0, 16, 8))  # bright above
    exif = Image.Exif()
    exif[0x0112] = 3  # turned by half
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=100, exif=exif)
    pixels, _ = decode_square(buffer.getvalue(), 16)
    assert pixels[:, :6].mean() < 10
    assert pixels[:, 10:].mean() > 245


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (encoded(100, mode="L"), (100, 100, 100)),
        (encoded((0, 0, 0, 0), mode="RGBA"), (255, 255, 255)),
        (encoded((255, 0, 0, 128), mode="RGBA"), (255, 127, 127)),
        (encoded((0, 0), mode="LA"), (255, 255, 255)),
        (encoded(0x8080, mode="I;16"), (128, 128, 128)),
        (encoded(1, mode="1"), (255, 255, 255)),
        (encoded((0, 0, 0, 0), form="JPEG", mode="CMYK"), (255, 255, 255)),
    ],
    ids=["grey", "transparent", "half transparent", "grey transparent", "16 bits", "1 bit", "CMYK"],
)
def test_every_mode_becomes_rgb(content, expected):
    pixels, _ = decode_square(content, 8)
    assert abs(pixels.astype(int) - np.array(expected).reshape(3, 1, 1)).max() <= 1


def test_big_pictures_are_averaged_not_sampled():
    stripes = np.zeros((512, 512, 3), np.uint8)
    stripes[:, ::2] = 255
    buffer = io.BytesIO()
    Image.fromarray(stripes).save(buffer, "PNG")
    pixels, side = decode_square(buffer.getvalue(), 16)
    assert side == 512
    assert abs(pixels.astype(int) - 128).max() <= 3


def test_small_pictures_are_enlarged_and_counted(faces):
    loaded = load_faces(faces, 16)
    assert loaded.images.shape[-1] == 16
    assert any("4 of 4 pictures are smaller than 16 px" in note for note in loaded.notes)


def test_broken_pictures_are_skipped_counted_and_named(faces):
    noise = np.random.default_rng(0).integers(0, 255, (32, 32, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    write(faces, **{"a/2.png": buffer.getvalue()[:1500], "b/empty.png": b"", "b/text.jpg": b"no picture at all"})
    loaded = load_faces(faces, 4)
    assert len(loaded) == 4
    assert loaded.images.shape[0] == 4
    reasons = dict(loaded.skipped)
    assert set(reasons) == {"a/2.png", "b/empty.png", "b/text.jpg"}
    assert "truncated" in reasons["a/2.png"]
    assert reasons["b/empty.png"] == "the file is empty"
    assert reasons["b/text.jpg"] == "not a picture"
    assert "3 of 7 pictures are broken" in loaded.notes[0]
    assert loaded.images[2].float().mean((1, 2)).argmax() == 1  # b/1.jpg is green: no row has moved


def test_useless_sources_say_what_to_do(tmp_path, faces):
    with pytest.raises(DataError, match=r"no folder or zip .*check data\.source"):
        load_faces(tmp_path / "nowhere", 4)
    with pytest.raises(DataError, match=r"no pictures in .*put png"):
        load_faces(write(tmp_path / "texts", **{"a.txt": b""}), 4)
    with pytest.raises(DataError, match="neither a folder nor a sound zip"):
        load_faces(faces / "readme.txt", 4)
    whole = zipped(faces, tmp_path / "faces.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="unpack it"):
        load_faces(tmp_path / "cut.zip", 4)
    with pytest.raises(DataError, match="resolution"):
        load_faces(faces, 0)


def test_two_pictures_are_needed(tmp_path):
    folder = write(tmp_path / "few", **{"a.png": encoded("red"), "b.png": b"junk"})
    with pytest.raises(DataError, match=r"only 1 of 2 .*b\.png \(not a picture\)"):
        load_faces(folder, 4)


def test_a_damaged_member_of_a_zip_is_skipped(faces, tmp_path):
    path = zipped(faces, tmp_path / "faces.zip")
    content = bytearray(path.read_bytes())
    at = content.index(encoded("blue"))
    content[at + 20] ^= 0xFF  # now its checksum is wrong
    path.write_bytes(content)
    assert [name for name, _ in load_faces(path, 4).skipped] == ["b/2.png"]


def test_the_cache_spares_decoding(faces, tmp_path, monkeypatch):
    write(faces, **{"a/broken.png": b"junk"})
    first = load_faces(faces, 16, cache=tmp_path / "cache")
    monkeypatch.setattr(data, "decode_square", lambda *_: pytest.fail("decoded again"))
    again = load_faces(faces, 16, cache=tmp_path / "cache")
    assert torch.equal(again.images, first.images)
    assert (again.names, again.skipped, again.notes) == (first.names, first.skipped, first.notes)
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_the_cache_follows_the_pictures(faces, tmp_path):
    cache = tmp_path / "cache"
    load_faces(faces, 4, cache=cache)
    assert load_faces(faces, 8, cache=cache).images.shape[-1] == 8
    assert len(load_faces(faces, 4, cache=cache, include=["a/*"])) == 2
    write(faces, **{"b/2.png": encoded("aqua")})
    os.utime(faces / "b/2.png", ns=(1, 1))
    assert load_faces(faces, 4, cache=cache).images[3].float().mean((1, 2)).tolist() == [0, 255, 255]


@pytest.mark.parametrize("damage", [b"", b"junk" * 100, None], ids=["empty", "junk", "truncated"])
def test_a_broken_cache_is_made_anew(faces, tmp_path, damage):
    first = load_faces(faces, 4, cache=tmp_path)
    (file,) = tmp_path.glob("*.safetensors")
    whole = file.read_bytes()
    file.write_bytes(whole[:-10] if damage is None else damage)
    assert torch.equal(load_faces(faces, 4, cache=tmp_path).images, first.images)
    assert file.read_bytes() == whole


def test_an_unwritable_cache_is_a_note_not_an_error(faces, tmp_path):
    (tmp_path / "file").write_text("in the way")
    loaded = load_faces(faces, 4, cache=tmp_path / "file")
    assert len(loaded) == 4
    assert any("could not be cached" in note for note in loaded.notes)


def many(names: list[str]) -> data.Faces:
    count = len(names)
    images = torch.arange(count, dtype=torch.uint8).view(-1, 1, 1, 1).expand(count, 3, 1, 1)
    return data.Faces(images, tuple(names), {"age": torch.arange(count, dtype=torch.float32)}, {})


def test_the_held_out_share_never_changes_when_pictures_are_added():
    few, more = many([f"{i:03}.png" for i in range(100)]), many([f"{i:03}.png" for i in range(250)])
    train, held = few.split(0.2)
    assert sorted(train.names + held.names) == list(few.names)
    assert 8 <= len(held) <= 32
    assert set(held.names) == set(more.split(0.2)[1].names) & set(few.names)
    assert set(held.names) <= set(few.split(0.4)[1].names)
    assert held.names[:3] == ("005.png", "009.png", "012.png")  # on every machine


def test_a_subset_keeps_pictures_names_and_labels_together():
    chosen = many(["a", "b", "c", "d"]).subset([3, 1])
    assert chosen.names == ("d", "b")
    assert chosen.images.flatten(1)[:, 0].tolist() == [3, 1]
    assert chosen.labels["age"].tolist() == [3, 1]


def test_nothing_held_out():
    train, held = many(["a", "b"]).split(0)
    assert len(train) == 2
    assert len(held) == 0
    assert held.images.shape == (0, 3, 1, 1)


def test_the_contact_sheet_of_a_batch_is_no_face(tmp_path):
    make_pictures(tmp_path / "batch", count=3)
    (tmp_path / "batch" / CONTACTS).write_bytes((tmp_path / "batch" / "000.png").read_bytes())
    assert load_faces(tmp_path / "batch", 16).names == ("000.png", "001.png", "002.png")


def test_every_kind_of_picture_is_read_and_what_is_left_out_is_said(tmp_path):
    for name, kind in (("a.jfif", "JPEG"), ("b.tif", "TIFF"), ("c.avif", "AVIF")):
        Image.new("RGB", (16, 16), (90, 90, 90)).save(tmp_path / name, kind)
    found = load_faces(tmp_path, 16)
    assert found.names == ("a.jfif", "b.tif", "c.avif") and not found.notes and not found.skipped
    (tmp_path / "d.psd").write_bytes(b"8BPS")
    assert any("1 other file was left out (1 .psd)" in note for note in load_faces(tmp_path, 16).notes)
