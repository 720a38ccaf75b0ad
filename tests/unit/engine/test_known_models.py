from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from facedesigner.engine import known_models
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.resources import resource, shipped_models, shipped_weights
from facedesigner.state.kept import changing
from tests.tiny import tiny_weights
from training.errors import WeightsError
from training.weights import load_weights, save_weights


@pytest.fixture
def known(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "models.json"


def impostor(path: Path, of: str) -> Path:
    """Another network under a hash."""
    tiny_weights(path)
    weights = load_weights(path)
    with torch.no_grad():
        next(weights.generator.parameters()).mul_(2)
    object.__setattr__(weights, "hash", of)
    save_weights(weights, path, keep_hash=True)
    return path


def test_a_file_that_goes_by_the_hash_of_another_model_is_refused(tmp_path, known):
    engine = FaceEngine("cpu", known)
    info = engine.load(tiny_weights(tmp_path / "mine.safetensors"))
    false = impostor(tmp_path / "false.safetensors", info.hash)
    with pytest.raises(WeightsError, match="holds another network"):
        engine.load(false)
    assert engine.info is info
    with pytest.raises(WeightsError, match="holds another network"):  # after a restart
        FaceEngine("cpu", known).load(false)
    FaceEngine("cpu", known).load(tmp_path / "mine.safetensors")


def test_the_models_that_come_along_are_known_from_the_beginning(tmp_path):
    names = resource("weights/default.txt").read_text().split()
    assert sorted(names) == sorted(model["file"] for model in shipped_models().values())
    for name in names:
        weights = load_weights(resource(f"weights/{name}"))
        assert shipped_models()[weights.hash]["content"] == weights.content
        assert shipped_weights(weights.hash) == resource(f"weights/{name}")
    assert shipped_weights("0" * 16) is None
    with pytest.raises(WeightsError, match="holds another network"):
        FaceEngine("cpu").load(impostor(tmp_path / "false.safetensors", weights.hash))


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"x": 1}', "[" * 100_000])
def test_a_damaged_memory_is_made_anew(tmp_path, known, text):
    known.parent.mkdir()
    known.write_text(text)
    info = FaceEngine("cpu", known).load(tiny_weights(tmp_path / "mine.safetensors"))
    assert info.hash in json.loads(known.read_text())


def test_what_another_window_learns_meanwhile_is_kept(tmp_path, known, monkeypatch):
    @contextmanager
    def late(path):
        """The other window was first."""
        with changing(path):
            known.write_text(json.dumps({"0123456789abcdef": "another"}))
            yield

    monkeypatch.setattr(known_models, "changing", late)
    info = FaceEngine("cpu", known).load(tiny_weights(tmp_path / "mine.safetensors"))
    assert set(json.loads(known.read_text())) == {"0123456789abcdef", info.hash}
