"""Pictures of any model that comes along are gone on with, whichever of them is the one to begin with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from facedesigner import resources
from facedesigner.cli import main
from facedesigner.export.png import read_face
from facedesigner.gui.places import Places
from tests.tiny import tiny_weights
from training.weights import load_weights


@pytest.fixture
def shipped(tmp_path, monkeypatch) -> Path:
    """The folder of an installation with two models."""
    folder: Path = tmp_path / "weights"
    folder.mkdir()
    models = {}
    for name, variant in (("new", "style"), ("old", "dcgan")):
        weights = load_weights(tiny_weights(folder / f"{name}.safetensors", variant=variant))
        models[weights.hash] = {"file": f"{name}.safetensors", "content": weights.content}
    (folder / "models.json").write_text(json.dumps(models))
    (folder / "default.txt").write_text("new.safetensors\nold.safetensors\n")
    monkeypatch.setattr(resources, "_ROOTS", (tmp_path,))
    places = Places(tmp_path / "user" / "settings.toml", tmp_path / "user" / "sessions")
    monkeypatch.setattr(Places, "of_user", classmethod(lambda cls: places))
    return folder


def test_a_picture_of_an_older_model_is_edited_with_that(shipped, tmp_path, capsys):
    for name in ("new", "old"):
        weights = str(shipped / f"{name}.safetensors")
        picture, edited = str(tmp_path / f"{name}.png"), tmp_path / f"{name}-edited.png"
        assert main(["generate", "--seed", "3", "--weights", weights, "--out", picture]) == 0
        assert main(["edit", picture, "--set", "pc01=1", "--out", str(edited)]) == 0
        assert read_face(edited).model == read_face(Path(picture)).model
        assert main(["inspect", picture]) == 0
        assert "draws this very picture" in capsys.readouterr().err


def test_each_goes_by_its_name(shipped, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("old", "old.safetensors"):
        assert main(["generate", "--seed", "3", "--weights", name, "--out", f"{name}.png"]) == 0
        assert read_face(tmp_path / f"{name}.png").model == load_weights(shipped / "old.safetensors").hash
    assert main(["generate", "--seed", "3", "--weights", "older", "--out", "c.png"]) == 2


def test_the_first_is_used_where_nothing_else_is_said(shipped, tmp_path):
    assert main(["generate", "--seed", "3", "--out", str(tmp_path / "a.png")]) == 0
    assert read_face(tmp_path / "a.png").model == load_weights(shipped / "new.safetensors").hash
