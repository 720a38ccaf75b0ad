import itertools

import numpy as np
import pytest
import torch

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.engine.inversion import Progress, StyleSpace, invert, load_inverter
from facedesigner.engine.likeness import Likeness, Meter, resized_to
from facedesigner.state.face import FaceState
from tests.tiny import tiny_weights
from training.errors import WeightsError
from training.networks.encoder import EncoderError, new_encoder, save_encoder
from training.weights import load_weights


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tiny_weights(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


@pytest.fixture(scope="module")
def weights(path):
    return load_weights(path)


@pytest.fixture(scope="module")
def engine(path):
    engine = FaceEngine("cpu")
    engine.load(path)
    return engine


@pytest.fixture(scope="module")
def picture(engine):
    return engine.render(RenderRequest(FaceState("", seed=5, psi=1.0))).image


def test_refinement_comes_closer(weights, picture):
    seen: list[Progress] = []
    found = invert(weights, new_encoder(weights).eval(), picture, progress=seen.append, steps=60)
    before, after = (np.abs(p.astype(float) - picture).mean() for p in (found.estimated, found.picture))
    assert after < 0.6 * before
    assert found.steps == 60 and found.latent.shape == weights.generator.latent_shape
    assert [progress.step for progress in seen] == [0, 10, 20, 30, 40, 50, 60]
    assert seen[-1].share == 1 and seen[-1].latent == found.latent and seen[-1].loss == found.loss
    losses = [progress.loss for progress in seen]
    assert losses == sorted(losses, reverse=True)  # the best so far


def test_the_result_is_a_face_that_sliders_work_on(weights, engine, picture):
    found = invert(weights, None, picture, steps=5)
    face = found.face(weights.hash)
    assert face.model == engine.info.hash and face.seed is None
    image = engine.render(RenderRequest(face)).image
    assert np.abs(image.astype(int) - found.picture).max() <= 1  # truncation by 1 rounds
    moved = engine.render(RenderRequest(face.with_control("pc01", 3.0))).image
    assert (moved != image).any()


def test_cancel_keeps_the_best_so_far(weights, picture):
    asked = itertools.count()
    found = invert(weights, None, picture, stop=lambda: next(asked) >= 7)
    assert found.steps == 7
    assert found.loss < invert(weights, None, picture, seconds=0).loss


def test_it_ends_when_the_time_is_over(weights, picture):
    clock = itertools.count()  # a second goes by each time it is asked
    found = invert(weights, None, picture, seconds=10, clock=lambda: float(next(clock)))
    assert 5 < found.steps < 12


def test_no_seconds_leave_the_estimate(weights, picture):
    found = invert(weights, new_encoder(weights).eval(), picture, seconds=0)
    assert found.steps == 0 and found.latent == found.estimate
    np.testing.assert_array_equal(found.picture, found.estimated)


def test_any_size_of_picture(weights):
    found = invert(weights, new_encoder(weights).eval(), np.full((50, 50, 3), 200, np.uint8), steps=2)
    assert found.picture.shape == (16, 16, 3)


def test_latents_stay_where_sliders_work(weights):
    odd = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)  # nothing it could draw
    found = invert(weights, None, odd, steps=100)
    latent = torch.from_numpy(np.frombuffer(found.latent.data, "<f4").reshape(found.latent.shape).copy())
    assert StyleSpace(weights.generator).parts_of(latent).square().mean().sqrt() < 4


def test_coordinates_go_there_and_back(weights):
    space = StyleSpace(weights.generator)
    latent = weights.generator.map(torch.randn(1, 8))[0]
    torch.testing.assert_close(space.latent_of(space.parts_of(latent)), latent, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("shape", [(16, 15, 3), (16, 16), (16, 16, 4)])
def test_only_square_pictures(weights, shape):
    with pytest.raises(ValueError, match="must be square"):
        invert(weights, None, np.zeros(shape, np.uint8))


def test_a_model_with_labels_is_refused(tmp_path, picture):
    labelled = load_weights(tiny_weights(tmp_path / "c.safetensors", variant="cgan"))
    with pytest.raises(ValueError, match="labels or codes"):
        invert(labelled, None, picture)


def test_the_encoder_is_found_beside_its_model(path, weights, tmp_path):
    with pytest.raises(WeightsError, match="there is none beside it: train one"):
        load_inverter(path, [tmp_path])
    (tmp_path / "encoder-broken.safetensors").write_bytes(b"")
    other = load_weights(tiny_weights(tmp_path / "other.safetensors", seed=1))
    save_encoder(new_encoder(other), tmp_path / "encoder-other.safetensors", other.hash, {})
    with pytest.raises(WeightsError, match=f"belongs to the generator {other.hash}"):
        load_inverter(path, [tmp_path])
    with pytest.raises(EncoderError, match=f"belongs to the generator {other.hash}"):
        load_inverter(path, [], tmp_path / "encoder-other.safetensors")
    save_encoder(new_encoder(weights), tmp_path / "encoder-own.safetensors", weights.hash, {})
    found, encoder = load_inverter(path, [tmp_path])
    assert found.hash == weights.hash and encoder.shape.rows == weights.generator.latent_shape[0]


def test_likeness_says_what_was_measured(monkeypatch):
    monkeypatch.setattr("facedesigner.engine.likeness.made", lambda kind: None)
    black, white = np.zeros((16, 16, 3), np.uint8), np.full((16, 16, 3), 255, np.uint8)
    assert Meter()(black, black) == Likeness(0, None, None)
    assert Meter()(black, white).pixels == 1
    assert str(Likeness(0.1, None, None)) == "pixels 0.100"
    assert "the same person" in str(Likeness(0.1, 0.2, 0.1)) and "another person" in str(Likeness(0.1, 0.2, 0.9))
    assert resized_to(black, 8).shape == (8, 8, 3) and resized_to(black, 16) is black
