import errno
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from facedesigner.export.png import free_path, read_face, save_png
from facedesigner.export.writing import ExportError
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import GENERATED, RECIPE_KEY, RecipeError

FACE = FaceState("0123456789abcdef", seed=42, controls=(("pc01@coarse", -1.25),), psi=0.5, noise_seed=9)
PICTURE = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)


@pytest.fixture
def saved(tmp_path):
    return save_png(PICTURE, tmp_path / "new" / "face.png", FACE, "style – 64")


def test_pixels_and_recipe_come_back_exactly(saved):
    assert read_face(saved) == FACE
    with Image.open(saved) as picture:
        np.testing.assert_array_equal(np.asarray(picture), PICTURE)
        assert "seed 42" in picture.info["parameters"] and "style – 64" in picture.info["parameters"]
        assert GENERATED in picture.info["XML:com.adobe.xmp"]
    assert [p.name for p in saved.parent.iterdir()] == ["face.png"]


def test_never_overwrites_silently(saved):
    before = saved.read_bytes()
    with pytest.raises(ExportError, match="exists already"):
        save_png(PICTURE, saved, FACE.with_seed(1), "style")
    assert saved.read_bytes() == before
    save_png(PICTURE, saved, FACE.with_seed(1), "style", overwrite=True)
    assert read_face(saved).seed == 1


def test_a_full_disk_leaves_the_old_file_and_nothing_else(saved, monkeypatch):
    before, write = saved.read_bytes(), Path.write_bytes

    def full(self, data):
        write(self, data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ExportError, match=r"disk is full.*free some space"):
        save_png(PICTURE, saved, FACE, "style", overwrite=True)
    assert saved.read_bytes() == before
    assert [p.name for p in saved.parent.iterdir()] == ["face.png"]


def test_an_unwritable_folder_is_named(tmp_path, monkeypatch):
    def denied(self, data):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", denied)
    with pytest.raises(ExportError, match="may not be written to: choose another folder"):
        save_png(PICTURE, tmp_path / "face.png", FACE, "style")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="choose another folder"):
        save_png(PICTURE, tmp_path / "file" / "face.png", FACE, "style")


def test_a_name_too_long_is_named(tmp_path):
    with pytest.raises(ExportError, match="choose a shorter one"):
        save_png(PICTURE, tmp_path / f"{'a' * 300}.png", FACE, "style")


def test_free_paths_count_up(tmp_path):
    assert free_path(tmp_path, "seed0042") == tmp_path / "seed0042.png"
    for name in ("seed0042.png", "seed0042-2.png"):
        (tmp_path / name).touch()
    assert free_path(tmp_path, "seed0042") == tmp_path / "seed0042-3.png"


def spoil(path, how):
    data = path.read_bytes()
    match how:
        case "truncated":
            path.write_bytes(data[:-40])
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("no picture")
        case "plain":
            Image.fromarray(PICTURE).save(path)
        case "bytes":
            path.write_bytes(data.replace(b'"version": 1', b'"version": 7'))
        case "recipe" | "version":
            chunks = PngInfo()
            chunks.add_text(RECIPE_KEY, "{" if how == "recipe" else '{"version": 7}')
            Image.fromarray(PICTURE).save(path, pnginfo=chunks)
        case "missing":
            path.unlink()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("truncated", "cannot be read"),
        ("empty", "no picture, or a damaged one"),
        ("text", "no picture, or a damaged one"),
        ("plain", "carries no FaceDesigner recipe"),
        ("bytes", "a damaged one"),  # its checksum is wrong
        ("recipe", "not JSON"),
        ("version", "version 7, this program reads version 1"),
        ("missing", "cannot be read"),
    ],
)
def test_a_picture_without_a_sound_recipe_is_named(saved, how, message):
    spoil(saved, how)
    with pytest.raises(RecipeError, match=message):
        read_face(saved)
