"""`facedesigner sketch` and `colorize` as a user types them, with networks of few channels."""

import numpy as np
import pytest
from PIL import Image

from facedesigner.cli import main
from facedesigner.engine import sketch as engine
from facedesigner.export.png import read_face
from facedesigner.state.recipe import COMPOSITE, GENERATED, XMP_KEY, RecipeError
from tests.drawing_weights import drawing_weights
from tests.unit.engine.test_paper import face


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return drawing_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(autouse=True)
def weights(folder, monkeypatch):
    monkeypatch.setattr(engine, "resource", lambda name: folder)
    monkeypatch.setattr("facedesigner.resources.default_weights", lambda: folder / "tiny.safetensors")
    monkeypatch.setattr("facedesigner.engine.page.heads.new_finder", lambda: lambda page: ())  # as without dlib


@pytest.fixture
def drawing(tmp_path):
    path = tmp_path / "drawing.png"
    Image.fromarray(face()).save(path)
    return path


def size_of(path):
    with Image.open(path) as image:
        return image.size


def test_a_drawing_becomes_a_face_with_its_recipe(drawing, tmp_path, capsys):
    out = tmp_path / "photo.png"
    assert main(["sketch", str(drawing), "--out", str(out), "--follow", "0"]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    assert size_of(out) == (256, 256)
    assert read_face(out).latent is not None


@pytest.mark.parametrize("follow", ["0.3", "0.7", "1"])
def test_one_that_follows_the_drawing_is_no_face_to_open(follow, drawing, tmp_path):
    out = tmp_path / "photo.png"
    assert main(["sketch", str(drawing), "--out", str(out), "--follow", follow]) == 0
    with pytest.raises(RecipeError):
        read_face(out)
    with Image.open(out) as image:
        assert GENERATED in image.info[XMP_KEY] and COMPOSITE not in image.info[XMP_KEY]


def test_variants_are_numbered_and_differ(drawing, tmp_path, capsys):
    assert main(["sketch", str(drawing), "--out", str(tmp_path / "photo.png"), "--variants", "3"]) == 0
    written = [tmp_path / f"photo-{i}.png" for i in (1, 2, 3)]
    assert capsys.readouterr().out.split() == [str(path) for path in written]
    assert len({path.read_bytes() for path in written}) == 3


def test_hints_change_the_photo(drawing, tmp_path):
    strokes = np.zeros((400, 400, 4), np.uint8)
    strokes[150:200, 150:250] = (220, 40, 40, 255)
    Image.fromarray(strokes).save(tmp_path / "hints.png")
    for name, more in (("plain", []), ("hinted", ["--hints", str(tmp_path / "hints.png")])):
        assert main(["sketch", str(drawing), "--out", str(tmp_path / f"{name}.png"), "--follow", "1", *more]) == 0
    assert (tmp_path / "plain.png").read_bytes() != (tmp_path / "hinted.png").read_bytes()


def test_nothing_is_overwritten_unasked(drawing, tmp_path, capsys):
    out = tmp_path / "photo-2.png"
    out.write_bytes(b"mine")
    words = ["sketch", str(drawing), "--out", str(tmp_path / "photo.png"), "--variants", "2"]
    assert main(words) == 2
    assert "exists already" in capsys.readouterr().err
    assert out.read_bytes() == b"mine" and not (tmp_path / "photo-1.png").exists()
    assert main([*words, "--overwrite"]) == 0
    assert size_of(out) == (256, 256)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--follow", "1.5"], "choose 0 to 1"),
        (["--variants", "0"], "choose 1 to 16"),
        (["--hints", "missing.png"], "cannot be read"),
    ],
)
def test_what_cannot_be_done_says_why(drawing, tmp_path, capsys, words, message):
    assert main(["sketch", str(drawing), "--out", str(tmp_path / "photo.png"), *words]) == 2
    assert message in capsys.readouterr().err


def test_an_empty_drawing_says_what_to_do(tmp_path, capsys):
    Image.new("L", (100, 100), 255).save(tmp_path / "empty.png")
    assert main(["sketch", str(tmp_path / "empty.png"), "--out", str(tmp_path / "photo.png")]) == 2
    assert "draw the outline of a face" in capsys.readouterr().err


def test_a_grey_picture_gets_colours(drawing, tmp_path, capsys):
    out = tmp_path / "coloured.png"
    assert main(["colorize", str(drawing), "--out", str(out)]) == 0
    assert size_of(out) == (400, 400)
    assert "shade it with a pencil" in capsys.readouterr().err  # of a drawing of lines
    assert main(["colorize", str(drawing), "--out", str(out)]) == 2
    assert "exists already" in capsys.readouterr().err


def test_what_was_done_to_a_drawing_is_said(tmp_path, capsys):
    page = np.pad(255 - face(), [(60, 60), (40, 40)], constant_values=0)  # white on black
    Image.fromarray(page).save(tmp_path / "board.png")
    assert main(["sketch", str(tmp_path / "board.png"), "--out", str(tmp_path / "photo.png"), "--variants", "2"]) == 0
    assert capsys.readouterr().err.count("white on black") == 1


def test_uneven_light_makes_no_other_photo(tmp_path):
    page = face() * np.linspace(1, 0.65, 400)
    photos = []
    for name, pixels in (("plain", face()), ("dim", page)):
        Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / f"{name}.png")
        out = tmp_path / f"{name}-photo.png"
        assert main(["sketch", str(tmp_path / f"{name}.png"), "--out", str(out), "--follow", "1"]) == 0
        with Image.open(out) as photo:
            photos.append(np.array(photo, np.float64))
    assert np.abs(photos[0] - photos[1]).mean() < 3


def test_a_transparent_page_without_anything_on_it_says_what_to_do(tmp_path, capsys):
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(tmp_path / "empty.png")
    assert main(["sketch", str(tmp_path / "empty.png"), "--out", str(tmp_path / "photo.png")]) == 2
    assert "empty.png: There is nothing to see yet" in capsys.readouterr().err
    assert not (tmp_path / "photo.png").exists()
