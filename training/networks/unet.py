"""The U-Net of pix2pix (Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017), sized
for a CPU: at 256 px it works at half the side, and a light head adds the fine lines. Its layers are named by the side
they work at, so a run at 256 px can start from one at 128 px.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

INSIDE = 128  # side at which the network works, at most
WIDTHS = {128: 24, 64: 48, 32: 96, 16: 160, 8: 224, 4: 256}  # channels at each side


@dataclass(frozen=True)
class Shape:
    """What a translator takes and answers."""

    inputs: int  # channels
    outputs: int
    resolution: int = 256  # a power of two from 8
    width: float = 1.0  # of its layers, beside WIDTHS
    design: str = "unet"  # one of `training.networks.translator.DESIGNS`

    @property
    def inside(self) -> int:
        return min(self.resolution, INSIDE)

    def scaled(self, channels: int) -> int:
        return max(8, round(channels * self.width / 8) * 8)


def block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """Convolution, batch norm (which becomes part of it for drawing) and leaky ReLU."""
    kernel = 4 if stride == 2 else 3
    conv = nn.Conv2d(inputs, outputs, kernel, stride, 1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2))


class Translator(nn.Module):
    """(N, inputs, R, R) -> (N, outputs, R, R) in (-1, 1)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape


class Unet(Translator):
    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        sides = [side for side in WIDTHS if side <= shape.inside]  # descending, to 4
        channels = {side: shape.scaled(WIDTHS[side]) for side in sides}
        top = channels[sides[0]]
        self.stem = block(shape.inputs, top)
        self.down, self.up = nn.ModuleDict(), nn.ModuleDict()
        for above, side in itertools.pairwise(sides):
            self.down[str(side)] = block(channels[above], channels[side], 2)
            self.up[str(above)] = block(channels[side] + channels[above], channels[above])
        self.rgb = nn.Conv2d(top, shape.outputs, 3, 1, 1)
        if shape.resolution > shape.inside:
            self.head = nn.Sequential(block(top + 4 * shape.inputs, 32), nn.Conv2d(32, 4 * shape.outputs, 3, 1, 1))
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
