"""StyleGAN2 as its paper and the two published layouts say it, written for these tests alone: one face at a time,
weights modulated, zeros put between the pixels. And files in those layouts, with random weights."""

from __future__ import annotations

import io
import math
import pickle
import sys
import types
from collections import OrderedDict
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

Z, W, LAYERS, WIDTHS = 12, 8, 3, (10, 6, 4)  # 4, 8 and 16 pixels
ROOT2 = math.sqrt(2)


def random_state(seed: int = 0, classes: int = 0) -> dict[str, Tensor]:
    """A generator of 16 pixels under NVIDIA's names, everything away from where training begins."""
    rng = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=rng)

    sizes = [Z + (W if classes else 0)] + [W] * LAYERS
    state = {"mapping.w_avg": normal(W) * 0.3, "synthesis.b4.const": normal(WIDTHS[0], 4, 4)}
    for i in range(LAYERS):
        state[f"mapping.fc{i}.weight"] = normal(sizes[i + 1], sizes[i]) / 0.01
        state[f"mapping.fc{i}.bias"] = normal(sizes[i + 1]) * 0.2 / 0.01
    for stage, width in enumerate(WIDTHS):
        block, previous = f"synthesis.b{4 << stage}", WIDTHS[max(stage - 1, 0)]
        for name, inputs, outputs, kernel in (
            *([("conv0", previous, width, 3)] if stage else []),
            ("conv1", width, width, 3),
            ("torgb", width, 3, 1),
        ):
            state[f"{block}.{name}.weight"] = normal(outputs, inputs, kernel, kernel)
            state[f"{block}.{name}.bias"] = normal(outputs) * 0.2
            state[f"{block}.{name}.affine.weight"] = normal(inputs, W)
            state[f"{block}.{name}.affine.bias"] = 1 + normal(inputs) * 0.2
            if name != "torgb":
                state[f"{block}.{name}.noise_strength"] = normal() * 0.3
                state[f"{block}.{name}.noise_const"] = normal(4 << stage, 4 << stage)
    if classes:
        state |= {"mapping.embed.weight": normal(W, classes), "mapping.embed.bias": normal(W) * 0.2}
    return state


def mapped(state: dict[str, Tensor], z: Tensor, label: int | None = None) -> Tensor:
    """z (Z,) -> w (W,)"""
    x = z / (z.square().mean() + 1e-8).sqrt()
    if label is not None:
        embedding = state["mapping.embed.weight"]
        told = F.one_hot(torch.tensor(label), embedding.shape[1]).to(z)
        y = embedding @ told / math.sqrt(len(told)) + state["mapping.embed.bias"]
        x = torch.cat([x, y / (y.square().mean() + 1e-8).sqrt()])
    for i in range(sum(name.startswith("mapping.fc") for name in state) // 2):
        weight = state[f"mapping.fc{i}.weight"]
        x = weight @ x * 0.01 / math.sqrt(weight.shape[1]) + state[f"mapping.fc{i}.bias"] * 0.01
        x = F.leaky_relu(x, 0.2) * ROOT2
    return x


def filtered(x: Tensor, before: int, after: int) -> Tensor:
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
    kernel = (torch.outer(taps, taps) / 64 * 4)[None, None]
    return F.conv2d(F.pad(x, (before, after) * 2).transpose(0, 1), kernel).transpose(0, 1)


def spread(x: Tensor) -> Tensor:
    """Zeros between the pixels: (1, C, H, W) -> (1, C, 2H, 2W)"""
    wide = x.new_zeros(*x.shape[:2], 2 * x.shape[2], 2 * x.shape[3])
    wide[:, :, ::2, ::2] = x
    return wide


def modulated(state: dict[str, Tensor], name: str, x: Tensor, w: Tensor, demodulate: bool, up: bool) -> Tensor:
    weight, affine = state[f"{name}.weight"], state[f"{name}.affine.weight"]
    style = affine @ w / math.sqrt(len(w)) + state[f"{name}.affine.bias"]
    weight = weight * style[None, :, None, None] / math.sqrt(weight[0].numel())
    if demodulate:
        weight = weight / (weight.square().sum((1, 2, 3), keepdim=True) + 1e-8).sqrt()
    if not up:
        return F.conv2d(x, weight, padding=weight.shape[-1] // 2)
    return filtered(F.conv2d(F.pad(spread(x), (2, 1) * 2), weight.flip(2, 3)), 1, 1)


def picture(state: dict[str, Tensor], latent: Tensor, noise: list[Tensor], clamp: float = math.inf) -> Tensor:
    """latent (6, W) and noise (1, 1, H, W) of each layer -> (1, 3, 16, 16)"""
    x, rgb, row = state["synthesis.b4.const"][None], torch.zeros(1, 3, 2, 2), 0
    for stage in range(len(WIDTHS)):
        block = f"synthesis.b{4 << stage}"
        for layer in (0, 1) if stage else (1,):
            name = f"{block}.conv{layer}"
            x = modulated(state, name, x, latent[row], True, up=layer == 0)
            x = x + state[f"{name}.noise_strength"] * noise[row] + state[f"{name}.bias"][None, :, None, None]
            x = (F.leaky_relu(x, 0.2) * ROOT2).clamp(-clamp, clamp)
            row += 1
        part = modulated(state, f"{block}.torgb", x, latent[row], False, False)
        part = (part + state[f"{block}.torgb.bias"][None, :, None, None]).clamp(-clamp, clamp)
        rgb = filtered(spread(rgb), 2, 1) + part if stage else part
    return rgb


def rosinality(state: dict[str, Tensor]) -> dict[str, Any]:
    """The layout of stylegan2-pytorch's checkpoints."""
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
    kernel = torch.outer(taps, taps) / 16
    made = OrderedDict({"input.input": state["synthesis.b4.const"][None]})
    for i in range(LAYERS):
        made[f"style.{i + 1}.weight"] = state[f"mapping.fc{i}.weight"]
        made[f"style.{i + 1}.bias"] = state[f"mapping.fc{i}.bias"]
    for stage in range(len(WIDTHS)):
        block = f"synthesis.b{4 << stage}"
        places = {"conv1": f"convs.{2 * stage - 1}", "conv0": f"convs.{2 * stage - 2}", "torgb": f"to_rgbs.{stage - 1}"}
        for source, target in places.items() if stage else (("conv1", "conv1"), ("torgb", "to_rgb1")):
            made[f"{target}.conv.weight"] = state[f"{block}.{source}.weight"][None]
            made[f"{target}.conv.modulation.weight"] = state[f"{block}.{source}.affine.weight"]
            made[f"{target}.conv.modulation.bias"] = state[f"{block}.{source}.affine.bias"]
            if source == "torgb":
                made[f"{target}.bias"] = state[f"{block}.{source}.bias"].reshape(1, -1, 1, 1)
                if stage:
                    made[f"{target}.upsample.kernel"] = kernel
                continue
            made[f"{target}.activate.bias"] = state[f"{block}.{source}.bias"]
            made[f"{target}.noise.weight"] = state[f"{block}.{source}.noise_strength"][None]
            row = 2 * stage - 1 + int(source[-1])
            made[f"noises.noise_{row}"] = state[f"{block}.{source}.noise_const"][None, None]
            if source == "conv0":
                made[f"{target}.conv.blur.kernel"] = kernel
    return {"g_ema": made, "latent_avg": state["mapping.w_avg"]}


# -- NVIDIA's pickles: modules that reduce to a call of torch_utils.persistence with the text of their source


class EasyDict(dict[str, Any]):
    pass


class Pickled:
    """Pickles as an instance of a persistent class of NVIDIA's does."""

    def __init__(self, class_name: str, state: dict[str, Any]) -> None:
        self.meta = {
            "type": "class",
            "version": 6,
            "module_src": "raise AssertionError('the source in the file was run')",
            "class_name": class_name,
            "state": state,
        }

    def __reduce__(self) -> tuple[Any, ...]:
        return sys.modules["torch_utils.persistence"]._reconstruct_persistent_obj, (self.meta,), None


BUFFERS = ("_const", "filter", "_avg", "_ema", "freqs", "phases", "transform")


def module(class_name: str, tensors: dict[str, Tensor], parts: dict[str, Pickled], **attributes: Any) -> Pickled:
    buffers = OrderedDict((k, v) for k, v in tensors.items() if k.endswith(BUFFERS))
    parameters = OrderedDict((k, torch.nn.Parameter(v)) for k, v in tensors.items() if k not in buffers)
    hooks = {"_backward_hooks": OrderedDict(), "_non_persistent_buffers_set": set(), "training": False}
    state = {"_parameters": parameters, "_buffers": buffers, "_modules": OrderedDict(parts), **hooks, **attributes}
    state["_init_kwargs"] = EasyDict(resample_filter=[1, 3, 3, 1])
    return Pickled(class_name, state)


def nvidia(state: dict[str, Tensor], clamp: float | None = None, rate: float = 0.01) -> dict[str, Any]:
    """What stylegan2-ada-pytorch pickles."""
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
    kernel = torch.outer(taps, taps) / 64

    def layer(prefix: str) -> Pickled:
        tensors = part(state, prefix) | ({} if "torgb" in prefix else {"resample_filter": kernel})
        affine = module(
            "FullyConnectedLayer", part(state, f"{prefix}affine."), {}, weight_gain=np.float64(0.1), bias_gain=1
        )
        name = "ToRGBLayer" if "torgb" in prefix else "SynthesisLayer"
        return module(name, tensors, {"affine": affine}, conv_clamp=clamp, act_gain=np.sqrt(2))

    blocks = {}
    for stage in range(len(WIDTHS)):
        block = f"synthesis.b{4 << stage}."
        names = ["conv0", "conv1", "torgb"] if stage else ["conv1", "torgb"]
        layers = {name: layer(f"{block}{name}.") for name in names}
        blocks[f"b{4 << stage}"] = module("SynthesisBlock", part(state, block) | {"resample_filter": kernel}, layers)
    parts = {"synthesis": module("SynthesisNetwork", {}, blocks), "mapping": mapping(state, rate)}
    return snapshot(module("Generator", {}, parts, z_dim=Z, w_dim=W))


def part(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors of this very module, not of its parts."""
    names = [k for k in state if k.rpartition(".")[0] + "." == prefix]
    return {k.removeprefix(prefix): state[k] for k in names}


def mapping(state: dict[str, Tensor], rate: float) -> Pickled:
    gains = {"weight_gain": np.float64(rate), "bias_gain": rate}
    names = sorted({name.split(".")[1] for name in state if name.startswith("mapping.fc")})
    dense = {name: module("FullyConnectedLayer", part(state, f"mapping.{name}."), {}, **gains) for name in names}
    if "mapping.embed.weight" in state:
        dense["embed"] = module("FullyConnectedLayer", part(state, "mapping.embed."), {}, bias_gain=1)
    return module("MappingNetwork", part(state, "mapping."), dense)


def snapshot(generator: Pickled) -> dict[str, Any]:
    return {"G": None, "D": None, "G_ema": generator, "training_set_kwargs": EasyDict(path="x", resolution=16)}


def pickled(content: Any) -> bytes:
    """With the module names of NVIDIA's code, which is not here."""
    persistence, util = types.ModuleType("torch_utils.persistence"), types.ModuleType("dnnlib.util")

    def _reconstruct_persistent_obj(meta: Any) -> Any:
        raise AssertionError("the file's own code was called")

    for function in (_reconstruct_persistent_obj,):
        function.__module__, function.__qualname__ = "torch_utils.persistence", function.__name__
        setattr(persistence, function.__name__, function)
    util.EasyDict = EasyDict  # type: ignore[attr-defined]
    before = EasyDict.__module__
    modules = {"torch_utils": types.ModuleType("torch_utils"), "torch_utils.persistence": persistence}
    modules |= {"dnnlib": types.ModuleType("dnnlib"), "dnnlib.util": util}
    sys.modules.update(modules)
    EasyDict.__module__ = "dnnlib.util"
    try:
        buffer = io.BytesIO()
        pickle.dump(content, buffer)
        return buffer.getvalue()
    finally:
        EasyDict.__module__ = before
        for name in modules:
            del sys.modules[name]
