"""A kind of slider is one class: what stands here is all that it takes."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
import torch

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.state.face import FaceState
from tests.aged import age_path
from tests.tiny import tiny_weights
from training import movements
from training.errors import WeightsError
from training.movements import AgePath, Choice, Direction, Movement, offered
from training.weights import load_weights, save_weights


@dataclass(frozen=True)
class Wave(Movement):
    """Goes there and back again."""

    kind = "waves"
    classes = ()
    normal = None
    group, description, unit, minimum, maximum = "Waves", "there and back", "turns", 0.0, 1.0
    name: str
    label: str
    amplitude: torch.Tensor  # (L, D)

    def placed(self, mean):
        return self

    def apply(self, value, edit, layers):
        edit.free[layers] += torch.sin(2 * torch.pi * torch.tensor(value)) * self.amplitude[layers]

    def tangent(self):
        return 2 * torch.pi * self.amplitude

    @classmethod
    def pack(cls, movements):
        tensors = {f"wave.{wave.name}": wave.amplitude for wave in movements}
        return json.dumps([[wave.name, wave.label] for wave in movements]), tensors

    @classmethod
    def unpack(cls, text, tensors, generator):
        return tuple(cls(name, label, tensors[f"wave.{name}"]) for name, label in json.loads(text))


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(movements, "KINDS", (*movements.KINDS, Wave))
    path = tiny_weights(tmp_path / "waving.safetensors")
    weights = load_weights(path)
    save_weights(weights.having(Wave, [Wave("nod", "Nod", torch.ones(weights.generator.latent_shape))]), path)
    return path


def test_a_new_kind_is_kept_offered_drawn_and_locked(path):
    engine = FaceEngine("cpu")
    info = engine.load(path)
    nod = next(control for control in info.controls if control.name == "nod")
    assert (nod.label, nod.group, nod.maximum, nod.unit, nod.ranges) == ("Nod", "Waves", 1.0, "turns", ())
    face = FaceState(info.hash, seed=1)
    plain = engine.moved_latent(face)
    torch.testing.assert_close(engine.moved_latent(face.with_control("nod", 0.25)), plain + 1.0)
    torch.testing.assert_close(engine.moved_latent(face.with_control("nod", 0.5)), plain, atol=1e-5, rtol=0)
    turned = engine.moved_latent(face.with_control("pc01", 2.0).with_locks(["nod"])) - plain
    assert abs(float(turned.sum())) < 1e-4 < float(turned.abs().max())
    assert engine.render(RenderRequest(face.with_control("nod", 0.25))).image is not None


def test_a_damaged_one_is_said(path, monkeypatch):
    assert [wave.name for wave in load_weights(path).of(Wave)] == ["nod"]
    monkeypatch.setattr(Wave, "unpack", classmethod(lambda *_: dict[str, object]()["wave.nod"]))
    with pytest.raises(WeightsError, match="does not fit its own description"):
        load_weights(path)


def test_the_order_that_a_user_sees():
    shape = (2, 3)
    menu = Choice("hair", "Hair", "Labels", ("no", "yes"), 0)
    nose, smile = (Direction(name, name, group, torch.ones(3)) for name, group in (("nose", "Nose"), ("smile", "Face")))
    straight = Direction("age", "Age", "Face", torch.ones(3), normal=torch.ones(shape))
    path = age_path(shape)
    assert [m.name for m in offered((menu, nose, smile, path))] == ["hair", "nose", "age", "smile"]
    assert [m.name for m in offered((menu, nose, path))] == ["hair", "age", "nose"]
    found = offered((nose, smile, straight, path))
    assert [m.name for m in found] == ["nose", "smile", "age"] and isinstance(found[-1], AgePath)
    assert found[-1].normal is straight.normal
