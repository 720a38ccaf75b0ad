"""StyleGAN3's synthesis as published (Karras 2021, "Alias-Free Generative Adversarial Networks"), both translation (T)
and rotation (R) equivariant, for weights that others trained. Like StyleGAN2's it draws and is not trained here.

Features are samples of a continuous picture that reaches beyond the frame. They begin as waves in the plane; a leaky
ReLU acts on them between two low-pass filters at a higher rate, and there is no noise. The filters come with the
weights, so nothing is designed here. The picture is what the last layer draws: there is none on the way, hence one
resolution. As elsewhere here, the layer before carries the gain of the leaky ReLU.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.foreign.stylegan2 import mapping_network
from training.gans.base import Generator
from training.gans.style import Mapped
from training.layers import ACTIVATION_GAIN, EqualLinear, ModulatedConv, activate
from training.options import build, option

WHERE = "[options] of stylegan3"
LARGEST = 2**29  # numbers at once: a layer's features, or what a few channels are at the higher rate
TOGETHER = 16  # channels filtered at once: what they take at the higher rate stays in caches and is not asked for anew
COARSE, MIDDLE = 16, 64  # samples along the picture's side up to which a layer makes shape, or features


@dataclass(frozen=True)
class Options:
    """Of `sizes` and `channels` the first is the input's, then each has one value a layer, as the tuples after them
    have. What draws RGB is no layer here: it has no filters."""

    resolution: int = option(1024, "width and height in pixels", choices=tuple(2**n for n in range(3, 12)))
    z_dim: int = option(512, "length of z", low=1, high=4096)
    w_dim: int = option(512, "length of w", low=1, high=4096)
    mapping_layers: int = option(2, "layers from z to w", low=1, high=64)
    kernel: int = option(3, "side of the convolutions", choices=(1, 3))
    rate: float = option(16.0, "samples of the input along the picture's side", low=1, high=4096)
    sizes: tuple[int, ...] = option((), "samples along a side, with those beyond the frame")
    channels: tuple[int, ...] = option((), "channels")
    up: tuple[int, ...] = option((), "times that the rate grows before the leaky ReLU")
    down: tuple[int, ...] = option((), "times that the rate shrinks after it")
    up_taps: tuple[int, ...] = option((), "numbers in the filter before it")
    down_taps: tuple[int, ...] = option((), "numbers in the filter after it, along one side")
    radial: tuple[bool, ...] = option((), "whether the filter after it is a square, not one for both directions")
    clamp: float = option(256.0, "activations are kept within plus and minus this; 0: as they are", low=0)
    scale: float = option(0.25, "what the RGB output is multiplied with", low=0, high=1e4)


@dataclass(frozen=True)
class Step:
    """How a layer gets from `inputs` samples along a side, as its convolution leaves them, to `outputs`."""

    inputs: int
    outputs: int
    up: int
    down: int
    up_taps: int
    down_taps: int
    radial: bool

    @property
    def between(self) -> int:
        """Samples along a side at the higher rate."""
        return (self.outputs - 1) * self.down + self.down_taps

    @property
    def before(self) -> int:
        """Samples put before the first at the higher rate: as many are lost on either side in the end. Less than 0
        where they are cut off, as those beyond the frame are."""
        return (self.between + self.up_taps - 1 - self.inputs * self.up + self.up) // 2

    @property
    def after(self) -> int:
        return self.between + self.up_taps - 1 - self.inputs * self.up - self.before

    @property
    def cut(self) -> int:
        """How many samples of what the first filter spreads are cut off before the first."""
        return self.up_taps - 1 - self.before


def generator(options: dict[str, Any]) -> StyleGAN3Generator:
    """ValueError on an unknown option or value, or sizes that do not fit each other."""
    built = build(Options, options, WHERE)
    columns = [built.sizes[1:], built.channels[1:], built.up, built.down, built.up_taps, built.down_taps, built.radial]
    if not 1 <= len(built.up) <= 64 or {len(column) for column in columns} != {len(built.up)}:
        raise ValueError(f"{WHERE}: there must be as many sizes, channels and filters as layers, 1 to 64")
    if not all(1 <= n <= 4096 for n in (*built.sizes, *built.channels)):
        raise ValueError(f"{WHERE}: sizes and channels must be 1 to 4096")
    if not all(1 <= n <= 256 for column in columns[2:6] for n in column):
        raise ValueError(f"{WHERE}: rates and filters must be 1 to 256")
    planned = steps(built)
    features = [width * side**2 for side, width in zip(built.sizes, built.channels, strict=True)]
    if max(*features, *(TOGETHER * step.between**2 for step in planned)) > LARGEST:
        raise ValueError(f"{WHERE}: a layer would hold more than {LARGEST:,} numbers at once")
    if min(step.cut for step in planned) < 0 or built.sizes[-1] != built.resolution:
        raise ValueError(f"{WHERE}: sizes, filters and resolution do not fit each other")
    return StyleGAN3Generator(built)


def steps(options: Options) -> tuple[Step, ...]:
    """One a layer. A convolution also draws what half its kernel reaches into beyond the samples."""
    filters = zip(options.up, options.down, options.up_taps, options.down_taps, options.radial, strict=True)
    return tuple(
        Step(inputs + options.kernel - 1, outputs, *numbers)
        for (inputs, outputs), numbers in zip(pairwise(options.sizes), filters, strict=True)
    )


class Waves(nn.Module):
    """The input: waves in the plane, which the style turns and moves, mixed by a matrix."""

    frequencies: Tensor  # (C, 2), cycles along the picture's side
    phases: Tensor  # (C,), cycles

    def __init__(self, channels: int, size: int, rate: float, style_dim: int) -> None:
        super().__init__()
        self.register_buffer("frequencies", torch.zeros(channels, 2))
        self.register_buffer("phases", torch.zeros(channels))
        self.weight = nn.Parameter(torch.randn(channels, channels))
        self.affine = EqualLinear(style_dim, 4)
        self.size, self.rate = size, rate

    def forward(self, w: Tensor) -> Tensor:  # (N, D) -> (N, C, size, size)
        turn = self.affine(w)
        turn = turn / turn[:, :2].norm(dim=1, keepdim=True)  # the same length divides how far it moves
        cosine, sine, right, down = turn[:, :, None, None].unbind(1)
        along = (torch.arange(self.size, device=w.device, dtype=w.dtype) + 0.5 - self.size / 2) / self.rate
        x, y = along[None, None, :] - right, along[None, :, None] - down
        places = torch.stack([cosine * x - sine * y, sine * x + cosine * y], -1)  # (N, size, size, 2)
        waves = torch.sin(2 * math.pi * (places @ self.frequencies.T + self.phases))
        return (waves @ (self.weight / math.sqrt(len(self.weight))).T).permute(0, 3, 1, 2)


class Layer(ModulatedConv):
    """Modulated convolution, then a leaky ReLU between two filters."""

    input_gain: Tensor  # (): what brings the features it was trained with to a variance of one
    up_filter: Tensor  # (taps,)
    down_filter: Tensor  # (taps,) or (taps, taps), back to front, as PyTorch's convolution wants it

    def __init__(self, inputs: int, outputs: int, kernel: int, style_dim: int, step: Step, clamp: float) -> None:
        super().__init__(inputs, outputs, kernel, style_dim)
        self.register_buffer("input_gain", torch.ones(()))
        self.register_buffer("up_filter", torch.ones(step.up_taps))
        self.register_buffer("down_filter", torch.ones((step.down_taps,) * (1 + step.radial)))
        self.step, self.clamp = step, clamp

    def forward(self, x: Tensor, w: Tensor) -> Tensor:  # (N, inputs, H, W), (N, D) -> (N, outputs, H', W')
        style = self.affine(w)
        weight, squares = self.derived()
        x = F.conv2d(x * (self.input_gain * style)[:, :, None, None], weight, padding=weight.shape[-1] - 1)
        scale = ACTIVATION_GAIN * torch.rsqrt(style.square() @ squares + 1e-8)
        x = torch.addcmul(self.bias[None, :, None, None], x, scale[:, :, None, None])
        parts = [(first, min(TOGETHER, len(self.bias) - first)) for first in range(0, len(self.bias), TOGETHER)]
        return torch.cat([self.filtered(x[:, first : first + count], count) for first, count in parts], 1)

    def filtered(self, x: Tensor, channels: int) -> Tensor:  # (N, C, H, W) -> (N, C, H', W')
        step = self.step
        x = x.contiguous(memory_format=torch.channels_last)
        taps = (self.up_filter * step.up)[None, None, None].expand(channels, 1, 1, -1)
        x = F.conv_transpose2d(x, taps, stride=(1, step.up), padding=(0, step.cut), groups=channels)
        x = x[..., : step.between]
        taps = taps.transpose(2, 3)
        x = F.conv_transpose2d(x, taps, stride=(step.up, 1), padding=(step.cut, 0), groups=channels)
        x = bounded(activate(x[:, :, : step.between]), self.clamp)
        if step.radial:
            return F.conv2d(x, self.down_filter.expand(channels, 1, -1, -1), stride=step.down, groups=channels)
        taps = self.down_filter[None, None, :, None].expand(channels, 1, -1, 1)
        x = F.conv2d(x, taps, stride=(step.down, 1), groups=channels)
        return F.conv2d(x, taps.transpose(2, 3), stride=(1, step.down), groups=channels)


class StyleGAN3Generator(Mapped):
    """Rows of a latent: one for the input, one for each layer, one for the RGB output."""

    def __init__(self, options: Options) -> None:
        Generator.__init__(self)
        self.z_dim = options.z_dim
        self.style_mixing = 0.0
        self.gain, self.clamp = options.scale, options.clamp
        self.resolutions = (options.resolution,)
        self.latent_shape = (len(options.sizes) + 1, options.w_dim)
        self.layer_ranges = ranges(options)
        self.noise_shapes = ()

        self.mapping = mapping_network(options.z_dim, options.w_dim, options.mapping_layers)
        self.input = Waves(options.channels[0], options.sizes[0], options.rate, options.w_dim)
        self.layers = nn.ModuleList(
            Layer(inputs, outputs, options.kernel, options.w_dim, step, options.clamp)
            for (inputs, outputs), step in zip(pairwise(options.channels), steps(options), strict=True)
        )
        self.rgb = ModulatedConv(options.channels[-1], 3, 1, options.w_dim, demodulate=False)
        # Filters act again and again, and a wave that is a little longer is out of step at the frame.
        buffers = [name for name, _ in self.named_buffers()]
        self.exact = frozenset([*buffers, "input.affine.weight", "input.affine.bias"])

    def synthesize(
        self, latents: Tensor, noise: Sequence[Tensor] | None = None, resolution: int | None = None
    ) -> Tensor:
        if resolution not in (None, self.resolution):
            raise ValueError(f"resolution {resolution} is none of {self.resolutions}")
        first, *rows, last = latents.unbind(1)
        x = self.input(first)
        for layer, w in zip(self.layers, rows, strict=True):
            x = layer(x, w)
        return bounded(self.rgb(x, last), self.clamp).float() * self.gain


def bounded(x: Tensor, clamp: float) -> Tensor:
    return x.clamp(-clamp, clamp) if clamp else x


def ranges(options: Options) -> dict[str, tuple[int, int]]:
    """Rows by the rate that they work at; it only grows."""
    rates = [options.rate]
    for up, down in zip(options.up, options.down, strict=True):
        rates.append(rates[-1] * up / down)
    rates.append(rates[-1])
    ends = [sum(rate <= most for rate in rates) for most in (COARSE, MIDDLE, math.inf)]
    spans = zip(("coarse", "middle", "fine"), [0, *ends], ends, strict=False)
    return {name: (first, last) for name, first, last in spans if first < last}
