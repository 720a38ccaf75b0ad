"""StyleGAN3 as its paper says it, written for these tests alone: one face at a time, in double precision, weights
modulated, zeros put between the samples and filters summed up tap by tap. And files in NVIDIA's layout, with random
weights and lopsided filters, so that one that is turned round shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tests.unit.training.reference import Pickled, W, Z, mapping, module, part, snapshot

SIDE, RATE, MARGIN, BANDWIDTH = 16, 8, 5, 2.0


@dataclass(frozen=True)
class Layer:
    name: str
    up: int
    padding: tuple[int, int]  # zeros put before and after at the higher rate
    radial: bool = False

    @property
    def width(self) -> int:
        return int(self.name.split("_")[2])


# The paddings, worked out by hand: n samples are (n + kernel - 1) * up long with the zeros between them. To leave m
# samples after filters of 6 * up and 12, of which every other one is kept, they must be 2 * (m - 1) + 1 + 6 * up + 10
# long. What is missing comes before and after, half and half, but for up / 2 that is moved to the front.
T = (
    Layer("L0_18_20", 2, (9, 8)),  # more channels than are filtered at once
    Layer("L1_20_6", 4, (-2, -5)),
    Layer("L2_16_5", 2, (5, 4)),
    Layer("L3_16_3", 1, (0, 0)),
)
R = (
    Layer("L0_18_40", 2, (11, 10), radial=True),
    Layer("L1_20_12", 4, (2, -1), radial=True),
    Layer("L2_16_10", 2, (7, 6)),
    Layer("L3_16_3", 1, (0, 0)),
)


def random_state(layers: tuple[Layer, ...], seed: int = 0, classes: int = 0) -> dict[str, Tensor]:
    """A generator under NVIDIA's names, everything away from where training begins."""
    rng = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=rng)

    inputs = layers[0].width
    state = {"mapping.w_avg": normal(W) * 0.3, "synthesis.input.transform": torch.eye(3)}
    for i, length in enumerate((Z + (W if classes else 0), W)):
        state[f"mapping.fc{i}.weight"] = normal(W, length) / 0.01
        state[f"mapping.fc{i}.bias"] = normal(W) * 0.2 / 0.01
    if classes:
        state |= {"mapping.embed.weight": normal(W, classes), "mapping.embed.bias": normal(W) * 0.2}
    state["synthesis.input.freqs"] = normal(inputs, 2) * 2  # some beyond the band
    state["synthesis.input.phases"] = torch.rand(inputs, generator=rng) - 0.5
    state["synthesis.input.weight"] = normal(inputs, inputs)
    state["synthesis.input.affine.weight"] = normal(4, W)
    state["synthesis.input.affine.bias"] = torch.tensor([1.0, 0.3, -0.2, 0.1])
    kernel = 1 if layers[0].radial else 3
    for layer in layers:
        prefix, rgb = f"synthesis.{layer.name}.", layer.up == 1
        side = 1 if rgb else kernel
        sizes = torch.linspace(0.5, 3, layer.width)[:, None, None, None]
        state[f"{prefix}weight"] = normal(layer.width, inputs, side, side) * sizes
        state[f"{prefix}bias"] = normal(layer.width) * 0.2
        state[f"{prefix}affine.weight"] = normal(inputs, W)
        state[f"{prefix}affine.bias"] = 1 + normal(inputs) * 0.2
        state[f"{prefix}magnitude_ema"] = torch.rand((), generator=rng) * 0.2 + 0.05
        if not rgb:
            for name, shape in (("up", (6 * layer.up,)), ("down", (12,) * (1 + layer.radial))):
                state[f"{prefix}{name}_filter"] = lopsided(len(shape), shape[0], layer.up if name == "up" else 2, rng)
        inputs = layer.width
    return state


def lopsided(dimensions: int, length: int, factor: int, rng: torch.Generator) -> Tensor:
    """A filter of sum 1, most of which is early, disturbed a little."""
    taps = torch.exp(-torch.arange(length) / factor)
    taps = torch.outer(taps, taps) if dimensions == 2 else taps
    taps = taps * (0.5 + torch.rand(taps.shape, generator=rng))
    return taps / taps.sum()


def waves(state: dict[str, Tensor], w: Tensor) -> Tensor:
    """w (W,) -> (1, C, 18, 18): frequencies are turned and phases moved, each wave drawn as it then is."""
    turn = state["synthesis.input.affine.weight"] @ w / math.sqrt(len(w)) + state["synthesis.input.affine.bias"]
    turn = turn / turn[:2].norm()
    rotation = torch.stack([torch.stack([turn[0], -turn[1]]), torch.stack([turn[1], turn[0]])])
    frequencies = state["synthesis.input.freqs"] @ rotation
    phases = state["synthesis.input.phases"] - frequencies @ turn[2:]
    strength = (1 - (frequencies.norm(dim=1) - BANDWIDTH) / (RATE / 2 - BANDWIDTH)).clamp(0, 1)
    side = RATE + 2 * MARGIN
    theta = torch.eye(2, 3, dtype=w.dtype)[None] * (side / RATE / 2)
    places = F.affine_grid(theta, [1, 1, side, side], align_corners=False)[0]  # (18, 18, 2)
    drawn = [
        s * torch.sin(2 * math.pi * (places[..., 0] * f[0] + places[..., 1] * f[1] + p))
        for f, p, s in zip(frequencies, phases, strength, strict=True)
    ]
    mixed = torch.einsum("oc,chw->ohw", state["synthesis.input.weight"] / math.sqrt(len(drawn)), torch.stack(drawn))
    return mixed[None]


def convolved(x: Tensor, taps: Tensor, across: int) -> Tensor:
    """Sums up a filter along one direction of (1, C, H, W): each sample is spread over those that follow it."""
    length = x.shape[across] - len(taps) + 1
    reversed_sum = [t * x.narrow(across, len(taps) - 1 - i, length) for i, t in enumerate(taps)]
    return torch.stack(reversed_sum).sum(0)


def convolved_square(x: Tensor, taps: Tensor) -> Tensor:
    height, width = (n - len(taps) + 1 for n in x.shape[2:])
    total = torch.zeros(*x.shape[:2], height, width, dtype=x.dtype)
    for i, row in enumerate(taps):
        for j, tap in enumerate(row):
            top, left = len(taps) - 1 - i, len(taps) - 1 - j
            total += tap * x[:, :, top : top + height, left : left + width]
    return total


def filtered(state: dict[str, Tensor], layer: Layer, x: Tensor, clamp: float) -> Tensor:
    up, down = (state[f"synthesis.{layer.name}.{way}_filter"] for way in ("up", "down"))
    wide = x.new_zeros(1, x.shape[1], layer.up * x.shape[2], layer.up * x.shape[3])
    wide[:, :, :: layer.up, :: layer.up] = x
    wide = F.pad(wide, layer.padding * 2)
    wide = convolved(convolved(wide, up, 2), up, 3) * layer.up**2
    wide = (F.leaky_relu(wide, 0.2) * math.sqrt(2)).clamp(-clamp, clamp)
    wide = convolved_square(wide, down) if layer.radial else convolved(convolved(wide, down, 2), down, 3)
    return wide[:, :, ::2, ::2]


def picture(state: dict[str, Tensor], layers: tuple[Layer, ...], latent: Tensor, clamp: float = math.inf) -> Tensor:
    """latent (5, W) -> (1, 3, 16, 16), float64"""
    state, latent = {name: value.double() for name, value in state.items()}, latent.double()
    x = waves(state, latent[0])
    for layer, w in zip(layers, latent[1:], strict=True):
        name, rgb = f"synthesis.{layer.name}", layer.up == 1
        weight, affine = state[f"{name}.weight"], state[f"{name}.affine.weight"]
        style = affine @ w / math.sqrt(len(w)) + state[f"{name}.affine.bias"]
        if rgb:
            weight = weight * style[None, :, None, None] / math.sqrt(len(style))
        else:
            weight = weight / weight.square().mean((1, 2, 3), keepdim=True).sqrt()
            weight = weight * (style / style.square().mean().sqrt())[None, :, None, None]
            weight = weight / (weight.square().sum((1, 2, 3), keepdim=True) + 1e-8).sqrt()
        weight = weight / state[f"{name}.magnitude_ema"].sqrt()
        x = F.conv2d(x, weight, padding=weight.shape[-1] - 1) + state[f"{name}.bias"][None, :, None, None]
        x = x.clamp(-clamp, clamp) if rgb else filtered(state, layer, x, clamp)
    return x / 4


def nvidia(
    state: dict[str, Tensor], layers: tuple[Layer, ...], clamp: float | None = None, **changes: dict[str, Any]
) -> dict[str, Any]:
    """What NVIDIA's stylegan3 pickles. `changes` are attributes of the module of that name in the synthesis, or of
    the synthesis."""
    made = {}
    for layer in layers:
        prefix = f"synthesis.{layer.name}."
        affine = module("FullyConnectedLayer", part(state, f"{prefix}affine."), {}, bias_gain=1)
        attributes = {
            "up_factor": layer.up,
            "down_factor": min(layer.up, 2),
            "padding": [*layer.padding, *layer.padding],
            "conv_clamp": clamp,
            "out_size": np.array([SIDE, SIDE]),
        }
        attributes |= changes.get(layer.name, {})
        made[layer.name] = module("SynthesisLayer", part(state, prefix), {"affine": affine}, **attributes)
    prefix = "synthesis.input."
    affine = module("FullyConnectedLayer", part(state, f"{prefix}affine."), {}, bias_gain=1)
    band: dict[str, Any] = {
        "sampling_rate": np.float64(RATE),
        "bandwidth": np.float64(BANDWIDTH),
        "size": np.array([18, 18]),
    }
    band |= changes.get("input", {})
    parts: dict[str, Pickled] = {"input": module("SynthesisInput", part(state, prefix), {"affine": affine}, **band)}
    about: dict[str, Any] = {
        "margin_size": MARGIN,
        "output_scale": 0.25,
        "layer_names": [layer.name for layer in layers],
    }
    about |= changes.get("synthesis", {})
    synthesis = module("SynthesisNetwork", {}, parts | made, **about)
    parts = {"synthesis": synthesis, "mapping": mapping(state, 0.01)}
    return snapshot(module("Generator", {}, parts, z_dim=Z, w_dim=W, img_resolution=SIDE))


def published(side: int, base: int, most: int, radial: bool) -> dict[str, Any]:
    """Options of a model as the paper plans it: 14 layers, the last two at the picture's full band."""

    def growing(first: float, last: float) -> list[float]:
        return [first * (last / first) ** min(i / 12, 1) for i in range(14)]

    cutoffs = growing(2, side / 2)
    rates = [2 ** math.ceil(math.log2(min(2 * stop, side))) for stop in growing(2**2.1, side / 2 * 2**0.3)]
    sizes, widths = [rate + 20 for rate in rates], [round(min(base / 2 / cutoff, most)) for cutoff in cutoffs]
    up = [2 * rate // before for before, rate in zip([rates[0], *rates], rates, strict=False)]
    return {
        "resolution": side,
        "kernel": 1 if radial else 3,
        "rate": float(rates[0]),
        "sizes": [sizes[0], *sizes[:-1], side],
        "channels": [widths[0], *widths],
        "up": up,
        "down": [2] * 14,
        "up_taps": [6 * factor for factor in up],
        "down_taps": [12] * 14,
        "radial": [radial] * 12 + [False] * 2,
    }
