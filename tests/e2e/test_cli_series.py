"""`facedesigner between` and `grid` as a user types them, with a generator of 16 pixels."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facedesigner.cli import main
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.engine.truth import Kind, truth_of
from facedesigner.export.png import read_face
from facedesigner.gui.places import Places
from tests.tiny import pale_weights


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch) -> None:
    user = Places(tmp_path / "user" / "settings.toml", tmp_path / "user" / "sessions")
    monkeypatch.setattr(Places, "of_user", classmethod(lambda cls: user))


@pytest.fixture
def weights(tmp_path) -> str:
    return str(pale_weights(tmp_path / "pale.safetensors"))


@pytest.fixture
def files(tmp_path, weights, capsys) -> list[str]:
    words = ["generate", "--seed", "7", "--count", "3", "--out-dir", str(tmp_path), "--weights", weights]
    assert main(words) == 0
    capsys.readouterr()
    return [str(tmp_path / f"seed000{seed}.png") for seed in (7, 8, 9)]


def test_a_strip_leads_from_the_first_to_the_last(files, weights, tmp_path):
    out = tmp_path / "strip.png"
    assert main(["between", *files, "--count", "5", "--out", str(out), "--weights", weights]) == 0
    strip, side = np.array(Image.open(out)), 128
    for place, file in ((0, files[0]), (2, files[1]), (4, files[2])):
        left = 8 + place * (side + 8)
        shown = Image.fromarray(strip[-side - 8 : -8, left : left + side]).resize((16, 16), Image.Resampling.BOX)
        assert np.abs(np.array(shown).astype(int) - np.array(Image.open(file))).mean() < 6


def test_an_animation_that_loops(files, weights, tmp_path):
    out = tmp_path / "way.gif"
    words = ["between", *files[:2], "--loop", "--straight", "--fps", "10", "--length", "1", "--out", str(out)]
    assert main([*words, "--weights", weights]) == 0
    with Image.open(out) as image:
        assert getattr(image, "n_frames", 1) == 10 and image.info["loop"] == 0


def test_a_grid_opens_again_as_what_it_shows(files, weights, tmp_path):
    out = tmp_path / "grid.png"
    words = ["grid", files[0], "--x", "pc01=-1..1", "--y", "component 2", "--steps", "3", "--out", str(out)]
    assert main([*words, "--weights", weights]) == 0
    engine = FaceEngine("cpu")
    engine.load(Path(weights))
    from facedesigner.commands.common import draw

    face = read_face(out)
    assert face.seed == 7 and truth_of(out, face, lambda one: draw(engine, one)[0]).kind is Kind.SHEET


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["between", "{0}", "--out", "x.png"], "two faces or more"),
        (["between", "{0}", "{1}", "--out", "x.jpg"], "only PNG is written"),
        (["between", "{0}", "{1}", "--count", "1", "--out", "x.png"], "--count is 1; choose 3 to 24"),
        (["between", "{0}", "{1}", "--fps", "90", "--out", "x.gif"], "--fps is 90"),
        (["grid", "{0}", "--x", "pc01", "--y", "pc01", "--out", "x.png"], "both axes move"),
        (["grid", "{0}", "--x", "pc01=1", "--y", "pc02", "--out", "x.png"], "write pc01=-1..1"),
        (["grid", "{0}", "--x", "pc01=-9..1", "--y", "pc02", "--out", "x.png"], "goes from -3 to 3"),
        (["grid", "{0}", "--x", "pc01", "--y", "pc02", "--steps", "20", "--out", "x.png"], "has 20 steps"),
        (["grid", "{0}", "--x", "pc9", "--y", "pc02", "--out", "x.png"], "no control 'pc9'"),
    ],
)
def test_what_cannot_be_done_is_told(files, weights, tmp_path, capsys, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    assert main([*(word.format(*files) for word in words), "--weights", weights]) == 2
    assert message in capsys.readouterr().err and not Path("x.png").exists()
