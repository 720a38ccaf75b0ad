"""Faces that a shipped generator draws, and one inspector for all tests: its models take a second to load."""

import io

import pytest
from PIL import Image

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.resources import resource
from facedesigner.state.face import FaceState
from training.curation.contract import Options
from training.curation.inspector import Inspector


@pytest.fixture(scope="session")
def faces():
    """Three different faces, 256 px RGB, in FFHQ's place."""
    engine = FaceEngine("cpu")
    model = engine.load(resource("weights/style128.safetensors")).hash
    made = []
    for seed in (3, 5, 8):
        image = engine.render(RenderRequest(FaceState(model, seed=seed, psi=0.8))).image
        assert image is not None
        made.append(Image.fromarray(image).resize((256, 256), Image.Resampling.LANCZOS))
    return made


@pytest.fixture(scope="session")
def face(faces):
    return faces[0]


@pytest.fixture(scope="session")
def inspector():
    return Inspector(Options())


@pytest.fixture(scope="session")
def encode():
    def encoded(image, kind="PNG", **options):
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        return buffer.getvalue()

    return encoded
