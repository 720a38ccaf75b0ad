from __future__ import annotations

import base64
import io
import zipfile

import pytest
from PIL import Image

from tests.unit.training.helpers import make_pictures
from training.pictures import DataError
from training.survey import SHEET, spread, survey


def parts(path, include=()):
    return {key: value for part in survey(path, include, side=8) for key, value in part.items()}


def test_a_folder_is_counted_measured_and_shown(tmp_path):
    faces = make_pictures(tmp_path / "faces", 30)
    Image.new("RGB", (20, 10)).save(faces / "wide.png")
    (faces / "broken.png").write_bytes(b"\x89PNG nothing")
    (faces / "labels.csv").write_text("file,age\n" + "".join(f"{i:03d}.png,{i}\n" for i in range(30)))
    found = parts(faces)
    assert found["pictures"] == 32 and found["sizes"] == [[16, 16, 30], [20, 10, 1]]
    assert [note.split(" ")[0] for note in found["notes"]] == ["1", "32", "Not"]
    with Image.open(io.BytesIO(base64.b64decode(found["sheet"]))) as sheet:
        assert sheet.size == (8 * 8, 8 * 3) and sheet.mode == "RGBA"
    assert found["labels"] == ["age"]
    assert parts(faces, ["00*"])["pictures"] == 10


def test_every_kind_of_picture_counts_and_what_is_left_out_is_said(tmp_path):
    faces = make_pictures(tmp_path / "faces", 4)
    for name, kind in (("a.jfif", "JPEG"), ("b.TIF", "TIFF"), ("c.avif", "AVIF"), ("d.gif", "GIF")):
        Image.new("RGB", (16, 16)).save(faces / name, kind)
    assert parts(faces)["pictures"] == 8 and len(parts(faces)["notes"]) == 1
    (faces / "raw.cr2").write_bytes(b"raw")
    (faces / "labels.csv").write_text("file,age\n000.png,3\n")
    (note,) = [note for note in parts(faces)["notes"] if "left out" in note]
    assert note.startswith("1 other file was left out (1 .cr2)")


def test_a_zip_is_looked_at_too(tmp_path):
    faces = make_pictures(tmp_path / "faces", 4)
    with zipfile.ZipFile(tmp_path / "faces.zip", "w") as file:
        for path in faces.iterdir():
            file.write(path, path.name)
    assert parts(tmp_path / "faces.zip")["sizes"] == [[16, 16, 4]]


def test_too_few_pictures_give_the_loaders_message(tmp_path):
    faces = make_pictures(tmp_path / "faces", 1)
    with pytest.raises(DataError, match="only 1 of 1 pictures"):
        parts(faces)
    make_pictures(faces, 2)
    assert "2 pictures are few" in parts(faces)["notes"][0]
    with pytest.raises(DataError, match="there are no pictures"):
        parts(make_pictures(tmp_path / "empty", 0))
    with pytest.raises(DataError, match="there is no folder or zip"):
        parts(tmp_path / "missing")


def test_a_sample_is_spread_over_all():
    assert spread(range(5), SHEET) == [0, 1, 2, 3, 4]
    assert spread(range(100), 4) == [0, 25, 50, 75]
