"""What is common to all layouts: tensors out of a file, checked one by one, into the state of a network of ours."""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from training.foreign import stylegan2, stylegan3
from training.foreign.pickles import ForeignError, Persistent
from training.foreign.stylegan2 import RATE
from training.layers import ACTIVATION_GAIN


@dataclass(frozen=True)
class Found:
    """A generator in a file: what builds our network and fills it."""

    layout: str
    variant: str
    options: stylegan2.Options | stylegan3.Options
    state: dict[str, Tensor]
    mean: Tensor | None  # (w_dim,); None when the file has none, or not of the class that was chosen
    classes: int = 0  # that the file's generator was told, one of which this one draws


class Taking:
    """The tensors of a file under NVIDIA's names, which are taken one after the other: what is left was not understood.
    `kind` names the network in messages."""

    def __init__(self, kind: str, state: Mapping[str, Any]) -> None:
        self.kind = kind
        self.left = {name: tensor(name, value) for name, value in state.items()}
        self.made: dict[str, Tensor] = {}

    def take(self, source: str, target: str, *shape: int, gain: float = 1.0, grey: bool = False) -> None:
        """`grey`: may also have one channel in place of the three of `shape`, which are then alike. ForeignError when
        it is missing or of another shape; ones are put where one likes."""
        value = self.left.pop(source, None)
        if value is None:
            raise ForeignError(f"lacks {source}: it is no {self.kind}, or incomplete")
        if grey and 3 * value.numel() == math.prod(shape):
            value = value.reshape(1, *shape[1:]).expand(shape)
        if [n for n in value.shape if n != 1] != [n for n in shape if n != 1]:
            raise ForeignError(f"claims a network that it is not: {source} is {tuple(value.shape)}, not {shape}")
        self.made[target] = value.reshape(shape) * gain

    def take_mapping(self, rate: float, chosen: int | None) -> tuple[int, int, int, int]:
        """The mapping network, whose layers learnt at `rate`, of the class `chosen`. Returns the lengths of z and w,
        the number of layers and of classes."""
        classes = self.fold(chosen)
        layers = sum(bool(re.fullmatch(r"mapping\.fc\d+\.weight", name)) for name in self.left)
        w_dim, z_dim = self.left["mapping.fc0.weight"].shape if "mapping.fc0.weight" in self.left else (0, 0)
        sizes = [z_dim] + [w_dim] * layers
        for i in range(layers):
            source, target = f"mapping.fc{i}", f"mapping.{i}"
            self.take(f"{source}.weight", f"{target}.weight", sizes[i + 1], sizes[i], gain=rate / RATE)
            self.take(f"{source}.bias", f"{target}.bias", sizes[i + 1], gain=rate / RATE * ACTIVATION_GAIN)
        return z_dim, w_dim, layers, classes

    def fold(self, chosen: int | None) -> int:
        """Makes a mapping that is told a label that of one class. What its first layer adds up from a label is the same
        for all faces of a class, hence a part of its bias. Returns the number of classes; 0: it is told nothing."""
        embedding = self.left.pop("mapping.embed.weight", None)
        if embedding is None:
            if chosen is not None:
                raise ForeignError("has no classes to choose from: leave out --class")
            return 0
        length, classes = embedding.shape
        if chosen is None or not 0 <= chosen < classes:
            raise ForeignError(f"draws {classes} classes, one of which is brought in: add --class 0 to {classes - 1}")
        label = embedding[:, chosen] / math.sqrt(classes) + self.left.pop("mapping.embed.bias")
        label = label * torch.rsqrt(label.square().mean() + 1e-8)
        weight = self.left["mapping.fc0.weight"]
        inputs = weight.shape[1]
        added = weight[:, inputs - length :] @ label / math.sqrt(inputs)
        self.left["mapping.fc0.bias"] = self.left["mapping.fc0.bias"] + added
        self.left["mapping.fc0.weight"] = weight[:, : inputs - length] * math.sqrt(1 - length / inputs)
        return classes

    def finish(self, w_dim: int) -> Tensor | None:
        """The mean latent (w_dim,), if there is one. ForeignError when anything else is left, or what was made of the
        tensors cannot be written down."""
        mean = self.left.pop("mapping.w_avg", None)
        if mean is not None and mean.shape != (w_dim,):
            raise ForeignError(
                f"claims a network that it is not: its mean latent is {tuple(mean.shape)}, not {(w_dim,)}"
            )
        if self.left:
            raise ForeignError(
                f"has a layer that {self.kind} has not ({next(iter(self.left))}): its pictures would be wrong"
            )
        for name, value in self.made.items():
            tensor(name, value)
        return mean


def tensor(name: str, value: Any) -> Tensor:
    """As float32. ForeignError when it is none or holds numbers that are not finite."""
    if not isinstance(value, Tensor):
        raise ForeignError(f"holds {type(value).__name__} where the tensor {name} should be: choose another file")
    converted: Tensor = value.float()
    if not bool(torch.isfinite(converted.half()).all()):
        raise ForeignError(f"holds numbers that are not finite or too large for 16 bits in {name}: fetch it again")
    return converted


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
    """None when there is no such module, or it has no such attribute."""
    for part in path.split("."):
        network = network.state.get("_modules", {}).get(part)
        if not isinstance(network, Persistent):
            return None
    return network.state.get(name)
