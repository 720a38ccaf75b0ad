"""`facedesigner upscale` as a user types it, with the tiniest networks."""

import numpy as np
import pytest
from PIL import Image

from facedesigner.cli import main
from facedesigner.commands import upscale as command
from facedesigner.contract.methods import METHODS
from facedesigner.engine import enhance
from facedesigner.export.png import read_face, save_png
from facedesigner.state.face import FaceState
from training.networks.superres import Shape, SuperResolver, save_superres


@pytest.fixture(autouse=True)
def weights(tmp_path, monkeypatch):
    for kind in ("resnet", "gan"):
        save_superres(SuperResolver(Shape(4, 1)), kind, tmp_path / f"{kind}.safetensors", {})
    monkeypatch.setattr(enhance, "weights_of", lambda method: tmp_path / f"{method}.safetensors")


def face_png(path):
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    face = FaceState("0123456789abcdef", seed=42).with_control("smile", 1.5)
    save_png(pixels, path, face, "tiny")
    return face


@pytest.mark.parametrize("method", ["bicubic", "resnet", "gan"])
@pytest.mark.parametrize("scale", [2, 4])
def test_an_enlarged_face_still_opens_as_that_face(method, scale, tmp_path, capsys):
    face = face_png(tmp_path / "face.png")
    out = tmp_path / "large.png"
    words = ["upscale", str(tmp_path / "face.png"), "--method", method, "--scale", str(scale), "--out", str(out)]
    assert main(words) == 0
    assert capsys.readouterr().out == f"{out}\n"
    with Image.open(out) as large:
        assert large.size == (8 * scale, 8 * scale) and METHODS[method].label in large.info["Enlarged"]
        assert large.info["parameters"].startswith("seed 42")
    assert read_face(out) == face


def test_grey_and_transparent_pictures_stay_so(tmp_path):
    for mode in ("L", "LA", "RGBA"):
        Image.new(mode, (3, 2)).save(tmp_path / "in.png")
        assert main(["upscale", str(tmp_path / "in.png"), "--out", str(tmp_path / "out.png"), "--overwrite"]) == 0
        with Image.open(tmp_path / "out.png") as large:
            assert large.mode == mode and large.size == (12, 8)


def test_sixteen_bits_are_said(tmp_path, capsys):
    Image.fromarray(np.full((2, 2), 40_000, np.uint16)).save(tmp_path / "in.png")
    assert main(["upscale", str(tmp_path / "in.png"), "--out", str(tmp_path / "out.png")]) == 0
    assert "in.png: 16 bits a channel, of which 8 are kept" in capsys.readouterr().err


def test_nothing_is_lost_and_bad_words_get_one_line(tmp_path, capsys):
    face_png(tmp_path / "face.png")
    out = tmp_path / "out.png"
    start = ["upscale", str(tmp_path / "face.png"), "--out", str(out)]
    for more, message in (
        (["--scale", "3"], "the scale cannot be 3: choose 2 or 4"),
        (["--scale", "1000000"], "the scale cannot be 1000000"),
        (["--method", "magic"], "invalid choice: 'magic'"),
        (["--out", "large.jpg"], "only PNG is written"),
    ):
        assert main([*start, *more]) == 2
        assert message in capsys.readouterr().err and not out.exists()
    out.write_bytes(b"mine")
    assert main(start) == 2
    assert "exists already" in capsys.readouterr().err and out.read_bytes() == b"mine"
    assert main([*start, "--overwrite"]) == 0 and out.stat().st_size > 100


def test_a_file_that_is_no_picture_or_no_weights(tmp_path, capsys):
    (tmp_path / "in.png").write_text("hello")
    assert main(["upscale", str(tmp_path / "in.png"), "--out", str(tmp_path / "out.png")]) == 2
    assert "in.png cannot be opened: it is not a picture" in capsys.readouterr().err
    face_png(tmp_path / "face.png")
    enhance.network_of.cache_clear()
    (tmp_path / "gan.safetensors").write_bytes(b"")
    assert main(["upscale", str(tmp_path / "face.png"), "--method", "gan", "--out", str(tmp_path / "out.png")]) == 2
    assert "gan.safetensors is empty" in capsys.readouterr().err and not (tmp_path / "out.png").exists()


def test_the_command_offers_what_the_engine_knows():
    assert tuple(METHODS) == command.METHODS
