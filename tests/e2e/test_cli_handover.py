"""`handover` on the command line."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
from PIL import Image as Pillow

from facedesigner.cli import main
from facedesigner.engine import landmarks, relief
from facedesigner.export.chunks import text_chunk
from facedesigner.export.cutout import Cutout
from facedesigner.export.png import read_face
from tests.tiny import tiny_weights
from tests.unit.export.faces import eyed, find_eyes

PRESET = 'title = "Tiny robot"\npupil_mm = 20\ndpi = 50\n[[opening]]\nat = "eyes"\nwidth_mm = 4\nheight_mm = 4\n'


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(landmarks, "LandmarkFinder", lambda: find_eyes)
    monkeypatch.setattr(relief, "finder", lambda: find_eyes)
    monkeypatch.setattr("facedesigner.export.fabrication.NETWORKS", ())  # that enlarge
    monkeypatch.setattr(
        "facedesigner.export.fabrication.cut_out",
        lambda picture, marks: Cutout(picture, np.ones(picture.shape[:2], np.float32)),
    )


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return tiny_weights(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


@pytest.fixture
def preset(tmp_path):
    path = tmp_path / "tiny.toml"
    path.write_text(PRESET)
    return path


def run(*words):
    return main([str(word) for word in words])


def test_a_face_is_handed_over_and_the_package_holds(weights, preset, tmp_path, capsys):
    assert run("generate", "--seed", 3, "--weights", weights, "--out", tmp_path / "face.png") == 0
    package = tmp_path / "face.zip"
    words = ("handover", tmp_path / "face.png", "--eyes", "4,6", "11,6", "--weights", weights)
    assert run(*words, "--preset", preset, "--out", package) == 0
    with zipfile.ZipFile(package) as archive:
        assert {"face.png", "face-cutout.png", "face-sheet.pdf", "face-readme.txt"} <= set(archive.namelist())
        assert "for: Tiny robot" in archive.read("face-readme.txt").decode()
        content = {name: archive.read(name) for name in archive.namelist()}
    assert "The certificate is left out: there are no embeddings" in capsys.readouterr().err
    assert run("handover", "--verify", package) == 0
    assert "face.zip is as it was packed." in capsys.readouterr().out
    assert run(*words, "--preset", preset, "--out", package) == 2
    assert "exists already" in capsys.readouterr().err
    with zipfile.ZipFile(package, "w") as archive:
        for name, part in content.items():
            archive.writestr(name, part + b" " if name == "face-recipe.json" else part)
    assert run("handover", "--verify", package) == 1
    out = capsys.readouterr().out
    assert "- face-recipe.json has more than" in out and "face.zip is not as it was packed." in out


def test_signing_on_the_command_line(weights, preset, tmp_path, capsys):
    face, package = tmp_path / "face.png", tmp_path / "face.zip"
    assert run("generate", "--seed", 3, "--weights", weights, "--sign", "--out", face) == 0
    capsys.readouterr()
    assert run("inspect", face, "--weights", weights) == 0
    told = capsys.readouterr()
    assert "unchanged since it was signed with your own certificate" in told.err and '"seed": 3' in told.out
    words = ("handover", face, "--eyes", "4,6", "11,6", "--weights", weights, "--preset", preset)
    assert run(*words, "--out", package) == 0
    with zipfile.ZipFile(package) as archive:
        assert "face-credentials.pem" in archive.namelist()
        (tmp_path / "again.png").write_bytes(archive.read("face.png"))
    assert run("handover", "--verify", package) == 0
    assert (
        "face.png: Content credentials: unchanged since it was signed with your own certificate"
        in capsys.readouterr().out
    )
    assert read_face(tmp_path / "again.png").seed == 3
    content = (tmp_path / "again.png").read_bytes()
    end = content.index(b"IEND") - 4
    (tmp_path / "again.png").write_bytes(content[:end] + text_chunk("Comment", "mine") + content[end:])
    assert run("inspect", tmp_path / "again.png", "--weights", weights) == 0
    assert "do not hold: the file was changed after it was signed" in capsys.readouterr().err
    assert run(*words, "--no-sign", "--out", tmp_path / "b.zip") == 0
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert "face-credentials.pem" not in archive.namelist()


def test_a_certificate_that_cannot_sign_is_said_before_the_work(weights, tmp_path, capsys):
    words = ("generate", "--seed", 3, "--weights", weights, "--out", tmp_path / "face.png")
    assert run(*words, "--sign-with", tmp_path / "none.pem") == 2
    assert "give a PEM file that holds your certificate" in capsys.readouterr().err
    assert not (tmp_path / "face.png").exists()


def test_a_folder_and_a_photo(preset, tmp_path, capsys):
    Pillow.fromarray(eyed()).save(tmp_path / "photo.png")
    assert run("handover", tmp_path / "photo.png", "--preset", preset, "--out", tmp_path / "all") == 0
    assert (tmp_path / "all" / "photo-readme.txt").exists()
    assert "without a recipe" in capsys.readouterr().err
    assert run("handover", "--verify", tmp_path / "all") == 0


def test_a_face_without_eyes_says_what_to_do_and_writes_nothing(preset, tmp_path, capsys):
    Pillow.new("RGB", (60, 60), "grey").save(tmp_path / "wall.png")
    assert run("handover", tmp_path / "wall.png", "--preset", preset, "--out", tmp_path / "new" / "a.zip") == 2
    assert "no eyes were found: point at the two pupils, with --eyes x,y x,y" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_bad_words_are_said_before_the_work(preset, tmp_path, capsys):
    assert run("handover", tmp_path / "a.png", "--preset", "nobody", "--out", tmp_path / "a.zip") == 2
    assert "choose desk-companion, greeter-shell, lab-head" in capsys.readouterr().err
    preset.write_text("dpi = 3\npaper =\n")
    assert run("handover", tmp_path / "a.png", "--preset", preset, "--out", tmp_path / "a.zip") == 2
    assert "line 2" in capsys.readouterr().err
    assert run("handover", tmp_path / "a.png") == 2
    assert "say what to hand over" in capsys.readouterr().err


def test_the_presets_are_listed(capsys):
    assert run("handover", "--presets") == 0
    assert "lab-head: Laboratory head." in capsys.readouterr().out
