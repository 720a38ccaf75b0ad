from dataclasses import replace

import numpy as np
import pytest
import torch

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.aging import Seen
from facedesigner.engine.controls import LatentEditor, declared_controls
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.state.ages import AGE
from facedesigner.state.face import FaceState
from tests.aged import LEVEL, age_path, aged_weights
from tests.tiny import tiny_weights
from training.errors import WeightsError
from training.movements import AgePath
from training.weights import load_weights, save_weights

SHAPE = (4, 8)


@pytest.fixture
def aging() -> AgePath:
    return age_path(SHAPE).placed(torch.zeros(8))


@pytest.fixture
def weights(tmp_path):
    return load_weights(aged_weights(tmp_path / "aged.safetensors"))


def latent_of(years: float) -> torch.Tensor:
    latent = torch.zeros(SHAPE)
    latent[0, 0] = years - LEVEL
    return latent


def test_a_face_moves_along_the_curve_from_its_own_age(aging):
    latent = latent_of(25)
    assert aging.own(latent) == pytest.approx(25)
    moved = aging.movement(latent, 10.0)
    assert moved.shape == SHAPE and moved[:, 0].tolist() == pytest.approx([1.0] * 4) and not moved[:, 1:].any()
    assert aging.movement(latent, 0.0).abs().max() == 0
    there = aging.movement(latent, 30.0)  # over a knot, into the part that moves little
    assert float(there[0, 0]) == pytest.approx(1.5 + 0.15)


def test_beyond_the_ends_nothing_moves(aging):
    assert torch.equal(aging.movement(latent_of(30), 70.0), aging.movement(latent_of(30), 60.0))
    assert aging.own(latent_of(200)) == 90 and aging.own(latent_of(-50)) == 0
    assert aging.movement(latent_of(-50), -5.0).abs().max() == 0


def test_the_age_slider_reaches_every_age_and_says_how_far_faces_follow(weights):
    control = next(c for c in declared_controls(weights) if c.name == AGE)
    assert (control.minimum, control.maximum, control.unit, control.ranges) == (-40.0, 70.0, "years", ())
    assert "18 to 44" in control.description


def test_the_path_takes_the_place_of_the_straight_slider(tmp_path):
    weights = load_weights(aged_weights(tmp_path / "aged.safetensors", straight=True))
    found = [c for c in declared_controls(weights) if c.name == AGE]
    assert len(found) == 1 and found[0].maximum == 70.0
    editor = LatentEditor(weights, torch.device("cpu"))
    start = weights.latent_mean.expand(
        SHAPE if weights.generator.latent_shape == SHAPE else weights.generator.latent_shape
    )
    face = FaceState("", seed=0, psi=1.0).with_control(AGE, 10.0)
    moved = editor.edit(start.clone(), face) - start
    assert moved[:, 0].tolist() == pytest.approx([1.0] * len(moved), abs=1e-5) and moved[:, 1:].abs().max() < 1e-6


def test_age_is_read_before_the_other_sliders_and_locks_hold_against_it(weights):
    editor = LatentEditor(weights, torch.device("cpu"))
    start = weights.latent_mean.expand(weights.generator.latent_shape).clone()
    plain = FaceState("", seed=0, psi=1.0)
    other, age, both = (
        editor.edit(start, plain.with_controls(values)) - start
        for values in ({"pc01": 2.0}, {AGE: 30.0}, {AGE: 30.0, "pc01": 2.0})
    )
    torch.testing.assert_close(both, other + age)
    held = editor.edit(start, plain.with_controls({AGE: 30.0}).with_locks(["pc01"])) - start
    along = editor.tangent(editor.movements["pc01"]).flatten()
    assert abs(float(age.flatten() @ along)) > 1e-3
    assert abs(float(held.flatten() @ along)) < 1e-5
    locked = editor.edit(start, plain.with_controls({"pc01": 2.0}).with_locks([AGE])) - start
    assert abs(float(locked[:, 0].sum())) < 1e-5


def test_the_engine_tells_the_age_as_generated(tmp_path):
    engine = FaceEngine("cpu")
    info = engine.load(aged_weights(tmp_path / "aged.safetensors"))
    assert info.ages == (18.0, 44.0)
    face = FaceState(info.hash, seed=3)
    own = engine.age(face)
    assert own is not None and engine.age(face.with_control(AGE, 20.0)) == own
    assert engine.age(face.with_psi(0.0)) == pytest.approx(LEVEL, abs=1e-4)
    pictures = [engine.render(RenderRequest(face.with_control(AGE, years))).image for years in (-20.0, 0.0, 20.0)]
    younger, same, older = (np.asarray(picture) for picture in pictures)
    assert not np.array_equal(younger, same) and not np.array_equal(same, older)
    assert engine.load(tiny_weights(tmp_path / "plain.safetensors")).ages is None
    assert engine.age(FaceState("", seed=3)) is None


def test_a_weights_file_keeps_its_path_and_its_hash(weights, tmp_path):
    save_weights(weights, tmp_path / "again.safetensors", keep_hash=True)
    again = load_weights(tmp_path / "again.safetensors")
    (path,), (before,) = again.of(AgePath), weights.of(AgePath)
    assert again.hash == weights.hash and path.years == before.years and path.low == 18.0
    torch.testing.assert_close(path.curve, before.curve)


@pytest.mark.parametrize("years", [(0.0, 40.0, 20.0, 90.0), (0.0, 90.0)])
def test_a_damaged_path_is_said(weights, years, tmp_path):
    damaged = [replace(path, years=years) for path in weights.of(AgePath)]
    save_weights(weights.having(AgePath, damaged), tmp_path / "bad.safetensors")
    with pytest.raises(WeightsError, match="age path"):
        load_weights(tmp_path / "bad.safetensors")


def test_an_age_that_is_not_reached_is_said_with_what_holds_it_back():
    assert Seen(28, 61, 0.2).shortfall(65, 37, others=True) == ""  # within what the network errs by
    words = Seen(28, 38, 0.2, 2.0, -3.0).shortfall(65, 37, others=True)
    assert words.startswith("Asked for 65 years, the face looks 38 and it turned female; other sliders")
    assert Seen(28, 38, 0.2, 2.0, 1.0).shortfall(65, 37, others=False) == "Asked for 65 years, the face looks 38."
    assert Seen(40, 38, 0.2).shortfall(12, -28, others=False) == "Asked for 12 years, the face looks 38."
    assert Seen(40, 38, 0.2).shortfall(45, 5, others=False) == ""  # hardly a wish
    assert Seen(28, 80, 0.2).shortfall(65, 37, others=False) == ""  # further than asked is no failure of the slider
