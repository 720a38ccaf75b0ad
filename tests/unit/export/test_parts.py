import errno
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image as Pillow

from facedesigner.export import writing
from facedesigner.export.fabrication import Options, fabricate
from facedesigner.export.measure import Size
from facedesigner.export.parts import png_of, write_set
from facedesigner.export.png import read_face
from facedesigner.export.writing import ExportError
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import GENERATED, RecipeError
from tests.unit.export.faces import eyed, find_eyes
from training.files import replacing

FACE = FaceState("0123456789abcdef", seed=42)
OPTIONS = Options(Size(20.0, dpi=100.0), method="bicubic")


@pytest.fixture
def made():
    main = fabricate(eyed(), OPTIONS, find_eyes)
    return {"seed0042.png": png_of(main, FACE, "tiny"), "seed0042-sheet.pdf": b"%PDF", "seed0042-recipe.json": b"{}"}


def test_a_set_is_written_to_a_folder_or_a_zip(made, tmp_path):
    written = write_set(tmp_path / "set", made)
    assert [path.name for path in written] == list(made)
    assert read_face(tmp_path / "set" / "seed0042.png") == FACE
    (packed,) = write_set(tmp_path / "set.zip", made)
    with zipfile.ZipFile(packed) as archive:
        assert archive.namelist() == list(made) and archive.testzip() is None
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}  # all may read what is unpacked


def test_names_of_any_alphabet_come_back_out_of_a_zip(made, tmp_path):
    parts = {f"{name}.png": made["seed0042.png"] for name in ("山田 Анна", "שרה é", "😀")}
    (packed,) = write_set(tmp_path / "фото.zip", parts)
    with zipfile.ZipFile(packed) as archive:
        assert archive.namelist() == list(parts) and archive.testzip() is None
        assert all(entry.flag_bits & 0x800 for entry in archive.infolist())  # told to be UTF-8


def test_the_recipe_and_the_mark_are_told_or_not(tmp_path):
    main = fabricate(eyed(), OPTIONS, find_eyes)
    (tmp_path / "told.png").write_bytes(png_of(main, FACE, "tiny"))
    with Pillow.open(tmp_path / "told.png") as image:
        image.load()
        assert image.info["Software"] == "FaceDesigner" and "does not exist" in image.info["Source"]
        assert GENERATED in image.info["XML:com.adobe.xmp"]
    (tmp_path / "bare.png").write_bytes(png_of(main, None, "tiny"))
    with Pillow.open(tmp_path / "bare.png") as image:
        image.load()
        assert not [value for value in image.info.values() if isinstance(value, str)]
    with pytest.raises(RecipeError):
        read_face(tmp_path / "bare.png")


def test_nothing_is_replaced_unasked(made, tmp_path):
    (tmp_path / "seed0042-sheet.pdf").write_bytes(b"old")
    with pytest.raises(ExportError, match="exists already"):
        write_set(tmp_path, made)
    assert [path.name for path in tmp_path.iterdir()] == ["seed0042-sheet.pdf"]
    write_set(tmp_path, made, overwrite=True)
    assert (tmp_path / "seed0042-sheet.pdf").read_bytes() != b"old"
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ExportError, match="name a folder, or a zip"):
        write_set(tmp_path / "file", made)


@pytest.fixture
def full(monkeypatch):
    """The disk is full at the third file."""
    calls: list[Path] = []

    @contextmanager
    def third_fails(path):
        calls.append(path)
        with replacing(path) as temporary:
            if len(calls) == 3:
                temporary.write_bytes(b"half")
                raise OSError(errno.ENOSPC, "No space left on device")
            yield temporary

    monkeypatch.setattr(writing, "replacing", third_fails)


def test_a_full_disk_leaves_nothing(made, tmp_path, full):
    with pytest.raises(ExportError, match="the disk is full"):
        write_set(tmp_path / "new" / "set", made)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_what_was_there(made, tmp_path, full):
    for name in made:
        (tmp_path / name).write_bytes(b"old")
    with pytest.raises(ExportError, match="the disk is full"):
        write_set(tmp_path, made, overwrite=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == dict.fromkeys(made, b"old")


def test_a_full_disk_leaves_no_half_of_a_zip(made, tmp_path, monkeypatch):
    def fails(path, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing, "write_atomically", fails)
    with pytest.raises(ExportError, match="the disk is full"):
        write_set(tmp_path / "new" / "set.zip", made)
    assert not list(tmp_path.glob("**/*.zip"))
