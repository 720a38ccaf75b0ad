"""StyleGAN2's synthesis as published (Karras 2020; skip architecture), for weights that others trained. It draws and is
not trained here, so it is none of the variants in `training.gans`.

What our own style generator changed for speed is as in the paper: the convolution that opens a stage is transposed and
followed by a blur, pictures are enlarged by the same filter, and there is one noise input at 4 pixels. The two have the
mapping network and the modulation in common; the gain of the leaky ReLU is carried by the layer before it, as there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.errors import UserError
from training.gans.base import Generator
from training.gans.style import StyleGenerator, StyleLayer
from training.layers import ACTIVATION_GAIN, EqualLinear, ModulatedConv
from training.options import build, option

RATE = 0.01  # learning rate of the mapping network relative to the others', by which its weights are scaled
TAPS = (1.0, 3.0, 3.0, 1.0)  # of the filter that both published code bases use by default


@dataclass(frozen=True)
class Options:
    resolution: int = option(1024, "width and height in pixels", choices=tuple(2**n for n in range(3, 12)))
    z_dim: int = option(512, "length of z", low=1, high=4096)
    w_dim: int = option(512, "length of w", low=1, high=4096)
    mapping_layers: int = option(8, "layers from z to w", low=1, high=64)
    channels: tuple[int, ...] = option((), "channels of each stage, from 4 pixels up")
    clamp: float = option(0.0, "activations are kept within plus and minus this; 0: as they are", low=0)


def generator(options: dict[str, Any]) -> StyleGAN2Generator:
    """ValueError on an unknown option or value."""
    built = build(Options, options, "[options] of stylegan2")
    stages = built.resolution.bit_length() - 2
    if len(built.channels) != stages or not all(1 <= width <= 4096 for width in built.channels):
        raise UserError(f"[options] of stylegan2: channels must be {stages} numbers of 1 to 4096")
    return StyleGAN2Generator(built)


def mapping_network(z_dim: int, w_dim: int, layers: int) -> nn.ModuleList:
    """From z to w."""
    sizes = pairwise([z_dim] + [w_dim] * layers)
    return nn.ModuleList(EqualLinear(inputs, outputs, rate=RATE, gain=ACTIVATION_GAIN) for inputs, outputs in sizes)


class UpsamplingConv(ModulatedConv):
    """A modulated convolution to twice the resolution: transposed, then blurred against its checkerboard."""

    def __init__(self, inputs: int, outputs: int, style_dim: int) -> None:
        super().__init__(inputs, outputs, 3, style_dim)

    def derive(self) -> tuple[Tensor, ...]:
        weight, squares = super().derive()
        return weight.transpose(0, 1).contiguous(), squares

    def forward(self, x: Tensor, w: Tensor) -> Tensor:  # (N, inputs, H, W), (N, D) -> (N, outputs, 2H, 2W)
        style = self.affine(w)
        weight, squares = self.derived()
        x = F.conv_transpose2d(x * style[:, :, None, None], weight, stride=2)  # (N, outputs, 2H + 1, 2W + 1)
        x = F.conv2d(x, kernel(x, len(self.bias)), padding=1, groups=len(self.bias))
        scale = ACTIVATION_GAIN * torch.rsqrt(style.square() @ squares + 1e-8)
        return torch.addcmul(self.bias[None, :, None, None], x, scale[:, :, None, None])


def kernel(x: Tensor, channels: int) -> Tensor:
    """The filter for each channel, (channels, 1, 4, 4), of the kind of x; it adds up to 4, since three of four pixels
    that it is used on are zero."""
    taps = x.new_tensor(TAPS)
    return (torch.outer(taps, taps) / 16)[None, None].expand(channels, 1, -1, -1)


def enlarge(rgb: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 3, 2H, 2W)"""
    return F.conv_transpose2d(rgb, kernel(rgb, 3), stride=2, padding=1, groups=3)


class StyleGAN2Generator(StyleGenerator):
    """Rows of a latent: one for 4 pixels, two for each later stage, and one for the last RGB output; each stage's RGB
    output takes the row that follows the stage's own."""

    def __init__(self, options: Options) -> None:
        Generator.__init__(self)
        self.z_dim = options.z_dim
        self.style_mixing = 0.0
        self.clamp = options.clamp
        stages = [2**n for n in range(2, int(math.log2(options.resolution)) + 1)]
        rows = 2 * len(stages)
        self.resolutions = tuple(stages[1:])
        self.latent_shape = (rows, options.w_dim)
        spans = {"coarse": (0, 3), "middle": (3, 7), "fine": (7, rows)}  # up to 8, 32 and all pixels
        self.layer_ranges = {name: (a, min(b, rows)) for name, (a, b) in spans.items() if a < rows}
        self.noise_shapes = tuple((r, r) for r in stages for _ in range(2))[1:]

        self.mapping = mapping_network(options.z_dim, options.w_dim, options.mapping_layers)
        self.constant = nn.Parameter(torch.randn(1, options.channels[0], 4, 4))
        self.layers = nn.ModuleList()
        self.to_rgb = nn.ModuleList()
        previous = options.channels[0]
        for width in options.channels:
            if len(self.layers):
                opening = StyleLayer(previous, width, options.w_dim, upsample=False)
                opening.conv = UpsamplingConv(previous, width, options.w_dim)
                self.layers.append(opening)
            self.layers.append(StyleLayer(width, width, options.w_dim, upsample=False))
            self.to_rgb.append(ModulatedConv(width, 3, 1, options.w_dim, demodulate=False))
            previous = width

    def step(self, row: int, x: Tensor, latents: Tensor, noise: Tensor | None) -> Tensor:
        return self.bounded(super().step(row, x, latents, noise))

    def painted(self, row: int, x: Tensor, latents: Tensor, picture: Tensor | None) -> Tensor | None:
        if row % 2:
            return picture
        part = self.bounded(self.to_rgb[row // 2](x, latents[:, row + 1]))
        return part if picture is None else enlarge(picture) + part

    def bounded(self, x: Tensor) -> Tensor:
        return x.clamp(-self.clamp, self.clamp) if self.clamp else x
