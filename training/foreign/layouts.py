"""The layouts in which StyleGAN generators are published -> our network's state.

rosinality's stylegan2-pytorch (.pt) and NVIDIA's stylegan2-ada-pytorch (.pkl) compute the same and differ in names; the
first is renamed to the second, which is then taken apart. Sizes are read off the tensors. StyleGAN3's layers are taken
in `stylegan3_layout`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from training.foreign import stylegan3_layout
from training.foreign.pickles import ForeignError, Persistent
from training.foreign.stylegan2 import RATE, TAPS, Options
from training.foreign.taking import Found, Taking, attribute, tensor, tensors
from training.layers import ACTIVATION_GAIN


def recognise(content: Any, chosen: int | None = None) -> Found:
    """Finds the generator in what `pickles.read` returned, the averaged one if there are several; of one that is told
    labels, that of the class `chosen`. ForeignError when there is none that can be drawn."""
    if isinstance(content, Persistent):
        return from_nvidia(content, chosen)
    if not isinstance(content, Mapping):
        raise ForeignError(f"holds no generator, but a {type(content).__name__}: choose another file")
    for name in ("G_ema", "G"):
        if isinstance(content.get(name), Persistent):
            return from_nvidia(content[name], chosen)
    for state in (content.get("g_ema"), content.get("g"), content):
        if isinstance(state, Mapping) and "input.input" in state:
            return from_rosinality(state, None if state is content else content.get("latent_avg"), chosen)
    known = ", ".join(map(str, list(content)[:6])) or "nothing"
    raise ForeignError(f"holds no StyleGAN2 or 3 generator in a known layout (it holds {known}): choose another file")


def from_rosinality(state: Mapping[str, Any], mean: Any, chosen: int | None) -> Found:
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
    return found("rosinality's stylegan2-pytorch", renamed, RATE, 0.0, chosen)


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


def from_nvidia(network: Persistent, chosen: int | None) -> Found:
    """A pickled `Generator` of NVIDIA's training/networks.py, or of its successors."""
    state = dict(tensors(network))
    rate = float(attribute(network, "mapping.fc0", "bias_gain") or RATE)
    if "synthesis.input.weight" in state:
        return stylegan3_layout.found(network, state, rate, chosen)
    filters = [name for name in state if name.endswith("resample_filter")]
    for name in filters:
        check_filter(state.pop(name))
    kept = {name: value for name, value in state.items() if not name.endswith("noise_const")}
    clamp = attribute(network, "synthesis.b4.conv1", "conv_clamp") or 0.0
    return found("NVIDIA's stylegan2-ada-pytorch", kept, rate, float(clamp), chosen)


def found(layout: str, state: Mapping[str, Any], rate: float, clamp: float, chosen: int | None) -> Found:
    """From NVIDIA's names and scales to ours. Where the leaky ReLU of the original multiplies by the square root of 2,
    ours carries it before: biases and noise take it on, and so does the mapping's rate."""
    taking = Taking("StyleGAN2", state)
    left, take = taking.left, taking.take
    widths: list[int] = []
    while (last := left.get(f"synthesis.b{4 << len(widths)}.conv1.weight")) is not None and last.ndim >= 4:
        widths.append(last.shape[-4])
    if len(widths) < 2 or "mapping.fc0.weight" not in left or "synthesis.b4.const" not in left:
        raise ForeignError("holds no StyleGAN2 generator: its layers have other names; choose another file")
    z_dim, w_dim, layers, classes = taking.take_mapping(rate, chosen)
    take("synthesis.b4.const", "constant", 1, widths[0], 4, 4)

    def take_conv(source: str, target: str, inputs: int, outputs: int, size: int) -> None:
        grey, gain = size == 1, ACTIVATION_GAIN if size > 1 else 1.0  # of what draws RGB
        take(f"{source}.weight", f"{target}.weight", outputs, inputs, size, size, grey=grey)
        take(f"{source}.bias", f"{target}.bias", outputs, gain=gain, grey=grey)
        take(f"{source}.affine.weight", f"{target}.affine.weight", inputs, w_dim)
        take(f"{source}.affine.bias", f"{target}.affine.bias", inputs)

    for stage, width in enumerate(widths):
        block = f"synthesis.b{4 << stage}"
        for layer in (0, 1) if stage else (1,):
            row, inputs = 2 * stage - 1 + layer, widths[stage - 1] if layer == 0 else width
            take_conv(f"{block}.conv{layer}", f"layers.{row}.conv", inputs, width, 3)
            take(f"{block}.conv{layer}.noise_strength", f"layers.{row}.noise_strength", gain=ACTIVATION_GAIN)
        take_conv(f"{block}.torgb", f"to_rgb.{stage}", width, 3, 1)
    mean = taking.finish(w_dim)
    options = Options(4 << len(widths) - 1, z_dim, w_dim, layers, tuple(widths), clamp)
    return Found(layout, "stylegan2", options, taking.made, None if classes else mean, classes)


def check_filter(given: Tensor) -> None:
    """ForeignError unless the filter (normalised to add up to one) is StyleGAN2's."""
    taps = torch.tensor(TAPS) / sum(TAPS)
    if given.shape != (4, 4) or not torch.allclose(given.float(), torch.outer(taps, taps), atol=1e-4):
        raise ForeignError("enlarges with another filter than StyleGAN2's [1, 3, 3, 1]: its pictures would be wrong")
