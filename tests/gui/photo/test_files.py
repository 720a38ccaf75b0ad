"""What kind of file it is, and finding faces in a process of its own."""

from __future__ import annotations

import builtins
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from facedesigner.engine.likeness import SAME_PERSON, Likeness
from facedesigner.engine.photo import PhotoError
from facedesigner.export.png import save_png
from facedesigner.gui.photo.face_finder import FaceFinder, Stopped
from facedesigner.gui.photo.words import explained, numbers, verdict
from facedesigner.state.face import FaceState
from facedesigner.state.recognise import carries_recipe
from tests.gui.fake_engine import fake_picture
from training.errors import UserError


def test_a_recipe_is_seen_without_decoding(tmp_path, monkeypatch):
    face = FaceState("m", seed=1)
    ours = save_png(fake_picture(face), tmp_path / "ours.png", face, "model")
    late = PngImagePlugin.PngInfo()
    late.add_text("facedesigner", "{}", zip=False)
    Image.new("RGB", (4, 4)).save(tmp_path / "late.png", pnginfo=late)
    Image.new("RGB", (4, 4)).save(tmp_path / "plain.png")
    Image.new("RGB", (4, 4)).save(tmp_path / "photo.jpg")
    (tmp_path / "short.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    original = builtins.__import__

    def no_pillow(name, *rest, **more):
        assert name != "PIL"
        return original(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", no_pillow)
    assert carries_recipe(ours) and carries_recipe(tmp_path / "late.png")
    for name in ("plain.png", "photo.jpg", "short.png", "missing.png"):
        assert not carries_recipe(tmp_path / name)


def test_faces_are_found_in_another_process(tmp_path):
    Image.fromarray(np.zeros((1200, 1400, 3), np.uint8)).save(tmp_path / "a.png")
    finder = FaceFinder()
    found = finder.find(tmp_path / "a.png", True, lambda: False)
    assert len(found.faces) == 1 and found.faces[0].placement is not None
    assert found.image.shape == (878, 1024, 3) and found.scale == pytest.approx(1024 / 1400)
    process = finder._process
    with pytest.raises(PhotoError, match=r"gone\.png cannot be read"):
        finder.find(tmp_path / "gone.png", True, lambda: False)
    assert finder._process is process  # it lives on
    with pytest.raises(Stopped):
        finder.find(tmp_path / "a.png", False, lambda: True)  # its models take longer to load than one look
    assert finder._process is None
    finder.close()


def test_a_process_that_dies_is_explained(tmp_path, monkeypatch):
    finder = FaceFinder()

    class Dead:
        def send(self, question: object) -> None:
            raise BrokenPipeError

        def close(self) -> None:
            pass

    monkeypatch.setattr(finder, "_pipe", Dead())
    with pytest.raises(UserError, match=r"faces in a\.png ended all of a sudden"):
        finder.find(Path("a.png"), True, lambda: False)


@pytest.mark.parametrize(
    ("likeness", "begins"),
    [
        (Likeness(0.1, 0.9, SAME_PERSON / 2), "Close"),
        (Likeness(0.1, 0.1, SAME_PERSON * 1.2), "Near"),
        (Likeness(0.1, 0.1, SAME_PERSON * 2), "Not close"),
        (Likeness(0.1, 0.2, None), "Close"),
        (Likeness(0.1, 0.6, None), "Near"),
        (Likeness(0.1, 1.0, None), "Not close"),
        (Likeness(0.1, None, None), "How close it came can only be told in pixels"),
    ],
)
def test_plain_words(likeness, begins):
    assert verdict(likeness).startswith(begins)


def test_numbers_stand_beside_the_estimates():
    near, far = Likeness(0.05, 0.4, 0.3), Likeness(0.1, 0.7, 0.6)
    assert numbers(near, far) == (
        "Pixels 0.050 (estimate 0.100) · perceptual 0.40 (estimate 0.70) · identity 0.30 (estimate 0.60)"
    )
    assert numbers(Likeness(0.05, None, None)) == "Pixels 0.050"
    assert "dlib" in explained()
