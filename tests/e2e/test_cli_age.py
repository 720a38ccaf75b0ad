"""`facedesigner age`, and `edit` of a photo, as a user types them, with a generator of 16 pixels."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facedesigner.cli import main
from facedesigner.engine.aging import Seen
from facedesigner.export.png import read_face
from facedesigner.gui.places import Places
from facedesigner.state.ages import AGE
from tests.aged import aged_weights
from tests.tiny import tiny_weights
from training.networks.encoder import new_encoder, save_encoder
from training.weights import load_weights


class Meter:
    def __call__(self, before, after):
        return Seen(28.0, 61.0, 0.3)


@pytest.fixture(autouse=True)
def quick(tmp_path, monkeypatch):
    """The user's folders, empty ones, and no networks."""
    places = Places(tmp_path / "user" / "settings.toml", tmp_path / "user" / "sessions")
    monkeypatch.setattr(Places, "of_user", classmethod(lambda cls: places))
    monkeypatch.setattr("facedesigner.engine.aging.AgeMeter", Meter)
    monkeypatch.setattr("facedesigner.engine.likeness.made", lambda kind: None)


@pytest.fixture
def weights(tmp_path) -> str:
    return str(aged_weights(tmp_path / "aged.safetensors"))


@pytest.fixture
def picture(tmp_path, weights, capsys) -> str:
    path = str(tmp_path / "in.png")
    assert main(["generate", "--seed", "7", "--out", path, "--weights", weights]) == 0
    capsys.readouterr()
    return path


@pytest.fixture
def photo(tmp_path, weights) -> str:
    """And an encoder to open it with."""
    loaded = load_weights(Path(weights))
    save_encoder(new_encoder(loaded), tmp_path / "encoder-tiny.safetensors", loaded.hash, {})
    pixels = np.random.default_rng(0).integers(0, 256, (80, 100, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.jpg")
    return str(tmp_path / "photo.jpg")


def test_an_age_is_asked_for_in_years(picture, weights, tmp_path, capsys):
    out = tmp_path / "old.png"
    assert main(["age", picture, "--to", "70", "--out", str(out), "--weights", weights]) == 0
    said = capsys.readouterr()
    assert said.out == f"{out}\n"
    assert "asked for 70" in said.err and "sees 61 years, before 28" in said.err and "same person" in said.err
    assert "really reach 18 to 44 years" in said.err
    face = read_face(out)
    assert face.seed == 7 and 20 < face.control(AGE) < 60
    again = tmp_path / "again.png"
    assert main(["age", str(out), "--to", "35", "--out", str(again), "--weights", weights]) == 0
    said = capsys.readouterr()
    assert "was 70, asked for 35" in said.err and "really reach" not in said.err
    assert read_face(again).control(AGE) == pytest.approx(face.control(AGE) - 35, abs=0.11)


def test_a_sheet_of_seven_ages_carries_the_face(picture, weights, tmp_path):
    out = tmp_path / "sheet.png"
    assert main(["age", picture, "--strip", "--out", str(out), "--weights", weights]) == 0
    with Image.open(out) as made:
        assert made.width > 6 * made.height * 0.8
    assert read_face(out) == read_face(Path(picture))


@pytest.mark.parametrize("name", ["face.gif", "face.mp4"])
def test_an_animation(picture, weights, tmp_path, name):
    out = tmp_path / name
    words = ["age", picture, "--animate", "--fps", "10", "--length", "1", "--out", str(out), "--weights", weights]
    assert main(words) == 0 and out.stat().st_size > 500
    assert main(words) == 2  # exists


def test_a_photo_is_opened_first(photo, weights, tmp_path, capsys):
    out = tmp_path / "old.png"
    options = ["--aligned", "--seconds", "0", "--weights", weights]
    assert main(["age", photo, "--to", "40", "--out", str(out), *options]) == 0
    assert "photo.jpg is a photo" in capsys.readouterr().err
    face = read_face(out)
    assert face.latent is not None and face.psi == 1 and face.control(AGE)
    edited = tmp_path / "edited.png"
    assert main(["edit", photo, "--set", "pc01=1", "--set", "age=10", "--out", str(edited), *options]) == 0
    assert read_face(edited).controls == ((AGE, 10.0), ("pc01", 1.0))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--to", "120"], "--to is 120; choose an age from 0 to 90"),
        (["--to", "nan"], "choose an age from 0 to 90"),
        (["--to", "20", "--out", "x.jpg"], "only PNG is written"),
        (["--animate"], "ends in .gif or .mp4"),
        (["--animate", "--out", "x.gif", "--young", "50", "--old", "20"], "choose a lower and a higher age"),
        (["--animate", "--out", "x.gif", "--fps", "500"], "--fps is 500; choose 5 to 50"),
        (["--animate", "--out", "x.gif", "--length", "0"], "--length is 0; choose 1 to"),
        (["--animate", "--out", "x.gif", "--sign"], "animations carry no content credentials"),
        (["--strip", "--to", "20"], "not allowed with"),
        ([], "--to --strip --animate is required"),
        (["--to", "20", "--seconds", "-1"], "--seconds is -1; choose 0 to 3600"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(picture, weights, words, message, tmp_path, capsys):
    out = [] if "--out" in words else ["--out", str(tmp_path / "out.png")]
    assert main(["age", picture, *words, *out, "--weights", weights]) == 2
    error = capsys.readouterr().err
    assert message in error and len(error.splitlines()) == 1
    assert not (tmp_path / "out.png").exists()


def test_a_model_without_a_path_says_how_to_make_one(picture, tmp_path, capsys):
    plain = str(tiny_weights(tmp_path / "plain.safetensors"))
    assert main(["age", picture, "--to", "50", "--out", str(tmp_path / "out.png"), "--weights", plain]) == 2
    assert "python -m training aging" in capsys.readouterr().err


def test_no_picture_at_all(weights, tmp_path, capsys):
    model = load_weights(Path(weights))
    save_encoder(new_encoder(model), tmp_path / "encoder-tiny.safetensors", model.hash, {})
    (tmp_path / "notes.txt").write_text("hello")
    for name in ("notes.txt", "missing.png"):
        words = ["age", str(tmp_path / name), "--to", "50", "--aligned", "--out", str(tmp_path / "out.png")]
        assert main([*words, "--weights", weights]) == 2
        assert name in capsys.readouterr().err


def test_an_age_inside_a_mask_leaves_the_rest_as_it_was(picture, weights, tmp_path, capsys):
    mask = np.zeros((16, 16), np.uint8)
    mask[4:12, 4:12] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    out = tmp_path / "old.png"
    words = ["age", picture, "--mask", str(tmp_path / "mask.png"), "--out", str(out), "--weights", weights]
    assert main([*words, "--to", "70"]) == 0
    before, after = (np.array(Image.open(path)) for path in (picture, out))
    assert (before[mask > 0] != after[mask > 0]).any() and (before[mask == 0] == after[mask == 0]).all()
    assert read_face(out).control(AGE) == 0 and AGE in dict(read_face(out).patches[0].controls)
    assert "the age network sees" not in capsys.readouterr().err
    assert main([*words, "--strip"]) == 2
    assert "--mask goes with --to" in capsys.readouterr().err
