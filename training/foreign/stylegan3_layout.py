"""StyleGAN3 as NVIDIA's stylegan3 pickles it -> our network's state. Sizes are read off names and tensors, the filters
come with them; how often a layer enlarges and what it cuts off are attributes of the module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from training.foreign.pickles import ForeignError, Persistent
from training.foreign.stylegan3 import Options, steps
from training.foreign.taking import Found, Taking, attribute
from training.layers import ACTIVATION_GAIN
from training.texts import quoted

NAME = re.compile(r"synthesis\.(L(\d{1,2})_(\d{1,4})_(\d{1,4}))\.weight")  # place, samples along a side, channels
ONE = torch.ones(1)


def found(network: Persistent, state: Mapping[str, Any], rate: float, chosen: int | None) -> Found:
    """ForeignError when it is another network than StyleGAN3's."""
    taking = Taking("StyleGAN3", state)
    take = taking.take
    matches = sorted((match for name in taking.left if (match := NAME.fullmatch(name))), key=lambda m: int(m[2]))
    if len(matches) < 2 or [int(match[2]) for match in matches] != list(range(len(matches))):
        raise ForeignError("holds no StyleGAN3 generator: its layers have other names; choose another file")
    z_dim, w_dim, mapping_layers, classes = taking.take_mapping(rate, chosen)
    *names, last = [match[1] for match in matches]
    *sizes, side = [int(match[3]) for match in matches]
    options = Options(side, z_dim, w_dim, mapping_layers, **measured(network, taking.left, names, sizes))
    for name, step in zip(names, steps(options), strict=True):
        check(network, name, padding=[step.before, step.after] * 2)
    check(network, last, up_factor=1, down_factor=1, padding=[0] * 4)

    def take_conv(source: str, target: str, inputs: int, outputs: int, size: int) -> None:
        rgb = target == "rgb"
        take(f"{source}.weight", f"{target}.weight", outputs, inputs, size, size, grey=rgb)
        take(f"{source}.bias", f"{target}.bias", outputs, gain=1 if rgb else ACTIVATION_GAIN, grey=rgb)
        take(f"{source}.affine.weight", f"{target}.affine.weight", inputs, w_dim)
        take(f"{source}.affine.bias", f"{target}.affine.bias", inputs)
        take(f"{source}.magnitude_ema", f"{target}.input_gain")
        taking.made[f"{target}.input_gain"] = torch.rsqrt(taking.made[f"{target}.input_gain"])

    take_waves(network, taking, options, w_dim)
    for row, name in enumerate(names):
        source, target = f"synthesis.{name}", f"layers.{row}"
        take_conv(source, target, options.channels[row], options.channels[row + 1], options.kernel)
        weight = taking.made[f"{target}.weight"]  # demodulation undoes its size: let it be one that suits 16 bits
        taking.made[f"{target}.weight"] = weight / weight.square().mean((1, 2, 3), True).sqrt().clamp_min(1e-12)
        take_filter(taking, f"{source}.up_filter", f"{target}.up_filter", options.up_taps[row])
        shape = (options.down_taps[row],) * (1 + options.radial[row])
        take_filter(taking, f"{source}.down_filter", f"{target}.down_filter", *shape)
        taking.made[f"{target}.down_filter"] = taking.made[f"{target}.down_filter"].flip(*range(len(shape)))
    take_conv(f"synthesis.{last}", "rgb", options.channels[-1], 3, 1)
    taking.made["rgb.weight"] = taking.made["rgb.weight"] * taking.made.pop("rgb.input_gain")
    mean = taking.finish(w_dim)
    return Found("NVIDIA's stylegan3", "stylegan3", options, taking.made, None if classes else mean, classes)


def measured(network: Persistent, left: Mapping[str, Tensor], names: list[str], sizes: list[int]) -> dict[str, Any]:
    """The options that layers of these names and sizes stand for, by attributes and shapes; what is wrong with the
    shapes is found when the tensors are taken."""
    rate = float(attribute(network, "synthesis.input", "sampling_rate"))
    margin = attribute(network, "synthesis", "margin_size")
    layers = [f"synthesis.{name}" for name in names]
    up, down = ([left.get(f"{layer}.{way}_filter", ONE) for layer in layers] for way in ("up", "down"))
    return {
        "kernel": left[f"{layers[0]}.weight"].shape[-1],
        "rate": rate,
        "sizes": (int(rate) + 2 * margin, *sizes),
        "channels": (len(left["synthesis.input.phases"]), *(len(left[f"{layer}.weight"]) for layer in layers)),
        "up": tuple(attribute(network, layer, "up_factor") for layer in layers),
        "down": tuple(attribute(network, layer, "down_factor") for layer in layers),
        "up_taps": tuple(len(taps) for taps in up),
        "down_taps": tuple(len(taps) for taps in down),
        "radial": tuple(taps.ndim > 1 for taps in down),
        "clamp": float(attribute(network, layers[0], "conv_clamp") or 0),
        "scale": float(attribute(network, "synthesis", "output_scale")),
    }


def check(network: Persistent, name: str, **expected: Any) -> None:
    """ForeignError when a layer's attributes say that it draws otherwise than ours."""
    for key, value in expected.items():
        if (given := attribute(network, f"synthesis.{name}", key)) != value:
            found = f"{name}: {key} is {quoted(given)}, not {value}"
            raise ForeignError(f"has a layer unlike StyleGAN3's ({found}): its pictures would be wrong")


def take_waves(network: Persistent, taking: Taking, options: Options, w_dim: int) -> None:
    """The input. Waves too fine for its rate are faded as there; a picture that was turned or moved by hand before it
    was saved is refused."""
    source, width = "synthesis.input", options.channels[0]
    taking.take(f"{source}.freqs", "input.frequencies", width, 2)
    taking.take(f"{source}.phases", "input.phases", width)
    taking.take(f"{source}.weight", "input.weight", width, width)
    taking.take(f"{source}.affine.weight", "input.affine.weight", 4, w_dim)
    taking.take(f"{source}.affine.bias", "input.affine.bias", 4)
    if not torch.equal(taking.left.pop(f"{source}.transform", ONE), torch.eye(3)):
        raise ForeignError("was saved with its pictures turned or moved: fetch it as it was published")
    half, bandwidth = options.rate / 2, float(attribute(network, source, "bandwidth"))
    fade = ((half - taking.made["input.frequencies"].norm(dim=1)) / (half - bandwidth)).clamp(0, 1)
    taking.made["input.weight"] = taking.made["input.weight"] * fade


def take_filter(taking: Taking, source: str, target: str, *shape: int) -> None:
    """A filter of one number is none."""
    if set(shape) == {1}:
        taking.left[source] = torch.ones(shape)
    taking.take(source, target, *shape)
