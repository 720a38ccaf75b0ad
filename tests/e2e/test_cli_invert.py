"""`facedesigner invert` as a user types it, with a generator of 16 pixels."""

import numpy as np
import pytest
from PIL import Image

from facedesigner.cli import main
from facedesigner.commands import source as command
from facedesigner.engine import photo
from facedesigner.export.png import read_face
from tests.tiny import tiny_weights
from training.networks.encoder import new_encoder, save_encoder
from training.weights import load_weights


@pytest.fixture
def weights(tmp_path, monkeypatch):
    monkeypatch.setattr("facedesigner.engine.likeness.made", lambda kind: None)  # quick: no networks
    path = tiny_weights(tmp_path / "tiny.safetensors")
    loaded = load_weights(path)
    save_encoder(new_encoder(loaded), tmp_path / "encoder-tiny.safetensors", loaded.hash, {})
    return path


@pytest.fixture
def picture(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (80, 100, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def words(weights, picture, out, *more):
    return ["invert", str(picture), "--out", str(out), "--weights", str(weights), *more]


def test_a_picture_becomes_a_face_with_its_recipe(weights, picture, tmp_path, capsys):
    out = tmp_path / "face.png"
    assert main(words(weights, picture, out, "--aligned", "--seconds", "0.3")) == 0
    said = capsys.readouterr()
    assert said.out == f"{out}\n"
    assert "estimate after" in said.err and "refined" in said.err and "pixels 0." in said.err
    face = read_face(out)
    assert face.seed is None and face.latent and face.latent.shape == (6, 8) and face.psi == 1 and not face.controls
    again = tmp_path / "edited.png"
    assert main(["edit", str(out), "--set", "pc01=2", "--out", str(again), "--weights", str(weights)]) == 0
    assert (np.asarray(Image.open(again)) != np.asarray(Image.open(out))).any()


def test_nothing_is_overwritten_silently(weights, picture, tmp_path, capsys):
    out = tmp_path / "face.png"
    out.write_bytes(b"mine")
    assert main(words(weights, picture, out, "--aligned")) == 2
    assert "exists already" in capsys.readouterr().err and out.read_bytes() == b"mine"
    assert main(words(weights, picture, out, "--aligned", "--seconds", "0", "--overwrite")) == 0
    assert "refined" not in capsys.readouterr().err


def test_one_of_several_faces(weights, picture, tmp_path, capsys, monkeypatch):
    faces = [photo.PhotoFace(np.full((128, 128, 3), grey, np.uint8), (0, 0, 9, 9), 128) for grey in (20, 200)]
    monkeypatch.setattr("facedesigner.engine.found_photo.faces_of", lambda *_, **__: tuple(faces))
    out = tmp_path / "face.png"
    assert main(words(weights, picture, out, "--face", "3")) == 2
    assert "--face is 3; photo.png has 2: choose 1 to 2" in capsys.readouterr().err
    assert main(words(weights, picture, out, "--face", "2", "--seconds", "0")) == 0
    assert "face 2 of 2, the largest first" in capsys.readouterr().err


def test_ctrl_c_keeps_the_best_so_far(weights, picture, tmp_path, capsys, monkeypatch):
    import signal

    def press(text):
        if text.startswith("step ") and not text.startswith("step 0"):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(command, "progress", press)
    before = signal.getsignal(signal.SIGINT)
    out = tmp_path / "face.png"
    assert main(words(weights, picture, out, "--aligned", "--seconds", "600")) == 0
    assert "refined, " in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before and read_face(out)


def test_the_face_is_pasted_back_into_the_photo(weights, picture, tmp_path, capsys):
    out, whole, change = (tmp_path / name for name in ("face.png", "whole.png", "change.png"))
    more = ["--aligned", "--seconds", "0", "--overwrite"]
    assert main(words(weights, picture, out, *more, "--paste", str(whole))) == 0
    assert capsys.readouterr().out == f"{out}\n{whole}\n"
    assert main(words(weights, picture, out, *more, "--paste", str(change), "--set", "pc01=3")) == 0
    assert read_face(out).controls == (("pc01", 3.0),)
    photo, *pasted = (np.asarray(Image.open(path).convert("RGB")).astype(int) for path in (picture, whole, change))
    for result in pasted:
        assert result.shape == photo.shape and (result[:, :10] == photo[:, :10]).all()
        assert (result[30:50, 40:60] != photo[30:50, 40:60]).any()
    assert (pasted[0] != pasted[1]).any()


def test_a_paste_replaces_nothing_unasked(weights, picture, tmp_path, capsys):
    taken = tmp_path / "taken.png"
    taken.write_bytes(b"mine")
    out = tmp_path / "face.png"
    for name, message in (
        ("taken.png", "exists already"),
        ("a.jpg", "ends in .png"),
        ("face.png", "nor that of --out"),
    ):
        assert main(words(weights, picture, out, "--paste", str(tmp_path / name))) == 2
        assert message in capsys.readouterr().err
    again = ["--overwrite", "--paste", str(picture)]
    assert main(words(weights, picture, out, *again)) == 2
    assert "neither the photo's" in capsys.readouterr().err and taken.read_bytes() == b"mine" and not out.exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--seconds", "-1"], "--seconds is -1; choose 0 to 3600"),
        (["--seconds", "nan"], "--seconds is nan"),
        (["--aligned", "--face", "2"], "leave out --face"),
        (["--aligned", "--set", "hat=1"], "no control 'hat'"),
    ],
)
def test_bad_words_get_one_line(more, message, weights, picture, tmp_path, capsys):
    assert main(words(weights, picture, tmp_path / "face.png", *more)) == 2
    assert message in capsys.readouterr().err


def test_a_picture_that_cannot_be_opened_and_another_models_encoder(weights, picture, tmp_path, capsys):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"")
    assert main(words(weights, broken, tmp_path / "face.png", "--aligned")) == 2
    assert "broken.jpg cannot be opened: the file is empty" in capsys.readouterr().err
    other = load_weights(tiny_weights(tmp_path / "other.safetensors", seed=1))
    save_encoder(new_encoder(other), tmp_path / "strange.safetensors", other.hash, {})
    more = ["--aligned", "--encoder", str(tmp_path / "strange.safetensors")]
    assert main(words(weights, picture, tmp_path / "face.png", *more)) == 2
    assert f"belongs to the generator {other.hash}" in capsys.readouterr().err
    assert not (tmp_path / "face.png").exists()
