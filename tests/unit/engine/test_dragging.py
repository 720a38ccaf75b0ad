from __future__ import annotations

import numpy as np
import pytest
import torch

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.dragging import Dragger
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.resources import default_weights
from facedesigner.state.face import FaceState
from tests.tiny import tiny_weights
from training.errors import UserError


@pytest.fixture(scope="module")
def engine() -> FaceEngine:
    engine = FaceEngine("cpu")
    engine.load(default_weights())
    return engine


def picture(engine: FaceEngine, face: FaceState) -> np.ndarray:
    image = engine.render(RenderRequest(face)).image
    assert image is not None
    return image.astype(float)


def test_a_chin_that_is_pulled_down_goes_down_and_the_rest_stays(engine):
    face = FaceState(engine.info.hash, seed=12, psi=0.7)
    dragger = engine.drag(face, (0.5, 0.9))
    pulled = dragger.pull((0.5, 0.94), 30)
    assert pulled.place[1] > 0.92 and pulled.face.psi == face.psi and pulled.face.seed is None
    change = np.abs(picture(engine, pulled.face) - picture(engine, face)).mean(2)
    assert change[200:].mean() > 2 * change[:100].mean()


def test_a_place_that_is_there_already_changes_nothing(engine):
    face = FaceState(engine.info.hash, seed=12, psi=0.7)
    pulled = engine.drag(face, (0.5, 0.9)).pull((0.5, 0.9), 5)
    assert pulled.reached
    assert np.abs(picture(engine, pulled.face) - picture(engine, face)).max() <= 1


def test_sliders_and_name_stay_and_locks_hold(engine):
    slider = next(control.name for control in engine.info.controls if not control.nameless and not control.choices)
    face = FaceState(engine.info.hash, seed=3, psi=0.7, controls=((slider, 0.3),), name="Ann")
    free, held = (engine.drag(one, (0.4, 0.75)).pull((0.37, 0.71), 3).face for one in (face, face.with_locks([slider])))
    assert free.controls == face.controls and free.name == "Ann"

    def moved(one: FaceState) -> float:
        delta = (engine.latent_of(one) - engine.latent_of(face)).flatten().double()
        hold = engine.editor.hold_of(face.with_locks([slider]))
        assert hold is not None
        return float((hold.readers @ delta).abs().max())

    assert moved(held) < 1e-5 < moved(free)


def test_a_face_with_locks_that_was_drawn_before_can_be_pulled(engine):
    names = [control.name for control in engine.info.controls if not control.nameless and not control.choices]
    face = FaceState(engine.info.hash, seed=5, psi=0.7, controls=((names[0], 0.2),)).with_locks(names[1:3])
    picture(engine, face)
    assert engine.drag(face, (0.4, 0.75)).pull((0.37, 0.71), 2).face.locks == face.locks


def test_what_cannot_be_pulled_is_said(tmp_path, engine):
    with pytest.raises(UserError, match="raise it"):
        engine.drag(FaceState(engine.info.hash, seed=1, psi=0.0), (0.5, 0.5))
    plain = torch.nn.Linear(1, 1)
    with pytest.raises(UserError, match="in one go"):
        Dragger(plain, torch.zeros(1, 1), FaceState("", seed=1), torch.zeros(1, 1), torch.zeros(1, 1), [], None, (0, 0))  # type: ignore[arg-type]
    tiny = FaceEngine("cpu")
    tiny.load(tiny_weights(tmp_path / "tiny.safetensors"))
    assert tiny.drag(FaceState(tiny.info.hash, seed=1), (0.3, 0.3)).pull((0.6, 0.6), 2).face.latent is not None
