import numpy as np
import pytest
import torch

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.arithmetic import combine
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.state.face import FaceState
from tests.tiny import tiny_weights


@pytest.fixture
def engine(tmp_path):
    engine = FaceEngine("cpu")
    engine.load(tiny_weights(tmp_path / "tiny.safetensors"))
    return engine


def faces(engine, *seeds):
    return [FaceState(engine.info.hash, seed=seed) for seed in seeds]


def test_weights_that_add_up_to_one_are_the_plain_sum():
    rng = torch.Generator().manual_seed(0)
    a, b, c, d = (torch.randn(6, 8, generator=rng) for _ in range(4))
    mean = torch.randn(8, generator=rng)
    torch.testing.assert_close(combine([(1, [a, b]), (-1, [c]), (1, [d])], mean), (a + b) / 2 - c + d)


def test_other_weights_count_from_the_average_face():
    rng = torch.Generator().manual_seed(0)
    a, b = (torch.randn(6, 8, generator=rng) for _ in range(2))
    mean = torch.randn(8, generator=rng)
    torch.testing.assert_close(combine([(0.5, [a])], mean), (a + mean) / 2)
    torch.testing.assert_close(combine([(1, [a]), (-1, [b])], mean), mean + a - b)


def test_a_face_alone_is_that_face_as_drawn(engine):
    edited = FaceState(engine.info.hash, seed=3, psi=0.4, noise_seed=5, controls=(("pc01", 1.5),))
    result = engine.combine([(1.0, [edited])])
    assert (result.psi, result.controls, result.noise_seed) == (0.4, (), 5)
    drawn, again = (engine.render(RenderRequest(face)).image.astype(int) for face in (edited, result))
    assert np.abs(drawn - again).max() <= 1


def test_full_truncation_cannot_be_undone_so_the_sum_is_not_truncated(engine):
    mean_face = FaceState(engine.info.hash, seed=3, psi=0.0).with_control("pc01", 1.0)
    result = engine.combine([(1.0, [mean_face])])
    assert result.psi == 1.0
    torch.testing.assert_close(engine.moved_latent(result), engine.moved_latent(mean_face))


def test_what_is_taken_away_and_put_on_again_is_gone(engine):
    a, b = faces(engine, 0, 1)
    result = engine.combine([(1.0, [a]), (-1.0, [b]), (1.0, [b])])
    torch.testing.assert_close(engine.moved_latent(result), engine.moved_latent(a), atol=1e-5, rtol=1e-5)


def test_labels_of_a_conditional_model_are_added_too(tmp_path):
    engine = FaceEngine("cpu")
    engine.load(tiny_weights(tmp_path / "cgan.safetensors", variant="cgan"))
    face = FaceState(engine.info.hash, seed=0)
    woman, man = face.with_control("gender", 1), face.with_control("gender", 2)
    glasses = woman.with_control("glasses", 2)
    plain = woman.with_control("glasses", 1)
    result = engine.combine([(1.0, [glasses]), (-1.0, [plain]), (1.0, [man.with_control("glasses", 1)])])
    torch.testing.assert_close(engine.moved_latent(result), engine.moved_latent(man.with_control("glasses", 2)))


def test_what_cannot_be_added_is_said(engine):
    with pytest.raises(ValueError, match="nothing to add"):
        engine.combine([])
    with pytest.raises(ValueError, match="nothing to add"):
        engine.combine([(1.0, faces(engine, 0)), (-1.0, [])])
    with pytest.raises(ValueError, match="made with model other"):
        engine.combine([(1.0, [FaceState("other", seed=0)])])
