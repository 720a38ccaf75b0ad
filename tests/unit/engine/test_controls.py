from dataclasses import replace

import numpy as np
import pytest
import torch

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.controls import Hold
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.state.face import FaceState, Latent
from facedesigner.state.sliders import Slider
from tests.tiny import tiny_weights
from training.movements import Direction


@pytest.fixture
def engine(tmp_path):
    engine = FaceEngine("cpu")
    engine.load(tiny_weights(tmp_path / "tiny.safetensors"))
    torch.manual_seed(0)  # principal directions hardly leak: fitted ones do
    for name, shape in (("age", (8,)), ("smile", (8,)), ("hat", (6, 8))):
        engine.editor.movements[name] = Direction(name, name, "", torch.randn(shape))
    return engine


@pytest.fixture
def face(engine):
    return FaceState(engine.info.hash, seed=42, controls=(("age", 2.0), ("smile@coarse", -1.0), ("hat", 0.5)))


def moved(engine, face):
    """What the sliders add to the latent (L, D)."""
    return engine.moved_latent(face) - engine.moved_latent(face.with_controls({}).with_locks(()))


def vector(engine, name):
    return engine.editor.tangent(engine.editor.movements[name])


def along(engine, movement, name):
    direction = vector(engine, name).flatten()
    return float(movement.flatten() @ direction / direction.norm())


def random_directions(count):
    rng = torch.Generator().manual_seed(1)
    return [torch.randn(6, 8, generator=rng) for _ in range(count)]


def test_what_is_held_is_gone_also_where_locks_repeat():
    one, two = random_directions(2)
    hold = Hold.of([one, two, 1e-3 * one, one + 2 * two, torch.zeros(6, 8)])
    assert hold.without(one).norm() < 1e-5 * one.norm()
    assert hold.without(two - 3 * one).norm() < 1e-5 * one.norm()


def test_locks_that_move_nothing_hold_nothing():
    movement = random_directions(1)[0]
    assert torch.equal(Hold.of([torch.zeros(6, 8)]).without(movement), movement)


def test_nearly_parallel_locks_are_stable():
    one, noise, movement = random_directions(3)
    left = Hold.of([one, one + 1e-3 * noise]).without(movement)
    for vector in (one, noise):
        assert abs(float((left * vector).sum())) < 2e-3 * float(movement.norm() * vector.norm())


def test_named_sliders_pass_by_each_other_as_they_are():
    smile, age, rest, other = random_directions(4)
    vectors = torch.stack([smile.flatten(), age.flatten()])
    normals = [row.view(6, 8) for row in torch.linalg.pinv(vectors).T]  # read 1 in their own vector, 0 in the other
    hold = Hold.of([smile], [normals[0]])
    torch.testing.assert_close(hold.without(age), age)
    torch.testing.assert_close(hold.without(age + 2 * smile), age)
    left = hold.without(rest)
    assert float((left * normals[0]).sum()) == pytest.approx(0, abs=1e-5)  # nothing of smile is read in what is left
    assert not torch.allclose(left, rest, atol=1e-2)
    both = Hold.of([smile, other], [normals[0], None]).without(rest)  # one slider with a normal and one without
    assert float((both * normals[0]).sum()) == pytest.approx(0, abs=1e-5)
    assert float((both * other).sum()) == pytest.approx(0, abs=1e-4)


def test_others_move_around_what_is_locked(engine, face):
    assert abs(along(engine, moved(engine, face.with_control("age", 0.0)), "age")) > 0.1
    locked = face.with_locks(["age"])
    assert along(engine, moved(engine, locked.with_control("age", 0.0)), "age") == pytest.approx(0, abs=1e-5)
    own = 2.0 * float(vector(engine, "age").norm())
    assert along(engine, moved(engine, locked), "age") == pytest.approx(own, rel=1e-5)


def test_several_locks_hold_at_once(engine, face):
    free = moved(engine, face.with_locks(["age", "smile"]).with_controls({"hat": 3.0}))
    assert free.norm() > 0.1
    assert max(abs(along(engine, free, name)) for name in ("age", "smile")) < 1e-5


def test_a_lock_without_other_sliders_changes_no_pixel(engine, face):
    alone = face.with_controls({"age": 2.0})
    pictures = [engine.render(RenderRequest(f)).image for f in (alone, alone.with_locks(["age"]))]
    np.testing.assert_array_equal(*pictures)


def test_without_locks_sliders_add_up_as_they_always_did(engine, face):
    expected = engine.editor.mean + face.psi * (engine.latent_of(face) - engine.editor.mean)
    for key, value in face.controls:
        name, _, span = key.partition("@")
        first, last = engine.editor.ranges[span] if span else (0, 6)
        expected[first:last] += value * vector(engine, name)[first:last]
    assert torch.equal(engine.moved_latent(face), expected)


def test_what_is_held_is_kept_while_the_locks_stay(engine, face, monkeypatch):
    locked = face.with_locks(["age"])
    engine.moved_latent(locked)
    monkeypatch.setattr(Hold, "of", lambda *_: pytest.fail("made again"))
    engine.moved_latent(locked.with_control("smile", 1.0))


def test_a_taught_slider_can_be_locked_and_moves_around(engine, face):
    data = vector(engine, "age")[0].numpy().astype("<f4").tobytes()
    taught = Slider("Mine", Latent(1, 8, data)).taught
    plain = FaceState(face.model, seed=42, controls=(("smile", 1.0),))
    mine, model = plain.with_locks([taught.name], [taught]), plain.with_locks(["age"])
    torch.testing.assert_close(moved(engine, mine), moved(engine, model))
    around = plain.with_controls({taught.name: 1.0}, [taught]).with_locks(["age"])
    assert moved(engine, around).norm() < 1e-5


def test_a_lock_that_the_model_lacks_is_said(engine, face):
    result = engine.render(RenderRequest(face.with_locks(["nose"])))
    assert result.error is not None and "no control 'nose'" in result.error


def test_a_bend_grows_with_the_square_and_passes_locks(engine, face):
    straight = moved(engine, face)
    bend = torch.randn(6, 8)
    movements = engine.editor.movements
    hat = movements["hat"]
    movements["hat"] = replace(hat, bend=bend)
    assert torch.allclose(moved(engine, face) - straight, 0.25 * bend, atol=1e-5)
    turned = moved(engine, face.with_control("hat", -0.5)) - moved(engine, face.with_control("hat", 0.5))
    assert torch.allclose(turned, -vector(engine, "hat"), atol=1e-5)
    movements["hat"] = hat
    held = moved(engine, face.with_locks(("age",)))
    movements["hat"] = replace(hat, bend=bend)
    assert torch.allclose(moved(engine, face.with_locks(("age",))) - held, 0.25 * bend, atol=1e-5)
