"""Networks that turn one picture into another, by their designs, and the discriminator that judges patches."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor, nn

from training.errors import WeightsError
from training.networks.pyramid import Pyramid, Restorer
from training.networks.unet import Shape, Translator, Unet
from training.weights import read, save_network

FORMAT = "facedesigner-translator-1"
CHANNELS = 4  # of hints: red, green and blue in [-1, 1], 0 without a hint; and 1 where there is one


DESIGNS: dict[str, type[Translator]] = {"unet": Unet, "pyramid": Pyramid, "restorer": Restorer}


def translator_of(shape: Shape) -> Translator:
    """An untrained network. KeyError for an unknown design."""
    return DESIGNS[shape.design](shape)


class PatchDiscriminator(nn.Module):
    """Condition (N, C, R, R) and picture -> a logit for each patch of 70 x 70 pixels, (N, 1, h, w)."""

    def __init__(self, channels: int, width: int = 32) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2)]
        for inputs, outputs, stride in ((width, 2 * width, 2), (2 * width, 4 * width, 2), (4 * width, 4 * width, 1)):
            layers += [
                nn.Conv2d(inputs, outputs, 4, stride, 1, bias=False),
                nn.GroupNorm(8, outputs),
                nn.LeakyReLU(0.2),
            ]
        layers.append(nn.Conv2d(4 * width, 1, 4, 1, 1))
        self.layers = nn.Sequential(*layers)

    def forward(self, condition: Tensor, picture: Tensor) -> Tensor:
        logits: Tensor = self.layers(torch.cat([condition, picture], 1)).float()
        return logits


def hinted(condition: Tensor, hints: Tensor | None) -> Tensor:
    """(N, 1, R, R) and hints (N, 4, R, R) -> (N, 5, R, R) for the network."""
    if hints is None:
        count, _, height, width = condition.shape
        hints = condition.new_zeros(count, CHANNELS, height, width)
    return torch.cat([condition, hints], 1).contiguous(memory_format=torch.channels_last)


def save_translator(network: Translator, path: Path, task: str, card: dict[str, str]) -> None:
    """Writes float16 safetensors, atomically. OSError when the folder cannot be written."""
    metadata = {"format": FORMAT, "task": task, "shape": json.dumps(asdict(network.shape)), "card": json.dumps(card)}
    save_network(network, path, metadata)


def load_translator(path: Path, task: str) -> Translator:
    """The network in a file of `save_translator`, in evaluation mode on the CPU. Raises WeightsError when the file is
    none, is damaged, or does another task."""
    metadata, tensors = read(path)
    if metadata.get("format") != FORMAT or metadata.get("task") != task:
        raise WeightsError(f"{path.name} holds no weights of {task}: train some with `python -m training run {task}`")
    try:
        network = translator_of(Shape(**json.loads(metadata["shape"])))
        network.load_state_dict({key: v.float() if v.is_floating_point() else v for key, v in tensors.items()})
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise WeightsError(f"{path.name} does not fit its own description: {error}") from None
    if not all(bool(torch.isfinite(value).all()) for value in tensors.values()):
        raise WeightsError(f"{path.name} holds numbers that are not finite: train it again")
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
