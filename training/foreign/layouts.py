"""The layouts in which StyleGAN2 generators are published -> our network's state.

rosinality's stylegan2-pytorch (.pt) and NVIDIA's stylegan2-ada-pytorch (.pkl) compute the same and differ in names; the
first is renamed to the second, which is then taken apart. Sizes are read off the tensors.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from training.foreign.pickles import ForeignError, Persistent
from training.foreign.stylegan2 import TAPS, Options
from training.layers import ACTIVATION_GAIN

RATE = 0.01  # learning rate of the mapping network relative to the others', by which its weights are scaled


@dataclass(frozen=True)
class Found:
    """A generator in a file: what builds our network and fills it."""

    layout: str
    options: Options
    state: dict[str, Tensor]  # of `StyleGAN2Generator`
    mean: Tensor | None  # (w_dim,); None when the file has none


def recognise(content: Any) -> Found:
    """Finds the generator in what `pickles.read` returned, the averaged one if there are several. ForeignError when
    there is none that can be drawn."""
    if isinstance(content, Persistent):
        return from_nvidia(content)
    if not isinstance(content, Mapping):
        raise ForeignError(f"holds no generator, but a {type(content).__name__}: choose another file")
    for name in ("G_ema", "G"):
        if isinstance(content.get(name), Persistent):
            return from_nvidia(content[name])
    for state in (content.get("g_ema"), content.get("g"), content):
        if isinstance(state, Mapping) and "input.input" in state:
            return from_rosinality(state, None if state is content else content.get("latent_avg"))
    known = ", ".join(map(str, list(content)[:6])) or "nothing"
    raise ForeignError(f"holds no StyleGAN2 generator in a known layout (it holds {known}): choose another file")


def from_rosinality(state: Mapping[str, Any], mean: Any) -> Found:
    """State of `Generator` in rosinality's model.py. The rate of its mapping is not in the file: it is RATE unless
    somebody changed the code."""
    renamed: dict[str, Tensor] = {}
    for name, value in state.items():
        if name.startswith("noises."):
            continue
        if name.endswith(".kernel"):
            check_filter(tensor(name, value) / 4)  # it makes up for the zeros between the pixels
            continue
        renamed[renamed_key(name)] = value
    if isinstance(mean, Tensor):
        renamed["mapping.w_avg"] = mean.flatten()
    return found("rosinality's stylegan2-pytorch", renamed, RATE, 0.0)


def renamed_key(name: str) -> str:
    """`convs.3.conv.modulation.bias` -> `synthesis.b16.conv1.affine.bias`; ForeignError for no name of that network."""
    if match := re.fullmatch(r"style\.(\d{1,2})\.(weight|bias)", name):
        return f"mapping.fc{int(match[1]) - 1}.{match[2]}"
    if name == "input.input":
        return "synthesis.b4.const"
    match = re.fullmatch(r"(conv1|to_rgb1|convs\.\d{1,2}|to_rgbs\.\d{1,2})\.(.+)", name)
    parts = {
        "conv.weight": "weight",
        "conv.modulation.weight": "affine.weight",
        "conv.modulation.bias": "affine.bias",
        "noise.weight": "noise_strength",
        "activate.bias": "bias",
        "bias": "bias",
    }
    if match is None or match[2] not in parts:
        raise ForeignError(f"has a layer that StyleGAN2 has not ({name}): its pictures would be wrong")
    kind, _, number = match[1].partition(".")
    place = {"conv1": "b4.conv1", "to_rgb1": "b4.torgb"}.get(kind)
    if kind == "convs":
        place = f"b{8 << int(number) // 2}.conv{int(number) % 2}"
    elif kind == "to_rgbs":
        place = f"b{8 << int(number)}.torgb"
    return f"synthesis.{place}.{parts[match[2]]}"


def from_nvidia(network: Persistent) -> Found:
    """A pickled `Generator` of NVIDIA's training/networks.py."""
    state = dict(tensors(network))
    if network.state.get("c_dim"):
        raise ForeignError("is conditioned on labels, which cannot be brought in: choose a model without")
    filters = [name for name in state if name.endswith("resample_filter")]
    for name in filters:
        check_filter(state.pop(name))
    kept = {name: value for name, value in state.items() if not name.endswith("noise_const")}
    clamp = attribute(network, "synthesis.b4.conv1", "conv_clamp") or 0.0
    rate = attribute(network, "mapping.fc0", "bias_gain") or RATE
    return found("NVIDIA's stylegan2-ada-pytorch", kept, float(rate), float(clamp))


def tensors(network: Persistent, prefix: str = "", known: set[int] | None = None) -> list[tuple[str, Tensor]]:
    """The named parameters and buffers of a module and its parts, each once: a pickle may hold itself many times."""
    known = set() if known is None else known
    if id(network) in known:
        raise ForeignError("holds a part in several places: it is no generator, or made to harm")
    known.add(id(network))
    own = {**network.state.get("_parameters", {}), **network.state.get("_buffers", {})}
    listed = [(prefix + name, value) for name, value in own.items() if isinstance(value, Tensor)]
    for name, part in network.state.get("_modules", OrderedDict()).items():
        if isinstance(part, Persistent):
            listed += tensors(part, f"{prefix}{name}.", known)
    return listed


def attribute(network: Persistent, path: str, name: str) -> Any:
    for part in path.split("."):
        network = network.state.get("_modules", {}).get(part)
        if not isinstance(network, Persistent):
            return None
    return network.state.get(name)


def found(layout: str, state: Mapping[str, Any], rate: float, clamp: float) -> Found:
    """From NVIDIA's names and scales to ours. Where the leaky ReLU of the original multiplies by the square root of 2,
    ours carries it before: biases and noise take it on, and so does the mapping's rate."""
    left = {name: tensor(name, value) for name, value in state.items()}
    widths: list[int] = []
    while (last := left.get(f"synthesis.b{4 << len(widths)}.conv1.weight")) is not None and last.ndim >= 4:
        widths.append(last.shape[-4])
    layers = sum(bool(re.fullmatch(r"mapping\.fc\d+\.weight", name)) for name in left)
    if len(widths) < 2 or not layers or "synthesis.b4.const" not in left:
        raise ForeignError("holds no StyleGAN2 generator: its layers have other names; choose another file")
    w_dim, z_dim = left["mapping.fc0.weight"].shape if "mapping.fc0.weight" in left else (0, 0)
    made: dict[str, Tensor] = {}

    def take(source: str, target: str, *shape: int, gain: float = 1.0) -> None:
        value = left.pop(source, None)
        if value is None:
            raise ForeignError(f"lacks {source}: it is no StyleGAN2 with skip connections to RGB, or incomplete")
        if target.startswith("to_rgb.") and shape[0] == 3 and 3 * value.numel() == math.prod(shape):
            value = value.reshape(1, *shape[1:]).expand(shape)  # one that draws in grey: three alike
        if [n for n in value.shape if n != 1] != [n for n in shape if n != 1]:  # ones are put where one likes
            raise ForeignError(f"claims a network that it is not: {source} is {tuple(value.shape)}, not {shape}")
        made[target] = value.reshape(shape) * gain

    sizes = [z_dim] + [w_dim] * layers
    for i in range(layers):
        take(f"mapping.fc{i}.weight", f"mapping.{i}.weight", sizes[i + 1], sizes[i], gain=rate / RATE)
        take(f"mapping.fc{i}.bias", f"mapping.{i}.bias", sizes[i + 1], gain=rate / RATE * ACTIVATION_GAIN)
    take("synthesis.b4.const", "constant", 1, widths[0], 4, 4)

    def take_conv(source: str, target: str, inputs: int, outputs: int, size: int, gain: float) -> None:
        take(f"{source}.weight", f"{target}.weight", outputs, inputs, size, size)
        take(f"{source}.bias", f"{target}.bias", outputs, gain=gain)
        take(f"{source}.affine.weight", f"{target}.affine.weight", inputs, w_dim)
        take(f"{source}.affine.bias", f"{target}.affine.bias", inputs)

    for stage, width in enumerate(widths):
        block = f"synthesis.b{4 << stage}"
        for layer in (0, 1) if stage else (1,):
            row, inputs = 2 * stage - 1 + layer, widths[stage - 1] if layer == 0 else width
            take_conv(f"{block}.conv{layer}", f"layers.{row}.conv", inputs, width, 3, ACTIVATION_GAIN)
            take(f"{block}.conv{layer}.noise_strength", f"layers.{row}.noise_strength", gain=ACTIVATION_GAIN)
        take_conv(f"{block}.torgb", f"to_rgb.{stage}", width, 3, 1, 1.0)
    mean = left.pop("mapping.w_avg", None)
    if mean is not None and mean.shape != (w_dim,):
        raise ForeignError(f"claims a network that it is not: its mean latent is {tuple(mean.shape)}, not {(w_dim,)}")
    if left:
        raise ForeignError(f"has a layer that StyleGAN2 has not ({next(iter(left))}): its pictures would be wrong")
    options = Options(4 << len(widths) - 1, z_dim, w_dim, layers, tuple(widths), clamp)
    return Found(layout, options, made, mean)


def tensor(name: str, value: Any) -> Tensor:
    """As float32. ForeignError when it is none or holds numbers that are not finite."""
    if not isinstance(value, Tensor):
        raise ForeignError(f"holds {type(value).__name__} where the tensor {name} should be: choose another file")
    converted: Tensor = value.float()
    if not bool(torch.isfinite(converted.half()).all()):
        raise ForeignError(f"holds numbers that are not finite or too large for 16 bits in {name}: fetch it again")
    return converted


def check_filter(given: Tensor) -> None:
    """ForeignError unless the filter (normalised to add up to one) is StyleGAN2's."""
    taps = torch.tensor(TAPS) / sum(TAPS)
    if given.shape != (4, 4) or not torch.allclose(given.float(), torch.outer(taps, taps), atol=1e-4):
        raise ForeignError("enlarges with another filter than StyleGAN2's [1, 3, 3, 1]: its pictures would be wrong")
