import pytest
import torch

from tests.unit.training.helpers import SMALL, make_pictures
from training import distances
from training.data import load_faces
from training.distances import Distances
from training.features import Features
from training.gans import create
from training.sampling import draw, latents_of

CPU = torch.device("cpu")


class Colours:
    """Stands in for a feature network: mean colours of the four quarters."""

    name = "colours"
    calls = 0

    def __init__(self, name: str, device: torch.device) -> None:
        pass

    available = staticmethod(lambda: ["colours"])

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        Colours.calls += 1
        return torch.nn.functional.adaptive_avg_pool2d(images.float(), 2).flatten(1) / 255


@pytest.fixture
def faces(tmp_path):
    return load_faces(make_pictures(tmp_path / "faces"), 16)


def test_a_generator_is_measured_against_pictures_it_never_saw(faces, monkeypatch):
    monkeypatch.setattr(distances, "Features", Colours)
    monkeypatch.setattr(distances, "FEWEST", 8)
    train, held = faces.split(0.5)
    assert len(held) >= 8
    generator = create("dcgan", SMALL["dcgan"]).generator()
    measure = Distances(train, held, CPU)

    def imitate(real):
        return draw(generator, latents_of(1, len(real), generator.z_dim))

    Colours.calls = 0
    before = torch.random.get_rng_state()
    first, again = (measure.measure(imitate, 3, 24) for _ in range(2))
    assert torch.equal(before, torch.random.get_rng_state())
    assert len(first) == 1 and first == again
    (found,) = first
    assert (found.step, found.images, found.features, found.count) == (3, 24, "colours", len(held))
    assert found.frechet > 0.01 and found.recall < 0.5
    assert Colours.calls == 3  # the real ones once


def test_too_few_pictures_and_missing_features_are_said(faces, monkeypatch):
    monkeypatch.setattr(distances, "Features", Colours)
    few = Distances(faces, faces.subset([]), CPU)
    assert few.notes == ("distances are not measured: 24 pictures are too few",)
    assert few.measure(lambda real: real.images, 1, 8) == []
    monkeypatch.setattr(distances, "Features", Features)
    monkeypatch.setattr(Features, "available", staticmethod(lambda: []))
    assert "facedesigner[metrics]" in Distances(faces, faces, CPU).notes[0]
