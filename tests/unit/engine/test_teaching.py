import numpy as np
import pytest

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.engine.teaching import direction, held_out, separate
from facedesigner.state.face import FaceState, Latent
from facedesigner.state.sliders import Slider
from tests.tiny import tiny_weights


@pytest.fixture
def engine(tmp_path):
    engine = FaceEngine("cpu")
    engine.load(tiny_weights(tmp_path / "tiny.safetensors"))
    return engine


def sample(seed, shift=0.0, count=12, size=40):
    values = np.random.default_rng(seed).standard_normal((count, size))
    values[:, 3] += shift
    return values


def test_a_planted_direction_is_found_one_deviation_long():
    population = sample(0, count=2000)
    found = direction(sample(1, 4.0), sample(2, -4.0), population)
    assert found[3] > 0.85 * np.linalg.norm(found)
    assert np.linalg.norm(found) == pytest.approx(1.0, abs=0.05)
    np.testing.assert_allclose(direction(sample(2, -4.0), sample(1, 4.0), population), -found)


def test_held_out_examples_are_told_right_only_if_there_is_something_to_tell():
    assert held_out(sample(1, 4.0), sample(2, -4.0)) == 24
    random = sum(held_out(sample(2 * seed), sample(2 * seed + 1)) for seed in range(20))
    assert 0.35 < random / (20 * 24) < 0.6


def test_the_plane_lies_midway_however_many_examples_a_side_has():
    many, few = sample(1, 4.0, count=30), sample(2, -4.0, count=3)
    normal, middle = separate(many, few)
    np.testing.assert_allclose(middle, (many.mean(0) + few.mean(0)) / 2)
    assert ((many - middle) @ normal > 0).all() and ((few - middle) @ normal < 0).all()
    assert held_out(many, few) == 33


def test_two_a_side_can_be_held_out():
    assert held_out(sample(1, 9.0, count=2), sample(2, -9.0, count=2)) == 4


def test_the_same_faces_on_both_sides_teach_nothing():
    same = sample(1)
    with pytest.raises(ValueError, match="nothing to learn"):
        direction(same, same.copy(), sample(0, count=100))


def faces(engine, *seeds):
    return [FaceState(engine.info.hash, seed=seed) for seed in seeds]


def test_the_engine_teaches_a_slider_that_moves_the_face(engine):
    lesson = engine.teach(faces(engine, 0, 1, 2), faces(engine, 3, 4, 5))
    assert lesson.vector.shape == (1, 8) and lesson.total == 6 and 0 <= lesson.right <= 6
    assert lesson == engine.teach(faces(engine, 0, 1, 2), faces(engine, 3, 4, 5))
    taught = Slider("Mine", lesson.vector).taught
    face = FaceState(engine.info.hash, seed=9)
    moved = engine.render(RenderRequest(face.with_control(taught.name, 3.0, taught)))
    assert moved.error is None and not np.array_equal(moved.image, engine.render(RenderRequest(face)).image)


def test_the_same_direction_as_a_slider_of_the_model_draws_the_same_face_also_in_layers(engine):
    vector = Latent(1, 8, engine.editor.movements["pc01"].vector.numpy().astype("<f4").tobytes())
    taught = Slider("Mine", vector).taught
    face = FaceState(engine.info.hash, seed=9)
    for layers in ("", "@coarse"):
        mine = engine.render(RenderRequest(face.with_control(taught.name + layers, 2.0, taught)))
        model = engine.render(RenderRequest(face.with_control("pc01" + layers, 2.0)))
        np.testing.assert_array_equal(mine.image, model.image)


def test_examples_that_teach_nothing_are_refused(engine):
    with pytest.raises(ValueError, match="at least 2"):
        engine.teach(faces(engine, 0), faces(engine, 1, 2))
    twins = [face.with_latent(engine.latent(face)) for face in faces(engine, 0, 1)]
    with pytest.raises(ValueError, match="nothing to learn"):
        engine.teach(faces(engine, 0, 1), twins)
    with pytest.raises(ValueError, match="made with model other"):
        engine.teach([FaceState("other", seed=0), *faces(engine, 1)], faces(engine, 2, 3))


def test_labels_of_a_conditional_model_are_left_alone(tmp_path):
    engine = FaceEngine("cpu")
    engine.load(tiny_weights(tmp_path / "cgan.safetensors", variant="cgan"))
    kept = engine.editor.kept
    vector = np.frombuffer(engine.teach(faces(engine, 0, 1, 2), faces(engine, 3, 4, 5)).vector.data, "<f4")
    assert kept.start < len(vector) and not vector[kept].any() and vector[: kept.start].any()


def test_a_direction_that_the_recipe_lacks_or_that_fits_another_model(engine):
    face = FaceState(engine.info.hash, seed=9)
    lacking = engine.render(RenderRequest(face.with_control("mine-0123456789", 1.0)))
    assert lacking.error is not None and "taught on another machine" in lacking.error
    foreign = Slider("Hat", Latent(1, 2, bytes(8))).taught
    result = engine.render(RenderRequest(face.with_control(foreign.name, 1.0, foreign)))
    assert result.error is not None and "Hat has 2 numbers, this model takes 8" in result.error
