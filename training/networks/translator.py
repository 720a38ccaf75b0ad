"""The networks that turn one picture into another: a U-Net, and the discriminator that judges patches.

pix2pix (Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017), sized for a CPU: at
256 px the U-Net works at half the side, and a light head adds the fine lines. Its layers are named by the side they
work at, so a run at 256 px can start from one at 128 px.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.errors import WeightsError
from training.weights import read, save_network

FORMAT = "facedesigner-translator-1"
CHANNELS = 4  # of hints: red, green and blue in [-1, 1], 0 without a hint; and 1 where there is one
INSIDE = 128  # side at which the U-Net works, at most
WIDTHS = {128: 24, 64: 48, 32: 96, 16: 160, 8: 224, 4: 256}  # channels at each side


@dataclass(frozen=True)
class Shape:
    """What a translator takes and answers."""

    inputs: int  # channels
    outputs: int
    resolution: int = 256  # a power of two from 8
    width: float = 1.0  # of its layers, beside WIDTHS

    @property
    def inside(self) -> int:
        return min(self.resolution, INSIDE)

    def channels(self, side: int) -> int:
        return max(8, round(WIDTHS[side] * self.width / 8) * 8)


def block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    kernel = 4 if stride == 2 else 3
    conv = nn.Conv2d(inputs, outputs, kernel, stride, 1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2))


class Translator(nn.Module):
    """(N, inputs, R, R) -> (N, outputs, R, R) in (-1, 1)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        sides = [side for side in WIDTHS if side <= shape.inside]  # descending, to 4
        top = sides[0]
        self.stem = block(shape.inputs, shape.channels(top))
        self.down, self.up = nn.ModuleDict(), nn.ModuleDict()
        for above, side in itertools.pairwise(sides):
            self.down[str(side)] = block(shape.channels(above), shape.channels(side), 2)
            self.up[str(above)] = block(shape.channels(side) + shape.channels(above), shape.channels(above))
        self.rgb = nn.Conv2d(shape.channels(top), shape.outputs, 3, 1, 1)
        if shape.resolution > shape.inside:
            seen = shape.channels(top) + 4 * shape.inputs
            self.head = nn.Sequential(block(seen, 32), nn.Conv2d(32, 4 * shape.outputs, 3, 1, 1))
            nn.init.zeros_(self.head[1].weight)  # type: ignore[arg-type]
            nn.init.zeros_(self.head[1].bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        large = self.shape.resolution > self.shape.inside
        y = self.stem(F.avg_pool2d(x, 2) if large else x)  # (N, width, S, S), S the side inside
        skips = [y]
        for layer in self.down.values():
            y = layer(y)  # half the side each time
            skips.append(y)
        skips.pop()
        for layer in reversed(list(self.up.values())):  # from the smallest side
            y = F.interpolate(y, scale_factor=2, mode="nearest")
            y = layer(torch.cat([y, skips.pop()], 1))  # channels of both ways
        picture = self.rgb(y)  # (N, outputs, S, S)
        if large:
            fine = self.head(torch.cat([y, F.pixel_unshuffle(x, 2)], 1))  # (N, 4 outputs, R / 2, R / 2)
            picture = F.interpolate(picture, scale_factor=2, mode="bilinear", align_corners=False)
            picture = picture + F.pixel_shuffle(fine, 2)  # (N, outputs, R, R)
        result: Tensor = torch.tanh(picture.float())
        return result


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
        network = Translator(Shape(**json.loads(metadata["shape"])))
        network.load_state_dict({key: v.float() if v.is_floating_point() else v for key, v in tensors.items()})
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise WeightsError(f"{path.name} does not fit its own description: {error}") from None
    if not all(bool(torch.isfinite(value).all()) for value in tensors.values()):
        raise WeightsError(f"{path.name} holds numbers that are not finite: train it again")
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
